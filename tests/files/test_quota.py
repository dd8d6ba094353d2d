"""A visitor's day: what came counts, what was announced and never came is given back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from halloo.db.tx import Tx
from halloo.edge.http import BODY_S
from halloo.files import actions, receiving, store, sweeper
from halloo.files.images.processes import Images
from halloo.files.model import GRACE_MS, TARGET_MS
from halloo.kit.clock import HOUR, SECOND
from tests.files.desk import ask, fetch, filed, path_of, png, put, send
from tests.public.shop import Build, Shop, Visitor, error


async def fits(shop: Shop, visitor: Visitor, size: int) -> bool:
    """Whether so many bytes may still be announced today; they are given up at once."""
    asked = await ask(shop, visitor, "fits.txt", b"x" * size, "text/plain")
    if asked.status_code == 201:
        given = await shop.api.client.delete(path_of(asked.json()["put"]["url"]))
        assert given.status_code == 204, given.text
    return asked.status_code == 201


async def test_what_was_announced_and_never_came_is_given_back(build: Build) -> None:
    shop = await build(upload_mib_per_day=1, uploads_per_ten_minutes=100)
    visitor, files, database = await shop.arrive(), shop.api.halloo.files, shop.api.halloo.database
    whole, quarter = b"x" * (1024 * 1024), 256 * 1024
    asked = (await ask(shop, visitor, "a.txt", whole, "text/plain")).json()
    assert not await fits(shop, visitor, 1), "it is still to come"
    upload_id = asked["upload_id"]

    async def broken() -> AsyncIterator[bytes]:
        yield whole[:quarter]

    await files.storage.append(upload_id, 0, broken(), len(whole))
    await files.sweeper.sweep()
    assert not await fits(shop, visitor, 1), "its target holds"
    shop.api.clock.shift += TARGET_MS + GRACE_MS
    for _ in range(2):  # given back once
        await files.sweeper.sweep()
        assert not await fits(shop, visitor, 3 * quarter + 1), "what came counts"
        assert await fits(shop, visitor, 3 * quarter)
    assert await files.storage.received(upload_id) == 0, "nobody can go on with it"
    assert error(await put(shop, asked, whole)) == (404, "upload_not_found")
    asked = (await ask(shop, visitor, "b.txt", whole[: 3 * quarter], "text/plain")).json()
    await files.storage.append(asked["upload_id"], 0, parts(whole[: 3 * quarter]), len(whole))
    shop.api.clock.shift += TARGET_MS + 1
    await files.sweeper.sweep()
    head = await shop.api.client.head(path_of(asked["put"]["url"]))
    assert head.headers["upload-offset"] == str(3 * quarter), "all of it is here: its answer may be asked for"
    assert not await fits(shop, visitor, 1)
    done = await shop.api.client.patch(path_of(asked["put"]["url"]), headers={"upload-offset": str(3 * quarter)})
    assert done.status_code == 200, done.text
    assert await database.read(shop.house.workspace_id, actions.list_ended, actions.FIRST, 10) == []


def _states(tx: Tx) -> list[str]:
    return [row["state"] for row in tx.all(store.uploads.select())]


async def test_what_came_whole_and_was_never_asked_for_holds_nobody_up_and_ends(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than a round has batches for, from before this server stood still for a day."""
    monkeypatch.setattr(sweeper, "BATCH", 3)
    monkeypatch.setattr(sweeper, "BATCHES_MAX", 5)
    visitor, files, database = await shop.arrive(), shop.api.halloo.files, shop.api.halloo.database
    for _ in range(6):
        asked = (await ask(shop, visitor, "a.txt", b"x", "text/plain")).json()
        await files.storage.append(asked["upload_id"], 0, parts(b"x"), 1)
    shop.api.clock.shift += 1
    never = (await ask(shop, visitor, "b.txt", b"x", "text/plain")).json()["upload_id"]
    shop.api.clock.shift += 24 * HOUR + GRACE_MS
    ended = list[str]()
    write = database.write

    async def noted(workspace_id: str, action: Any, *given: Any) -> Any:
        if action is actions.end_upload:
            ended.append(given[0])
        return await write(workspace_id, action, *given)

    monkeypatch.setattr(database, "write", noted)
    await files.sweeper.sweep()
    assert len(ended) == len({*ended}) == 7, "each of them once"
    assert never == ended[-1], "behind all the others"
    shop.api.clock.shift += 1
    await files.sweeper.sweep()
    assert await database.read(shop.house.workspace_id, _states) == []


async def test_what_came_whole_is_kept_as_long_as_promised_and_no_longer(shop: Shop) -> None:
    visitor, files, database = await shop.arrive(), shop.api.halloo.files, shop.api.halloo.database
    asked = (await ask(shop, visitor, "a.txt", b"x", "text/plain")).json()["upload_id"]
    await files.storage.append(asked, 0, parts(b"x"), 1)
    for hours, left in ((1, ["open"]), (22, ["open"]), (2, [])):
        shop.api.clock.shift += hours * HOUR
        await files.sweeper.sweep()
        shop.api.clock.shift += 1
        await files.sweeper.sweep()
        assert await database.read(shop.house.workspace_id, _states) == left
    assert await files.storage.received(asked) == 0


