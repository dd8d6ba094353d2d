"""The addresses that nothing may connect to (hooks contract 9). Pure and exact; the rule is this list, not `ipaddress.is_global`."""

import ipaddress
from bisect import bisect_right
from collections.abc import Sequence
from socket import AF_INET, AF_INET6, inet_pton

_IPV4 = (
    ("0.0.0.0/8", "this_network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link_local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "relay"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmark"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
)
_IPV6 = (
    ("2001::/23", "protocol"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
)
"""Inside of 2000::/3. All outside of it is `not_global`, but for NAT64."""
RULES = (*dict.fromkeys(rule for _, rule in (*_IPV4, *_IPV6)), "not_global")
"""The names of the rules of the table."""
_GLOBAL_SHIFT, _GLOBAL = 125, 1
_NAT64 = 0x0064_FF9B << 64
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)
_LOW32 = 0xFFFF_FFFF
_SIXTOFOUR = 0x2002
_LAST_32 = (0, 0xFFFF, 0xFFFF << 16, _NAT64)
"""First 96 bits of addresses that end in one of IPv4: compatible, mapped, translated, NAT64."""
_LOCAL_NAT64 = 0x0064_FF9B_0001
"""First 48 bits."""


class Ranges:
    """Networks of one family, none within another, with the name of the rule of each."""

    __slots__ = ("_first", "_last", "_rules")

    def __init__(self, networks: Sequence[tuple[str, str]]) -> None:
        """Take networks and names in any order."""
        known = sorted((ipaddress.ip_network(text), rule) for text, rule in networks)
        self._first = [int(network.network_address) for network, _ in known]
        self._last = [int(network.broadcast_address) for network, _ in known]
        self._rules = [rule for _, rule in known]

    def find(self, address: int) -> str | None:
        """The rule of the network that holds an address."""
        at = bisect_right(self._first, address) - 1
        return self._rules[at] if at >= 0 and address <= self._last[at] else None


_TABLE4 = Ranges(_IPV4)
_TABLE6 = Ranges(_IPV6)


def pack(text: str) -> bytes | None:
    """The 4 or 16 bytes of an address, or None for anything else; a zone is none."""
    try:
        return inet_pton(AF_INET6 if ":" in text else AF_INET, text)
    except (OSError, ValueError):
        return None


def refuses(packed: bytes) -> str | None:
    """The rule that refuses an address of 4 or 16 bytes, or None."""
    number = int.from_bytes(packed)
    if len(packed) == 4:  # noqa: PLR2004 - bytes of an IPv4 address
        return _TABLE4.find(number)
    high = number >> 32
    if high == _NAT64:
        return _TABLE4.find(number & _LOW32)
    if number >> _GLOBAL_SHIFT != _GLOBAL:
        return "not_global"
    rule = _TABLE6.find(number)
    if rule is None and high & _LOW32 in _ISATAP:
        return _TABLE4.find(number & _LOW32)
    return rule


def faces(packed: bytes) -> tuple[bytes, ...]:
    """The address and the one of IPv4 that it carries, in any of the known forms."""
    if len(packed) == 4:  # noqa: PLR2004 - bytes of an IPv4 address
        return (packed,)
    high = int.from_bytes(packed[:12])
    if high in _LAST_32 or high >> 48 == _LOCAL_NAT64 or high & _LOW32 in _ISATAP:
        return (packed, packed[12:])
    if high >> 80 == _SIXTOFOUR:
        return (packed, packed[2:6])
    return (packed,)
