"""The way in: address, certificate, host name, clock, what the server sees of its callers."""

import http.client
import json
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from halloo.cli.doctor.finding import Finding, bad, ok, warn
from halloo.cli.doctor.site import Answer, Site
from halloo.edge.health import PADDING

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SOON, _VERY_SOON = 14, 3
_CLOCK_S = 30
_DAY_S = 86_400
SPOOFED = "100.64.13.37"
"""An address that no visitor of the open internet has; a private one would not be told."""
_TIMESYNC = "Let the machine set its clock by the network, such as with systemd-timesyncd or chrony."
_READY = "Ask again in a moment: it may just start or stop. Else look into the server's log, and whether the proxy passes /readyz."
_FORWARD = (
    "nginx: proxy_set_header X-Forwarded-For $remote_addr;\n"
    "Caddy does so by itself. Name in server.trusted_proxies the proxies alone, never everybody."
)


def check_reachable(site: Site) -> Iterator[Finding]:
    """The public address answers, and so does the database behind it."""
    try:
        answer, ready = site.ask("/healthz"), site.ask("/readyz")
    except (OSError, http.client.HTTPException) as error:
        why = (
            "its certificate is not accepted" if isinstance(error, ssl.SSLError) else f"{error or type(error).__name__}"
        )
        yield bad(
            "address",
            f"{site.url} cannot be reached: {why}.",
            "Look whether the name leads to this machine, the proxy runs, and the firewall lets it through.",
        )
        return
    if answer.status != 200:  # noqa: PLR2004 - HTTP
        yield from _not_ours(site, answer)
        return
    yield ok("address", f"{site.url} answers.")
    parts = _json(ready).get("parts", {})
    if ready.status == 200:  # noqa: PLR2004 - HTTP
        yield ok("database", "The server and its database work.")
    elif parts.get("database") not in (None, "ok"):
        yield bad("database", "The server lives, and its database does not answer.", "Look into the server's log.")
    else:
        yield bad("database", f"{site.url}/readyz answers {ready.status}: the server is not ready.", _READY)


def _not_ours(site: Site, answer: Answer) -> Iterator[Finding]:
    if answer.status == 421:  # noqa: PLR2004 - HTTP
        yield bad(
            "address",
            f"{site.url} answers 421: Halloo does not know this host name, or the proxy does not pass it on.",
            f'halloo.toml: [public] url = "{site.url}"\nnginx: proxy_set_header Host $host;',
        )
    else:
        where = f", to {answer.get('location')}" if answer.get("location") else ""
        yield bad(
            "address",
            f"{site.url}/healthz answers {answer.status}{where}, which is not Halloo's answer.",
            "Have the proxy pass every path of this host name to Halloo, without a sign-in of its own.",
        )


def check_certificate(site: Site) -> Iterator[Finding]:
    """Encrypted everywhere, with a certificate that lasts."""
    if not site.secure:
        if site.name in LOOPBACK or site.name.endswith(".localhost"):
            yield warn("https", "Plain http, on this machine alone.", "Visitors need https: docs/guide/proxy.md.")
        else:
            yield bad(
                "https", "The public address is plain http.", "Put a proxy with https in front: docs/guide/proxy.md."
            )
        return
    try:
        shown = site.certificate()
    except ssl.SSLCertVerificationError as error:
        yield bad("certificate", f"Browsers refuse the certificate: {error.verify_message}.", _renew())
        return
    except OSError as error:
        yield bad("certificate", f"No encrypted connection came about: {error}.", "Look at the proxy's TLS settings.")
        return
    days = int((ssl.cert_time_to_seconds(str(shown["notAfter"])) - time.time()) // _DAY_S)
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC).date()
    if days < _SOON:
        make = bad if days < _VERY_SOON else warn
        yield make("certificate", f"The certificate ends in {days} days, on {until}.", _renew())
    else:
        yield ok("certificate", f"Valid for {days} more days, until {until}.")


