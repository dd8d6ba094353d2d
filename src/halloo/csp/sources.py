"""Source expressions: parse one, and match a URL with a list of them (csp contract 1.1, 1.3; CSP3 2.3.1 and 6.7.2). Pure.

A list is indexed by host once, so that matching does not grow with the length of a hostile policy.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import unquote_to_bytes

from halloo.csp.hashes import parse_hash
from halloo.csp.model import Reading

SourceKind = Literal["keyword", "nonce", "hash", "scheme", "host", "invalid"]

KEYWORDS = frozenset(
    {
        "'none'",
        "'report-sample'",
        "'report-sha256'",
        "'report-sha384'",
        "'report-sha512'",
        "'self'",
        "'strict-dynamic'",
        "'trusted-types-eval'",
        "'unsafe-allow-redirects'",
        "'unsafe-eval'",
        "'unsafe-hashes'",
        "'unsafe-inline'",
        "'unsafe-webtransport-hashes'",
        "'wasm-unsafe-eval'",
    }
)
_NAME = r"[A-Za-z][A-Za-z0-9+.-]*"
_NONCE = re.compile(r"'nonce-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE | re.ASCII)
_SCHEME = re.compile(rf"({_NAME}):")
_HOST = re.compile(
    rf"(?:({_NAME})://)?(\*|(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?)(?::([0-9]+|\*))?(?:(/[^;,?#]*)([?#].*)?)?"
)
_URL = re.compile(rf"({_NAME}):(?://(?:[^/?#@]*@)?(\[[^\]]*\]|[^:/?#]*)(?::([0-9]*))?)?([^?#]*)", re.DOTALL)
_IPV4 = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_UPGRADES = {("http", "https"), ("ws", "wss")}
_BY_THE_LETTER = _UPGRADES | {("ws", "http"), ("ws", "https"), ("wss", "https")}
_SAFER = ("http", "ws", "wss")
"""The schemes that allow others beside themselves."""
_FETCHED_AS = {"ws": "http", "wss": "https"}
_LONGEST_HOST = 253
_SHORT = 64


class Source(NamedTuple):
    """One source expression, `text` as written. Keyword, scheme, host and hash algorithm in lower case.

    `port`: digits, `*` or empty. `path`: still encoded, empty where none is written. `value`: the keyword with its quotes, the
    nonce, or the hash's base64. A tuple, because a hostile policy has thousands.
    """

    text: str
    kind: SourceKind
    value: str = ""
    algorithm: str = ""
    scheme: str = ""
    host: str = ""
    port: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Url:
    """A URL as matching sees it: `port` with the scheme's default filled in, empty where there is none."""

    scheme: str
    host: str
    port: str
    path: str

    @property
    def is_ip(self) -> bool:
        """Whether the host is an address of IPv4 or IPv6, not a name."""
        return self.host.startswith("[") or _IPV4.fullmatch(self.host) is not None

    @property
    def origin(self) -> str:
        """Scheme, host and port as reports have them; the scheme alone for what is not on a network."""
        if self.scheme not in _PORTS:
            return self.scheme
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


def parse_source(text: str, reading: Reading) -> Source:
    """What one token of a source list means; never fails: what is no source expression is `invalid`."""
    letter, browser = _remembered(text) if len(text) <= _SHORT else _both(text)
    return letter if reading == "letter" else browser


def _both(text: str) -> tuple[Source, Source]:
    """By the letter and in browsers: the same object, but for hashes and for what has a query (D6, D11)."""
    browser = _parsed(text, "browser")
    alike = "?" not in text and "#" not in text and text[:4].lower() != "'sha"
    return (browser if alike else _parsed(text, "letter")), browser


def _parsed(text: str, reading: Reading) -> Source:
    if text.startswith("'"):
        return _quoted(text, reading)
    if text.endswith(":") and (found := _SCHEME.fullmatch(text)):
        return Source(text, "scheme", scheme=found[1].lower())
    found = _HOST.fullmatch(text)
    if found is None or (found[5] and reading == "letter"):
        return Source(text, "invalid")
    scheme, host, port, path = found[1] or "", found[2].lower(), found[3] or "", found[4] or ""
    return Source(text, "host", "", "", scheme.lower(), host, port, path)


_remembered = lru_cache(maxsize=32_768)(_both)
"""A policy is read several times, by both readings and again with what was added to it; a few MB at the most."""


