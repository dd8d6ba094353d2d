"""Several `halloo serve` on one database, and people at all of them who put down what happens to them."""

import asyncio
import contextlib
import os
import random
import secrets
import time
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace

from tests.support.crowd import LIMITS, Operator, Person, Visitor, stored
from tests.support.history import History, Stored, assert_kept, faults
from tests.support.ports import free_port
from tests.support.product import Product, Store
from tests.support.reach import QUICK, Manner, Reach

Settings = dict[str, str]
CATCH_UP_S = 12
"""How long it may take after the last fault until everything is answered, and every reader has everything."""
READERS = 2
"""Operators who look at everything; one of them answers."""
HTTP_SHARE = 0.2


def seed() -> int:
    """Return what chance begins with in this run: printed, and taken from HALLOO_TEST_SEED."""
    number = int(os.environ.get("HALLOO_TEST_SEED", uuid.uuid4().int % 1_000_000))
    print(f"HALLOO_TEST_SEED={number}")  # noqa: T201 - pytest shows it where the test fails
    return number


def brokered(url: str) -> Settings:
    """Return the settings of nodes that find each other at this broker."""
    return {"HALLOO_RELAY_BROKER_URL": url}


@contextmanager
def serving(
    store: Store, count: int = 2, program: tuple[str, ...] = ("-m", "halloo"), settings: Settings | None = None
) -> Generator[list[Product]]:
    """Start `count` nodes with one public address and one secret over one database, and end them at the end."""
    shared = {
        "HALLOO_PUBLIC_URL": f"http://localhost:{free_port()}",
        "HALLOO_SERVER_SECRET_KEY": secrets.token_hex(32),
        **LIMITS,
        **(settings or {}),
    }
    with ExitStack() as stack:
        nodes: list[Product] = []
        for number in range(count):
            folder = store.folder / f"node-{number}"
            folder.mkdir()
            nodes.append(Product(replace(store, folder=folder), shared, program=program))
        nodes[0].init()
        for node in nodes:
            node.facts = nodes[0].facts
            stack.callback(node.kill)
        with ThreadPoolExecutor() as pool:
            list(pool.map(Product.start, nodes))
        yield nodes


def reach(nodes: Sequence[Product], ports: Sequence[int] | None = None) -> Reach:
    """Return where people find these nodes: at their own ports, or through proxies at others."""
    facts = nodes[0].facts
    found = ports or [node.port for node in nodes]
    return Reach(found, nodes[0].public_url, facts["widget_id"], facts["workspace_id"], facts["token"])


