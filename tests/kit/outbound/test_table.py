"""The table of addresses against an independent copy of it (hooks contract 9, G10)."""

import ipaddress
import random

from halloo.kit.outbound import table

_IPV4 = (
    *(
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
    ),
    *(
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ),
)
IPV4 = [ipaddress.IPv4Network(text) for text in _IPV4]
IPV6_WITHIN = [ipaddress.IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
GLOBAL = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
INTERESTING = (
    *(str(network) for network in (*IPV4, *IPV6_WITHIN, GLOBAL, NAT64)),
    *("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10"),
    *("ff00::/8", "2600::/12", "2a00::/12", "8.0.0.0/8", "::1/128", "fd00:ec2::254/128"),
)  # fmt: skip


def refused(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """The table once more, as slow and plain as it can be written."""
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in IPV4)
    if address in NAT64:
        return refused(ipaddress.IPv4Address(address.packed[-4:]))
    if address not in GLOBAL or any(address in network for network in IPV6_WITHIN):
        return True
    isatap = address.packed[8:12] in (bytes.fromhex("00005efe"), bytes.fromhex("02005efe"))
    return isatap and refused(ipaddress.IPv4Address(address.packed[-4:]))


def random_address(chance: random.Random) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    kind = chance.random()
    if kind < 0.25:
        return ipaddress.IPv4Address(chance.getrandbits(32))
    if kind < 0.4:
        return ipaddress.IPv6Address(chance.getrandbits(128))
    if kind < 0.5:
        return ipaddress.IPv6Address(0x2 << 124 | chance.getrandbits(125))
    if kind < 0.6:
        marker = chance.choice((0x5EFE, 0x0200_5EFE, 0x0100_5EFE, 0x5EFF))
        return ipaddress.IPv6Address(
            chance.choice((0x2A00, 0x2001, 0xFE80)) << 112 | marker << 32 | chance.getrandbits(32)
        )
    if kind < 0.7:
        return ipaddress.IPv6Address(int(NAT64.network_address) | chance.getrandbits(32))
    network = ipaddress.ip_network(chance.choice(INTERESTING))
    first, last = int(network.network_address), int(network.broadcast_address)
    at = chance.choice((first, last, first - 1, last + 1, chance.randint(first, last)))
    size = 2**network.max_prefixlen
    return (ipaddress.IPv4Address if network.version == 4 else ipaddress.IPv6Address)(at % size)


def test_g10_random_addresses_are_judged_as_by_a_second_copy() -> None:
    chance = random.Random(9)
    seen = {True: 0, False: 0}
    for _ in range(100_000):
        address = random_address(chance)
        assert table.pack(str(address)) == address.packed
        rule = table.refuses(address.packed)
        assert (rule is not None) == refused(address), address
        assert rule is None or rule in table.RULES
        seen[rule is not None] += 1
    assert min(seen.values()) > 20_000, "both sides were tried"


def test_the_last_addresses_of_every_network_and_those_beside_it_are_judged_alike() -> None:
    for text in INTERESTING:
        network = ipaddress.ip_network(text)
        kind = type(network.network_address)
        for at in (int(network.network_address), int(network.broadcast_address)):
            for near in (at - 1, at, at + 1):
                if 0 <= near < 2**network.max_prefixlen:
                    address = kind(near)
                    assert (table.refuses(address.packed) is not None) == refused(address), address


def test_what_is_no_address_is_not_packed() -> None:
    for text in (
        "",
        "a",
        "1.2.3",
        "1.2.3.04x",
        "fe80::1%eth0",
        "1.2.3.4 ",
        "127.1",
        "::ffff:1.2.3",
        "\0",
        "1.2.3.4\0",
        "[::1]",
    ):
        assert table.pack(text) is None, text
