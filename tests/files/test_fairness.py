"""Pictures of many senders at once: nobody waits for what somebody else has brought, and nobody has too much waiting."""

import asyncio
import os
import signal
import struct
import threading
import zlib
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from halloo.files.images import processes
from halloo.files.images.lanes import LaneFull, Lanes
from halloo.files.images.model import MAX_FRAMES, MAX_MOVING_PIXELS
from halloo.files.images.processes import Images, PicturesWait
from tests.files.desk import PNG, ask, path_of, png, put
from tests.files.test_images import chunk
from tests.public.shop import Shop
from tests.support.pace import PATIENCE_S, Pace, until

SIDE = int((MAX_MOVING_PIXELS / MAX_FRAMES) ** 0.5)
PROMISED_S = 2.0


def heavy() -> bytes:
    """An animation with as many frames as may be, each as large as may be: read for seconds."""
    size = struct.pack(">II", SIDE, SIDE)
    lines = zlib.compress((b"\4" + bytes(range(256)) * (SIDE * 4 // 256 + 1))[: SIDE * 4 + 1] * SIDE, 1)
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", size + struct.pack(">BBBBB", 8, 6, 0, 0, 0))]
    parts.append(chunk(b"acTL", struct.pack(">II", MAX_FRAMES, 0)))
    number = 0
    for frame in range(MAX_FRAMES):
        parts.append(chunk(b"fcTL", struct.pack(">I", number) + size + struct.pack(">IIHHBB", 0, 0, 7, 100, 0, 1)))
        number += 1
        if frame:
            parts.append(chunk(b"fdAT", struct.pack(">I", number) + lines))
            number += 1
        else:
            parts.append(chunk(b"IDAT", lines))
    return b"".join([*parts, chunk(b"IEND", b"")])


@pytest.fixture
async def images() -> AsyncIterator[Images]:
    """Two processes, which have begun."""
    made = Images(2)
    await asyncio.gather(*(made.initials("A", (0, 0, 0), 16, asker=str(one)) for one in range(8)))
    yield made
    for pid in made.pids():
        os.killpg(pid, signal.SIGKILL)  # nobody waits for what is left of heavy ones
    await made.close()


async def test_a_visitors_picture_does_not_wait_for_anothers_heavy_ones(images: Images) -> None:
    given = heavy()
    sender = [asyncio.create_task(images.examine(given, asker="visitor:heavy")) for _ in range(4)]
    await asyncio.sleep(0.2)
    pace = Pace(*images.pids())
    assert (await images.examine(png(320, 240), asker="visitor:other")).width == 320
    assert pace.seconds() < PROMISED_S
    assert not any(one.done() for one in sender), "they would have been waited for"
    pace = Pace(*images.pids())
    await images.thumbnail(png(320, 240), 64, 64, asker="192.0.2.9")
    assert pace.seconds() < PROMISED_S
    for one in sender:
        one.cancel()
    await asyncio.wait(sender)


async def test_what_takes_longer_is_begun_again_by_a_process_that_waits_for_it(
    images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "QUICK_S", 0.0005)
    made = await asyncio.gather(*(images.examine(png(900, 900), asker=f"visitor:{one}") for one in range(6)))
    assert [one.width for one in made] == [900] * 6


async def test_a_process_that_does_not_answer_says_nothing_of_the_picture(
    images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine that swaps: the other process, which has patience, gets the picture."""
    hurried = next(one for one in images._all if not one.patient)  # pyright: ignore[reportPrivateUsage] - to stop it
    stopped = hurried.pid
    monkeypatch.setattr(processes, "QUICK_S", 0.2)
    monkeypatch.setattr(processes, "_GRACE_S", 0.2)
    os.kill(stopped, signal.SIGSTOP)
    while stopped in images.pids():  # until it had one of them, and was ended for it
        made = await asyncio.gather(*(images.examine(png(40, 30), asker=f"visitor:{one}") for one in range(4)))
        assert [one.width for one in made] == [40] * 4


async def test_what_comes_or_turns_out_to_be_dear_while_the_server_ends_is_answered(
    images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both between what waits being given up and the threads being ended."""
    loop, given_up, ended = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    at_work, go_on = threading.Semaphore(0), threading.Event()
    clear = Lanes[Any].clear

    def slowly(lanes: Lanes[Any]) -> list[Any]:
        loop.call_soon_threadsafe(loop.call_later, 0.05, given_up.set)  # the lock is free by then
        return clear(lanes)

    def too_long(*_: object) -> Any:
        at_work.release()
        go_on.wait(PATIENCE_S)
        raise processes._TooLong  # pyright: ignore[reportPrivateUsage] - as a process says it

    threads = images._threads  # pyright: ignore[reportPrivateUsage] - to hold their end up
    shutdown = threads.shutdown

    def late(**given: Any) -> None:
        ended.wait(PATIENCE_S)
        shutdown(**given)

    monkeypatch.setattr(Lanes, "clear", slowly)
    monkeypatch.setattr(threads, "shutdown", late)
    monkeypatch.setattr(processes, "_done", too_long)
    dear = [asyncio.create_task(images.examine(png(), asker=str(one))) for one in range(2)]
    for _ in dear:
        assert await asyncio.to_thread(at_work.acquire, timeout=PATIENCE_S)
    closing = asyncio.create_task(images.close())
    await given_up.wait()
    with pytest.raises(PicturesWait):
        async with asyncio.timeout(PATIENCE_S):
            await images.examine(png(), asker="late")
    go_on.set()
    done, _ = await asyncio.wait(dear, timeout=PATIENCE_S)
    assert all(one.cancelled() for one in done)
    assert len(done) == 2
    ended.set()
    await closing


async def test_nobody_has_too_much_waiting(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "EXAMINED_WAITING", 2)
    given = heavy()
    first = [asyncio.create_task(images.examine(given, asker="visitor:heavy")) for _ in range(2)]
    await until(lambda: not images._free)  # pyright: ignore[reportPrivateUsage] - both are at work
    waiting = [asyncio.create_task(images.examine(given, asker="visitor:heavy")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(PicturesWait) as refused:
        await images.examine(given, asker="visitor:heavy")
    assert refused.value.retry_after_ms == processes.AGAIN_MS
    assert (await images.examine(png(), asker="visitor:other")).width == 8
    for one in (*first, *waiting):
        one.cancel()
    await asyncio.wait([*first, *waiting])
    await images.examine(png(), asker="visitor:heavy")  # what was given up waits no more


async def test_a_sender_with_too_much_waiting_is_told_when_to_ask_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await shop.arrive()
    target = (await ask(shop, visitor, "a.png", png(), PNG)).json()
    with monkeypatch.context() as patched:
        patched.setattr(processes, "EXAMINED_WAITING", 0)
        later = await put(shop, target, png())
    assert (later.status_code, later.json()["error"], later.headers["retry-after"]) == (429, "rate_limited", "5")
    assert "a few seconds" in later.json()["message"]
    headers = {"upload-offset": str(len(png()))}
    again = await shop.api.client.patch(path_of(target["put"]["url"]), headers=headers)
    assert (again.status_code, again.json()["width"]) == (200, 8)


def test_lanes_take_turns() -> None:
    lanes: Lanes[str] = Lanes()
    for work in ("a1", "a2", "a3", "b1", "c1", "c2"):
        lanes.add(work[0], work, 3)
    with pytest.raises(LaneFull):
        lanes.add("a", "a4", 3)
    taken = [cast("tuple[str, str]", lanes.take(dear=False))[1] for _ in range(4)]
    assert taken == ["a1", "b1", "c1", "a2"]
    lanes.add("d", "d1", 3)
    assert lanes.take(dear=False) == ("d", "d1"), "who comes later and is not served yet goes first"
    lanes.add_dear("a", "a1")
    for one in "abcad":
        lanes.end(one)
    with pytest.raises(LaneFull):
        lanes.add("a", "a4", 2)
    lanes.add("e", "e1", 3)
    assert lanes.take(dear=False) == ("c", "c2"), "b and d have nothing, a was served last"
    assert lanes.take(dear=True) == ("a", "a1")
    lanes.add_dear("b", "b1")
    lanes.drop("a3")
    assert lanes.take(dear=False) == ("e", "e1")
    assert lanes.take(dear=False) is None
    assert lanes.clear() == ["b1"]
    assert lanes.take(dear=True) is None
