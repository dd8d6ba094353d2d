"""Give the demo four weeks that never were: questions, answers and feedback, by the product's own actions and a clock set back.

python scripts/past.py <data folder> <workspace id> <widget id>, with the product's own Python. What is there already stays.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from halloo.contacts import actions as contacts
from halloo.contacts.actions import Hello, visitor_actor
from halloo.contacts.actions.visitors import fresh_guest_id
from halloo.contacts.model import Details
from halloo.conversations import actions
from halloo.conversations.actions import Start
from halloo.conversations.feedback import Wanted
from halloo.conversations.model import Change, Draft
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.kit.clock import DAY, MINUTE, system_clock
from halloo.widgets.forms import complete_form
from halloo.workspaces.actions.operators import list_operators
from halloo.workspaces.model import ROLE_SCOPES, Actor, Operator, system_actor
from seed import FEEDBACK

_FORM = complete_form(FEEDBACK)


@dataclass(frozen=True)
class Talk:
    """A conversation of the past. `by` is the operator's place in the list: the owner, then Grace; `wait` in minutes."""

    days_ago: int
    who: str
    asked: str
    answered: str
    by: int
    wait: int
    stars: int
    comment: str = ""


TALKS = (
    Talk(27, "Ines", "Can the long vase stand outside in winter?", "Light frost is fine. Bring it in below −5 °C.", 0, 4, 5),
    Talk(25, "", "Do you ship to Norway?", "We do, in five to seven days. Customs are on us.", 1, 6, 4),
    Talk(
        23, "Tomasz", "My mug arrived chipped.", "I am sorry. A new one leaves tomorrow, keep the old one for pencils.",
        1, 3, 5, "Sorted in two minutes, and I have a pencil pot now.",
    ),
    Talk(21, "Aiko", "How deep is the wide bowl?", "7.5 cm inside, 9 cm with the foot.", 0, 5, 5),
    Talk(
        18, "", "Where is my order? It has been nine days.", "The kiln had a bad week. It leaves on Thursday.",
        0, 42, 2, "Friendly, but I would have liked to hear of the delay before I asked.",
    ),
    Talk(16, "Leïla", "Can I choose the colour of the pool?", "The kiln does that, and it does not take requests.", 1, 7, 4),
    Talk(
        14, "Jonas", "Is the celadon glaze safe in the microwave?", "On the mug and the bowl, yes. Please not the vase.",
        0, 2, 5, "Quick and honest.",
    ),
    Talk(12, "", "Do you make lids?", "Not yet. I have put it on Grace's list.", 0, 9, 3),
    Talk(9, "Marta", "Could you engrave a name?", "Only before the first firing: order by Sunday.", 1, 4, 5),
    Talk(
        7, "Samuel", "The bowl is smaller than I thought.", "You may send it back within 30 days. The label is on its way.",
        1, 11, 4, "Easy return. The size could be clearer on the page.",
    ),
    Talk(5, "", "Are the mugs all the same size?", "Within a few millimetres. Your hands will not mind.", 0, 3, 5),
    Talk(
        3, "Noor", "Which glaze goes with oak?", "Oat, if you like it calm. Cobalt, if you do not.",
        0, 2, 5, "Lovely advice, thank you Ada.",
    ),
    Talk(2, "Emil", "Can I pick the vase up myself?", "Of course, on Fridays from two to six.", 1, 5, 5),
    Talk(1, "", "Do you wrap gifts?", "In brown paper, with a sprig of whatever grows outside.", 0, 4, 5),
)  # fmt: skip


class Past:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.now = system_clock()

    def __call__(self) -> int:
        """Return the moment, in UNIX milliseconds."""
        return self.now


async def fill(url: str, workspace_id: str, widget_id: str) -> None:
    """Hold every talk, unless there is feedback already."""
    clock = Past()
    database = open_database(url, clock)
    today = clock.now
    try:
        held, people = await database.read(workspace_id, _there)
        for talk in () if held else TALKS:
            clock.now = today - talk.days_ago * DAY - (talk.days_ago * 37 % 300) * MINUTE
            await _hold(database, clock, workspace_id, widget_id, people[talk.by % len(people)], talk)
    finally:
        await database.close()


def _there(tx: Tx) -> tuple[bool, list[Operator]]:
    """Whether something was said already, and the colleagues, the owner first."""
    who = system_actor(tx.workspace_id)
    people = sorted(list_operators(tx, who), key=lambda one: one.created_at)
    return bool(actions.list_feedback(tx, who, Wanted(), None, 1)), people


async def _hold(database: Database, clock: Past, workspace_id: str, widget_id: str, by: Operator, talk: Talk) -> None:
    visitor, conversation_id = await database.write(workspace_id, ask, widget_id, talk)
    clock.now += talk.wait * MINUTE
    await database.write(workspace_id, answer, actor(by), conversation_id, talk.answered)
    clock.now += 6 * MINUTE
    values: dict[str, Any] = {"stars": talk.stars} | ({"comment": talk.comment} if talk.comment else {})
    await database.write(workspace_id, actions.give_feedback, visitor, conversation_id, _FORM, values)


def ask(tx: Tx, widget_id: str, talk: Talk) -> tuple[Actor, str]:
    """A visitor opens a conversation: who it is, and the conversation's id."""
    hello = Hello(widget_id, fresh_guest_id(), locale="en-GB", timezone="Europe/Berlin")
    visitor, _ = contacts.first_contact(tx, hello)
    if talk.who:
        visitor = actions.claim_details(tx, visitor.id, Details(name=talk.who, given=frozenset({"name"})))
    who = visitor_actor(visitor)
    started = actions.start_conversation(tx, who, visitor, Start(draft=_draft(talk.asked)))
    return who, started.conversation.id


def answer(tx: Tx, who: Actor, conversation_id: str, text: str) -> None:
    """Answer it, and be done with it."""
    actions.send_message(tx, who, conversation_id, _draft(text))
    done = Change(state="resolved", assignee_id=who.id, given=frozenset({"state", "assignee_id"}))
    actions.change_conversation(tx, who, conversation_id, done)


def actor(operator: Operator) -> Actor:
    """A colleague as the actions know one."""
    scopes = ROLE_SCOPES[operator.role]
    return Actor("operator", operator.workspace_id, operator.id, operator.name, operator.role, scopes, operator.id)


def _draft(text: str) -> Draft:
    return Draft(str(uuid.uuid4()), "text", text)


if __name__ == "__main__":
    asyncio.run(fill(f"sqlite:///{Path(sys.argv[1]) / 'halloo.db'}", sys.argv[2], sys.argv[3]))
