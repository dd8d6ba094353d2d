"""What an upgrade must bring, on a raw socket, over both engines."""

import pytest

from tests.relay.house import ORIGIN, SHOP, House
from tests.relay.raw import Raw, headers

TURNED: list[tuple[str, dict[str, str | None], str, int]] = [
    ("no origin", {"Origin": None}, "/relay", 403),
    ("null", {"Origin": "null"}, "/relay", 403),
    ("an empty origin", {"Origin": ""}, "/relay", 403),
    ("a foreign origin", {"Origin": "https://evil.example"}, "/relay", 403),
    ("the customer's page", {"Origin": SHOP}, "/relay", 403),
    ("two origins in one", {"Origin": f"{ORIGIN}, {ORIGIN}"}, "/relay", 403),
    ("another scheme", {"Origin": "http://chat.example"}, "/relay", 403),
    ("another port", {"Origin": f"{ORIGIN}:8443"}, "/relay", 403),
    ("upper case", {"Origin": "https://CHAT.example"}, "/relay", 403),
    ("a path behind it", {"Origin": f"{ORIGIN}/"}, "/relay", 403),
    ("another path", {}, "/relais", 404),
    ("a path below", {}, "/relay/x", 404),
    ("a slash behind it", {}, "/relay/", 404),
    ("the root", {}, "/", 404),
    ("a foreign host", {"Host": "evil.example"}, "/relay", 421),
    ("a foreign host and origin", {"Host": "evil.example", "Origin": "https://evil.example"}, "/relay", 421),
    ("a token in the address", {}, "/relay?token=abc", 400),
    ("a token in the address, upper case", {}, "/relay?TOKEN=abc", 400),
    ("a token under another name", {}, "/relay?access_token=", 400),
    ("a visitor's token as any value", {}, "/relay?x=hvt_abc", 400),
    ("a token as subprotocol", {"Sec_WebSocket_Protocol": "hvt_abc"}, "/relay", 400),
    ("an old version", {"Sec_WebSocket_Version": "8"}, "/relay", 426),
    ("no key", {"Sec_WebSocket_Key": None}, "/relay", 400),
    ("a key that is none", {"Sec_WebSocket_Key": "abc"}, "/relay", 400),
]


async def test_turned_away(home: House) -> None:
    for what, changes, target, status in TURNED:
        raw = await Raw.open(home)
        assert await raw.ask(headers(home, **changes), target) == status, what
        await raw.end()
    assert not home.relay.shared.connections


async def test_12_cwe_1385_another_sites_upgrade_is_turned_away_whatever_it_says(home: House) -> None:
    """Null, none, two, a stranger, a listed page: 403 five times; then the widget host."""
    two = [*headers(home), ("Origin", ORIGIN)]
    strangers = [headers(home, Origin=origin) for origin in ("null", None)]
    strangers += [two, headers(home, Origin="https://evil.example"), headers(home, Origin=SHOP)]
    statuses: list[int] = []
    for lines in [*strangers, headers(home)]:
        raw = await Raw.open(home)
        statuses.append(await raw.ask(lines))
        raw.cut()
    assert statuses == [403] * 5 + [101]


async def test_12_cwe_1385_a_good_token_does_not_help_another_site(home: House) -> None:
    """What is sent behind an upgrade that was refused is read by nobody."""
    raw = await Raw.open(home)
    raw.writer.write(
        b"GET /relay HTTP/1.1\r\n"
        + "".join(f"{name}: {value}\r\n" for name, value in headers(home, Origin=SHOP)).encode()
        + b"\r\n"
    )
    raw.connect(role="visitor", token=home.visitor())
    told = await raw.end()
    assert told.startswith(b"HTTP/1.1 403")
    assert b"connected" not in told
    assert b'"t"' not in told
    assert not home.relay.shared.connections


async def test_cve_2022_0935_a_foreign_host_gets_no_upgrade(home: House) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:443", "127.0.0.1@evil.example", ""):
        raw = await Raw.open(home)
        assert await raw.ask(headers(home, Host=host)) in {400, 421}, host
        await raw.end()
    assert not home.relay.shared.connections


async def test_a_repeated_origin_is_turned_away(home: House) -> None:
    raw = await Raw.open(home)
    assert await raw.ask([*headers(home), ("Origin", ORIGIN)]) == 403
    raw.cut()


async def test_a_repeated_host_is_turned_away(home: House) -> None:
    raw = await Raw.open(home)
    assert await raw.ask([*headers(home), ("Host", "127.0.0.1")]) in {400, 421}
    raw.cut()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Connection": "keep-alive, Upgrade"},
        {"Connection": "upgrade"},
        {"Upgrade": "WebSocket"},
        {"Sec_WebSocket_Extensions": "permessage-deflate; client_max_window_bits"},
        {"Cookie": "a=" + "x" * 5000},
    ],
    ids=["plain", "firefox", "lower case", "mixed case", "deflate is offered", "a long cookie"],
)
async def test_let_in(home: House, changes: dict[str, str | None]) -> None:
    raw = await Raw.open(home)
    assert await raw.ask(headers(home, **changes)) == 101
    raw.cut()


async def test_another_parameter_in_the_address_does_no_harm(home: House) -> None:
    raw = await Raw.open(home)
    assert await raw.ask(headers(home), "/relay?v=1") == 101
    raw.cut()


async def test_a_plain_request_is_told_to_upgrade(home: House) -> None:
    raw = await Raw.open(home)
    assert await raw.ask([("Host", "127.0.0.1")]) == 426
    raw.cut()


async def test_while_the_server_stops_nobody_is_let_in(home: House) -> None:
    home.relay.shared.draining = True
    assert not home.relay.ready
    raw = await Raw.open(home)
    raw.writer.write(b"")
    assert await raw.ask(headers(home)) == 503
    assert b"come back" in await raw.end()


async def test_no_deflate_is_agreed_on(home: House) -> None:
    raw = await Raw.open(home)
    lines = headers(home, Sec_WebSocket_Extensions="permessage-deflate")
    head = "GET /relay HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
    raw.writer.write(head.encode())
    answer = await raw.reader.readuntil(b"\r\n\r\n")
    assert b"101" in answer
    assert b"deflate" not in answer.lower()
    raw.cut()
