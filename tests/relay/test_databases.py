"""The relay over both databases."""

import asyncio

from halloo.relay.settings import RelaySettings
from tests.relay.house import QUICK, WORKSPACE, house
from tests.support.product import Store


async def test_messages_arrive_whole_and_in_order(store: Store) -> None:
    settings = {"visitor_frames_per_second": 1000}
    async with house(store, RelaySettings().engine, QUICK, **settings) as home:
        operator = await home.live("operator", home.operator(), [f"w:{WORKSPACE}"])
        visitors = [f"v{n}" for n in range(5)]
        owned = {visitor: home.actions.own(visitor) for visitor in visitors}

        async def talk(visitor: str) -> list[int]:
            client = await home.live("visitor", home.visitor(visitor), [f"c:{owned[visitor]}"])
            for n in range(20):
                message = {"type": "text", "content": str(n)}
                id = f"{visitor}-{n}"
                await client.say(t="send", id=id, conversation=owned[visitor], client_id=id, message=message)
            return [(await client.until("ack"))["seq"] for _ in range(20)]

        acked = await asyncio.gather(*map(talk, visitors))
        heard = await operator.events(100)
        assert acked == [list(range(1, 21))] * 5
        assert [event["offset"] for event in heard] == list(range(1, 101))
        for visitor in visitors:
            said = [event["data"] for event in heard if event["data"]["client_id"].startswith(f"{visitor}-")]
            assert [one["content"] for one in said] == [str(n) for n in range(20)]


async def test_recovery_from_the_log(store: Store) -> None:
    async with house(store, RelaySettings().engine, QUICK) as home:
        await home.facts("c1", 280)
        first = await home.enter("operator", home.operator(), ["c:c1"])
        epoch = (await first.until("connected"))["streams"][0]["epoch"]
        client = await home.enter("operator", home.operator(), [{"id": "c:c1", "epoch": epoch, "offset": 0}])
        assert (await client.until("connected"))["streams"][0]["recovered"] is True
        assert [event["offset"] for event in await client.events(280)] == list(range(1, 281))


async def test_what_another_process_wrote_while_nobody_was_here_is_told_to_whom_comes(store: Store) -> None:
    async with house(store, RelaySettings().engine, QUICK) as home:
        first = await home.enter("operator", home.operator(), ["c:c1"])
        epoch = (await first.until("connected"))["streams"][0]["epoch"]
        await asyncio.sleep(0.6)  # the change is seen beside a former state
        await first.close()
        await home.elsewhere("c1", 2)
        await asyncio.sleep(1.1)
        again = await home.enter("operator", home.operator(), [{"id": "c:c1", "epoch": epoch, "offset": 0}])
        assert [event["offset"] for event in await again.events(2)] == [1, 2]