def _quoted(text: str, reading: Reading) -> Source:
    keyword = text.lower()
    if keyword in KEYWORDS:
        return Source(text, "keyword", keyword)
    if found := _NONCE.fullmatch(text):
        return Source(text, "nonce", found[1])
    if hashed := parse_hash(text, reading):
        return Source(text, "hash", hashed[1], hashed[0])
    return Source(text, "invalid")


@lru_cache(maxsize=64)
def split_url(url: str) -> Url | None:
    """The URL's parts; None for what is no absolute URL."""
    found = _URL.match(url)
    if found is None:
        return None
    scheme = found[1].lower()
    port = (found[3] or "").lstrip("0") or ("0" if found[3] else _PORTS.get(scheme, ""))
    return Url(scheme, (found[2] or "").lower(), port, found[4] or "/")


class _Paths:
    """The paths of one scheme, host and port, by what they are when decoded; the spellings are judged by `_path_matches`."""

    __slots__ = ("_lengths", "_whole", "any")

    def __init__(self, *, any: bool = False) -> None:
        self.any = any
        self._whole: dict[str, list[str]] = {}
        self._lengths: set[int] = set()

    def add(self, path: str) -> None:
        for key in {_decoded(path, "browser"), _decoded(path, "letter")}:
            self._whole.setdefault(key, []).append(path)
            if key.endswith("/"):
                self._lengths.add(len(key))

    def match(self, path: str, reading: Reading) -> bool:
        if self.any or not self._whole:
            return self.any
        decoded = _decoded(path, reading)
        keys = {decoded, *(decoded[:length] for length in self._lengths)}
        return any(_path_matches(written, path, reading) for key in keys for written in self._whole.get(key, ()))


_ANY = _Paths(any=True)


class SourceList:
    """A directive's list, in an order that answers quickly: its words, its schemes, and its host expressions by host."""

    __slots__ = ("_hosts", "_written", "hashes", "keywords", "nonces", "schemes", "star")

    def __init__(self, sources: Iterable[Source]) -> None:
        self.star = False
        self.keywords: set[str] = set()
        self.nonces: set[str] = set()
        self.hashes: set[tuple[str, str]] = set()
        self.schemes: set[str] = set()
        self._hosts: dict[str, dict[tuple[str, str], _Paths]] = {}
        self._written: dict[str, list[Source]] = {}
        for source in {id(one): one for one in sources}.values():
            if source.text == "*":
                self.star = True
            elif source.kind == "host":
                self._written.setdefault(source.host, []).append(source)
            elif source.kind == "scheme":
                self.schemes.add(source.scheme)
            elif source.kind == "keyword":
                self.keywords.add(source.value)
            elif source.kind == "nonce":
                self.nonces.add(source.value)
            elif source.kind == "hash":
                self.hashes.add((source.algorithm, source.value))

    @staticmethod
    def _add(by_origin: dict[tuple[str, str], _Paths], source: Source) -> None:
        key = (source.scheme, source.port and (source.port.lstrip("0") or "0"))
        if source.path in {"", "/"}:
            by_origin[key] = _ANY
        elif (paths := by_origin.get(key)) is None:
            by_origin[key] = paths = _Paths()
            paths.add(source.path)
        elif not paths.any:
            paths.add(source.path)

    def matches(
        self, url: Url, origin: Url | None, reading: Reading, *, redirected: bool = False, framed: bool = False
    ) -> bool:
        """Whether an expression of the list matches the URL (CSP3 6.7.2.6); `origin`: the policy's own, None if opaque.

        `framed`: it is a frame's address, for which browsers read `'self'` as the origin written out (D12).
        """
        if "'self'" in self.keywords and origin is not None and _is_self(url, origin):
            if not (framed and reading == "browser"):
                return True
            if _scheme_allows(origin.scheme, url.scheme, reading) and _port_allows(
                origin.port, url, origin.scheme, reading, framed=True
            ):
                return True
        if reading == "letter" and url.scheme in _FETCHED_AS:
            # D1: Fetch rewrites a socket's URL before the policy sees it.
            url = Url(_FETCHED_AS[url.scheme], url.host, url.port, url.path)
        own = origin.scheme if origin else ""
        if self.star and (url.scheme in _PORTS or url.scheme == own):
            return True
        if any(
            written in self.schemes and _scheme_allows(written, url.scheme, reading)
            for written in (url.scheme, *_SAFER)
        ):
            return True
        if reading == "letter" and url.is_ip:
            return False  # D3
        return any(
            redirected or paths.match(url.path, reading)
            for by_origin in self._by_host(url.host)
            for paths in _fitting(by_origin, url, own, reading, framed=framed)
        )

    def _by_host(self, host: str) -> Iterator[dict[tuple[str, str], _Paths]]:
        """The host expressions whose host part fits: the name itself, `*`, and `*.` before each of its parents."""
        names = ["*"]
        if len(host) <= _LONGEST_HOST:
            names += [host, *("*" + host[at:] for at, sign in enumerate(host) if sign == ".")]
        return (self._of_host(name) for name in names if name in self._written)

    def _of_host(self, name: str) -> dict[tuple[str, str], _Paths]:
        """The expressions of one host by scheme and port; put in order when first asked for."""
        if (known := self._hosts.get(name)) is None:
            known = self._hosts[name] = {}
            for source in self._written[name]:
                self._add(known, source)
        return known


