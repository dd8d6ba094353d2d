"""Planning: a delivery for every fact and hook that wants it, written in the transaction in which the cursor moves."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.json import Decoder

from halloo.db.tx import Tx
from halloo.events import cursor, log
from halloo.hooks.actions.lines import Lines
from halloo.hooks.model import LEASE, READER, Claimed, Planned
from halloo.hooks.store import chores, queue
from halloo.hooks.store.queue import Wanting

FACTS_MAX, ROWS_MAX = 500, 2_000
"""Of one transaction."""
_CONTACT_GONE = "people:profile:removed"
_ENDING = frozenset({"session:removed", _CONTACT_GONE})


class _About(Struct):
    people_id: str = ""


_about = Decoder(_About)


def begin(tx: Tx) -> None:
    """Have planning begin at the end of the workspace's log, as it gets a hook; what came before is planned or passed over."""
    cursor.place(tx, READER, log.lock(tx))
    plan_up_to_head(tx, tx.now)


def plan(tx: Tx, room: Mapping[str, int], lease: str, now: int, *, paced: bool = False) -> Planned:
    """Plan what was recorded behind the cursor: at most 500 facts, and about 2,000 deliveries.

    `room` says how many deliveries of a hook may be leased at once, under the token `lease`: they are handed back, and no claim is
    needed. `paced`: while there is much to plan, stop where one of these hooks has no room left. `now` is of the steady clock.
    Planning twice changes nothing.
    """
    tx.flush()
    behind = cursor.lock(tx, READER)
    if behind is None:
        return Planned(0, False, [])
    made = _Round(tx, room, lease, now)
    if not made.hooks:
        head = log.position(tx, f"w:{tx.workspace_id}").offset
        if head > behind:
            cursor.move(tx, READER, head)
        return Planned(head - behind, False, [])
    batch = max(1, min(FACTS_MAX, ROWS_MAX // len(made.hooks)))
    seen, more = 0, True
    while more and seen + batch <= FACTS_MAX and (not seen or made.planned + batch * len(made.hooks) <= ROWS_MAX):
        facts = queue.list_facts(tx, behind + seen, batch, data=made.leases)
        if not made.hold(facts):
            break
        more = len(facts) == batch
        fitting = made.fitting(facts) if paced and more else facts
        made.take(fitting)
        seen += len(fitting)
        if len(fitting) < len(facts):
            more = True
            break
    if seen:
        cursor.move(tx, READER, behind + seen)
    return Planned(seen, more, made.claimed, frozenset(made.waiting))


def plan_up_to_head(tx: Tx, now: int) -> None:
    """Plan everything that was recorded until now, before the choice of a hook changes.

    Nothing is recorded, planned or settled meanwhile. Called before the hook itself is held: whoever holds several of these holds
    them in the order log, cursor, hooks by their ids, deliveries, health.
    """
    log.lock(tx)
    cursor.lock(tx, READER)
    queue.lock_all(tx)
    while plan(tx, {}, "", now).more:
        pass


class _Round:
    """What one transaction plans."""

    def __init__(self, tx: Tx, room: Mapping[str, int], lease: str, now: int) -> None:
        self.hooks = queue.list_wanting(tx)
        self.leases = any(room.values())
        """Whether anything may be leased at once."""
        self.planned = 0
        self.claimed: list[Claimed] = []
        self.waiting: set[str] = set()
        self._tx = tx
        self._lease = lease
        self._now = now
        self._room = {hook.id: 0 if hook.is_open else room.get(hook.id, 0) for hook in self.hooks}
        self._counted = frozenset(id for id, free in self._room.items() if free > 0)
        self._lines = Lines(tx)
        self._holds: Literal["nothing", "lines", "all"] = "nothing"

    def hold(self, facts: list[tuple[Any, ...]]) -> bool:
        """Hold the hooks whose lines these facts add to or end; False where another transaction has to, as this one holds too few."""
        ends = any(fact[2] in _ENDING for fact in facts)
        if self._holds == "nothing":
            self._holds = "all" if ends else "lines"
            if ends:
                queue.lock_all(self._tx)
            else:
                queue.lock_lines(self._tx, [hook.id for hook in self.hooks if hook.ordered != "none"])
        return self._holds == "all" or not ends

    def fitting(self, facts: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Those before the first one that a hook which had room has none left for."""
        full: list[int] = []
        for hook in self.hooks:
            if hook.id in self._counted:
                room = self._room[hook.id]
                full += [fact[0] for fact in facts if fact[2] in hook.events][room : room + 1]
        end = min(full, default=None)
        return facts if end is None else [fact for fact in facts if fact[0] < end]

    def take(self, facts: list[tuple[Any, ...]]) -> None:
        """Plan a batch of facts."""
        rows: list[tuple[Any, ...]] = []
        claimed: list[Claimed] = []
        for hook in self.hooks:
            wanted = [fact for fact in facts if fact[2] in hook.events]
            if wanted:
                self._take(hook, wanted, rows, claimed)
        self.planned += len(rows)
        for fact in facts:
            if fact[2] in _ENDING:
                self._drop(fact)
        if queue.insert(self._tx, rows) != len(rows):  # planned before, and maybe posted by another one
            claimed = [one for one in claimed if queue.is_leased(self._tx, one, self._lease)]
        self.claimed += claimed

    def _drop(self, fact: tuple[Any, ...]) -> None:
        """A conversation or a contact was deleted: what was still to be told of them is not."""
        seq, _, name, _, talk, _ = fact
        if name == _CONTACT_GONE:
            owner, id = "contact_id", _about.decode(chores.find_payload(self._tx, seq)).people_id
        else:
            owner, id = "conversation_id", talk
        for hook in chores.list_known(self._tx) if id else ():
            if chores.has_pending(self._tx, hook.id):
                queue.end(self._tx, chores.list_erased(self._tx, hook.id, owner, id or ""), "cancelled", self._now)

    def _take(self, hook: Wanting, wanted: Iterable[tuple[Any, ...]], rows: list[Any], claimed: list[Claimed]) -> None:
        tx, now, ordered, id = self._tx, self._now, hook.ordered, hook.id
        room, line, due = self._room[id], None, now
        until, lease, workspace_id, wall = now + LEASE, self._lease, tx.workspace_id, tx.now
        for seq, fact, name, at, talk, data in wanted:
            if not data or data == log.ERASED:
                continue
            if ordered != "none":
                line, due = self._lines.join(id, ordered, talk, now)
            if room <= 0 or due != now:
                if due == now:
                    self.waiting.add(id)
                rows.append((workspace_id, id, seq, 0, due, None, line, None, wall))
                continue
            room -= 1
            rows.append((workspace_id, id, seq, 0, until, lease, line, None, wall))
            claimed.append(Claimed(workspace_id, id, seq, 0, 0, wall, fact, name, at, bytes(data), talk, line))
        self._room[id] = room
