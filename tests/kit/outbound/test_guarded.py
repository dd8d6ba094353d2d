"""Nothing forbidden is ever connected to: a listener on every address of this machine counts (hooks contract 9, G1 to G9, F18)."""

import pytest

from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.guard import Guard
from halloo.kit.outbound.model import Exchange
from halloo.kit.outbound.resolver import TableResolver
from halloo.kit.outbound.url import BadUrl, parse_url
from tests.kit.outbound.receivers import HOST, OK, PATIENT, answering, outbound, post, receiving

PUBLIC = "8.8.8.8"


def no_own() -> list[str]:
    """So that the table is what refuses."""
    return []


async def send(client: Outbound, url: str) -> Exchange | str:
    try:
        return await client.send(post(url), PATIENT)
    except BadUrl as bad:
        return bad.code


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "[::1]", "[::]", "0.0.0.0", "169.254.169.254", "10.0.0.1", "100.64.0.1", "[fe80::1]", "[fd00:ec2::254]"),  # noqa: S104 - nobody listens there
        *("127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "①②⑦.0.0.1", "127.0.0.2", "[::ffff:127.0.0.1]"),
        *("[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]"),
        *("[2001:0:1::1]", "[fec0::1]", "[fe80::1%25eth0]", "localhost", "localhost.", "x.localhost", "evil@127.0.0.1", "127.0.0.1#@ok"),
        *("mixed.test", "mixed6.test", "alias.test", "loop.test", "nat64.test", "mapped.test", "zone.test", "nonsense.test"),
    ],
)  # fmt: skip
async def test_g1_to_g4_g7_nothing_inside_is_connected_to(host: str) -> None:
    table = TableResolver(
        {
            "mixed.test": [PUBLIC, "127.0.0.1"],
            "mixed6.test": [PUBLIC, "::1"],
            "alias.test": ["other.test"],
            "other.test": ["loop.test"],
            "loop.test": ["127.0.0.1"],
            "nat64.test": ["64:ff9b::127.0.0.1"],
            "mapped.test": ["::ffff:127.0.0.1"],
            "zone.test": ["fe80::1%lo"],
            "nonsense.test": ["127.1"],
        }
    )
    with receiving(answering(OK), everywhere=True) as receiver:
        client = Outbound(Guard(own=no_own), table, shared_s=0)
        for scheme in ("http", "https"):
            found = await send(client, f"{scheme}://{host}:{receiver.port}/")
            if isinstance(found, Exchange):
                assert (found.outcome, found.status) == ("blocked_address", None)
                assert found.detail
                assert client.tally.blocked.total() > 0
                assert await client.check(parse_url(f"{scheme}://{host}:{receiver.port}/")) == "blocked"
            else:
                assert found in {"url_host", "url_userinfo", "url_fragment"}
        await client.close()
        assert receiver.accepted == 0


async def test_g5_a_name_is_resolved_once_an_attempt_and_only_what_was_judged_is_connected_to() -> None:
    class Rebinding(TableResolver):
        """First a public address, then loopback, in turn."""

        async def resolve(self, host: str) -> list[str]:
            self.table[host] = ["127.0.0.1"] if len(self.asked) % 2 else ["192.0.2.1"]
            return list(await super().resolve(host))

    with receiving(answering(OK), everywhere=True) as receiver:
        rebinding = Rebinding()
        client = Outbound(Guard(["192.0.2.1"], own=no_own), rebinding, shared_s=0)
        url = f"http://rebinding.test:{receiver.port}/"
        first = await client.send(post(url), PATIENT._replace(connect_s=0.3))
        assert len(rebinding.asked) == 1
        second = await client.send(post(url), PATIENT)
        assert len(rebinding.asked) == 2
        await client.close()
        assert first.outcome in {"connect", "connect_timeout"}
        assert (first.remote_address, second.outcome, second.remote_address) == (
            "192.0.2.1",
            "blocked_address",
            "127.0.0.1",
        )
        assert receiver.accepted == 0


