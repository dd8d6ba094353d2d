"""The words of search are written behind the log: a little later than the message, in batches, and never lost."""

from msgspec import Struct
from msgspec.json import Decoder

from halloo.conversations import message_store, search_store
from halloo.conversations.facts import SAYING
from halloo.conversations.message_store import Place
from halloo.db.tx import Tx
from halloo.events import cursor, log
from halloo.workspaces.model import Actor

_CHANGED = "message:updated"


class _About(Struct):
    """The message that a fact is about; none has 0, for which an erased payload stands."""

    fingerprint: int = 0


_about = Decoder(_About)


def index_words(tx: Tx, limit: int) -> bool:
    """Make findable what was said behind the workspace's cursor, at most `limit` facts of it; whether there may be more.

    Several servers may do this at once: they take turns, and each goes on where the last one has stopped.
    """
    log.lock(tx)
    reached = _reached(tx)
    facts = log.list_payloads(tx, reached, limit)
    if not facts:
        return False
    messages = _messages_of(facts)
    said = message_store.list_said(tx, tx.workspace_id, list(messages))
    for place, again in messages.items():
        if again:
            search_store.drop_words(tx, tx.workspace_id, *place)
        if place in said:
            search_store.add_words(tx, tx.workspace_id, *place, said[place])
    cursor.move(tx, search_store.READER, facts[-1].seq)
    return len(facts) == limit


def list_unindexed(tx: Tx, who: Actor, limit: int) -> dict[Place, str]:
    """What was said behind the workspace's cursor, the newest `limit` facts of it, as it reads now."""
    reached = _reached(tx)
    head = log.position(tx, f"w:{who.workspace_id}").offset
    messages = _messages_of(log.list_payloads(tx, max(reached, head - limit), limit))
    return message_store.list_said(tx, who.workspace_id, list(messages))


def is_behind(tx: Tx) -> bool:
    """Whether anything lies behind the workspace's cursor."""
    return _reached(tx) < log.position(tx, f"w:{tx.workspace_id}").offset


def _messages_of(facts: list[log.Payload]) -> dict[Place, bool]:
    """The messages that facts are about, each once, and whether it was changed after it was said."""
    found: dict[Place, bool] = {}
    for fact in facts:
        if fact.name in SAYING and fact.conversation_id is not None:
            place = fact.conversation_id, _about.decode(fact.data).fingerprint
            found[place] = found.get(place, False) or fact.name == _CHANGED
    return found


def _reached(tx: Tx) -> int:
    """The number of the last fact whose message is in the table."""
    return cursor.find(tx, search_store.READER) or 0
