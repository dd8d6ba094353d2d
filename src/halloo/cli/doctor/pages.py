"""Loader, frame and files: that they arrive as they were sent, under Halloo's own headers and no others."""

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence

from halloo.cli.doctor.finding import Finding, bad, ok, warn
from halloo.cli.doctor.site import Answer, Site
from halloo.csp.own import reporting_endpoints
from halloo.edge.deployment import features_of
from halloo.embed.answers import tag_of
from halloo.embed.policy import Header, frame_headers, shared_headers

OK, NOT_MODIFIED, NOT_FOUND = 200, 304, 404
_REDIRECTS = range(300, 400)
_WALLS = (401, 403, 407)
_FRESH = "public, max-age=60"
_FRESH_S = 60
_AGE = re.compile(r"(?:s-maxage|max-age)\s*=\s*\"?(\d+)")
_ASSET = re.compile(r'src="(/public/assets/[^"]+\.js)"')
PAGE = "https://doctor.invalid"
NO_HEADERS = (
    "Take out what adds it, or except /public/ from it.\n"
    "nginx: no add_header X-Frame-Options or Content-Security-Policy for this host; an outer block counts, too.\n"
    "Caddy: no header directive with such a name for this host."
)
_NO_CHANGES = (
    "Switch off whatever changes pages on their way: script optimisers, e-mail obfuscation, injected analytics.\n"
    "nginx: no sub_filter and gzip off; Caddy: no encode, no replace."
)
_NO_CACHE = "Have proxy and CDN keep /public/ and /core/public/ no longer than their Cache-Control says."


def page_origin(site: Site) -> str:
    """A page that may embed the widget."""
    domains = site.record.get("domains") or [PAGE]
    return str(domains[0])


def refused(check: str, what: str, answer: Answer) -> Finding | None:
    """Why an answer is not even the thing that was asked for."""
    if answer.status in _REDIRECTS:
        return bad(
            check,
            f"{what} is redirected, to {answer.get('location') or 'nowhere'}: a page's policy then stops matching.",
            "Serve /public/ and /core/public/ under the public address itself. A redirect from http to https is fine.",
        )
    if answer.status in _WALLS or answer.get("www-authenticate"):
        return bad(
            check,
            f"{what} answers {answer.status}: somebody has to sign in first.",
            "Except /public/ and /core/public/ from the proxy's sign-in: visitors have none.",
        )
    if answer.status == NOT_FOUND:
        return bad(check, f"{what} answers 404.", "Is the widget published, and its id right? Name one with --widget.")
    if answer.status != OK:
        return bad(check, f"{what} answers {answer.status}.", "Look into the server's and the proxy's logs.")
    return None


def check_loader(site: Site) -> Iterator[Finding]:
    """The loader's headers, bytes, tag and age."""
    path = f"/public/embed/{site.widget_id}"
    answer = site.ask(path, url=site.client)
    wrong = refused("loader", "The loader", answer)
    if wrong is not None:
        yield wrong
        return
    yield from _shared(answer, "loader")
    yield from _unchanged(answer, shared_headers(_FRESH), "loader")
    yield from _not_modified(site, path, answer)
    yield from _compressed(site, path, answer)
    yield from _fresh(answer, "loader")


def check_frame(site: Site) -> Iterator[Finding]:
    """The frame's headers and bytes."""
    answer = site.ask(f"/public/widget/{site.widget_id}?parentOrigin={page_origin(site)}", url=site.client)
    wrong = refused("frame", "The frame", answer)
    if wrong is not None:
        yield wrong
        return
    yield from _framing(answer)
    policies = answer.all("content-security-policy")
    policy = policies[0] if policies else ""
    features = features_of(site.record["config"]["v1"], rescue=False)
    if policy.isascii():
        endpoints = reporting_endpoints(str(site.record["hosts"]["client"]), site.widget_id)
        yield from _unchanged(answer, frame_headers(policy, endpoints, features), "frame")
    yield from _fresh(answer, "frame")
    yield from _isolated(answer)
    asset = _ASSET.search(answer.body.decode("utf-8", "replace"))
    if asset is not None:
        yield from _asset(site, asset[1])


def _framing(answer: Answer) -> Iterator[Finding]:
    """Exactly one policy with exactly one frame-ancestors, and no X-Frame-Options."""
    policies = answer.all("content-security-policy")
    ancestors = sum(
        part.strip().lower().startswith("frame-ancestors") for one in policies for part in re.split("[;,]", one)
    )
    options = answer.all("x-frame-options")
    if options:
        yield bad(
            "framing",
            f"Something adds X-Frame-Options: {', '.join(options)}. No site can show the widget.",
            NO_HEADERS,
        )
    if len(policies) != 1:
        said = (
            "has no Content-Security-Policy" if not policies else f"has {len(policies)} Content-Security-Policy headers"
        )
        yield bad("policy", f"The frame {said}; it needs Halloo's own and no other.", NO_HEADERS)
    elif ancestors != 1:
        yield bad("policy", f"The frame's policy names frame-ancestors {ancestors} times instead of once.", NO_HEADERS)
    elif not options:
        yield ok("framing", "One policy with one frame-ancestors, no X-Frame-Options.")


