"""The one way out: after commit, every fact is handed to the readers.

Guarantee towards `read_own_by`: called on the loop, after the commit is synced, with what this node committed, in ascending `seq` for
each workspace, once. Readers that plan work read so: on each node they see its own, together all.

Guarantee towards `read_by`: the facts of a workspace that is followed come in ascending `seq`, without gaps and once, whichever
process wrote them: those of other nodes through `hear` or from the log, which is read wherever a number is missing. Of workspaces
that nobody follows they get what this node committed or heard of, as it came.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from halloo.db.engine import Database
from halloo.events.log import list_after
from halloo.events.model import Fact
from halloo.kit.refusals import Unavailable

logger = logging.getLogger("halloo.events")
Reader = Callable[[Sequence[Fact]], None]
_BATCH = 500
_AGAIN_S = 1
_EARLY_MAX = 500
"""Facts of a workspace that wait for one that is missing; with more, all of them are read from the log."""
_READS = 8
"""Workspaces whose log is read at a time."""


class _Place:
    """How far a followed workspace was handed on, and what came before its turn."""

    __slots__ = ("again", "early", "head", "repair", "timer")

    def __init__(self, head: int) -> None:
        """Handed on up to `head`."""
        self.head = head
        self.early: dict[int, Fact] = {}
        self.again = False
        """Whether the log may have more than the last reading of it gave."""
        self.repair: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None

    def take(self, fact: Fact) -> list[Fact]:
        """What is to be handed on now that this fact is there; nothing where one before it is missing, or it is no news."""
        if fact.seq <= self.head:
            return []
        if fact.seq != self.head + 1:
            if len(self.early) < _EARLY_MAX:
                self.early[fact.seq] = fact
            else:
                self.again = True
            return []
        self.head = fact.seq
        self.early.pop(fact.seq, None)
        return [fact, *self.ripe()]

    def ripe(self) -> list[Fact]:
        """Those that came early and whose turn it is."""
        found: list[Fact] = []
        while self.early and (fact := self.early.pop(self.head + 1, None)) is not None:
            self.head = fact.seq
            found.append(fact)
        return found

    def forget_timer(self) -> None:
        """Nobody waits for a missing fact any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Pump:
    """Takes committed facts from the database's listener and hands them on."""

    def __init__(self, database: Database, patience_s: float = 0) -> None:
        """Start listening to `database`. A missing fact is waited for `patience_s`, where other nodes tell, before the log is asked."""
        self._database = database
        self.patience_s = patience_s
        self.repaired = 0
        """How often a number was missing and the log was read for it."""
        self._readers: list[Reader] = []
        self._own_readers: list[Reader] = []
        self._places: dict[str, _Place] = {}
        self._reading = asyncio.Semaphore(_READS)
        database.listen(self._committed)

    def read_by(self, reader: Reader) -> None:
        """Add a reader of all facts."""
        self._readers.append(reader)

    def read_own_by(self, reader: Reader) -> None:
        """Add a reader of what this node commits."""
        self._own_readers.append(reader)

    # ── following ─────────────────────────────────────────────────────────────────────────────────────────────────

    def follow(self, workspace_id: str, head: int) -> None:
        """From now on every fact behind `head` is handed on, whoever writes it."""
        place = self._places.get(workspace_id)
        if place is None:
            self._places[workspace_id] = _Place(head)

    def unfollow(self, workspace_id: str) -> None:
        """The reverse of `follow`."""
        place = self._places.pop(workspace_id, None)
        if place is not None:
            place.forget_timer()
            if place.repair is not None:
                place.repair.cancel()

    def followed(self) -> list[str]:
        """The workspaces that are followed."""
        return list(self._places)

    def hear(self, facts: Sequence[Fact]) -> None:
        """Facts of one workspace that another node has committed."""
        self._pass_on(facts)

    def catch_up(self, workspace_id: str, head: int | None = None) -> None:
        """Read what the log has behind this node's position, unless that is at `head` already."""
        place = self._places.get(workspace_id)
        if place is None or (head is not None and head <= place.head):
            return
        if place.repair is not None:
            place.again = True  # what is read at this moment may be older
            return
        place.forget_timer()
        place.repair = asyncio.get_running_loop().create_task(self._repair(workspace_id, place))

    # ── handing on ────────────────────────────────────────────────────────────────────────────────────────────────

    def _committed(self, values: list[object]) -> None:
        facts = [value for value in values if isinstance(value, Fact)]
        if facts:
            _tell(self._own_readers, facts)
            self._pass_on(facts)

    def _pass_on(self, facts: Sequence[Fact]) -> None:
        run: list[Fact] = []
        short: dict[str, _Place] = {}
        for fact in facts:
            place = self._places.get(fact.workspace_id)
            if place is None:
                run.append(fact)
                continue
            run += place.take(fact)
            if fact.seq > place.head:
                short[fact.workspace_id] = place
        if run:
            _tell(self._readers, run)
        for workspace_id, place in short.items():
            if place.repair is None and place.timer is None:
                self._wait_for(workspace_id, place)

    def _wait_for(self, workspace_id: str, place: _Place) -> None:
        if not self.patience_s or len(place.early) >= _EARLY_MAX:
            self.repaired += 1
            self.catch_up(workspace_id)
            return
        place.timer = asyncio.get_running_loop().call_later(self.patience_s, self._waited, workspace_id, place)

    def _waited(self, workspace_id: str, place: _Place) -> None:
        place.timer = None
        if place.early and self._places.get(workspace_id) is place:
            self.repaired += 1
            self.catch_up(workspace_id)

    async def _repair(self, workspace_id: str, place: _Place) -> None:
        """Read until nothing is missing. What is committed meanwhile waits among the early ones, or is found by reading."""
        try:
            while True:
                place.again, early = False, bool(place.early)
                found = await self._read(workspace_id, place.head)
                fresh = [fact for one in found for fact in place.take(one)]
                if not found and early and place.early:  # the log was cut: go on behind the gap; the readers see it
                    place.head = min(place.early) - 1
                    fresh = place.ripe()
                if fresh:
                    _tell(self._readers, fresh)
                if len(found) < _BATCH and not place.early and not place.again:
                    return
        finally:
            if place.repair is asyncio.current_task():
                place.repair = None

    async def _read(self, workspace_id: str, head: int) -> list[Fact]:
        """What the log has behind `head`, asked for until it answers: nobody else would hand these facts on."""
        while True:
            try:
                async with self._reading:
                    return await self._database.read(workspace_id, list_after, f"w:{workspace_id}", head, _BATCH)
            except Unavailable as error:
                logger.warning("The log cannot be read at present; asking again: %s", error)
                await asyncio.sleep(_AGAIN_S)
            except Exception:
                logger.exception("The log could not be read; asking again")
                await asyncio.sleep(_AGAIN_S)


def _tell(readers: Sequence[Reader], run: Sequence[Fact]) -> None:
    for reader in readers:
        try:
            reader(run)
        except Exception:
            logger.exception("A reader could not take facts; the others get them all the same")
