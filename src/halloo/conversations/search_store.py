"""SQL of the full-text table `message_words`: FTS5 on SQLite, tsvector on PostgreSQL, fed with the same folded words.

Words are written behind the log, in batches, by a reader that keeps its own place. What is taken back
leaves the table in the transaction that takes it back. All of this happens under the lock of the workspace's log.
"""

from sqlalchemy import text

from halloo.db.statement import DialectName, Statement
from halloo.db.tx import Tx
from halloo.events import log
from halloo.kit.text import search_words

Term = tuple[tuple[str, ...], bool]
"""Words that must follow each other, and whether the last one may be the beginning of a word."""

_INSERT: dict[DialectName, Statement] = {
    "sqlite": Statement(
        text(
            "INSERT INTO message_words (words, workspace_id, conversation_id, fingerprint) "
            "VALUES (:words, :ws, :id, :fingerprint)"
        )
    ),
    "postgresql": Statement(
        text(
            "INSERT INTO message_words (workspace_id, conversation_id, fingerprint, words) "
            "VALUES (:ws, :id, :fingerprint, to_tsvector('simple', :words))"
        )
    ),
}
_DELETE: dict[DialectName, Statement] = {
    "sqlite": Statement(
        text(
            "DELETE FROM message_words WHERE rowid IN (SELECT rowid FROM message_words "
            "WHERE message_words MATCH :key AND workspace_id = :ws AND (:fingerprint = 0 OR fingerprint = :fingerprint))"
        )
    ),
    "postgresql": Statement(
        text(
            "DELETE FROM message_words WHERE workspace_id = :ws AND conversation_id = :id "
            "AND (:fingerprint = 0 OR fingerprint = :fingerprint) AND :key <> ''"
        )
    ),
}
_SPAM = "(SELECT id FROM conversations WHERE workspace_id = :ws AND spam = 1)"
_FOUND: dict[DialectName, str] = {
    "sqlite": "SELECT conversation_id, fingerprint FROM message_words WHERE message_words MATCH :query",
    "postgresql": "SELECT conversation_id, fingerprint FROM message_words WHERE words @@ to_tsquery('simple', :query)",
}
_FIND: dict[tuple[DialectName, bool], Statement] = {
    (dialect, spam): Statement(
        text(
            f"{found} AND workspace_id = :ws AND fingerprint < :before "
            f"AND conversation_id {'' if spam else 'NOT '}IN {_SPAM} ORDER BY fingerprint DESC LIMIT :limit"
        )
    )
    for dialect, found in _FOUND.items()
    for spam in (True, False)
}
READER = "search"
"""The name under which the last fact is kept whose message is in the table."""


def _key(conversation_id: str) -> str:
    """The word under which everything of a conversation is found again; nobody's search begins with its first letter."""
    return "\ua840" + conversation_id.replace("-", "")


def add_words(tx: Tx, workspace_id: str, conversation_id: str, fingerprint: int, said: str) -> None:
    """Make a message findable that is not yet; the caller holds the workspace's lock."""
    words = f"{_key(conversation_id)} {' '.join(search_words(said))}"
    tx.later(
        _INSERT[tx.dialect], {"words": words, "ws": workspace_id, "id": conversation_id, "fingerprint": fingerprint}
    )


def drop_words(tx: Tx, workspace_id: str, conversation_id: str, fingerprint: int = 0) -> None:
    """Make a message, or with 0 all of a conversation, unfindable."""
    log.lock(tx)  # nobody is in the middle of adding it
    tx.flush()
    parameters = {"key": _key(conversation_id), "ws": workspace_id, "fingerprint": fingerprint}
    if tx.dialect == "postgresql":
        parameters["id"] = conversation_id
    tx.run(_DELETE[tx.dialect], **parameters)


def find_words(
    tx: Tx, workspace_id: str, terms: list[Term], before: int, limit: int, *, spam: bool = False
) -> list[tuple[str, int]]:
    """(conversation id, fingerprint) of messages that hold every term, newest first; of spam, or else of all others."""
    query = _fts5(terms) if tx.dialect == "sqlite" else _tsquery(terms)
    rows = tx.all(_FIND[tx.dialect, spam], query=query, ws=workspace_id, before=before, limit=limit)
    return [(row["conversation_id"], row["fingerprint"]) for row in rows]


def _fts5(terms: list[Term]) -> str:
    """Words hold letters, digits and underscores only, so that quoting them is enough."""
    return " AND ".join(f'"{" ".join(words)}"{" *" if prefix else ""}' for words, prefix in terms)


def _tsquery(terms: list[Term]) -> str:
    parts: list[str] = []
    for words, prefix in terms:
        quoted = [f"'{word}'" for word in words]
        if prefix:
            quoted[-1] += ":*"
        parts.append("(" + " <-> ".join(quoted) + ")")
    return " & ".join(parts)


def holds(said: str, terms: list[Term]) -> bool:
    """Whether `find_words` would find a text that is not in the table yet."""
    words = " ".join(search_words(said)).replace("_", " ").split()
    return all(_has(words, " ".join(term).replace("_", " ").split(), prefix=prefix) for term, prefix in terms)


def _has(words: list[str], term: list[str], *, prefix: bool) -> bool:
    """Whether the words of a term follow each other in `words`; the last of them may go on where `prefix` is set."""
    *first, last = term or [""]
    for start in range(len(words) - len(first)):
        end = start + len(first)
        if words[start:end] == first and (words[end].startswith(last) if prefix else words[end] == last):
            return True
    return False
