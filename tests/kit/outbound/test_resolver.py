"""The port to name servers, over both twins: one against a name server on loopback, one out of a table."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.guard import Guard
from halloo.kit.outbound.resolver import DnsResolver, NotResolved, Resolver, TableResolver
from tests.kit.outbound.name_server import serving_names
from tests.kit.outbound.receivers import OK, PATIENT, answering, post, receiving

TABLE = {
    "one.test": ["192.0.2.1"],
    "six.test": ["2001:db8::1"],
    "both.test": ["192.0.2.1", "192.0.2.2", "2001:db8::1"],
    "alias.test": ["second.test"],
    "second.test": ["both.test"],
    "many.test": [f"192.0.2.{at}" for at in range(1, 25)],
    "empty.test": [],
    "dangling.test": ["nowhere.test"],
}


@asynccontextmanager
async def twin(kind: str) -> AsyncGenerator[Resolver]:
    with serving_names(TABLE) as server:
        resolver = DnsResolver([server.address]) if kind == "dns" else TableResolver(TABLE)
        try:
            yield resolver
        finally:
            await resolver.close()


@pytest.mark.parametrize("kind", ["dns", "table"])
async def test_every_address_of_a_name_is_found(kind: str) -> None:
    async with twin(kind) as resolver:
        assert sorted(await resolver.resolve("one.test")) == ["192.0.2.1"]
        assert sorted(await resolver.resolve("six.test")) == ["2001:db8::1"]
        assert sorted(await resolver.resolve("both.test")) == sorted(TABLE["both.test"])
        assert sorted(await resolver.resolve("alias.test")) == sorted(TABLE["both.test"])
        assert sorted(await resolver.resolve("many.test")) == sorted(TABLE["many.test"])


@pytest.mark.parametrize("kind", ["dns", "table"])
@pytest.mark.parametrize("name", ["nowhere.test", "empty.test", "dangling.test"])
async def test_a_name_without_an_address_is_told_in_a_sentence(kind: str, name: str) -> None:
    async with twin(kind) as resolver:
        with pytest.raises(NotResolved, match=r"no address"):
            await resolver.resolve(name)


@pytest.mark.parametrize("name", ["a..b", "a" * 70 + ".test", "."])
async def test_what_is_no_name_is_not_resolved(name: str) -> None:
    async with twin("dns") as resolver:
        with pytest.raises(NotResolved):
            await resolver.resolve(name)


async def test_a_name_server_that_is_silent_or_away_is_told_so() -> None:
    with serving_names(TABLE, mute=["one.test"]) as server:
        resolver = DnsResolver([server.address])
        with pytest.raises(NotResolved, match="No name server answered"):
            await resolver.resolve("one.test")
        assert len(server.asked) >= 2, "it is asked again"
        assert sorted(await resolver.resolve("both.test")) == sorted(TABLE["both.test"])
        await resolver.close()
    gone = DnsResolver([server.address])
    with pytest.raises(NotResolved, match="No name server answered"):
        await gone.resolve("one.test")
    await gone.close()


async def test_the_file_of_hosts_comes_before_name_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("192.0.2.77 written.test\n2001:db8::77 written.test\n192.0.2.78 one.test\n")
    monkeypatch.setenv("CARES_HOSTS", str(hosts))
    with serving_names(TABLE) as server:
        resolver = DnsResolver([server.address])
        assert sorted(await resolver.resolve("written.test")) == ["192.0.2.77", "2001:db8::77"]
        assert sorted(await resolver.resolve("one.test")) == ["192.0.2.78"]
        assert server.asked == []
        assert sorted(await resolver.resolve("six.test")) == ["2001:db8::1"]
        await resolver.close()


async def test_a_request_goes_by_a_real_name_server() -> None:
    with (
        serving_names({"inner.test": ["127.0.0.1"], "turn.test": ["127.0.0.1"]}) as server,
        receiving(answering(OK)) as receiver,
    ):
        client = Outbound(Guard(["127.0.0.1"]), DnsResolver([server.address]), shared_s=0)
        assert (await client.send(post(receiver.url("inner.test")), PATIENT)).outcome == "success"
        assert (await client.send(post(receiver.url("turn.test")), PATIENT)).outcome == "success"
        server.table["turn.test"] = ["127.0.0.1", "10.0.0.1"]
        assert (await client.send(post(receiver.url("turn.test")), PATIENT)).outcome == "blocked_address"
        assert (await client.send(post(receiver.url("none.test")), PATIENT)).outcome == "dns"
        await client.close()
        assert receiver.accepted == 2
