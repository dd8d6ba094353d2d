"""Search over everything that was said: words, beginnings of words, and phrases in quotes, in every shipped language."""

import re
from dataclasses import dataclass
from operator import itemgetter

from halloo.conversations import message_store, search_store, store
from halloo.conversations.actions.index import list_unindexed
from halloo.conversations.model import Conversation, Filter
from halloo.conversations.search_store import Term
from halloo.db.tx import Tx
from halloo.kit.text import fold, search_words
from halloo.workspaces.model import Actor

NEWEST = 2**62
_PART = re.compile(r'"([^"]*)"|(\S+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』״", '"'))
"""What people in different countries, and their phones, write for a quote."""
_WORD = re.compile(r"\w+")
_BEFORE, _LENGTH = 40, 180
_FACTOR = 8
UNINDEXED_MAX = 5_000
"""As many of the newest facts behind the words are looked through; there are more only while a server catches up."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that fits. `marks` are [start, end) positions in `excerpt`."""

    conversation: Conversation
    fingerprint: int
    author: str
    timestamp: int
    excerpt: str
    marks: list[tuple[int, int]]


def parse(q: str) -> list[Term]:
    """What was asked: quoted parts are phrases, other words may be beginnings."""
    terms: list[Term] = []
    for quoted, word in _PART.findall(q.translate(_QUOTES)):
        words = tuple(search_words(quoted or word))
        if words:
            terms.append((words, not quoted))
    return terms


def search_messages(tx: Tx, who: Actor, q: str, before: int, limit: int) -> list[Hit]:
    """Messages and notes that hold every word of `q`, newest first, older than fingerprint `before`."""
    who.require("conversations:read")
    terms = parse(q)
    if not terms:
        return []
    places = _places(tx, who, terms, before, limit)
    conversations = store.list_by_id(tx, who.workspace_id, {place[0] for place in places})
    hits: list[Hit] = []
    for conversation_id, fingerprint in places:
        conversation = conversations.get(conversation_id)
        if conversation is None:
            continue
        message = message_store.get_message(tx, who.workspace_id, conversation_id, fingerprint)
        excerpt, marks = mark(message.text, terms)
        hits.append(Hit(conversation, fingerprint, message.author_name, message.timestamp, excerpt, marks))
    return hits


def conversations_saying(tx: Tx, who: Actor, wanted: Filter, limit: int) -> list[Conversation]:
    """Conversations in which the words of the filter were said, each once, newest hit first."""
    terms: list[Term] = [((word,), True) for word in wanted.words]
    places = _places(tx, who, terms, NEWEST, limit * _FACTOR, spam=wanted.state == "spam")
    found = store.list_by_id(tx, who.workspace_id, {place[0] for place in places})
    ordered = dict.fromkeys(place[0] for place in places)
    return [found[key] for key in ordered if key in found][:limit]


def _places(
    tx: Tx, who: Actor, terms: list[Term], before: int, limit: int, *, spam: bool = False
) -> list[tuple[str, int]]:
    """(conversation id, fingerprint) of messages that hold every term, newest first: all that was committed, indexed or not yet.

    Those in conversations that were marked as spam, or else those in all others.
    """
    places = set(search_store.find_words(tx, who.workspace_id, terms, before, limit, spam=spam))
    behind = {
        place
        for place, said in list_unindexed(tx, who, UNINDEXED_MAX).items()
        if place[1] < before and search_store.holds(said, terms)
    }
    if behind:
        around = store.list_by_id(tx, who.workspace_id, {place[0] for place in behind})
        places |= {place for place in behind if place[0] in around and around[place[0]].spam == spam}
    return sorted(places, key=itemgetter(1), reverse=True)[:limit]


def mark(said: str, terms: list[Term]) -> tuple[str, list[tuple[int, int]]]:
    """A part of `said` around its first fitting word in one line, and where the fitting words stand in it."""
    line = " ".join(said.split())
    wanted = {word for words, _ in terms for word in words}
    spans = [span.span() for span in _WORD.finditer(line) if _fits(fold(span.group()), wanted)]
    start = max(0, spans[0][0] - _BEFORE) if spans else 0
    end = min(len(line), start + _LENGTH)
    lead, tail = "…" if start else "", "…" if end < len(line) else ""
    shift = len(lead) - start
    return lead + line[start:end] + tail, [(a + shift, b + shift) for a, b in spans if b <= end]


def _fits(word: str, wanted: set[str]) -> bool:
    return any(word.startswith(part) or (not part.isascii() and part in word) for part in wanted)
