"""Files on their way through the proxy: their size, that they are passed on as they come, and that they go on where a line broke.

The server takes them at `/uploads/trial` and keeps nothing, so that no right is needed and nothing is left behind.
"""

import http.client
import json
import os
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from halloo.cli.doctor.finding import Finding, bad, ok, warn
from halloo.cli.doctor.site import AGENT, Answer, Site
from halloo.files.trial import MOST, PATH

_OK, _EMPTY, _NOT_FOUND, _TOO_LARGE, _LATER = 200, 204, 404, 413, 429
_FIRST = 64 * 1024
PAUSE_S = 1.0
"""Between the first bytes and the rest: a proxy that passes them on as they come passes the pause on, too."""
_OFFSET = 4096
_MIB = MOST // (1024 * 1024)
_SIZE = (
    "nginx, in location /uploads/: client_max_body_size 0; Halloo checks sizes itself, before it reads.\n"
    "Apache: LimitRequestBody 0. Caddy: take request_body max_size out. Others: look for a limit of bodies, or of time."
)
_BUFFER = (
    "nginx, in location /uploads/: proxy_request_buffering off;\n"
    "Caddy does so by itself; take request_buffers out of reverse_proxy. Traefik: take the buffering middleware away from /uploads/."
)
_METHODS = (
    "Let HEAD, PUT, PATCH, DELETE and OPTIONS through to /uploads/: look at nginx's limit_except, a firewall for applications, "
    "and the CDN's rules."
)
_HEADER = "Let the header Upload-Offset through, to Halloo and back: firewalls and CDNs have lists of headers that they pass on."


def check_uploads(site: Site) -> Iterator[Finding]:
    """An upload of 4 MiB, the way a browser sends it."""
    answer = _put(site)
    if answer is None:
        yield bad("upload", f"The connection broke while {_MIB} MiB were sent.", _SIZE)
        return
    told = _told(answer)
    if answer.status == _TOO_LARGE:
        yield bad("upload", f"The proxy refuses {_MIB} MiB with 413: larger files cannot be sent.", _SIZE)
    elif answer.status == _NOT_FOUND and answer.error() == "upload_not_found":
        yield warn("upload", "The server takes no trial of an upload: it is of another release.", "Upgrade it.")
        return
    elif answer.status == _LATER and answer.error():
        yield warn("upload", "Other trials are under way.", "Run the doctor again in a moment.")
        return
    elif answer.status != _OK or "received" not in told:
        yield bad("upload", f"A PUT to {PATH} is answered with {answer.status}, and not by Halloo.", _METHODS)
    elif told["received"] != MOST:
        yield bad("upload", f"Of {MOST} bytes {told['received']} reach Halloo.", _SIZE)
    else:
        yield ok("upload", f"{_MIB} MiB get through.")
        yield _flows(told)
    yield from _goes_on(site)


def _flows(told: dict[str, Any]) -> Finding:
    if told["took_ms"] < PAUSE_S * 1000 / 2:
        return warn(
            "upload flow",
            "The proxy collects uploads before it passes them on: one whose line breaks begins anew, and shows as sent too early.",
            _BUFFER,
        )
    return ok("upload flow", "Uploads are passed on as they come.")


def _goes_on(site: Site) -> Iterator[Finding]:
    """What is needed to go on where a line broke: HEAD says where, PATCH goes on, DELETE gives up."""
    url = _storage(site)
    head = site.ask(PATH, method="HEAD", url=url)
    patch = site.ask(
        PATH,
        {"Upload-Offset": str(_OFFSET), "Content-Type": "application/octet-stream"},
        method="PATCH",
        body=b"more",
        url=url,
    )
    told = _told(patch)
    delete = site.ask(PATH, method="DELETE", url=url)
    refused = [
        f"{method} is answered with {one.status}"
        for method, one, right in (("HEAD", head, _EMPTY), ("PATCH", patch, _OK), ("DELETE", delete, _EMPTY))
        if one.status != right
    ]
    if refused:
        yield bad("upload resume", f"What uploads need besides PUT is refused: {', '.join(refused)}.", _METHODS)
    elif told.get("offset") != _OFFSET:
        yield bad("upload resume", "Uploads whose line breaks cannot go on: Upload-Offset does not arrive.", _HEADER)
    elif not (head.get("upload-offset") and patch.get("upload-offset")):
        yield bad("upload resume", "Uploads whose line breaks cannot go on: Upload-Offset does not come back.", _HEADER)
    else:
        yield ok("upload resume", "An upload goes on where its line broke.")


def _storage(site: Site) -> str:
    return str(site.record["hosts"].get("storage") or site.client)


def _put(site: Site) -> Answer | None:
    """The answer to an upload that makes a pause; None where the line broke. A refusal in the middle is heard as well."""
    body = os.urandom(MOST)
    url = _storage(site)
    line = site.connection(url)
    try:
        line.putrequest("PUT", PATH, skip_host=True, skip_accept_encoding=True)
        for name, value in (
            ("Host", urlsplit(url).netloc),
            ("User-Agent", AGENT),
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", str(MOST)),
        ):
            line.putheader(name, value)
        line.endheaders()
        try:
            line.send(body[:_FIRST])
            time.sleep(PAUSE_S)
            line.send(body[_FIRST:])
        except OSError:
            pass  # whoever refuses hangs up
        answer = line.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read(1 << 20))
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()


def _told(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType] - any JSON