class Crowd:
    """Visitors with two tabs each, operators who read everything, one of whom answers; all of them busy."""

    def __init__(
        self, reach: Reach, seed: int, manner: Manner = QUICK, visitors: int = 6, *, apart: bool = False
    ) -> None:
        """Nobody is there yet. Each person's chance is their own, so that it does not depend on the others' pace.

        `apart`: who writes begins at the first node, and who only looks at the second; operators do not answer.
        """
        self.history = History(seed)
        self.reach = reach
        self.apart = apart
        self.visitors = [
            Visitor(f"visitor {number}", reach, self.history, random.Random(f"{seed} {number}"), manner)
            for number in range(visitors)
        ]
        self.operators = [
            Operator(f"operator {number}", reach, self.history, random.Random(f"{seed} operator {number}"), manner)
            for number in range(READERS)
        ]
        self.tabs: list[Visitor] = []
        if apart:
            self._place(self.visitors, 0)
            self._place(self.operators, 1)
        self._size = 0
        self._enough = asyncio.Event()
        self._writers: list[asyncio.Task[None]] = []

    @property
    def people(self) -> list[Person]:
        """Everyone."""
        return [*self.visitors, *self.tabs, *self.operators]

    @staticmethod
    def _place(people: Sequence[Person], at: int) -> None:
        for person in people:
            person.line.at = at

    async def arrive(self) -> None:
        """Operators look first, then visitors come and start to talk, then they open another tab."""
        for operator in self.operators:
            operator.connect()
            operator.read()
        await asyncio.gather(*(operator.line.live.wait() for operator in self.operators))
        await asyncio.gather(*(self._start(visitor) for visitor in self.visitors))
        self.tabs = [visitor.tab(f"{visitor.name}, tab 2") for visitor in self.visitors]
        if self.apart:
            self._place(self.tabs, 1)
        for tab in self.tabs:
            tab.connect()
        await asyncio.gather(*(tab.line.live.wait() for tab in self.tabs))

    @staticmethod
    async def _start(visitor: Visitor) -> None:
        visitor.connect()
        await visitor.say(f"{visitor.name}: hello")

    def write(self, pause: float = 0.1, *, http: bool = True, size: int = 0) -> None:
        """Begin to write, each after a pause of this length in the mean; messages are at least `size` long."""
        self._size = size
        share = HTTP_SHARE if http else 0.0
        answering = [] if self.apart else self.operators[:1]
        jobs = [self._talk(visitor, pause, share) for visitor in self.visitors]
        jobs += [self._answer(operator, pause, share) for operator in answering]
        self._writers = [asyncio.create_task(job) for job in jobs]

    async def _talk(self, visitor: Visitor, pause: float, http: float) -> None:
        number = 0
        while not self._enough.is_set():
            number += 1
            said = f"{visitor.name}: {number} ".ljust(self._size, "…")
            await visitor.say(said, "http" if visitor.chance.random() < http else "relay")
            await asyncio.sleep(visitor.chance.uniform(0, 2 * pause))

    async def _answer(self, operator: Operator, pause: float, http: float) -> None:
        number = 0
        while not self._enough.is_set():
            number += 1
            to = operator.chance.choice(self.visitors).conversation
            over = "http" if operator.chance.random() < http else "relay"
            await operator.write(f"{operator.name}: {number}", to, over)
            await asyncio.sleep(operator.chance.uniform(0, pause))

    async def finish(self) -> None:
        """Stop writing, let everything be answered and shown, and check the history. Raises `AssertionError`."""
        self._enough.set()
        _, unfinished = await asyncio.wait(self._writers, timeout=CATCH_UP_S)
        for task in unfinished:
            task.cancel()
        for task in self._writers:
            if task not in unfinished:
                task.result()
        held = await self.held()
        await self._caught_up(held)
        stopped = [f"{person.name} {person.line.stopped}" for person in self.people if person.line.stopped]
        assert_kept(self.history, held)
        assert stopped == []
        assert [error for person in self.people for error in person.errors] == []

    async def _caught_up(self, held: dict[str, list[Stored]]) -> None:
        ends = time.monotonic() + CATCH_UP_S
        while time.monotonic() < ends:
            if all(fault.flaw != "unread" for fault in faults(self.history, held)):
                return
            await asyncio.sleep(0.2)

    async def held(self) -> dict[str, list[Stored]]:
        """Return what is stored, from a node that answers."""
        return await stored(self.operators[0])

    def summary(self) -> str:
        """Return what happened, in numbers."""
        history, lines = self.history, [person.line for person in self.people]
        waits = sorted(wait for person in self.people for wait in person.waits)
        codes = Counter(code for line in lines for code in line.codes)
        return (
            f"{len(history.of('attempt'))} attempts, {len(history.of('ack'))} acknowledged, {len(history.of('shown'))} shown; "
            f"{sum(line.connects for line in lines)} connects, {sum(line.recovered for line in lines)} streams recovered, "
            f"{sum(line.lost for line in lines)} lost; closed with {dict(codes)}; "
            f"longest waits {[round(wait, 2) for wait in waits[-3:]]} s, shown after up to {max(self.history.lags(), default=0):.2f} s"
        )

    async def leave(self) -> None:
        """Everybody goes."""
        for task in self._writers:
            task.cancel()
        for person in self.people:
            with contextlib.suppress(asyncio.CancelledError):
                await person.leave()


@asynccontextmanager
async def crowd(
    reach: Reach,
    seed: int,
    manner: Manner = QUICK,
    *,
    visitors: int = 6,
    pause: float = 0.1,
    http: bool = True,
    apart: bool = False,
    size: int = 0,
) -> AsyncGenerator[Crowd]:
    """Have people there who write while the block runs; then check what they were told and shown."""
    people = Crowd(reach, seed, manner, visitors, apart=apart)
    try:
        await people.arrive()
        people.write(pause, http=http, size=size)
        yield people
        await people.finish()
    finally:
        print(people.summary())  # noqa: T201 - pytest shows it where the test fails
        await people.leave()


async def off_loop(act: Callable[..., object], *arguments: object) -> None:
    """Do what blocks, while people go on."""
    await asyncio.to_thread(act, *arguments)
