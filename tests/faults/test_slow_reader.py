"""P3 for readers who stop to read, and nobody else is slowed by them (relay contract 6)."""

import asyncio
from pathlib import Path

import pytest

from tests.support.nodes import Crowd, crowd, reach, seed, serving
from tests.support.pace import Pace
from tests.support.stores import empty_store

TOO_SLOW, GONE = 4008, 1006
QUEUE = str(128 * 1024)
SMALL = 4 * 1024
LONG = 6_000
ENOUGH = 250
"""So many long messages are more than queue and network hold."""
SLACK_S = 0.2
"""What chance adds to a short wait; a machine that is busier than it was before adds what it kept back."""

pytestmark = pytest.mark.slow


async def test_who_stops_reading_is_let_go_and_comes_back_to_everything(tmp_path: Path) -> None:
    number = seed()
    limits = {"HALLOO_RELAY_VISITOR_QUEUE_BYTES": QUEUE, "HALLOO_RELAY_OPERATOR_QUEUE_BYTES": QUEUE}
    with (
        empty_store("sqlite", tmp_path, None, migrated=False) as store,
        serving(store, 1, settings=limits) as nodes,
    ):
        async with crowd(reach(nodes), number, pause=0.02, size=LONG) as people:
            sleeper = people.operators[1]
            awake = {person.name for person in people.people if person is not sleeper}
            sleeper.line.receive_buffer = SMALL
            sleeper.line.break_off()
            await asyncio.sleep(0.5)
            await sleeper.line.live.wait()
            began = people.history.now()
            await asyncio.sleep(1.5)
            calm = delays(people, began, awake)
            sleeper.line.reading.clear()
            people.history.note(f"{sleeper.name} reads nothing any more")
            began, closed = people.history.now(), len(sleeper.line.codes)
            pace = Pace(*(node.process.pid for node in nodes if node.process is not None))
            await written(people, ENOUGH)
            held = pace.held()
            strained = delays(people, began, awake)
            sleeper.line.reading.set()
            people.history.note(f"{sleeper.name} reads on")
            await asyncio.sleep(0.5)
    print(f"95 of 100 messages were shown within {calm * 1000:.0f} ms before and {strained * 1000:.0f} ms meanwhile")  # noqa: T201 - a figure to read
    assert sleeper.line.codes[closed] in (TOO_SLOW, GONE)
    assert strained < 2 * calm + SLACK_S + held


def delays(people: Crowd, after: float, awake: set[str]) -> float:
    """The 95th percentile of the time from writing to screens."""
    found = people.history.lags(after, awake)
    return found[len(found) * 95 // 100]


async def written(people: Crowd, count: int) -> None:
    """Wait until so many more messages are acknowledged."""
    ends = len(people.history.of("ack")) + count
    while len(people.history.of("ack")) < ends:  # noqa: ASYNC110 - many writers, none of whom knows of the others
        await asyncio.sleep(0.1)
