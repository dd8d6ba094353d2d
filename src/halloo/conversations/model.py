"""Conversations and messages as values, and the rules that need no database. Times are UNIX milliseconds."""

from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from halloo.conversations import kinds
from halloo.conversations.errors import MessageRefused
from halloo.files.model import MESSAGE_TYPES, FileAddresses, names_upload
from halloo.kit.ids import is_uuid, new_id
from halloo.kit.json import INVALID_DATA, NotJson, canonical, dump
from halloo.kit.text import clean, excerpt
from halloo.workspaces.model import Actor

State = Literal["pending", "unresolved", "resolved"]
Sender = Literal["user", "operator"]

MENTIONS_MAX = 50
TAGS_MAX, TAG_MAX = 50, 80
SUBJECT_MAX = 255
METADATA_MAX = 16_384
TAG_COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "grey", "black")
_PER_MS = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as its author hands it in. `client_id` is a UUID: the same again is the same message.

    `files`: how the wire that hands it in names files; without it none can be sent.
    """

    client_id: str
    type: str
    content: Any
    mentions: tuple[str, ...] = ()
    properties: dict[str, Any] = field(default_factory=dict[str, Any])
    files: FileAddresses | None = None

    def checked(self, sender: Sender) -> "Draft":
        """The draft cleaned, or `MessageRefused` with the field."""
        if not is_uuid(self.client_id):
            raise MessageRefused("client_id: a UUID in lower case is needed.", field="client_id")
        allowed = kinds.BY_VISITOR if sender == "user" else kinds.BY_OPERATOR
        if self.type not in allowed:
            raise MessageRefused(f"type: one of {', '.join(allowed)}.", field="type")
        if len(self.mentions) > MENTIONS_MAX:
            raise MessageRefused(f"mentions: at most {MENTIONS_MAX}.", field="mentions")
        if self.mentions and self.type != "note":
            raise MessageRefused("mentions: only a note can mention colleagues.", field="mentions")
        content = self._content(sender)
        properties = _checked_map(self.properties, "properties") if self.properties else {}
        if properties and len(dump(properties)) > METADATA_MAX:
            raise MessageRefused("properties: at most 16 KiB.", field="properties")
        return Draft(self.client_id, self.type, content, self.mentions, properties, self.files)

    def _content(self, sender: Sender) -> Any:
        """Operators and programs may name a file elsewhere; what visitors send was uploaded."""
        if self.type in MESSAGE_TYPES and (sender == "user" or names_upload(self.content) is not None):
            return kinds.check_upload(self.type, self.content)
        return checked_content(self.type, self.content, self.files)


def checked_content(type_: str, content: object, addresses: FileAddresses | None) -> Any:
    """What a message says, cleaned; pictures from elsewhere at the image host. Raises `MessageRefused`."""
    pictures = None if addresses is None else addresses.pictures
    return kinds.pictured(type_, kinds.check(type_, content), None if pictures is None else pictures.shown)


class Message(Struct, frozen=True):
    """Something that was said. `fingerprint` orders a conversation; `seq` counts what the visitor may see, None on notes."""

    conversation_id: str
    id: str
    fingerprint: int
    seq: int | None
    client_id: str | None
    type: str
    content: Any
    sender: Sender
    origin: str
    author_id: str
    author_name: str
    author_avatar: str | None
    mentions: tuple[str, ...]
    properties: dict[str, Any]
    automated: bool
    edited: bool
    removed: bool
    timestamp: int

    @property
    def text(self) -> str:
        """What of it can be read and searched as text; of a file its name."""
        return kinds.text_of(self.type, self.content)

    @property
    def private(self) -> bool:
        """Only operators ever see it."""
        return self.type == "note"


class Conversation(Struct, frozen=True):
    """A conversation between a visitor and the operators of a workspace. `mentioned`: operators who have not answered since."""

    workspace_id: str
    id: str
    widget_id: str
    visitor_id: str
    contact_id: str
    client_id: str | None
    state: State
    snoozed_until: int | None
    assignee_id: str | None
    subject: str
    tags: list[str]
    custom_metadata: dict[str, Any]
    mentioned: list[str]
    last_seq: int
    last_fingerprint: int
    last_type: str | None
    last_from: Sender | None
    last_author: str | None
    last_excerpt: str | None
    last_at: int | None
    unread: int
    visitor_unread: int
    operator_read_seq: int
    visitor_read_seq: int
    waiting_since: int | None
    feedback_at: int | None
    notified_seq: int
    created_at: int
    updated_at: int
    spam: bool = False

    def accept(self, draft: Draft, author: Actor, sender: Sender, at: int) -> tuple["Conversation", Message]:
        """The conversation after a message, and the message: numbers, unread counts, waiting time and state follow."""
        message = Message(
            conversation_id=self.id,
            id=new_id(),
            fingerprint=max(at * _PER_MS, self.last_fingerprint + 1),
            seq=None if draft.type == "note" else self.last_seq + 1,
            client_id=draft.client_id,
            type=draft.type,
            content=draft.content,
            sender=sender,
            origin="chat",
            author_id=f"session_{self.id}" if sender == "user" else author.operator_id or author.id,
            author_name=author.name,
            author_avatar=author.avatar,
            mentions=draft.mentions,
            properties=draft.properties,
            automated=author.kind == "integration",
            edited=False,
            removed=False,
            timestamp=at,
        )
        changed: dict[str, Any] = {"last_fingerprint": message.fingerprint, "updated_at": max(at, self.updated_at)}
        if sender == "operator" and (draft.mentions or self.mentioned):
            changed["mentioned"] = self._awaited(message)
        if message.seq is not None:  # a note shows nowhere that the visitor could see
            changed |= {
                "last_seq": message.seq,
                "last_type": message.type,
                "last_from": sender,
                "last_author": author.name,
                "last_excerpt": excerpt(message.text),
                "last_at": at,
                **(self._asked(message.seq, at) if sender == "user" else self._answered(message.seq)),
            }
        return replace(self, **changed), message

    def answered(self, at: int) -> "Conversation":
        """The conversation after its visitor answered a picker or a field: who waits for it now are the operators."""
        state = "unresolved" if self.state == "resolved" else self.state
        waiting = self.waiting_since or at
        return replace(
            self, state=state, snoozed_until=None, waiting_since=waiting, updated_at=max(at, self.updated_at)
        )

    def _awaited(self, message: Message) -> list[str]:
        """Who was mentioned and has not said anything since, each once; who writes has answered."""
        return [one for one in dict.fromkeys((*self.mentioned, *message.mentions)) if one != message.author_id]

    def _asked(self, seq: int, at: int) -> dict[str, Any]:
        """What follows from the visitor having written."""
        return {
            "state": "unresolved" if self.state == "resolved" else self.state,
            "snoozed_until": None,
            "unread": self.unread + 1,
            "visitor_read_seq": seq,
            "visitor_unread": 0,
            "waiting_since": self.waiting_since or at,
        }

    def _answered(self, seq: int) -> dict[str, Any]:
        """What follows from an operator having written."""
        return {
            "state": "unresolved" if self.state == "pending" else self.state,
            "unread": 0,
            "operator_read_seq": seq,
            "visitor_unread": self.visitor_unread + 1,
            "waiting_since": None,
        }


def begin(
    workspace_id: str, widget_id: str, visitor_id: str, contact_id: str, at: int, client_id: str | None = None
) -> Conversation:
    """A conversation in which nothing was said yet."""
    return Conversation(
        workspace_id=workspace_id,
        id=new_id(),
        widget_id=widget_id,
        visitor_id=visitor_id,
        contact_id=contact_id,
        client_id=client_id,
        state="pending",
        snoozed_until=None,
        assignee_id=None,
        subject="",
        tags=[],
        custom_metadata={},
        mentioned=[],
        last_seq=0,
        last_fingerprint=0,
        last_type=None,
        last_from=None,
        last_author=None,
        last_excerpt=None,
        last_at=None,
        unread=0,
        visitor_unread=0,
        operator_read_seq=0,
        visitor_read_seq=0,
        waiting_since=None,
        feedback_at=None,
        notified_seq=0,
        created_at=at,
        updated_at=at,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What a colleague changes on a conversation; a key that is not in `given` stays as it is."""

    state: State | None = None
    snoozed_until: int | None = None
    assignee_id: str | None = None
    subject: str = ""
    tags: tuple[str, ...] = ()
    custom_metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    spam: bool = False
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations a list shows."""

    state: Literal["open", "snoozed", "resolved", "pending", "unresolved", "spam"] | None = None
    assignee: str | None = None
    """An operator's id, or `none`."""
    widget_id: str | None = None
    contact_id: str | None = None
    visitor_id: str | None = None
    tag: str | None = None
    unread: bool | None = None
    words: tuple[str, ...] = ()
    order: Literal["activity", "waiting"] = "activity"
    whole: bool = False
    """Spam among the others: what visitors see of their own, and what is exported."""


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A prepared answer; `shortcut` is what is typed after the slash."""

    id: str
    shortcut: str
    text: str
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that conversations are sorted by."""

    id: str
    name: str
    color: str
    created_at: int


