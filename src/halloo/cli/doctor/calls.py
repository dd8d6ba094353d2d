"""The public API through the proxy: that headers pass untouched both ways. Reads alone; nothing is written."""

import json
from collections.abc import Iterator

from halloo.cli.doctor.door import LOOPBACK
from halloo.cli.doctor.finding import Finding, bad, ok, warn
from halloo.cli.doctor.names import elsewhere, hosts_of
from halloo.cli.doctor.pages import OK, page_origin, refused
from halloo.cli.doctor.site import Answer, Site
from halloo.kit.ids import new_secret

_FORBIDDEN, _UNAUTHORIZED, _NO_CONTENT = 403, 401, 204
_UNTOUCHED = "Have the proxy pass {header} on as it came. nginx and Caddy do so unless they are told otherwise."
_NO_CORS = "Take the proxy's own Access-Control-… headers out for this host: Halloo answers for itself."


def check_record(site: Site) -> Iterator[Finding]:
    """The widget's public record, without which nothing else can be looked at."""
    answer = site.ask(site.api)
    client = elsewhere(answer)
    if client is not None:
        answer = site.ask(site.api, url=client)
    wrong = refused("public API", "The widget's record", answer)
    if wrong is not None:
        yield wrong
        return
    try:
        site.record = json.loads(answer.body)
        client = str(site.record["hosts"]["client"])
    except (ValueError, KeyError, TypeError):
        site.record = {}
        yield bad(
            "public API",
            "The widget's record is no JSON of ours: something changes it on its way.",
            "See docs/guide/proxy.md.",
        )
        return
    yield ok("public API", "The widget's record can be read.")
    yield from _own_address(site, client)


def _own_address(site: Site, client: str) -> Iterator[Finding]:
    own = client.partition("://")[2].partition(":")[0]
    here = site.name in LOOPBACK or site.name.endswith(".localhost")
    if (own in LOOPBACK and not here) or (site.secure and client.startswith("http://")):
        yield bad(
            "own address",
            f"The server believes to be at {client}: links, policies and origins would be wrong.",
            f'halloo.toml: [public] url = "{site.url}"',
        )
    else:
        yield ok("own address", f"Widgets are served from {client}.")


def check_origin(site: Site) -> Iterator[Finding]:
    """`Origin` arrives as it was sent, and the answer to it comes back."""
    path, page = f"{site.api}/conversations", page_origin(site)
    turned = site.ask(path, {"Origin": "null"}, url=site.client)
    if turned.status == _FORBIDDEN and turned.error() == "origin_not_allowed":
        yield ok("Origin", "A page that may not embed the widget is refused: Origin arrives.")
    else:
        yield bad(
            "Origin",
            f"A page that may not embed the widget got {turned.status}: Origin is taken off or rewritten on its way.",
            _UNTOUCHED.format(header="Origin"),
        )
    answer = site.ask(path, {"Origin": page}, url=site.client)
    yield from _cors(answer, page)


def _cors(answer: Answer, page: str) -> Iterator[Finding]:
    allowed = answer.all("access-control-allow-origin")
    if answer.status != OK:
        yield bad("CORS", f"A page that may embed the widget ({page}) got {answer.status}.", _NO_CORS)
    elif allowed != [page] or answer.all("access-control-allow-credentials"):
        yield bad(
            "CORS", f"Access-Control-Allow-Origin is {', '.join(allowed) or 'missing'} instead of {page}.", _NO_CORS
        )
    elif "no-store" not in answer.get("cache-control"):
        yield bad(
            "API caching",
            f"Answers to visitors have Cache-Control: {answer.get('cache-control') or 'none'}.",
            "Have proxy and CDN keep nothing below /core/: what one visitor reads is for them alone.",
        )
    else:
        yield ok("CORS", "A page that may embed the widget is answered as such.")


def check_preflight(site: Site) -> Iterator[Finding]:
    """Browsers ask before they send our header."""
    page = page_origin(site)
    asked = {
        "Origin": page,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-halloo-visitor",
    }
    answer = site.ask(f"{site.api}/visitor", asked, method="OPTIONS", url=site.client)
    headers = answer.get("access-control-allow-headers").lower()
    if (
        answer.status == _NO_CONTENT
        and answer.all("access-control-allow-origin") == [page]
        and "x-halloo-visitor" in headers
    ):
        yield ok("preflight", "Browsers are told which headers they may send.")
    else:
        yield bad(
            "preflight",
            f"OPTIONS answers {answer.status}, with Access-Control-Allow-Headers: {headers or 'none'}.",
            _NO_CORS + " Let OPTIONS through to it.",
        )


def check_visitor_header(site: Site) -> Iterator[Finding]:
    """`X-Halloo-Visitor` arrives. A token that nobody has is refused; without the header the answer would be an empty list."""
    answer = site.ask(f"{site.api}/conversations", {"X-Halloo-Visitor": new_secret("hvt_")}, url=site.client)
    if answer.status == _UNAUTHORIZED and answer.error() == "visitor_token_invalid":
        yield ok("X-Halloo-Visitor", "The visitors' header arrives.")
    elif answer.status == OK:
        yield bad(
            "X-Halloo-Visitor",
            "The visitors' header does not arrive: everybody would be somebody new with each request.",
            _UNTOUCHED.format(header="X-Halloo-Visitor"),
        )
    else:
        yield warn(
            "X-Halloo-Visitor", f"A token that nobody has got {answer.status}, not 401.", "Look into the server's log."
        )


def check_hosts(site: Site) -> Iterator[Finding]:
    """Advice: walls between what visitors, operators and strangers' files run on."""
    hosts = hosts_of(site)
    client, storage, inbox = hosts.client, hosts.storage, hosts.public
    if client == inbox:
        yield warn(
            "host names",
            "Widget and inbox share a host name.",
            "It works. A name of its own for the widget is one wall more: docs/guide/names.md.",
        )
    elif storage in (client, inbox):
        yield warn(
            "host names",
            "Uploaded files share a host name with widget or inbox.",
            "Give them one of their own, best under another domain: [hosts] storage.",
        )
    else:
        yield ok("host names", "Widget, inbox and files have host names of their own.")
