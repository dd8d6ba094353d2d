"""Allowed domains: one normaliser and one matcher (embedding contract 3). Pure.

The browser code has the same two functions; all are driven by `origin_vectors.json`. For every
accepted entry `new URL(entry).origin` gives the same text.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

import idna

from halloo.widgets.errors import DomainInvalid, TooManyDomains

Decision = Literal["allow", "deny"]
Reason = Literal[
    "empty",
    "too_long",
    "bad_char",
    "bad_scheme",
    "userinfo",
    "bad_host",
    "wildcard",
    "ipv6_unsupported",
    "bad_idn",
    "trailing_dot",
    "opaque",
    "bad_ipv4",
    "bad_port",
]

REASONS: dict[Reason, str] = {
    "empty": "it is empty; write an address such as https://example.com.",
    "too_long": "it is longer than 2,048 bytes.",
    "bad_char": "it contains a space, a backslash or a control character; one address an entry.",
    "bad_scheme": "only https:// and http:// addresses can be allowed.",
    "userinfo": "a user name or password (the part before @) does not belong here.",
    "bad_host": "this is not a host name.",
    "wildcard": "wildcards are not supported; add each host.",
    "ipv6_unsupported": "IPv6 addresses cannot be protected by browsers; use a host name.",
    "bad_idn": "this international name is not valid; enter its xn-- form.",
    "trailing_dot": "remove the dot at the end of the host name.",
    "opaque": "“null” stands for pages without an origin; they cannot be allowed.",
    "bad_ipv4": "an IPv4 address is four numbers from 0 to 255, such as 192.0.2.7.",
    "bad_port": "the port is a number from 1 to 65535.",
}
"""Each reason in words, as the form and the refusal say it."""

MAX_DOMAINS = 100
_MAX_BYTES = 2048
_MAX_LABEL = 63
_MAX_HOST = 253
_MAX_PORT = 65535
_SPACE = " \t\r\n"
_BAD_CHAR = re.compile(r"[\x00-\x20\x7f\\]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = re.compile(r"[a-z0-9_.-]+")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_OCTET = re.compile(r"0|[1-9][0-9]{0,2}")
_IPV4 = re.compile(r"[0-9.]+")
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_UNSURE = re.compile(
    "[\u0558\u058b\u058c\u05c8\u05c9\u088f\u0897\u0b53\u0b54\u0c5c\u0cdc\u0cf3\u0ece\u1acf-\u1af0\u1c89\u1c8a\u200c\u200d\u208f"
    "\u209d-\u209f\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dd\ua7e2\ua7f1\uab6c\uab6d\U00010000-\U0001ffff\U0002a6e0-\U0010ffff]"
)
"""What not every browser judges alike, and has to be typed in its `xn--` form: the two joiners, characters younger than
Unicode 14, and those beyond the basic plane but for the older ideographs. `idn.ts` has the same."""
_DEFAULT_PORT = {"https": 443, "http": 80}
_WEB_ORIGIN = re.compile(r"https?://[!$&(-+\-.0-9:=A-Z\[\]_`a-z{}~]{1,300}")


class OriginError(ValueError):
    """An entry that is no origin; `reason` is the code of the first rule it broke."""

    def __init__(self, reason: Reason) -> None:
        """Take the code; the message is the rule in words."""
        self.reason: Reason = reason
        super().__init__(REASONS[reason])


def normalise_origin(text: str) -> str:
    """`text` as the origin that browsers would write: `scheme://host[:port]`. Raises `OriginError`. Idempotent."""
    text = text.strip(_SPACE)
    if not text:
        raise OriginError("empty")
    if len(text.encode("utf-8", "surrogatepass")) > _MAX_BYTES:
        raise OriginError("too_long")
    if _BAD_CHAR.search(text):
        raise OriginError("bad_char")
    typed = _SCHEME.match(text)
    if typed is None and text.startswith("//"):
        raise OriginError("bad_scheme")
    scheme = typed[1].lower() if typed else "https"
    if scheme not in _DEFAULT_PORT:
        raise OriginError("bad_scheme")
    authority = re.split(r"[/?#]", text[typed.end() :] if typed else text, maxsplit=1)[0]
    _check_authority(authority)
    host_text, _, port_text = authority.partition(":")
    host = _host(host_text)
    port = _port(port_text, scheme)
    if typed is None and host in _DEFAULT_PORT:
        raise OriginError("bad_scheme")
    return f"{scheme}://{host}{port}"


def _check_authority(authority: str) -> None:
    for sign, reason in _FORBIDDEN:
        if sign in authority:
            raise OriginError(reason)
    if authority.startswith("["):
        raise OriginError("ipv6_unsupported")


_FORBIDDEN: tuple[tuple[str, Reason], ...] = (("@", "userinfo"), ("%", "bad_host"), ("*", "wildcard"))


def _host(text: str) -> str:
    if not text:
        raise OriginError("bad_host")
    host = text.lower() if text.isascii() else _international(text)
    if host.endswith("."):
        raise OriginError("trailing_dot")
    labels = host.split(".")
    if len(host) > _MAX_HOST or not all(0 < len(label) <= _MAX_LABEL for label in labels) or not _HOST.fullmatch(host):
        raise OriginError("bad_host")
    if host == "null":
        raise OriginError("opaque")
    if _NUMERIC.fullmatch(labels[-1]) and not _is_ipv4(labels):
        raise OriginError("bad_ipv4")
    return host


def _international(text: str) -> str:
    """The `xn--` form of a host that is not ASCII, by UTS #46 and IDNA 2008."""
    try:
        host = idna.encode(text, uts46=True, transitional=False).decode()
        labels = [idna.ulabel(label) for label in host.rstrip(".").split(".")]
        _check_directions(labels)
    except (UnicodeError, IndexError, ValueError):
        raise OriginError("bad_idn") from None
    if any(map(_UNSURE.search, (text, *labels))):
        raise OriginError("bad_idn")
    return host


