"""Rules for the addresses that may be called (hooks contract 9). Pure: whether a host may be connected to says the guard."""

import ipaddress
import re
from functools import lru_cache
from typing import Literal, NoReturn
from urllib.parse import quote

import idna

from halloo.kit.outbound.model import Url

UrlCode = Literal["url_scheme", "url_host", "url_port", "url_userinfo", "url_fragment", "url_too_long"]
SENTENCES: dict[UrlCode, str] = {
    "url_scheme": "The address must begin with https:// or http://.",
    "url_host": "The address has no valid host name, or holds a space, a backslash or a control character.",
    "url_port": "The port must be 80, 443 or one from 1024 to 65535 that no other service is known by.",
    "url_userinfo": "A user name or password, the part before @, does not belong into the address.",
    "url_fragment": "The address must have no part behind #.",
    "url_too_long": "The address is longer than 2,048 characters.",
}
MAX_CHARS = 2048
_MAX_HOST, _MAX_LABEL = 253, 63
_LAST_SYSTEM_PORT, _LAST_PORT = 1023, 65535
_DEFAULT_PORT: dict[str, int] = {"http": 80, "https": 443}
_SYSTEM_PORTS = (80, 443)
_BROWSERS_REFUSE = (
    1719,
    1720,
    1723,
    2049,
    3659,
    4045,
    4190,
    5060,
    5061,
    6000,
    6566,
    *range(6665, 6670),
    6679,
    6697,
    10080,
)
"""Of the Fetch standard's bad ports those from 1024; the ones below are refused anyway."""
_OTHER_SERVICES = (
    *(1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 5432, 5672, 5984, 6379, 9092, 9200, 9300, 10250, 11211, 27017),
)
REFUSED_PORTS = frozenset((*_BROWSERS_REFUSE, *_OTHER_SERVICES))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BAD_CHAR = re.compile(r"[\s\\\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_AUTHORITY = re.compile(r"//([^/?#]*)")
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?")
_PORT = re.compile(r"[0-9]{1,5}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_AS_WRITTEN = "".join(map(chr, range(0x21, 0x7F)))


class BadUrl(ValueError):
    """An address that breaks a rule; `code` names the first one."""

    def __init__(self, code: UrlCode) -> None:
        """Take the code; the message is the rule in words."""
        self.code: UrlCode = code
        super().__init__(SENTENCES[code])


@lru_cache(maxsize=512)
def parse_url(text: str) -> Url:
    """Take an address apart. Raises `BadUrl`."""
    if len(text) > MAX_CHARS:
        raise BadUrl("url_too_long")
    found = _SCHEME.match(text)
    scheme = found[1].lower() if found else ""
    if found is None or scheme not in ("http", "https"):
        raise BadUrl("url_scheme")
    if _BAD_CHAR.search(text):
        raise BadUrl("url_host")
    authority = _AUTHORITY.match(text, found.end())
    if authority is None:
        raise BadUrl("url_host")
    if "@" in authority[1]:
        raise BadUrl("url_userinfo")
    rest = text[authority.end() :]
    if "#" in rest:
        raise BadUrl("url_fragment")
    parts = _HOST_AND_PORT.fullmatch(authority[1])
    if parts is None:
        raise BadUrl("url_host")
    host, is_address = _host(parts[1])
    port = _port(parts[2], scheme)
    target = quote(rest if rest.startswith("/") else f"/{rest}", safe=_AS_WRITTEN)
    return Url(text, scheme, host, port, target, is_address)


def _port(text: str | None, scheme: str) -> int:
    if text is None:
        return _DEFAULT_PORT[scheme]
    port = int(text) if _PORT.fullmatch(text) else 0
    usual = port in _SYSTEM_PORTS or _LAST_SYSTEM_PORT < port <= _LAST_PORT
    if not usual or port in REFUSED_PORTS:
        raise BadUrl("url_port")
    return port


def _host(text: str) -> tuple[str, bool]:
    """The host in its one form, and whether it is an address."""
    if text.startswith("["):
        return _ipv6(text[1:-1]), True
    host = text.lower() if text.isascii() else _international(text)
    host = host.removesuffix(".")
    labels = host.split(".")
    if len(host) > _MAX_HOST or not all(len(label) <= _MAX_LABEL and _LABEL.fullmatch(label) for label in labels):
        _refuse_host()
    if _NUMERIC.fullmatch(labels[-1]):
        return _ipv4(host), True
    return host, False


def _ipv6(text: str) -> str:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        _refuse_host()
    if address.scope_id is not None or "%" in text:
        _refuse_host()
    return address.compressed


def _ipv4(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        _refuse_host()


def _international(text: str) -> str:
    """The ASCII form of a host that is not ASCII, by UTS #46 and IDNA 2008."""
    try:
        return idna.encode(text, uts46=True, transitional=False).decode().lower()
    except (UnicodeError, IndexError, ValueError):
        _refuse_host()


def _refuse_host() -> NoReturn:
    raise BadUrl("url_host") from None
