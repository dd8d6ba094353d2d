"""The pump's promise: every fact once, in order, without gaps, whoever wrote it and whenever it was read."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events.log import list_after, position, record
from halloo.events.model import Fact
from halloo.events.pump import Pump
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from halloo.kit.refusals import Conflict
from tests.conftest import WORKSPACE
from tests.support.pace import PATIENCE_S
from tests.support.product import Store


class Node:
    """A process beside others on the same database, and what its reader was told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.told: list[Fact] = []
        self.pump = Pump(database)
        self.pump.read_by(self._read)
        self.pump.follow(WORKSPACE, 0)

    def _read(self, run: Sequence[Fact]) -> None:
        self.told.extend(run)

    def numbers(self, workspace_id: str = WORKSPACE) -> list[int]:
        return [fact.seq for fact in self.told if fact.workspace_id == workspace_id]

    async def say(self, name: str = "test", workspace_id: str = WORKSPACE, **more: Any) -> Fact:
        return await self.database.write(workspace_id, _say, name, **more)

    async def head(self) -> int:
        return (await self.database.read(WORKSPACE, position, f"w:{WORKSPACE}")).offset


def _say(tx: Tx, name: str, *, fails: bool = False, **more: Any) -> Fact:
    fact = record(tx, name, b"{}", **more)
    if fails:
        raise Conflict
    return fact


@pytest.fixture
async def node(database: Database) -> Node:
    return Node(database)


@pytest.fixture
async def other(database: Database, store: Store) -> AsyncIterator[Node]:  # noqa: ARG001 - the tables come first
    """A second node on the same database."""
    made = Node(open_database(store.url, system_clock))
    yield made
    await made.database.close()


def without_gaps(numbers: list[int]) -> bool:
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_facts_are_told_in_order_and_what_failed_is_no_number(node: Node) -> None:
    before = await node.head()
    jobs = (node.say(f"n{number}", fails=number % 5 == 0) for number in range(100))
    done = await asyncio.gather(*jobs, return_exceptions=True)
    stored = [fact for fact in done if isinstance(fact, Fact)]
    assert len(stored) == 80
    assert [fact.seq for fact in stored] == list(range(before + 1, before + 81))
    assert node.told == stored


async def test_workspaces_have_their_own_numbers(node: Node) -> None:
    spaces = [new_id() for _ in range(5)]
    await asyncio.gather(*(node.say(workspace_id=one) for _ in range(20) for one in spaces))
    for one in spaces:
        assert node.numbers(one) == list(range(1, 21))


async def test_a_fact_is_numbered_in_each_of_its_streams(node: Node) -> None:
    conversation, visitor = new_id(), new_id()
    first = await node.say(conversation_id=conversation, public=True, visitor_id=visitor)
    internal = await node.say(conversation_id=conversation)
    second = await node.say(conversation_id=conversation, public=True)
    assert (first.conversation_offset, first.visitor_offset) == (1, 1)
    assert (internal.conversation_offset, internal.visitor_offset) == (None, None)
    assert (second.conversation_offset, second.seq) == (2, first.seq + 2)
    read = node.database.read
    assert await read(WORKSPACE, list_after, f"c:{conversation}", 0, 10) == [first, second]
    assert await read(WORKSPACE, list_after, f"v:{visitor}", 0, 10) == [first]
    assert await read(WORKSPACE, list_after, f"w:{WORKSPACE}", first.seq - 1, 2) == [first, internal]
    assert await read(new_id(), list_after, f"c:{conversation}", 0, 10) == []


async def test_what_another_node_wrote_is_read_before_what_follows(node: Node, other: Node) -> None:
    first = await node.say("mine")
    for number in range(3):
        await other.say(f"theirs {number}")
    assert node.numbers() == [first.seq]
    await node.say("mine again")
    await until(lambda: len(node.told) == 5)
    assert [fact.name for fact in node.told] == ["mine", "theirs 0", "theirs 1", "theirs 2", "mine again"]
    assert without_gaps(node.numbers())


async def test_a_nudge_brings_what_another_node_wrote(node: Node, other: Node) -> None:
    await node.say()
    for _ in range(1_200):  # more than one batch
        await other.say()
    node.pump.catch_up(WORKSPACE)
    node.pump.catch_up(WORKSPACE)
    await until(lambda: len(node.told) == 1_201)
    assert without_gaps(node.numbers())


async def test_commits_during_a_repair_are_told_in_their_place(
    node: Node, other: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the log is read, this node goes on writing, and so does the other."""
    await node.say("first")
    for _ in range(3):
        await other.say()
    read = node.database.read
    reads = 0

    async def slow_read(*arguments: Any) -> Any:
        nonlocal reads
        reads += 1
        found = await read(*arguments)
        if reads <= 3:
            await node.say(f"during {reads}")
            await other.say(f"theirs during {reads}")
        return found

    monkeypatch.setattr(node.database, "read", slow_read)
    await node.say("gap")
    await until(lambda: len(node.told) >= 6)
    for _ in range(200):  # what the other wrote while the log was read is no gap here until somebody says so
        if len(node.told) >= 11:
            break
        node.pump.catch_up(WORKSPACE)
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert without_gaps(node.numbers())
    assert {"during 1", "during 2", "during 3"} <= {fact.name for fact in node.told}
    assert len({fact.id for fact in node.told}) == len(node.told)


async def test_a_nudge_while_the_log_is_read_is_not_forgotten(
    node: Node, other: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read at that moment may be from before."""
    read = node.database.read
    reads: list[asyncio.Event] = []

    async def slow_read(*arguments: Any) -> Any:
        found = await read(*arguments)
        reads.append(asyncio.Event())
        await reads[-1].wait()
        return found

    monkeypatch.setattr(node.database, "read", slow_read)
    await other.say()
    node.pump.catch_up(WORKSPACE)
    await until(lambda: len(reads) == 1)
    await other.say()
    node.pump.catch_up(WORKSPACE)
    reads[0].set()
    await until(lambda: len(reads) == 2)
    reads[1].set()
    await until(lambda: node.numbers() == [1, 2])


async def test_a_repair_that_failed_is_made_up_for(node: Node, other: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    await node.say()
    await other.say()
    read = node.database.read
    failed = asyncio.Event()

    async def broken(*_: Any) -> Any:
        failed.set()
        raise Conflict

    monkeypatch.setattr(node.database, "read", broken)
    asyncio.get_running_loop().set_exception_handler(_ignore)
    await node.say()
    await failed.wait()
    await asyncio.sleep(0)
    monkeypatch.setattr(node.database, "read", read)
    await node.say()
    await until(lambda: len(node.told) == 4)
    assert without_gaps(node.numbers())


@pytest.mark.slow
async def test_two_nodes_that_write_at_once_both_hear_everything(node: Node, other: Node) -> None:
    chance = random.Random(7)
    await asyncio.gather(node.say(), other.say())

    async def write(one: Node) -> None:
        for _ in range(150):
            await asyncio.sleep(chance.random() / 500)
            await asyncio.gather(*(one.say() for _ in range(chance.randrange(1, 4))))
            if chance.random() < 0.1:
                one.pump.catch_up(WORKSPACE)

    await asyncio.gather(write(node), write(other))
    head = await node.head()
    for one in (node, other):
        one.pump.catch_up(WORKSPACE)
    await until(lambda: all(one.numbers()[-1] == head for one in (node, other)))
    for one in (node, other):
        assert without_gaps(one.numbers())


def _ignore(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """Say nothing of the task that was broken on purpose."""


async def until(condition: Any, seconds: float = PATIENCE_S) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - a list has no event
            await asyncio.sleep(0.005)