def _check_directions(labels: list[str]) -> None:
    """Hold every label to the Bidi rule once one runs from right to left, as browsers do; `idna` checks that one."""
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for label in labels for char in label):
        for label in labels:
            idna.check_bidi(label, check_ltr=True)


def _is_ipv4(labels: list[str]) -> bool:
    return len(labels) == 4 and all(_OCTET.fullmatch(label) and int(label) <= 255 for label in labels)  # noqa: PLR2004 - four numbers of one byte


def _port(text: str, scheme: str) -> str:
    if not text:
        return ""
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= _MAX_PORT:
        raise OriginError("bad_port")
    return "" if int(text) == _DEFAULT_PORT[scheme] else f":{int(text)}"


def normalise_domains(entries: Sequence[str]) -> tuple[str, ...]:
    """Every entry normalised, without repetitions, order kept. One bad entry refuses all (`DomainInvalid`)."""
    origins: dict[str, None] = {}
    for index, entry in enumerate(entries):
        try:
            origins[normalise_origin(entry)] = None
        except OriginError as error:
            raise DomainInvalid(index, entry, error.reason, REASONS[error.reason]) from None
    if len(origins) > MAX_DOMAINS:
        raise TooManyDomains
    return tuple(origins)


def decide(domains: Sequence[str], origin: str | None) -> Decision:
    """Whether a page of `origin` may use a widget with these allowed domains.

    `origin` is what a browser wrote: compared byte for byte, never folded. None: the header was absent or repeated.
    """
    if origin is None or not _WEB_ORIGIN.fullmatch(origin):
        return "deny"
    return "allow" if not domains or origin in domains else "deny"


def host_of(origin: str) -> str:
    """The host of a normalised origin."""
    return origin.partition("://")[2].partition(":")[0]


def is_ipv4_origin(origin: str) -> bool:
    """Whether a normalised origin names an IPv4 address, which not every browser matches in `frame-ancestors`."""
    return _IPV4.fullmatch(host_of(origin)) is not None


def is_inexpressible(origin: str) -> bool:
    """Whether a normalised origin holds `_`, which a policy cannot write."""
    return "_" in host_of(origin)


def is_plain_http(origin: str) -> bool:
    """Whether a normalised origin is unencrypted and not this machine's own."""
    host = host_of(origin)
    local = host == "localhost" or host.endswith(".localhost") or (host.startswith("127.") and is_ipv4_origin(origin))
    return origin.startswith("http://") and not local
