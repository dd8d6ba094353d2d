"""A small writer of files in MaxMind's format (version 2.0): enough for a few networks."""

import ipaddress
import struct
from pathlib import Path
from typing import Any

_MARK = b"\xab\xcd\xefMaxMind.com"
_MAP, _TEXT, _UINT32, _UINT16, _UINT64, _LIST, _DOUBLE = 7, 2, 6, 5, 9, 11, 3
_KINDS = {"node_count": _UINT32, "build_epoch": _UINT64}
"""Numbers of the description that are no 16 bits wide."""
_EXTENDED, _GAP = 8, 16


def _head(kind: int, size: int) -> bytes:
    assert size < 285
    first, more = (size, b"") if size < 29 else (29, bytes((size - 29,)))
    if kind < _EXTENDED:
        return bytes((kind << 5 | first,)) + more
    return bytes((first, kind - 7)) + more


def _packed(value: Any, kind: int = _UINT16) -> bytes:
    if isinstance(value, dict):
        body = b"".join(_packed(key) + _packed(item, _KINDS.get(key, _UINT16)) for key, item in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any JSON
        return _head(_MAP, len(value)) + body  # pyright: ignore[reportUnknownArgumentType] - any JSON
    if isinstance(value, list):
        return _head(_LIST, len(value)) + b"".join(map(_packed, value))  # pyright: ignore[reportUnknownArgumentType] - any JSON
    if isinstance(value, str):
        return _head(_TEXT, len(value.encode())) + value.encode()
    if isinstance(value, float):
        return _head(_DOUBLE, 8) + struct.pack(">d", value)
    raw = int(value).to_bytes(4, "big").lstrip(b"\0")
    return _head(kind, len(raw)) + raw


def write_mmdb(path: Path, networks: dict[str, dict[str, Any]]) -> Path:
    """Write the record of each network; IPv4 ones stand where IPv6 files have them, under ::/96."""
    data = b""
    places: dict[str, int] = {}
    for network, record in networks.items():
        places[network] = len(data)
        data += _packed(record)
    nodes: list[list[int | str | None]] = [[None, None]]
    for text in networks:
        network = ipaddress.ip_network(text)
        start = 96 if network.version == 4 else 0
        bits = f"{int(network.network_address):0128b}"[: start + network.prefixlen]
        at = 0
        for bit in bits[:-1]:
            following = nodes[at][int(bit)]
            if not isinstance(following, int):
                nodes.append([None, None])
                following = nodes[at][int(bit)] = len(nodes) - 1
            at = following
        nodes[at][int(bits[-1])] = text
    count = len(nodes)
    tree = b""
    for pair in nodes:
        for one in pair:
            number = count if one is None else one if isinstance(one, int) else count + _GAP + places[one]
            tree += number.to_bytes(3, "big")
    about = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_700_000_000,
        "database_type": "Test-City",
        "description": {"en": "A test"},
        "ip_version": 6,
        "languages": ["en"],
        "node_count": count,
        "record_size": 24,
    }
    path.write_bytes(tree + bytes(_GAP) + data + _MARK + _packed(about))
    return path
