"""The guard: what is allowed, what is denied, and this machine (hooks contract 9, G1, G3, G4, G9)."""

import pytest

from halloo.kit.outbound.guard import RULES, Guard, own_addresses
from halloo.kit.outbound.url import BadUrl, parse_url

PUBLIC = ("8.8.8.8", "2a00:1450:4001:81b::200e", "64:ff9b::808:808")


def guard(*allow: str, deny: tuple[str, ...] = (), own: tuple[str, ...] = ()) -> Guard:
    return Guard(allow, deny, lambda: own)


def test_public_addresses_pass() -> None:
    assert [guard().refuses(address) for address in PUBLIC] == [None] * 3


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "[::1]", "[::]", "0.0.0.0", "169.254.169.254", "10.0.0.1", "100.64.0.1", "[fe80::1]", "[fd00:ec2::254]"),  # noqa: S104 - nobody listens there
        *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]"),
        *("[2002:7f00:1::]", "[2001:0:1::1]", "[fec0::1]", "[fe80::1%25eth0]", "localhost", "localhost.", "a.localhost", "LOCALHOST"),
        *("127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "①②⑦.0.0.1"),
    ],
)  # fmt: skip
def test_g1_g2_g3_g4_inner_addresses_are_refused_in_every_spelling(host: str) -> None:
    try:
        url = parse_url(f"http://{host}/")
    except BadUrl:
        return  # G2 and G3 take either
    assert guard().refuses_url(url) in RULES


def test_other_names_are_left_to_the_resolver() -> None:
    assert guard().refuses_url(parse_url("http://notlocalhost/")) is None


def test_an_allowed_network_lifts_the_list_for_its_addresses_alone() -> None:
    lifted = guard("10.1.2.0/24", "fd12::/16", "192.168.7.7")
    for address in ("10.1.2.0", "10.1.2.255", "fd12::1", "192.168.7.7", *PUBLIC):
        assert lifted.refuses(address) is None, address
    for address in (
        "10.1.1.255",
        "10.1.3.0",
        "fd13::",
        "192.168.7.8",
        "::ffff:10.1.2.1",
        "64:ff9b::a01:201",
        "127.0.0.1",
    ):
        assert lifted.refuses(address), address


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "fd00:ec2::254", "168.63.129.16"])
def test_metadata_needs_an_entry_of_exactly_that_address(address: str) -> None:
    wide = guard("0.0.0.0/0", "::/0")
    assert wide.refuses("10.0.0.1") is None
    assert wide.refuses(address) == "metadata"
    assert guard(address + ("/31" if "." in address else "/127")).refuses(address) == "metadata"
    assert guard(address).refuses(address) is None
    assert guard(address + ("/32" if "." in address else "/128")).refuses(address) is None


@pytest.mark.parametrize(
    "address",
    [
        *(
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "::ffff:0:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
        ),
        *("2002:a9fe:a9fe::1", "2a00::5efe:a9fe:a9fe", "fd00::200:5efe:a9fe:a9fe"),
    ],
)
def test_metadata_stays_refused_inside_of_an_address_of_ipv6(address: str) -> None:
    assert guard("::/0").refuses(address) == "metadata"


def test_isatap_is_judged_by_the_address_it_carries_besides() -> None:
    assert guard().refuses("2a00::5efe:a00:1") == "private"
    assert guard().refuses("2a00::200:5efe:7f00:1") == "loopback"
    assert guard().refuses("2a00::5efe:808:808") is None
    assert guard().refuses("2002::5efe:808:808") == "6to4"


def test_a_denied_network_stays_refused_even_where_it_is_allowed() -> None:
    strict = guard("10.0.0.0/8", deny=("10.9.0.0/16", "8.8.8.0/24", "2a00::/16"))
    assert strict.refuses("10.8.0.1") is None
    for address in ("10.9.0.1", "8.8.8.8", "64:ff9b::808:808", "2a00::1", "2b00::5efe:808:808"):
        assert strict.refuses(address) == "denied", address


def test_g9_the_machines_own_addresses_are_refused_until_they_are_allowed() -> None:
    own = ("8.8.4.4", "2a00::1", "fe80::1%eth0")
    for address in ("8.8.4.4", "2a00::1", "64:ff9b::808:404", "2b00::5efe:808:404"):
        assert guard(own=own).refuses(address) == "own", address
    assert guard("8.8.4.4", own=own).refuses("8.8.4.4") is None
    assert guard(own=own).refuses("8.8.4.5") is None


def test_the_own_addresses_are_those_of_the_system() -> None:
    assert "127.0.0.1" in own_addresses()
    assert Guard().refuses("127.0.0.1") == "own"


def test_own_addresses_are_read_again_every_minute_and_kept_where_that_fails() -> None:
    reads: list[float] = []
    found: list[str] | None = ["8.8.4.4"]
    now = [1000.0]

    def read() -> list[str]:
        reads.append(now[0])
        if found is None:
            raise OSError
        return found

    judge = Guard(own=read, clock=lambda: now[0])
    found = ["9.9.9.9"]
    now[0] += 59.9
    assert (judge.refuses("8.8.4.4"), judge.refuses("9.9.9.9")) == ("own", None)
    now[0] += 0.2
    assert (judge.refuses("8.8.4.4"), judge.refuses("9.9.9.9")) == (None, "own")
    found = None
    now[0] += 60.1
    assert (judge.refuses("8.8.4.4"), judge.refuses("9.9.9.9")) == (None, "own")
    assert len(reads) == 3


def test_localhost_stands_for_what_of_loopback_is_allowed() -> None:
    assert guard("127.0.0.0/8").localhost() == ("127.0.0.1",)
    assert guard("::1").localhost() == ("::1",)
    assert guard("::1", "127.0.0.1").localhost() == ("127.0.0.1", "::1")
    assert guard("127.0.0.1").refuses_url(parse_url("http://localhost:8080/")) is None


@pytest.mark.parametrize("text", ["", "a", "10.0.0.0/33", "10.0.0.0/8/8", "example.com", "1.2.3"])
def test_what_is_no_network_is_a_mistake_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="network"):
        guard(text)


def test_the_host_of_a_machine_at_azure_looks_public_and_is_refused() -> None:
    assert guard().refuses("168.63.129.16") == "metadata"
    assert guard().refuses("64:ff9b::a83f:8110") == "metadata"
    assert guard().refuses("168.63.129.17") is None
