"""Everything the doctor looks at, in order."""

import http.client
from collections.abc import Callable, Iterator
from pathlib import Path

from halloo.cli.doctor import calls, door, live, names, own, pages, policies, streaming, uploads
from halloo.cli.doctor.finding import Finding, bad
from halloo.cli.doctor.site import Site
from halloo.cli.place import Place, open_place
from halloo.cli.say import fail
from halloo.widgets.settings import origin_of

Check = Callable[[], Iterator[Finding]]
IDLE_S = live.IDLE_S


def here(data: Path) -> Place | None:
    """The data folder, where the doctor is on the server itself."""
    place = open_place(data)
    return place if own.is_set_up(place) else None


def site_of(place: Place | None, url: str, widget: str) -> Site:
    """What to look at: as it was named, else what the data folder says."""
    url = url or ("" if place is None else place.public_url())
    if not url:
        fail("Say which address to look at: --url https://chat.example.")
    url = origin_of("--url", url)
    widget_id = widget or (own.find_widget(place) if place is not None else None)
    if not widget_id:
        fail("Name a published widget: --widget with the id from its snippet.")
    return Site(url, widget_id)


def examine(site: Site, place: Place | None, silence_s: float = 0) -> Iterator[Finding]:
    """Everything that is found, as it is found. Without an answer at the address nothing further is asked of it."""
    reachable = True
    for finding in _safely("certificate", lambda: door.check_certificate(site)):
        yield finding
    for finding in _safely("address", lambda: door.check_reachable(site)):
        reachable = reachable and finding.level == "ok"
        yield finding
    if reachable:
        yield from _outside(site, silence_s)
    if place is not None:
        yield from _inside(site, place)


def _outside(site: Site, silence_s: float) -> Iterator[Finding]:
    checks: list[tuple[str, Check]] = [
        ("foreign host", lambda: door.check_host(site)),
        ("clock", lambda: door.check_clock(site)),
        ("caller's address", lambda: door.check_forwarded(site)),
        ("header buffers", lambda: door.check_buffers(site)),
        ("public API", lambda: calls.check_record(site)),
    ]
    for name, check in checks:
        yield from _safely(name, check)
    if not site.record:
        return
    further: list[tuple[str, Check]] = [
        ("loader", lambda: pages.check_loader(site)),
        ("frame", lambda: pages.check_frame(site)),
        ("frame policy", lambda: policies.check_policy(site)),
        ("Origin", lambda: calls.check_origin(site)),
        ("preflight", lambda: calls.check_preflight(site)),
        ("X-Halloo-Visitor", lambda: calls.check_visitor_header(site)),
        ("WebSocket", lambda: live.check_upgrade(site)),
        ("HTTP streaming", lambda: streaming.check_stream(site)),
        ("rescue relay", lambda: streaming.check_rescue(site)),
        ("upload", lambda: uploads.check_uploads(site)),
        ("host names", lambda: calls.check_hosts(site)),
        ("own names", lambda: names.check_names(site)),
    ]
    if silence_s:
        further.append(("silence", lambda: live.check_silence(site, silence_s)))
    for name, check in further:
        yield from _safely(name, check)


def _inside(site: Site, place: Place) -> Iterator[Finding]:
    yield from _safely("revision", lambda: own.check_revision(place))
    if site.name not in door.LOOPBACK or place.config.server.trusted_proxies:
        yield from _safely("trusted proxies", lambda: own.check_proxies(place))
    yield from _safely("storage", lambda: own.check_storage(place))
    yield from _safely("mail", lambda: own.check_mail(place))


def _safely(name: str, check: Check) -> Iterator[Finding]:
    """A connection that breaks in the middle of a check is a finding, too."""
    try:
        yield from check()
    except (OSError, http.client.HTTPException) as error:
        yield bad(
            name,
            f"The connection broke while this was looked at: {error or type(error).__name__}.",
            "Look into the proxy's log, and run the doctor again.",
        )