def _isolated(answer: Answer) -> Iterator[Finding]:
    lacking = [
        name
        for name, value in (
            ("cross-origin-resource-policy", "cross-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
        )
        if answer.all(name) != [value]
    ]
    if lacking:
        yield bad("isolation", f"The frame lost {', '.join(lacking)}: isolated pages cannot show it.", NO_HEADERS)


def _shared(answer: Answer, what: str) -> Iterator[Finding]:
    """What lets any website load a file."""
    if answer.all("cross-origin-resource-policy") != ["cross-origin"]:
        found = answer.get("cross-origin-resource-policy") or "none"
        yield bad(
            "resource policy", f"The {what}'s Cross-Origin-Resource-Policy is {found}, not cross-origin.", NO_HEADERS
        )
    elif answer.all("access-control-allow-origin") != ["*"]:
        found = answer.get("access-control-allow-origin") or "none"
        yield bad("resource policy", f"The {what}'s Access-Control-Allow-Origin is {found}, not *.", NO_HEADERS)
    else:
        yield ok("resource policy", f"The {what} may be loaded by every site.")
    if answer.all("set-cookie"):
        yield bad(
            "cookies",
            f"Something sets a cookie with the {what}: {answer.get('set-cookie').partition('=')[0]}.",
            "Halloo sets none for visitors. Switch off cookies of a load balancer or CDN for this host.",
        )


def _unchanged(answer: Answer, headers: Sequence[Header], what: str) -> Iterator[Finding]:
    """The ETag is made of the bytes: it tells whether they are those that were sent."""
    tag = answer.get("etag")
    if not tag:
        yield bad(f"{what} etag", f"The {what} lost its ETag.", _NO_CHANGES)
    elif tag.startswith("W/"):
        yield bad(f"{what} etag", f"The {what}'s ETag was weakened, as compressing on the way does.", _NO_CHANGES)
    elif tag.strip('"').removesuffix("-gz") != tag_of(answer.body, headers):
        yield bad(
            f"{what} bytes",
            f"The {what} is not what Halloo sent: something changes it on its way, or the server is of another release.",
            _NO_CHANGES,
        )
    else:
        yield ok(f"{what} bytes", f"The {what} arrives as it was sent.")


def _not_modified(site: Site, path: str, answer: Answer) -> Iterator[Finding]:
    if not answer.get("etag"):
        return
    again = site.ask(path, {"If-None-Match": answer.get("etag")}, url=site.client)
    if again.status == NOT_MODIFIED:
        yield ok("not modified", "Who has the loader already gets 304.")
    else:
        yield warn(
            "not modified",
            f"Who has the loader already gets it again ({again.status}): If-None-Match does not get through.",
            "Have the proxy pass If-None-Match on. It costs every visitor a download a minute.",
        )


def _compressed(site: Site, path: str, plain: Answer) -> Iterator[Finding]:
    answer = site.ask(path, {"Accept-Encoding": "gzip, br, zstd"}, url=site.client)
    how, tag = answer.get("content-encoding"), answer.get("etag")
    if how in ("", "identity"):
        yield warn("compression", "The loader comes uncompressed.", "Have the proxy pass Accept-Encoding on.")
    elif how != "gzip" or tag.startswith("W/") or not tag.endswith('-gz"'):
        yield warn("compression", f"Something else than Halloo compresses ({how}, ETag {tag or 'none'}).", _NO_CHANGES)
    elif _unzipped(answer.body) != plain.body:
        yield bad("compression", "The compressed loader differs from the plain one.", _NO_CHANGES)
    else:
        yield ok("compression", "Compressed once, by Halloo.")


def _unzipped(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        return b""


def _fresh(answer: Answer, what: str) -> Iterator[Finding]:
    """Nobody keeps it longer than Halloo says: a site that left the list would be served as long."""
    said, age = answer.get("cache-control"), answer.get("age")
    longest = max((int(one) for one in _AGE.findall(said)), default=0)
    if longest > _FRESH_S:
        yield bad(
            f"{what} caching",
            f"The {what} is to be kept for {longest} s instead of 60 (Cache-Control: {said}).",
            _NO_CACHE,
        )
    elif age.isdigit() and int(age) > _FRESH_S:
        yield bad(f"{what} caching", f"The {what} was {age} s old: something keeps it longer than 60 s.", _NO_CACHE)
    elif said != _FRESH:
        yield warn(f"{what} caching", f"The {what}'s Cache-Control was changed, to {said or 'nothing'}.", _NO_CACHE)
    else:
        yield ok(f"{what} caching", f"The {what} is kept for 60 s.")


def _asset(site: Site, path: str) -> Iterator[Finding]:
    answer = site.ask(path, url=site.client)
    wrong = refused("files", f"The frame's file {path}", answer)
    if wrong is not None:
        yield wrong
    elif answer.all("cross-origin-resource-policy") != ["cross-origin"]:
        yield bad("files", "The frame's files lost Cross-Origin-Resource-Policy.", NO_HEADERS)
    else:
        yield ok("files", "The frame's files can be loaded.")
