"""Give the demo's web hook a day behind it: what it was told, and an outage of the receiver in the night.

python scripts/past_hook.py <data folder> <workspace id> <widget id> <hook id>, with the product's own Python. Nothing is sent:
each attempt is written down by the product's own actions, together with what it tells of.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import past
from halloo.cli.place import open_place, read_secret
from halloo.db.connect import open_database
from halloo.db.tx import Tx
from halloo.hooks.actions import claim, plan, records, settle
from halloo.hooks.model import Attempt, Claimed, DeliveryState, Settlement, Target, envelope, webhook_id
from halloo.hooks.sign import Letterhead
from halloo.kit.clock import MINUTE, SECOND
from halloo.kit.outbound.model import Exchange, Timings
from halloo.kit.outbound.url import parse_url
from halloo.kit.sealing import Sealer
from halloo.workspaces.actions.operators import list_operators
from halloo.workspaces.model import system_actor

_LEASE = "past"
_LIMIT = 10
_MANY = 100


@dataclass(frozen=True)
class Call:
    """A talk of the last day, and how often the shop did not answer before it took what it was told."""

    minutes_ago: int
    who: str
    asked: str
    answered: str
    answer_ms: int
    failed: int = 0


CALLS = (
    Call(1390, "Hana", "Does the vase come in blue?", "In cobalt, from next week on.", 18),
    Call(1275, "", "Is there a set of four bowls?", "There is, and it saves you ten percent.", 22),
    Call(1160, "Luca", "May I order by mail?", "Of course. Write to us what you like.", 15),
    Call(1045, "Greta", "How do I wash the mug?", "However you like; the dishwasher is fine.", 31),
    Call(980, "", "Are you open on Saturday?", "From ten to four, and there is cake.", 27),
    Call(870, "Yusuf", "Could I change my address?", "Done. It leaves tomorrow morning.", 44),
    Call(610, "", "My parcel says delivered, but it is not here.", "I have asked the carrier and write to you today.", 12, 3),
    Call(585, "Eva", "Can I pay by invoice?", "With pleasure: tell us where to send it.", 14, 3),
    Call(560, "", "Do you have a plate that fits the bowl?", "The wide one. It looks as if it had always been there.", 16, 2),
    Call(535, "Ravi", 'What does "second" mean on the price tag?', "A small mark in the glaze. It holds tea as well.", 19, 1),
    Call(420, "Nele", "Which vase is for tulips?", "The long one. They like to lean.", 21),
    Call(330, "", "Can you ship by Friday?", "If you order today before six.", 17),
    Call(245, "Omar", "Is the clay from here? 🏺", "From a pit twelve kilometres away.", 24),
    Call(150, "", "I would like to visit.", "Come by on Friday, and ask for Grace.", 20),
    Call(95, "Sofia", "Do you teach?", "On Thursdays, six at a time.", 38),
    Call(40, "", "Has my order left?", "It has: the number is in your mail.", 16),
)  # fmt: skip


async def fill(url: str, sealer: Sealer, workspace_id: str, widget_id: str, hook_id: str) -> None:
    """Hold every talk, and write down how the hook told of it."""
    clock = past.Past()
    database = open_database(url, clock)
    today = clock.now
    try:
        for call in CALLS:
            clock.now = today - call.minutes_ago * MINUTE
            await database.write(workspace_id, partial(_tell, sealer, widget_id, hook_id, call))
    finally:
        await database.close()


def _tell(sealer: Sealer, widget_id: str, hook_id: str, call: Call, tx: Tx) -> None:
    """One transaction, so that the server that runs meanwhile finds nothing left to send."""
    who = system_actor(tx.workspace_id)
    owner = min(list_operators(tx, who), key=lambda one: one.created_at)
    talk = past.Talk(0, call.who, call.asked, call.answered, 0, 0, 5)
    _, conversation_id = past.ask(tx, widget_id, talk)
    past.answer(tx, past.actor(owner), conversation_id, call.answered)
    target = records.load_target(tx, who, sealer, hook_id)
    now = tx.now
    claimed = plan.plan(tx, {hook_id: _MANY}, _LEASE, now).claimed
    for _ in range(call.failed):
        _settle(tx, target, claimed, _late(), "pending", now)
        now += 5 * SECOND
        claimed = claim.claim(tx, {hook_id: _MANY}, _LEASE, now)
    _settle(tx, target, claimed, _taken(call.answer_ms), "delivered", now)


def _settle(tx: Tx, target: Target, claimed: list[Claimed], exchange: Exchange, state: DeliveryState, now: int) -> None:
    letterhead = Letterhead(target.hook, parse_url(target.hook.url), target.secrets)
    done: list[Settlement] = []
    for one in claimed:
        body = envelope(one.workspace_id, one.event, one.data, one.at)
        head = letterhead.write(webhook_id(one.fact_id).encode(), body, now, one.attempts + 1, _LIMIT)
        done.append(Settlement(one, Attempt(now, target.hook.url, head.kept, exchange), state, now))
    settle.settle(tx, _LEASE, done, {}, now)


def _taken(answer_ms: int) -> Exchange:
    head = b"HTTP/1.1 204 No Content\r\nServer: KilnAndClay\r\nContent-Length: 0\r\n\r\n"
    timings = Timings(0, 1, 0, answer_ms, answer_ms + 1)
    return Exchange("success", 204, "127.0.0.1", timings, head, b"", False, None, "")


def _late() -> Exchange:
    timings = Timings(0, 1, 0, 2_000, 2_001)
    return Exchange("timeout", None, "127.0.0.1", timings, b"", b"", False, None, "No answer came within 2 s.")


def main(data: str, workspace_id: str, widget_id: str, hook_id: str) -> None:
    """Fill the database of a data folder."""
    sealer = Sealer(read_secret(open_place(Path(data))), "hook")
    asyncio.run(fill(f"sqlite:///{Path(data) / 'halloo.db'}", sealer, workspace_id, widget_id, hook_id))


if __name__ == "__main__":
    main(*sys.argv[1:])
