"""Where a request comes from: the peer, or what a trusted proxy says of it."""

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_V6_PREFIX = 64
_PORT = re.compile(r"\A(?:\[([0-9A-Fa-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?\Z")
"""An address of X-Forwarded-For with a port, as some proxies write it: without them all of their callers would be one."""


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks of the setting `server.trusted_proxies`. Raises `ValueError` for what is none."""
    return tuple(ipaddress.ip_network(text.strip(), strict=False) for text in texts if text.strip())


def _parse(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def client_address(peer: str | None, forwarded: Sequence[str], trusted: tuple[Network, ...]) -> str | None:
    """The caller's address: the nearest one that is no trusted proxy.

    `forwarded` holds the values of X-Forwarded-For in order. They are read from the right, and only while each hop is
    trusted, so that nobody can claim an address by sending the header.
    """
    address = None if peer is None else _parse(peer)
    if address is None:
        return None
    hops = [hop for value in forwarded for hop in value.split(",")]
    while hops and _is_trusted(address, trusted):
        before = _parse(_PORT.sub(r"\1\2", hops.pop().strip()))
        if before is None:
            break
        address = before
    return str(address)


def _is_trusted(address: Address, trusted: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in trusted)


def newcomer_key(peer: str | None, forwarded: Sequence[str], trusted: tuple[Network, ...]) -> str | None:
    """Whom a newcomer of the relay is counted with. None inside of a network: that may be a proxy, with everybody behind it."""
    address = client_address(peer, forwarded, trusted)
    return None if address is None or ipaddress.ip_address(address).is_private else limit_key(address)


def counted_with(scope: Mapping[str, Any], trusted: tuple[Network, ...]) -> str:
    """What an ASGI request is counted by: the `limit_key` of its caller's address."""
    return limit_key(client_address(*_told(scope), trusted))


def newcomer_of(scope: Mapping[str, Any], trusted: tuple[Network, ...]) -> str | None:
    """As `newcomer_key`, of an ASGI request."""
    return newcomer_key(*_told(scope), trusted)


def _told(scope: Mapping[str, Any]) -> tuple[str | None, list[str]]:
    peer = scope.get("client")
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return peer[0] if peer else None, forwarded


def limit_key(address: str | None) -> str:
    """What rates are counted by: an IPv4 address, or the /64 of an IPv6 one."""
    parsed = None if address is None else _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _V6_PREFIX), strict=False))
    return "unknown" if parsed is None else str(parsed)
