"""The hosts' own names: each is reached, and serves what is its own and nothing else. With one name for all there is nothing to see."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

from halloo.cli.doctor.finding import Finding, bad, ok, warn
from halloo.cli.doctor.site import Answer, Site
from halloo.edge.names import Names, Owner, name_of, names_of
from halloo.widgets.settings import Hosts, origin_of

_OK, _NOT_FOUND = 200, 404
_NEEDED: frozenset[Owner] = frozenset({"public", "client", "relay"})
"""Without these there is no chat; the rescue relay has a check of its own."""
_LEAD = (
    "Lead the name to Halloo, with a certificate of its own: docs/guide/names.md.\n"
    "If it has none, take it out of [hosts] in halloo.toml."
)
_HOST = "nginx: proxy_set_header Host $host;\nCaddy passes it on by itself."


def elsewhere(answer: Answer) -> str | None:
    """The origin that an answer names as the one that has what was asked for; None where it names none."""
    if answer.status != _NOT_FOUND:
        return None
    try:
        found: Any = json.loads(answer.body)
        return origin_of("host", str(found["details"]["host"]))
    except (ValueError, KeyError, TypeError):
        return None


def hosts_of(site: Site) -> Hosts:
    """The hosts as the widget's record says; the inbox is where the looked-at address says that it is."""
    named: dict[str, Any] = site.record["hosts"]

    def origin(role: str) -> str | None:
        address = named.get(role)
        return None if address is None else _plain(str(address))

    site.public = site.public or elsewhere(site.ask("/inbox")) or site.url
    client = site.client
    return Hosts(
        public=site.public,
        client=client,
        relay=origin("relay") or client,
        image=origin("image") or client,
        storage=origin("storage") or client,
        rescue=origin("rescue"),
        game=origin("game"),
        stream=origin("stream"),
    )


def _plain(address: str) -> str:
    """A socket's address as the origin that answers HTTP."""
    return origin_of(
        "hosts", "http" + address.removeprefix("ws").removesuffix("/relay") if address.startswith("ws") else address
    )


def check_names(site: Site) -> Iterator[Finding]:
    """Each name answers, and for its own alone."""
    names = names_of(hosts_of(site))
    if len(names.owners) == 1:
        return
    wrong = False
    for owner, origin in names.origins.items():
        if owner == "rescue":
            continue
        for finding in _one(site, names, owner, origin):
            wrong = True
            yield finding
    if not wrong:
        yield ok("own names", "Each host name answers, and for its own alone.")


def _one(site: Site, names: Names, owner: Owner, origin: str) -> Iterator[Finding]:
    setting = "public.url" if owner == "public" else f"hosts.{owner}"
    try:
        alive = site.ask("/healthz", url=origin)
        found = "" if alive.status == _OK else f"it answers {alive.status}"
    except (OSError, http.client.HTTPException) as error:
        found = str(error) or type(error).__name__
    if found:
        say = bad if owner in _NEEDED else warn
        yield say("own names", f"{origin} ({setting}) does not lead to Halloo: {found}.", _LEAD)
        return
    owners = names.owners[name_of(origin)]
    for path in ("/inbox", f"/public/embed/{site.widget_id}"):
        if names.elsewhere(owners, path) is None:
            continue
        answer = site.ask(path, url=origin)
        if answer.status == _OK:
            yield warn(
                "own names",
                f"{origin} ({setting}) also answers {path}, which is another host's: the proxy writes the name itself, "
                "or server.hosts holds it.",
                _HOST,
            )
            return