def _renew() -> str:
    return "Renew it. Caddy does so by itself; with nginx look at what renews it, such as certbot's timer, and the whole chain."


def check_host(site: Site) -> Iterator[Finding]:
    """Other host names are turned away."""
    try:
        answer = site.ask("/healthz", {"Host": "doctor.invalid"})
    except (OSError, http.client.HTTPException):
        yield ok("foreign host", "The proxy turns other host names away.")
        return
    if answer.status == 421:  # noqa: PLR2004 - HTTP
        yield ok("foreign host", "Other host names get 421.")
    elif answer.status == 200 and answer.body.startswith(b'{"status"'):  # noqa: PLR2004 - HTTP
        yield warn(
            "foreign host",
            "A request under a foreign host name reaches Halloo under its own: the proxy writes the name itself.",
            "nginx: proxy_set_header Host $host;\nCaddy passes it on by itself.",
        )
    else:
        yield ok("foreign host", f"The proxy turns other host names away with {answer.status}.")


def check_clock(site: Site) -> Iterator[Finding]:
    """Clocks within 30 seconds, the server's own and that of the proxy's answers."""
    before = time.time()
    answer = site.ask("/healthz?probe=address")
    here = (before + time.time()) / 2
    times = {"server's": _time_of(answer), "answer's Date": _date_of(answer)}
    for whose, there in times.items():
        if there is not None and abs(there - here) > _CLOCK_S:
            yield bad("clock", f"The {whose} clock is {there - here:+.0f} s off this machine's.", _TIMESYNC)
            return
    if all(there is None for there in times.values()):
        yield warn("clock", "The answers tell no time.", "Have the proxy leave the Date header in.")
    else:
        off = max(abs(there - here) for there in times.values() if there is not None)
        yield ok("clock", f"Within {max(1, round(off))} s of this machine's.")


def _json(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType] - any JSON


def _time_of(answer: Answer) -> float | None:
    told = _json(answer).get("time")
    return told / 1000 if isinstance(told, int) else None


def _date_of(answer: Answer) -> float | None:
    try:
        return parsedate_to_datetime(answer.get("date")).timestamp()
    except ValueError:
        return None


def check_forwarded(site: Site) -> Iterator[Finding]:
    """Whose word on a caller's address counts."""
    plain = _json(site.ask("/healthz?probe=address")).get("address")
    claimed = _json(site.ask("/healthz?probe=address", {"X-Forwarded-For": SPOOFED})).get("address")
    if plain is None:
        yield warn(
            "caller's address", "The server does not tell whom it sees: it is of another release.", "Upgrade it."
        )
    elif claimed == SPOOFED:
        yield bad(
            "caller's address",
            "Anybody can claim any address with X-Forwarded-For, and so escape every rate.",
            _FORWARD,
        )
    elif plain == "internal" and site.name not in LOOPBACK and not site.name.endswith(".localhost"):
        yield warn(
            "caller's address",
            "The server sees an internal address as the caller's. If this machine is not inside too, all visitors count as one.",
            'halloo.toml: [server] trusted_proxies = ["127.0.0.1", "::1"], or wherever the proxy is.\n' + _FORWARD,
        )
    else:
        yield ok("caller's address", "What a caller claims in X-Forwarded-For is not believed.")


def check_buffers(site: Site) -> Iterator[Finding]:
    """Room for headers: a widget with many domains has a long policy."""
    advice = "nginx: proxy_buffer_size 16k; proxy_buffers 8 16k; proxy_busy_buffers_size 32k;"
    try:
        answer = site.ask("/healthz?probe=headers")
    except (OSError, http.client.HTTPException) as error:
        yield bad("header buffers", f"A response with 8 KiB of headers does not get through: {error}.", advice)
        return
    if len(answer.get("x-halloo-padding")) == PADDING:
        yield ok("header buffers", "A response with more than 8 KiB of headers gets through.")
    else:
        yield bad("header buffers", f"A response with 8 KiB of headers became {answer.status} without them.", advice)
