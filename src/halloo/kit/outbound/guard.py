"""Who may be connected to (hooks contract 9): the table, what the administrator allows and denies, and this machine itself."""

import ipaddress
import time
from collections.abc import Callable, Iterable, Sequence

import ifaddr

from halloo.kit.outbound import table
from halloo.kit.outbound.model import Url

RULES = (*table.RULES, "metadata", "own", "denied", "not_an_address", "peer")
"""What a refusal may be named; `peer` is the client's, where a connection went elsewhere."""
_METADATA = frozenset(
    table.pack(text) for text in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "168.63.129.16")
)
"""Where clouds tell machines who they are. The last one, Azure's, looks public, and answers each machine there as its own host."""
_OWN_EVERY_S = 60.0
LOCALHOST = "localhost"
_LOOPBACK = ("127.0.0.1", "::1")
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def own_addresses() -> list[str]:
    """Every address of this machine's interfaces. Raises `OSError`."""
    found: list[str] = []
    for adapter in ifaddr.get_adapters():
        found.extend(ip.ip if isinstance(ip.ip, str) else ip.ip[0] for ip in adapter.ips)
    return found


def is_localhost(host: str) -> bool:
    """Whether a name means this machine by RFC 6761; no name server is asked for it."""
    return host == LOCALHOST or host.endswith(f".{LOCALHOST}")


class Guard:
    """Judges addresses. `allow` lifts the table and the machine's own addresses; what `deny` holds stays refused even then."""

    def __init__(
        self,
        allow: Sequence[str] = (),
        deny: Sequence[str] = (),
        own: Callable[[], Iterable[str]] = own_addresses,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`allow`, `deny`: networks or addresses; `own`: the machine's addresses, read again every 60 s; `clock` in seconds.

        Raises `ValueError` for what is no network, and `OSError` where the own addresses cannot be read.
        """
        allowed = [_network(text) for text in allow]
        self._allow = _by_family(allowed)
        self._deny = _by_family([_network(text) for text in deny])
        self._exact = frozenset(
            network.network_address.packed for network in allowed if network.prefixlen == network.max_prefixlen
        )
        self._read_own = own
        self._clock = clock
        self._own = self._packed_own()
        self._own_until = clock() + _OWN_EVERY_S

    def refuses(self, address: str) -> str | None:
        """The name of the rule that refuses an address, or None."""
        packed = table.pack(address)
        if packed is None:
            return "not_an_address"
        if self._clock() >= self._own_until:
            self._read_own_again()
        faces = table.faces(packed)
        if any(face in _METADATA and face not in self._exact for face in faces):
            return "metadata"
        if any(_holds(self._deny, face) for face in faces):
            return "denied"
        if _holds(self._allow, packed):
            return None
        if not self._own.isdisjoint(faces):
            return "own"
        return table.refuses(packed)

    def refuses_url(self, url: Url) -> str | None:
        """The rule that refuses a URL whose host is an address or `localhost`; None for every other name, which needs resolving."""
        if url.is_address:
            return self.refuses(url.host)
        return self.refuses(self.localhost()[0]) if is_localhost(url.host) else None

    def localhost(self) -> tuple[str, ...]:
        """What `localhost` stands for: its addresses that are allowed, and the one of IPv4 where none is."""
        return tuple(address for address in _LOOPBACK if self.refuses(address) is None) or _LOOPBACK[:1]

    def _packed_own(self) -> frozenset[bytes]:
        packed = (table.pack(text.partition("%")[0]) for text in self._read_own())
        return frozenset(address for address in packed if address is not None)

    def _read_own_again(self) -> None:
        self._own_until = self._clock() + _OWN_EVERY_S
        try:
            self._own = self._packed_own()
        except OSError:
            return  # those of a minute ago are still the best that is known


def _network(text: str) -> _Network:
    return ipaddress.ip_network(text.strip(), strict=False)


def _by_family(networks: Iterable[_Network]) -> dict[int, list[tuple[int, int]]]:
    """By the length of an address in bytes: pairs of first and last address."""
    ranges: dict[int, list[tuple[int, int]]] = {4: [], 16: []}
    for network in networks:
        ranges[network.max_prefixlen // 8].append((int(network.network_address), int(network.broadcast_address)))
    return ranges


def _holds(ranges: dict[int, list[tuple[int, int]]], packed: bytes) -> bool:
    known = ranges[len(packed)]
    if not known:
        return False
    number = int.from_bytes(packed)
    return any(first <= number <= last for first, last in known)
