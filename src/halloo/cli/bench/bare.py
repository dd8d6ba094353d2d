"""The limit beside the send benchmark: a bare sqlite3 loop that commits groups of the same rows, with a savepoint a message."""

import sqlite3
import time
import uuid
from pathlib import Path

from halloo.db.migrate import upgrade
from halloo.db.sqlite import connect_writer

_HEADS = (
    "INSERT INTO streams (workspace_id, stream, head) VALUES (?, ?, 1), (?, ?, 1) "
    "ON CONFLICT (workspace_id, stream) DO UPDATE SET head = streams.head + 1 RETURNING head"
)


def bare_loop(path: Path, group: int, seconds: float, text: str) -> dict[str, float]:
    """Write groups of `group` messages, one in each of as many conversations, until the time is over."""
    upgrade(f"sqlite:///{path}")
    connection = connect_writer(path)
    workspace = str(uuid.uuid4())
    conversations = [str(uuid.uuid4()) for _ in range(group)]
    for conversation in conversations:
        _conversation(connection, workspace, conversation)
    words = " ".join(text.lower().split())
    data = b'{"content":"' + text.encode() + b'"' + b',"rest":"' + b"x" * 420 + b'"}'
    count, number = 0, 0
    began, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        number += 1
        connection.execute("BEGIN IMMEDIATE")
        for conversation in conversations:
            connection.execute("SAVEPOINT a")
            _message(connection, workspace, conversation, number, (text, words, data))
            connection.execute("RELEASE a")
        connection.execute("COMMIT")
        count += group
    used, took = time.process_time() - cpu, time.perf_counter() - began
    connection.close()
    return {"messages": float(count), "per_s": count / took, "per_cpu_s": count / used}


def _conversation(connection: sqlite3.Connection, workspace: str, conversation: str) -> None:
    connection.execute(
        "INSERT INTO conversations (workspace_id, id, widget_id, visitor_id, contact_id, state, subject, tags, custom_metadata, "
        "last_seq, last_fingerprint, unread, visitor_unread, operator_read_seq, visitor_read_seq, created_at, updated_at) "
        "VALUES (?, ?, 'w', ?, 'c', 'pending', '', '[]', '{}', 0, 0, 0, 0, 0, 0, 0, 0)",
        (workspace, conversation, conversation),
    )


def _message(
    connection: sqlite3.Connection, workspace: str, conversation: str, number: int, said: tuple[str, str, bytes]
) -> None:
    """The statements of one message: read, insert, update, words, heads, fact."""
    text, words, data = said
    now = time.time_ns() // 1_000_000
    client = str(uuid.uuid4())
    connection.execute(
        "SELECT * FROM conversations WHERE workspace_id = ? AND id = ?", (workspace, conversation)
    ).fetchone()
    connection.execute(
        "INSERT INTO messages (workspace_id, conversation_id, fingerprint, id, seq, client_id, type, content, sender, origin, "
        "author_id, author_name, mentions, properties, automated, edited, removed, timestamp) "
        "VALUES (?, ?, ?, ?, ?, ?, 'text', ?, 'user', 'chat', ?, 'visitor123456', '[]', '{}', 0, 0, 0, ?)",
        (workspace, conversation, now * 100 + number, str(uuid.uuid4()), number, client, text, conversation, now),
    )
    connection.execute(
        "UPDATE conversations SET last_seq = ?, last_fingerprint = ?, last_type = 'text', last_from = 'user', "
        "last_author = 'visitor123456', last_excerpt = ?, last_at = ?, unread = unread + 1, visitor_read_seq = ?, updated_at = ? "
        "WHERE workspace_id = ? AND id = ?",
        (number, now * 100 + number, text, now, number, now, workspace, conversation),
    )
    connection.execute(
        "INSERT INTO message_words (words, workspace_id, conversation_id, fingerprint) VALUES (?, ?, ?, ?)",
        (f"c{conversation.replace('-', '')} {words}", workspace, conversation, now * 100 + number),
    )
    heads = connection.execute(_HEADS, (workspace, f"w:{workspace}", workspace, f"c:{conversation}")).fetchall()
    connection.execute(
        "INSERT INTO facts (workspace_id, seq, id, name, data, at, conversation_id, conversation_offset) "
        "VALUES (?, ?, ?, 'message:send', ?, ?, ?, ?)",
        (workspace, heads[0][0], str(uuid.uuid4()), data, now, conversation, heads[1][0]),
    )