def _fitting(
    by_origin: dict[tuple[str, str], _Paths], url: Url, own: str, reading: Reading, *, framed: bool
) -> Iterator[_Paths]:
    """The paths of those expressions whose scheme and port fit; where no scheme is written the page's `own` stands."""
    for written in {"", url.scheme, *_SAFER}:
        scheme = written or own
        if not _scheme_allows(scheme, url.scheme, reading):
            continue
        for port in {"", "*", "80", url.port}:
            if (paths := by_origin.get((written, port))) and _port_allows(port, url, scheme, reading, framed=framed):
                yield paths


def _is_self(url: Url, origin: Url) -> bool:
    """CSP3 6.7.2.8, its last step: the same origin, or a safer scheme of the same host."""
    if url.host != origin.host:
        return False
    if (url.scheme, url.port) == (origin.scheme, origin.port):
        return True
    defaults = url.port == _PORTS.get(url.scheme) and origin.port == _PORTS.get(origin.scheme)
    if url.port != origin.port and not defaults:
        return False
    return url.scheme in {"https", "wss"} or (origin.scheme == "http" and url.scheme in {"http", "ws"})


def _scheme_allows(written: str, scheme: str, reading: Reading) -> bool:
    """CSP3 6.7.2.9: a scheme allows itself and what is safer than it."""
    return written == scheme or (written, scheme) in (_BY_THE_LETTER if reading == "letter" else _UPGRADES)


def _port_allows(written: str, url: Url, scheme: str, reading: Reading, *, framed: bool) -> bool:
    """CSP3 6.7.2.11. D2: in browsers a written port goes with an upgrade of the scheme only from 80 to 443, and has to.

    For all but frames 443 itself goes with the upgrade of http, too.
    """
    if not written:
        return url.port == _PORTS.get(url.scheme)
    if reading == "browser" and written != "*" and scheme != url.scheme:
        return url.port == "443" and (written == "80" or (written == "443" and scheme == "http" and not framed))
    return written in {"*", url.port}


def _path_matches(written: str, path: str, reading: Reading) -> bool:
    """CSP3 6.7.2.12; D5: browsers decode before they look for slashes."""
    if written in {"", "/"}:
        return True
    if "%" not in written and "%" not in path:
        return path.startswith(written) if written.endswith("/") else path == written
    if reading == "browser":
        decoded, whole = _decoded(written, reading), _decoded(path, reading)
        return whole.startswith(decoded) if decoded.endswith("/") else whole == decoded
    ours, theirs = written.split("/"), path.split("/")
    if ours[-1]:
        return len(ours) == len(theirs) and _same_segments(ours, theirs)
    return len(ours) <= len(theirs) and _same_segments(ours[:-1], theirs)


def _decoded(path: str, reading: Reading) -> str:
    """Each byte as a character; browsers read UTF-8 where the whole path is that."""
    if "%" not in path and path.isascii():
        return path
    content = unquote_to_bytes(path.encode(errors="surrogatepass"))
    try:
        return content.decode("utf-8" if reading == "browser" else "latin-1")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _same_segments(ours: list[str], theirs: list[str]) -> bool:
    return all(_decoded(a, "letter") == _decoded(b, "letter") for a, b in zip(ours, theirs, strict=False))


def forget() -> None:
    """Drop what was remembered of earlier policies: for measuring."""
    _remembered.cache_clear()
