"""P1 and P6: killed at any moment, the server loses no acknowledged message and doubles none."""

import asyncio
import os
import random
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.product import Product, Store
from tests.support.visitor import Visitor

VISITORS = 50
KILLS = 10
LIMITS = {
    "HALLOO_PUBLIC_API_CONTACTS_PER_MINUTE": "1000",
    "HALLOO_PUBLIC_API_CONTACTS_PER_HOUR": "1000",
    "HALLOO_PUBLIC_API_STARTS_PER_HOUR_AND_ADDRESS": "1000",
    "HALLOO_PUBLIC_API_MESSAGES_PER_MINUTE": "6000",
    "HALLOO_PUBLIC_API_MESSAGES_BURST": "1000",
    "HALLOO_RELAY_VISITOR_MESSAGES_PER_MINUTE": "6000",
}
"""All visitors of the test come from one address, and write as fast as they are answered."""


@pytest.mark.slow
async def test_no_acknowledged_message_is_lost_or_doubled(store: Store, make_product: Callable[..., Product]) -> None:
    seed = int(os.environ.get("HALLOO_TEST_SEED", uuid.uuid4().int % 1_000_000))
    print(f"HALLOO_TEST_SEED={seed}")  # noqa: T201 - pytest shows it where the test fails
    product = make_product(store, **LIMITS)
    visitors = [Visitor(product, number) for number in range(VISITORS)]
    for visitor in visitors:
        await asyncio.to_thread(visitor.arrive)
    enough = asyncio.Event()
    writers = [asyncio.create_task(_write(visitor, enough)) for visitor in visitors]
    await _kill_at_random(product, random.Random(seed))
    enough.set()
    await asyncio.gather(*writers)

    acknowledged = {message.client_id: message for visitor in visitors for message in visitor.acknowledged}
    assert len(acknowledged) > VISITORS * KILLS
    stored = await asyncio.to_thread(_everything_stored, product)
    times = Counter(message["client_id"] for messages in stored.values() for message in messages)
    assert set(acknowledged) <= set(times), f"lost: {set(acknowledged) - set(times)}"
    assert {client_id for client_id, count in times.items() if count > 1} == set()
    by_place = {(place, message["seq"]): message for place, messages in stored.items() for message in messages}
    for message in acknowledged.values():
        found = by_place[message.conversation, message.seq]
        assert (found["client_id"], found["content"]) == (message.client_id, message.content)
    for messages in stored.values():
        assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    for visitor in visitors:
        mine = [message.seq for message in visitor.acknowledged]
        assert mine == sorted(mine)
        assert visitor.reconnects > 1


async def _write(visitor: Visitor, enough: asyncio.Event) -> None:
    number = 0
    while not enough.is_set():
        number += 1
        await visitor.write(f"Visitor {visitor.number}, message {number}")
        await asyncio.sleep(0.01)
    await visitor.leave()


async def _kill_at_random(product: Product, chance: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0.3, 1.6))
        product.kill()
        await asyncio.to_thread(product.start)
    await asyncio.sleep(1)


def _everything_stored(product: Product) -> dict[str, list[dict[str, Any]]]:
    """Return the messages of every conversation, read page by page through the management API."""
    stored: dict[str, list[dict[str, Any]]] = {}
    cursor = ""
    while True:
        page = product.call("GET", f"/core/conversations?limit=100{cursor}")
        for conversation in page["data"]:
            stored[conversation["id"]] = _messages(product, conversation["id"])
        if page["next_cursor"] is None:
            return stored
        cursor = f"&cursor={page['next_cursor']}"


def _messages(product: Product, conversation_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        after = found[-1]["seq"] if found else 0
        page = product.call("GET", f"/core/conversations/{conversation_id}/messages?after={after}&limit=100")
        found += page["data"]
        if not page["has_more"]:
            return found
