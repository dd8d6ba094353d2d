"""Who is kept away: blocks as values, and the rules that need no database."""

import ipaddress
from dataclasses import dataclass
from typing import Literal

from halloo.kit.refusals import field_invalid
from halloo.kit.text import clean

Kind = Literal["visitor", "network"]

REASON_MAX = 280
BLOCKS_MAX = 10_000
"""So many blocks a workspace has at most."""
_WIDEST = {4: 8, 6: 16}
_MAPPED = 96
"""Behind so many bits an address of version 6 holds one of version 4."""
_ALONE = 64
"""Who has one address of version 6 has the /64 around it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block. `value`: the id of a contact, or of a visitor who is none; or a network. Times in UNIX milliseconds."""

    workspace_id: str
    id: str
    kind: Kind
    value: str
    reason: str
    created_by: str
    created_at: int
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class BlockDraft:
    """A block that is to be made. `value`: the id of a contact or a visitor, or an address or a range."""

    kind: Kind
    value: str
    reason: str = ""
    expires_at: int | None = None


def check_network(text: str) -> str:
    """An address or a range as it is kept: `203.0.113.7/32`, `2001:db8::/64`. Raises `field_invalid`."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise field_invalid(
            "network", "write an address such as 203.0.113.7, or a range such as 203.0.113.0/24."
        ) from None
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    if mapped is not None and network.prefixlen >= _MAPPED:
        network = ipaddress.ip_network((mapped, network.prefixlen - _MAPPED), strict=False)
    if network.prefixlen < _WIDEST[network.version]:
        raise field_invalid(
            "network", f"this range is too wide; the widest are /{_WIDEST[4]} and, of version 6, /{_WIDEST[6]}."
        )
    return str(network)


def around(address: str) -> str:
    """The network that one caller has to themselves: an address of version 4, the /64 around one of version 6."""
    parsed = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((parsed, _ALONE if parsed.version == 6 else 32), strict=False))  # noqa: PLR2004 - the version


def check_reason(text: str) -> str:
    """A reason in one line. Raises `field_invalid`."""
    reason = " ".join(clean(text).split())
    if len(reason) > REASON_MAX:
        raise field_invalid("reason", f"use at most {REASON_MAX} characters.")
    return reason
