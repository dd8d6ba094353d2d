"""Addresses of ill repute, from a file that whoever hosts brings along."""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

import structlog

Span = tuple[int, int]
_HOW = "Put one address or network such as 203.0.113.0/24 in each line and start again, or leave bot_check.address_file empty."
_log = structlog.get_logger("halloo")


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
        """Whether any of the addresses that rates count as this one is listed; what is no address is not."""
        if address is None:
            return False
        try:
            network = ipaddress.ip_network(address, strict=False)
        except ValueError:
            return False
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


def read_addresses(file: str) -> AddressList:
    """The list in `file`, whose lines may end in a comment after `#` or `;`. A file that cannot be read is a warning, and no list."""
    if not file:
        return AddressList()
    try:
        lines = Path(file).read_text("utf-8").splitlines()
        return AddressList(text for line in lines if (text := line.split("#")[0].split(";")[0].strip()))
    except (OSError, ValueError) as error:
        _log.warning("address_file_unreadable", file=file, why=str(error), what_to_do=_HOW)
        return AddressList()