def _checked_map(value: dict[str, Any], name: str) -> dict[str, Any]:
    try:
        return canonical(value)
    except NotJson as error:
        raise MessageRefused(f"{name}: {error}.", code=INVALID_DATA, field=name) from error


def check_metadata(value: dict[str, Any]) -> dict[str, Any]:
    """Custom metadata as it is kept, at most 16 KiB as JSON. Raises `MessageRefused`."""
    checked = _checked_map(value, "custom_metadata")
    if len(dump(checked)) > METADATA_MAX:
        raise MessageRefused("custom_metadata: at most 16 KiB.", field="custom_metadata")
    return checked


def check_tags(names: tuple[str, ...]) -> list[str]:
    """Tag names trimmed, each once, in the given order. Raises `MessageRefused`."""
    tags: list[str] = []
    for name in names:
        tag = check_tag(name)
        if tag not in tags:
            tags.append(tag)
    if len(tags) > TAGS_MAX:
        raise MessageRefused(f"tags: at most {TAGS_MAX}.", field="tags")
    return tags


def check_tag(name: str) -> str:
    """A tag's name in one line and lower case. Raises `MessageRefused`."""
    tag = " ".join(clean(name).split()).lower()
    if not 1 <= len(tag) <= TAG_MAX:
        raise MessageRefused(f"tags: a tag has 1 to {TAG_MAX} characters.", field="tags")
    return tag
