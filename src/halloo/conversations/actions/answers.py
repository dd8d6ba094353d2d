"""How long visitors wait for an answer: noted with each one that ends a wait, and told as the usual time."""

from statistics import median

from halloo.conversations import feedback_store
from halloo.conversations.model import Conversation, Message
from halloo.db.tx import Tx
from halloo.kit.clock import DAY
from halloo.widgets.actions import read_hours
from halloo.widgets.availability import counted_wait

_LOOKED_BACK = 30 * DAY
_FEWEST, _MOST = 5, 2_000


def note_answer(tx: Tx, before: Conversation, message: Message) -> None:
    """Note how long the visitor waited, where an operator's message ends a wait.

    Answers of programs say nothing of people and are not noted. Closed hours do not count: see `widgets.availability.counted_wait`.
    """
    since = before.waiting_since
    if since is None or message.sender != "operator" or message.private or message.automated:
        return
    answer = {
        "conversation_id": before.id,
        "fingerprint": message.fingerprint,
        "widget_id": before.widget_id,
        "operator_id": message.author_id,
        "waited_ms": counted_wait(read_hours(tx, before.widget_id), since, message.timestamp),
        "at": message.timestamp,
    }
    feedback_store.insert_answer(tx, tx.workspace_id, answer)


def usual_wait(tx: Tx, widget_id: str) -> int | None:
    """How long visitors of a widget usually wait, in milliseconds: the median of the last 30 days, or of their newest 2,000 answers.

    None while there are fewer than 5 answers, which would say nothing.
    """
    waits = feedback_store.list_waits(tx, tx.workspace_id, widget_id, tx.now - _LOOKED_BACK, _MOST)
    return int(median(waits)) if len(waits) >= _FEWEST else None
