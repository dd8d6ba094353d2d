"""The limit beside the send benchmark: a bare sqlite3 loop that commits groups of the same rows.

Two of them. *Plain*: a savepoint a message and a statement for each row, as the relay's contract measures. *Tight*: no savepoints,
and the facts of a group in one go, as the product writes. In both the head of the workspace's stream is written once a group, and
the words of search in batches of `WORDS` with their cursor, as the product does behind the log; their time counts.
"""

import sqlite3
import time
import uuid
from pathlib import Path

from halloo.conversations.indexer import BATCH as WORDS
from halloo.db.migrate import upgrade
from halloo.db.sqlite import connect_writer

_FACT = (
    "INSERT INTO facts (workspace_id, seq, id, name, data, at, conversation_id, conversation_offset) "
    "VALUES (?, ?, ?, 'message:send', ?, ?, ?, ?)"
)
_HEAD = (
    "INSERT INTO streams (workspace_id, stream, head) VALUES (?, ?, ?) "
    "ON CONFLICT (workspace_id, stream) DO UPDATE SET head = excluded.head"
)
_WORDS = "INSERT INTO message_words (words, workspace_id, conversation_id, fingerprint) VALUES (?, ?, ?, ?)"
_CURSOR = (
    "INSERT INTO cursors (workspace_id, reader, seq) VALUES (?, 'search', ?) "
    "ON CONFLICT (workspace_id, reader) DO UPDATE SET seq = excluded.seq"
)


def bare_loop(path: Path, group: int, seconds: float, text: str, *, tight: bool) -> dict[str, float]:
    """Write groups of `group` messages, one in each of as many conversations, until the time is over."""
    upgrade(f"sqlite:///{path}")
    loop = _Loop(connect_writer(path), group, text, tight=tight)
    number = 0
    began, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        number += 1
        loop.write(number)
        if len(loop.unindexed) >= WORDS:
            loop.index()
    loop.index()
    used, took = time.process_time() - cpu, time.perf_counter() - began
    loop.connection.close()
    return {"messages": float(loop.seq), "per_s": loop.seq / took, "per_cpu_s": loop.seq / used}


class _Loop:
    def __init__(self, connection: sqlite3.Connection, group: int, text: str, *, tight: bool) -> None:
        self.connection = connection
        self.seq = 0
        self.unindexed: list[tuple[str, str, str, int]] = []
        self._tight = tight
        self._text = text
        self._words = " ".join(text.lower().split())
        self._data = b'{"content":"' + text.encode() + b'"' + b',"rest":"' + b"x" * 420 + b'"}'
        self._workspace = str(uuid.uuid4())
        self._conversations = [str(uuid.uuid4()) for _ in range(group)]
        for conversation in self._conversations:
            self._begin(conversation)

    def _begin(self, conversation: str) -> None:
        self.connection.execute(
            "INSERT INTO conversations (workspace_id, id, widget_id, visitor_id, contact_id, state, subject, tags, "
            "custom_metadata, last_seq, last_fingerprint, unread, visitor_unread, operator_read_seq, visitor_read_seq, "
            "created_at, updated_at) VALUES (?, ?, 'w', ?, 'c', 'pending', '', '[]', '{}', 0, 0, 0, 0, 0, 0, 0, 0)",
            (self._workspace, conversation, conversation),
        )

    def write(self, number: int) -> None:
        """One group: message `number` of every conversation."""
        run = self.connection.execute
        facts: list[tuple[object, ...]] = []
        run("BEGIN IMMEDIATE")
        for conversation in self._conversations:
            if not self._tight:
                run("SAVEPOINT a")
            fact = self._message(conversation, number)
            if self._tight:
                facts.append(fact)
            else:
                run(_FACT, fact)
                run("RELEASE a")
        self.connection.executemany(_FACT, facts)
        run(_HEAD, (self._workspace, f"w:{self._workspace}", self.seq))
        run("COMMIT")

    def _message(self, conversation: str, number: int) -> tuple[object, ...]:
        """Read, insert, update: the statements of one message but its fact, which is returned."""
        run, workspace, text = self.connection.execute, self._workspace, self._text
        now = time.time_ns() // 1_000_000
        fingerprint = now * 100 + number
        run("SELECT * FROM conversations WHERE workspace_id = ? AND id = ?", (workspace, conversation)).fetchone()
        run(
            "INSERT INTO messages (workspace_id, conversation_id, fingerprint, id, seq, client_id, type, content, sender, "
            "origin, author_id, author_name, mentions, properties, automated, edited, removed, timestamp) "
            "VALUES (?, ?, ?, ?, ?, ?, 'text', ?, 'user', 'chat', ?, 'visitor123456', '[]', '{}', 0, 0, 0, ?)",
            (
                workspace, conversation, fingerprint, str(uuid.uuid4()), number, str(uuid.uuid4()), text, conversation, now,
            ),
        )  # fmt: skip
        run(
            "UPDATE conversations SET last_seq = ?, last_fingerprint = ?, last_type = 'text', last_from = 'user', "
            "last_author = 'visitor123456', last_excerpt = ?, last_at = ?, unread = unread + 1, visitor_read_seq = ?, "
            "updated_at = ? WHERE workspace_id = ? AND id = ?",
            (number, fingerprint, text, now, number, now, workspace, conversation),
        )
        words = f"\ua840{conversation.replace('-', '')} {self._words}"
        self.unindexed.append((words, workspace, conversation, fingerprint))
        self.seq += 1
        return (workspace, self.seq, str(uuid.uuid4()), self._data, now, conversation, number)

    def index(self) -> None:
        """The words of what was written, in one commit of their own for each batch."""
        for start in range(0, len(self.unindexed), WORDS):
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(_WORDS, self.unindexed[start : start + WORDS])
            self.connection.execute(_CURSOR, (self._workspace, self.seq))
            self.connection.execute("COMMIT")
        self.unindexed.clear()
