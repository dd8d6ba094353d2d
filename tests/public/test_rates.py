"""Rates (embedding contract 8.5), with a moved clock."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from halloo.kit.clock import HOUR, MINUTE, SECOND
from tests.public.shop import OWN, Build, error, guest, text


async def until_refused(call: Callable[[], Awaitable[httpx.Response]], most: int) -> int:
    """How many calls pass before one is refused, which says when to come again."""
    for count in range(most + 1):
        answer = await call()
        if answer.status_code == 429:
            assert error(answer) == (429, "rate_limited")
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["cache-control"] == "no-store"
            return count
        assert answer.status_code < 300, answer.text
    return most + 1


async def test_the_record_per_address(build: Build) -> None:
    shop = await build(reads_per_minute=6)
    assert await until_refused(lambda: shop.call("GET", ""), 10) == 6
    shop.api.clock.shift += MINUTE
    assert await until_refused(lambda: shop.call("GET", "", headers={}), 10) == 3, "half the rate without Origin"
    shop.api.clock.shift += MINUTE
    frame = {"Sec-Fetch-Site": "same-origin"}
    assert await until_refused(lambda: shop.call("GET", "", headers=frame), 10) == 6, "the frame's own GET"


async def test_first_contact_per_address_and_widget(build: Build) -> None:
    shop = await build(contacts_per_minute=4, contacts_per_hour=6)
    off = {"config": {"v1": {"bot_check": {"guard_level": "off"}}}}
    for widget_id in (shop.house.widget_id, shop.other_widget_id):
        await shop.manage("PUT", f"/core/web-widgets/{widget_id}", off)
    other = f"/core/public/web-widgets/{shop.other_widget_id}"

    async def arrive(base: str = "") -> httpx.Response:
        return await shop.call("POST", "/visitor", {"user_id": guest()}, base=base)

    assert await until_refused(arrive, 10) == 4
    assert await until_refused(lambda: arrive(other), 10) == 4
    shop.api.clock.shift += MINUTE
    assert await until_refused(arrive, 10) == 2, "six an hour"
    shop.api.clock.shift += HOUR
    both = [await shop.call("POST", "/conversations", {"user_id": guest()}) for _ in range(2)]
    assert [answer.status_code for answer in both] == [201, 201]
    assert await until_refused(arrive, 10) == 2, "a start without token is counted as first contact"


async def test_messages_per_visitor_and_burst(build: Build) -> None:
    shop = await build(messages_per_minute=60, messages_burst=5)
    one, two = await shop.arrive(), await shop.arrive()
    cid, other = await shop.start(one), await shop.start(two)

    async def send(headers: dict[str, str] = one.headers, to: str = cid) -> httpx.Response:
        return await shop.call("POST", f"/conversations/{to}/messages", text(), headers)

    assert await until_refused(send, 10) == 4
    assert await until_refused(lambda: send(two.headers, other), 10) == 4, "counted by visitor"
    shop.api.clock.shift += 2 * SECOND
    assert await until_refused(send, 10) == 2
    shop.api.clock.shift += MINUTE
    bare = {"X-Halloo-Visitor": one.token}
    assert await until_refused(lambda: send(bare), 10) == 2, "half the rate without Origin"


async def test_a_refused_message_may_be_repeated_and_is_stored_once(build: Build) -> None:
    shop = await build(messages_per_minute=60, messages_burst=1)
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    body = text("Later")
    path = f"/conversations/{cid}/messages"
    assert error(await shop.call("POST", path, body, visitor.headers)) == (429, "rate_limited")
    shop.api.clock.shift += SECOND
    assert (await shop.call("POST", path, body, visitor.headers)).status_code == 201


async def test_new_conversations_per_visitor_and_per_address(build: Build) -> None:
    shop = await build(starts_per_hour=3, starts_per_hour_and_address=5)
    await shop.config(bot_check={"guard_level": "off"})
    one, two = await shop.arrive(), await shop.arrive()

    async def start(headers: dict[str, str]) -> httpx.Response:
        return await shop.call("POST", "/conversations", {"message": text()}, headers)

    assert await until_refused(lambda: start(one.headers), 10) == 3
    assert await until_refused(lambda: start(two.headers), 10) == 2
    shop.api.clock.shift += HOUR
    assert (await start(one.headers)).status_code == 201


async def test_lists_and_read_marks_per_visitor(build: Build) -> None:
    shop = await build(reads_per_minute=6)
    one, two = await shop.arrive(), await shop.arrive()
    cid = await shop.start(one)
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/conversations", None),
        ("GET", f"/conversations/{cid}/messages", None),
        ("POST", f"/conversations/{cid}/read", {"seq": 1}),
    ]
    for method, path, body in calls * 2:
        assert (await shop.call(method, path, body, one.headers)).status_code < 300
    for method, path, body in calls:
        assert error(await shop.call(method, path, body, one.headers)) == (429, "rate_limited")
    assert (await shop.call("GET", "/conversations", headers=two.headers)).status_code == 200


async def test_an_address_cannot_be_claimed(build: Build) -> None:
    """X-Forwarded-For counts from trusted proxies only, and no other header at all."""
    shop = await build(reads_per_minute=4)
    for number in range(4):
        await shop.call("GET", "", headers={**OWN, "X-Forwarded-For": f"203.0.113.{number}"})
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP"):
        answer = await shop.call("GET", "", headers={**OWN, name: "203.0.113.99"})
        assert error(answer) == (429, "rate_limited"), name
