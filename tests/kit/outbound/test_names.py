"""One question an attempt, one answer shared for a second at most (hooks contract 9, G5)."""

import asyncio

import pytest

from halloo.kit.outbound import names
from halloo.kit.outbound.client import SHARED_S, Outbound
from halloo.kit.outbound.guard import Guard
from halloo.kit.outbound.model import Limits
from halloo.kit.outbound.names import Names
from halloo.kit.outbound.resolver import TableResolver
from halloo.kit.outbound.url import parse_url
from tests.kit.outbound.receivers import HOST, OK, PATIENT, answering, post, receiving


def build(table: dict[str, list[str]], shared_s: float = 1.0) -> tuple[Names, TableResolver]:
    resolver = TableResolver(table)
    return Names(Guard(own=list), resolver, shared_s), resolver


async def test_who_asks_at_the_same_time_shares_one_question() -> None:
    known, resolver = build({HOST: ["8.8.8.8"]}, shared_s=0)
    resolver.delay_s = 0.1
    found = await asyncio.gather(*(known.ask(HOST) for _ in range(50)), known.ask("other.test"))
    assert sorted(resolver.asked) == sorted([HOST, "other.test"])
    assert {judged.addresses for judged in found} == {("8.8.8.8",), ()}
    await known.ask(HOST)
    assert len(resolver.asked) == 3, "a question that is answered serves nobody after"


async def test_who_stops_waiting_takes_the_answer_from_nobody() -> None:
    known, resolver = build({HOST: ["8.8.8.8"]})
    resolver.delay_s = 0.2
    first, second = asyncio.ensure_future(known.ask(HOST)), asyncio.ensure_future(known.ask(HOST))
    await asyncio.sleep(0.05)
    first.cancel()
    assert (await second).addresses == ("8.8.8.8",)
    assert first.cancelled()
    assert resolver.asked == [HOST]


async def test_an_answer_is_shared_for_a_second_and_no_longer() -> None:
    assert SHARED_S == 1.0
    url = parse_url(f"http://{HOST}/")
    known, resolver = build({HOST: ["8.8.8.8"]}, shared_s=0.3)
    assert known.known(url) is None
    await known.ask(HOST)
    found = known.known(url)
    assert found is not None
    assert found.addresses == ("8.8.8.8",)
    await asyncio.sleep(0.35)
    assert known.known(url) is None
    assert resolver.asked == [HOST]


async def test_attempts_of_one_host_share_the_answer() -> None:
    with receiving(answering(OK)) as receiver:
        resolver = TableResolver({HOST: ["127.0.0.1"]})
        client = Outbound(Guard(["127.0.0.1"]), resolver, shared_s=99)
        await asyncio.gather(*(client.send(post(receiver.url()), PATIENT) for _ in range(10)))
        assert resolver.asked == [HOST]
        await asyncio.sleep(1.05)
        resolver.table[HOST] = ["10.0.0.1"]
        assert (await client.send(post(receiver.url()), PATIENT)).outcome == "blocked_address", (
            "never longer than a second"
        )
        await client.close()


async def test_every_address_is_judged_and_the_first_of_them_are_tried() -> None:
    many = [f"8.8.{at // 250}.{at % 250}" for at in range(1000)]
    known, _ = build({"many.test": many, "bad.test": [*many, "10.0.0.1"]})
    assert (await known.ask("many.test")).addresses == tuple(many[:16])
    bad = await known.ask("bad.test")
    assert (bad.addresses, bad.rule, bad.address) == ((), "private", "10.0.0.1")


async def test_only_so_many_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_KEPT_MAX", 10)
    known, _ = build({f"h{at}.test": ["8.8.8.8"] for at in range(100)}, shared_s=60)
    for at in range(100):
        await known.ask(f"h{at}.test")
    assert [at for at in range(100) if known.known(parse_url(f"http://h{at}.test/"))] == list(range(90, 100))


async def test_only_so_many_questions_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_QUESTIONS_MAX", 3)
    known, resolver = build({}, shared_s=0)
    resolver.delay_s = 0.2
    asking = [asyncio.ensure_future(known.ask(f"h{at}.test")) for at in range(7)]
    await asyncio.sleep(0.1)
    assert len(resolver.asked) == 3
    await asyncio.gather(*asking)
    assert len(resolver.asked) == 7


async def test_an_attempt_waits_for_a_name_by_its_own_clock() -> None:
    resolver = TableResolver({HOST: ["8.8.8.8"]})
    resolver.delay_s = 5
    client = Outbound(Guard(), resolver)
    found = await client.send(post(f"http://{HOST}/"), Limits(connect_s=0.3))
    assert (found.outcome, found.remote_address) == ("dns", None)
    assert 250 <= found.timings.total < 2000
    await client.close()


async def test_closing_ends_what_is_still_asked() -> None:
    known, resolver = build({})
    resolver.delay_s = 60
    asking = asyncio.ensure_future(known.ask(HOST))
    await asyncio.sleep(0.01)
    await known.close()
    assert (await asyncio.wait_for(asking, 5)).trouble == "This server is stopping."
