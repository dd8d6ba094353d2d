"""Where a request comes from, with and without proxies."""

import pytest

from halloo.edge.address import client_address, limit_key, newcomer_key, parse_networks

PROXIES = parse_networks(["10.0.0.0/8", " 127.0.0.1 ", "fd00::/8", ""])


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1:99, 198.51.100.1:50123"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::5]:50123 , [fd00::2]"], "2001:db8::5"),
        ("10.0.0.1", ["198.51.100.1:port"], "10.0.0.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("fd00::1", ["2001:db8::5"], "2001:db8::5"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (None, ["198.51.100.1"], None),
        ("socket", [], None),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str | None, forwarded: list[str], address: str | None) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


def test_nobody_is_trusted_by_default() -> None:
    assert client_address("10.0.0.1", ["198.51.100.1"], ()) == "10.0.0.1"


def test_ipv6_counts_by_its_network() -> None:
    assert limit_key("2001:db8:1:2:3::4") == limit_key("2001:db8:1:2:ffff::1") != limit_key("2001:db8:1:3::4")
    assert limit_key("203.0.113.7") != limit_key("203.0.113.8")
    assert limit_key(None) == limit_key("nonsense") == "unknown"


def test_a_wrong_network_is_told_at_the_start() -> None:
    with pytest.raises(ValueError, match="proxy"):
        parse_networks(["proxy.example"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "key"),
    [
        ("8.8.8.8", [], "8.8.8.8"),
        ("8.8.8.8", ["1.1.1.1"], "8.8.8.8"),
        ("10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", ["127.0.0.1, 1.1.1.1"], "1.1.1.1"),
        ("10.0.0.1", [], None),
        ("127.0.0.1", ["1.1.1.1"], None),
        ("2a00:1450:4001::7", [], "2a00:1450:4001::/64"),
        (None, [], None),
        ("", ["x"], None),
    ],
)
def test_newcomers_are_counted_by_address_but_for_those_inside(
    peer: str | None, forwarded: list[str], key: str | None
) -> None:
    assert newcomer_key(peer, forwarded, parse_networks(["10.0.0.0/8"])) == key
