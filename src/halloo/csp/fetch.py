"""Fetch a page with its headers, through the one guarded way out (csp contract 4, `--url`)."""

import asyncio
import re
import zlib
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.model import Exchange, Failure, Limits, Url
from halloo.kit.outbound.url import BadUrl, parse_url
from halloo.kit.refusals import Invalid

REDIRECTS = 5
TIME_S = 10.0
BODY_BYTES = 2 * 1024 * 1024
_LIMITS = Limits(connect_s=5.0, answer_s=8.0, body_s=8.0, body_bytes=BODY_BYTES, head_bytes=64 * 1024)
_ACCEPT = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.1"}
_MOVED = frozenset({301, 302, 303, 307, 308})
_GOOD = range(200, 300)
_GZIP_OR_ZLIB = 47
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_ENCODINGS = frozenset(
    {"utf-8", "utf8", "utf-16", "utf-16-le", "utf-16-be", "utf-16le", "utf-16be", "shift_jis", "euc-jp", "iso-2022-jp"}
    | {"gbk", "gb2312", "gb18030", "big5", "euc-kr"}
)
"""Encodings that do not leave ASCII as it is, and the commonest that do. The others are read byte by byte."""
Why = Failure | Literal["address", "too_many_redirects"]
_SENTENCES: dict[Why, str] = {
    "dns": "its name is not known. Check the address.",
    "blocked_address": "its address is inside a network that this server must not call. An administrator may allow it with "
    "hooks.allow_networks; or paste the policy instead.",
    "connect": "it takes no connections. Check the address and the port.",
    "connect_timeout": "it took no connection in time. Try again, or paste the policy instead.",
    "tls": "its certificate or its TLS is not sound.",
    "timeout": "it did not answer in time. Try again, or paste the policy instead.",
    "head_too_large": "the headers of its answer are too large.",
    "too_many_redirects": f"it leads on to another address more than {REDIRECTS} times.",
}
_NO_ANSWER = "its answer is not one of HTTP."


class PageUnreachable(Invalid):
    """The page could not be fetched."""

    code = "page_unreachable"

    def __init__(self, url: str, why: str, reason: Why, status: int | None = None) -> None:
        """`why` is the rest of a sentence that begins with the address; `reason` is for programs."""
        super().__init__(f"{url} could not be fetched: {why}", reason=reason, status=status)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. `url`: where it was found in the end. `headers`: in order, names in lower case. `notes`: what was not read."""

    url: str
    headers: tuple[tuple[str, str], ...]
    html: str
    notes: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """The origin of the page's address."""
        return origin_of(parse_url(self.url))

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a header, in order."""
        return tuple(value for known, value in self.headers if known == name)


def origin_of(url: Url) -> str:
    """The origin of an address, its port only where it is not the scheme's own."""
    return f"{url.scheme}://{url.authority}"


async def fetch_page(outbound: Outbound, address: str) -> Fetched:
    """Fetch a page: http or https, up to 5 redirects each judged anew, 10 s, 2 MiB, no credentials. Raises `PageUnreachable`."""
    try:
        async with asyncio.timeout(TIME_S):
            return await _follow(outbound, address)
    except TimeoutError:
        raise _refused(address, "timeout") from None


async def _follow(outbound: Outbound, address: str) -> Fetched:
    at = address
    for _ in range(REDIRECTS + 1):
        at = at.partition("#")[0]
        try:
            url = parse_url(at)
        except BadUrl as error:
            raise PageUnreachable(at[:200], str(error), "address") from None
        got = await outbound.get(url, _LIMITS, _ACCEPT)
        if got.status is None:
            raise _refused(at, "protocol" if got.outcome == "success" else got.outcome)
        headers = _headers(got.response_head)
        onward = next((value for name, value in headers if name == "location"), "")
        if got.status not in _MOVED or not onward:
            return _page(at, got, headers)
        at = _next(at, onward)
    raise _refused(address, "too_many_redirects")


def _refused(address: str, reason: Why) -> PageUnreachable:
    return PageUnreachable(address[:200], _SENTENCES.get(reason, _NO_ANSWER), reason)


def _next(at: str, onward: str) -> str:
    """Where an answer leads on to. Addresses that are not ASCII come in UTF-8, as browsers take them; headers are read byte by byte."""
    try:
        return urljoin(at, onward.encode("latin-1").decode("utf-8", "replace"))
    except ValueError:
        raise PageUnreachable(at[:200], "it leads on to what is no address.", "address") from None


def _headers(head: bytes) -> tuple[tuple[str, str], ...]:
    lines = re.sub(rb"\r\n[ \t]+", b" ", head).decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if line)
    return tuple((name.strip().lower(), value.strip(" \t")) for name, _, value in pairs)


def _page(at: str, got: Exchange, headers: tuple[tuple[str, str], ...]) -> Fetched:
    """The page. Raises `PageUnreachable` for an answer that is none."""
    if got.status not in _GOOD:
        why = f"it answered {got.status}. Give an address that shows the page to everybody."
        raise PageUnreachable(at[:200], why, "status", got.status)
    first = dict(reversed(headers))
    kind = first.get("content-type", "text/html")
    notes: list[str] = []
    if kind.partition(";")[0].strip().lower() not in ("text/html", "application/xhtml+xml"):
        return Fetched(at, headers, "", (f"The answer is no HTML but {kind[:80]}: only its headers were read.",))
    body, cut = _unpacked(got.response_body, first.get("content-encoding", "").strip().lower())
    if body is None:
        return Fetched(
            at, headers, "", ("The answer is packed in a way that was not asked for: only its headers were read.",)
        )
    if cut or len(got.response_body) >= BODY_BYTES:
        notes.append("Only the first 2 MiB of the page were read.")
    elif got.truncated:
        notes.append("The page broke off, or its end took too long: only what had come was read.")
    return Fetched(at, headers, _text(body, kind), tuple(notes))


def _unpacked(body: bytes, encoding: str) -> tuple[bytes | None, bool]:
    """The body, and whether more of it was left out. None for what cannot be unpacked."""
    if encoding in ("", "identity"):
        return body, False
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return None, False
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        return unpacking.decompress(body, BODY_BYTES), bool(unpacking.unconsumed_tail)
    except zlib.error:
        return None, False


def _text(body: bytes, kind: str) -> str:
    """The body as text. What stands in policies and tags is ASCII, in nearly every encoding the same."""
    marks = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb": "utf-8"}
    named = _CHARSET.search(kind)
    encoding = marks.get(body[:2]) or (named[1].lower() if named else "utf-8")
    return body.decode(encoding if encoding in _ENCODINGS else "latin-1", "replace")
