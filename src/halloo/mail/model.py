"""Mail as values, and the rules that need no database. Times are UNIX milliseconds."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal

from halloo.kit.clock import DAY, HOUR, MINUTE
from halloo.kit.text import clean, excerpt

Kind = Literal["answer", "link", "invitation", "hook"]
State = Literal["waiting", "sending", "sent", "failed"]

BACKOFF = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR)
"""How long a mail waits after its first, second, … attempt failed; after one more it has failed for good."""
LEASE = 5 * MINUTE
"""How long one server has for one attempt before another one, or the same after a crash, tries again."""
ANSWER_LIFE = 7 * DAY
ASKED_LIFE = HOUR
PATIENCE = 7 * DAY
"""How long an answer waits for its visitor to leave or to read."""
KEPT = 30 * DAY
"""How long the outbox remembers to whom something was sent."""
ERROR_MAX = 300
DUE_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail on its way. `due_at`: when it is looked at next; of a sent or failed one, when that was."""

    workspace_id: str
    id: str
    kind: Kind
    conversation_id: str | None
    visitor_id: str | None
    recipient: str
    content: dict[str, Any]
    state: State
    attempts: int
    due_at: int
    error: str | None
    created_at: int

    @property
    def key(self) -> str:
        """Its place among everything that is due, in whichever workspace."""
        return due_key(self.due_at, self.id)


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said, as a mail shows it."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is sent: sentences in the reader's language. `upto` is the seq of the last answer it holds, `holds` them all."""

    mail_id: str
    recipient: str
    language: str
    subject: str
    lead: str
    quotes: tuple[Quote, ...] = ()
    button: str | None = None
    url: str | None = None
    notes: tuple[str, ...] = field(default_factory=tuple[str, ...])
    conversation_id: str | None = None
    upto: int = 0
    holds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet: look again at `due_at`."""

    due_at: int


@dataclass(frozen=True, slots=True)
class Due:
    """What waits: how many mails, and since when the longest waiting one is overdue (UNIX milliseconds), if any is."""

    waiting: int
    overdue_since: int | None


@dataclass(frozen=True, slots=True)
class Outbox:
    """A workspace's mail: how many wait, and how many have failed for good since some time."""

    waiting: int
    failed: int


def due_key(due_at: int, mail_id: str = "~") -> str:
    """A text that sorts by time; without an id, behind every mail of that time."""
    return f"{due_at:0{DUE_DIGITS}d} {mail_id}"


def due_of(key: str) -> int:
    """The time that a key names."""
    return int(key[:DUE_DIGITS])


def id_of(key: str) -> str:
    """The mail that a key names."""
    return key[DUE_DIGITS + 1 :]


def reason(text: str) -> str:
    """Why something was not sent, in one line."""
    return excerpt(clean(text), ERROR_MAX)


def notice_id(seq: int, operator_id: str) -> str:
    """The id of the mail that tells an operator of a fact: planned twice, it is the same mail."""
    text = hashlib.sha256(f"{operator_id} {seq}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"
