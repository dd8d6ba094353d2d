"""Whether an address lies in a network."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(1024)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text)


def is_within(address: str | None, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of these networks. What is no address lies in none."""
    if address is None:
        return False
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in map(_network, networks))
