"""Whether an address lies in one of many networks."""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable

Span = tuple[int, int]


class AddressList:
    """Looks addresses up in merged ranges: as quick with a hundred thousand networks as with one."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        """Take addresses and networks. Raises `ValueError` for what is neither."""
        found: dict[int, list[Span]] = {4: [], 6: []}
        for text in networks:
            network = ipaddress.ip_network(text, strict=False)
            found[network.version].append((int(network.network_address), int(network.broadcast_address)))
        self._spans = {version: _merged(spans) for version, spans in found.items()}

    def holds(self, address: str | None) -> bool:
        """Whether an address is listed, or any of a network such as rates are counted by; what is neither is not."""
        if address is None:
            return False
        try:
            network = ipaddress.ip_network(address, strict=False)
        except ValueError:
            return False
        mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
        if mapped is not None:
            network = ipaddress.ip_network(mapped)
        spans = self._spans[network.version]
        at = bisect_right(spans, (int(network.broadcast_address), 1 << 128)) - 1
        return at >= 0 and spans[at][1] >= int(network.network_address)


def _merged(spans: list[Span]) -> list[Span]:
    """Ranges in order, none of which meets another."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return merged