async def test_g6_a_redirect_inside_is_not_followed() -> None:
    with receiving(answering(OK), everywhere=True) as inside:
        location = f"http://127.0.0.1:{inside.port}/".encode()
        with receiving(
            answering(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")
        ) as receiver:
            async with outbound() as client:
                found = await client.send(post(receiver.url()), PATIENT)
            assert (found.outcome, found.status) == ("redirect", 302)
            assert (len(receiver.requests), inside.accepted) == (1, 0)


@pytest.mark.parametrize(
    "url",
    ["gopher://{}/", "file:///etc/passwd", "ftp://{}/", "http://127.0.0.1:{}\\@a/", "http:\\\\{}", "http://{} b/"],
)
async def test_g7_g8_other_schemes_and_spellings_are_refused_before_anything_is_opened(url: str) -> None:
    with receiving(answering(OK), everywhere=True) as receiver:
        async with outbound() as client:
            found = await send(client, url.format(f"127.0.0.1:{receiver.port}"))
        assert found in {"url_scheme", "url_host"}
        assert receiver.accepted == 0


async def test_g9_the_machines_own_address_is_blocked_and_then_allowed() -> None:
    with receiving(answering(OK), everywhere=True) as receiver:
        url = f"http://own.test:{receiver.port}/"
        table = TableResolver({"own.test": ["127.0.0.1"]})
        for allow, outcome, accepted in (([], "blocked_address", 0), (["127.0.0.1"], "success", 1)):
            client = Outbound(Guard(allow), table)
            found = await client.send(post(url), PATIENT)
            await client.close()
            assert (found.outcome, receiver.accepted) == (outcome, accepted)
            assert accepted or "(own)" in found.detail


async def test_f18_a_name_that_turned_private_between_attempts_is_not_connected_to() -> None:
    with receiving(answering(OK), everywhere=True) as receiver:
        table = TableResolver({HOST: ["127.0.0.1"]})
        async with outbound(resolver=table) as client:
            outcomes: list[str] = []
            for addresses in (["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "10.0.0.1"], ["127.0.0.1"]):
                table.table[HOST] = addresses
                outcomes.append((await client.send(post(receiver.url()), PATIENT)).outcome)
            assert outcomes == ["success", "blocked_address", "blocked_address", "success"]
            assert receiver.accepted == 1


async def test_where_the_connection_went_elsewhere_nothing_is_sent() -> None:
    """On Linux 0.0.0.0 reaches loopback: the peer is another address than the one that was judged."""
    with receiving(answering(OK), everywhere=True) as receiver:
        async with outbound(allow=("0.0.0.0",)) as client:  # noqa: S104 - nobody listens there
            found = await client.send(post(f"http://0.0.0.0:{receiver.port}/"), PATIENT)
            assert found.outcome == "blocked_address"
            assert "elsewhere" in found.detail
            assert client.tally.blocked == {"peer": 1}
        assert receiver.requests == []


async def test_several_addresses_are_tried_in_turn_within_the_clock() -> None:
    with receiving(answering(OK)) as receiver:
        table = TableResolver({HOST: ["127.0.0.2", "192.0.2.1", "127.0.0.1"]})
        async with outbound(("127.0.0.0/8", "192.0.2.0/24"), table) as client:
            found = await client.send(post(receiver.url()), PATIENT._replace(connect_s=3))
            assert (found.outcome, found.remote_address) == ("success", "127.0.0.1")
            table.table[HOST] = ["127.0.0.2", "127.0.0.3"]
            found = await client.send(post(receiver.url()), PATIENT)
            assert (found.outcome, found.remote_address) == ("connect", "127.0.0.3")


async def test_environment_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(answering(OK)) as proxy, receiving(answering(OK)) as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with outbound() as client:
            assert (await client.send(post(receiver.url()), PATIENT)).outcome == "success"
        assert (proxy.accepted, receiver.accepted) == (0, 1)


async def test_on_save_a_url_is_looked_up_and_judged() -> None:
    table = TableResolver({HOST: ["127.0.0.1"], "inside.test": ["10.0.0.1"], "empty.test": []})
    async with outbound(resolver=table) as client:
        for host, expected in (
            (HOST, None),
            ("inside.test", "blocked"),
            ("10.0.0.1", "blocked"),
            ("no.test", "dns"),
            ("empty.test", "dns"),
        ):
            assert await client.check(parse_url(f"http://{host}/")) == expected, host