async def test_what_is_begun_at_the_last_moment_has_as_long_as_it_takes(shop: Shop) -> None:
    visitor, files = await shop.arrive(), shop.api.halloo.files
    asked = (await ask(shop, visitor, "a.txt", b"xyz", "text/plain")).json()
    shop.api.clock.shift += TARGET_MS - 20 * SECOND

    async def slow() -> AsyncIterator[bytes]:
        for chunk in (b"x", b"y", b"z"):
            yield chunk
            shop.api.clock.shift += 45 * SECOND
            await files.sweeper.sweep()

    answer = await shop.api.client.put(path_of(asked["put"]["url"]), content=slow())
    assert answer.status_code == 200, answer.text


def test_who_brings_bytes_renews_the_target_before_it_is_ended() -> None:
    assert (receiving.RENEW_S + BODY_S) * SECOND < GRACE_MS


async def test_what_its_sender_gives_up_is_given_back_and_gone(build: Build) -> None:
    shop = await build(upload_mib_per_day=1, uploads_per_ten_minutes=100)
    visitor, files = await shop.arrive(), shop.api.halloo.files
    cid = await shop.start(visitor)
    half = 512 * 1024
    asked = (await ask(shop, visitor, "a.txt", b"x" * half * 2, "text/plain")).json()
    await files.storage.append(asked["upload_id"], 0, parts(b"x" * half), half)
    target = path_of(asked["put"]["url"])
    assert (await shop.api.client.delete(target)).status_code == 204
    assert error(await shop.api.client.delete(target)) == (404, "upload_not_found")
    assert not await fits(shop, visitor, half + 1)
    assert await fits(shop, visitor, half)
    asked = (await ask(shop, visitor, "b.txt", b"x" * half, "text/plain")).json()
    assert (await put(shop, asked, b"x" * half)).status_code == 200
    assert (await shop.api.client.delete(path_of(asked["put"]["url"]))).status_code == 204
    assert not await fits(shop, visitor, 1), "it came, and was given up only then"
    refused = await send(shop, visitor, cid, filed(asked["upload_id"]))
    assert error(refused) == (409, "upload_incomplete")
    shop.api.clock.shift += 1
    await files.sweeper.sweep()
    upload = await shop.api.halloo.database.read(
        shop.house.workspace_id, store.find_upload, shop.house.workspace_id, asked["upload_id"]
    )
    assert upload is None


async def test_what_is_given_up_while_it_comes_counts_as_far_as_it_came_and_leaves_nothing(build: Build) -> None:
    shop = await build(upload_mib_per_day=1, uploads_per_ten_minutes=100)
    visitor, storage = await shop.arrive(), shop.api.halloo.files.storage
    whole = b"x" * (1024 * 1024)
    asked = (await ask(shop, visitor, "a.txt", whole, "text/plain")).json()
    target = path_of(asked["put"]["url"])
    held, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield whole[:1000]
        held.set()
        await go_on.wait()
        yield whole[1000:]

    bringing = asyncio.create_task(shop.api.client.put(target, content=slow()))
    await held.wait()
    assert (await shop.api.client.delete(target)).status_code == 204
    go_on.set()
    assert error(await bringing) == (404, "upload_not_found")
    assert await storage.received(asked["upload_id"]) == 0
    assert not await fits(shop, visitor, len(whole) - 999), "what came counts"
    assert await fits(shop, visitor, len(whole) - 1000)


async def test_a_picture_that_is_finished_while_it_is_given_up_counts_whole(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`DELETE` looks while it is open and nothing of it is there; then it is drawn anew, and what came of it is gone."""
    picture = png(dpi=(300, 300))
    shop = await build(upload_mib_per_day=1, uploads_per_ten_minutes=100)
    visitor, storage = await shop.arrive(), shop.api.halloo.files.storage
    asked = (await ask(shop, visitor, "a.png", picture, "image/png")).json()
    held, looked = asyncio.Event(), asyncio.Event()
    examine, look = Images.examine, storage.received

    async def late(*given: Any, asker: str) -> Any:
        held.set()
        await looked.wait()
        return await examine(*given, asker=asker)

    monkeypatch.setattr(Images, "examine", late)
    bringing = asyncio.create_task(put(shop, asked, picture))
    await held.wait()

    async def finished_first(upload: str) -> int:
        looked.set()
        answer = await bringing
        assert answer.status_code == 200, answer.text
        return await look(upload)

    monkeypatch.setattr(storage, "received", finished_first)
    assert (await shop.api.client.delete(path_of(asked["put"]["url"]))).status_code == 204
    monkeypatch.setattr(storage, "received", look)
    assert not await fits(shop, visitor, 1024 * 1024), "it came"


async def test_what_was_sent_in_a_message_cannot_be_given_up(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    asked = (await ask(shop, visitor, "a.txt", b"hello", "text/plain")).json()
    await put(shop, asked, b"hello")
    sent = (await send(shop, visitor, cid, filed(asked["upload_id"]))).json()["message"]["content"]
    assert error(await shop.api.client.delete(path_of(asked["put"]["url"]))) == (404, "upload_not_found")
    assert (await fetch(shop, sent["url"])).content == b"hello"


async def parts(data: bytes) -> AsyncIterator[bytes]:
    """Bytes as they come."""
    yield data
