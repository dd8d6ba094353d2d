"""Two workspaces on one server, each with everything a workspace can hold, and a byte-exact look at what is stored."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from halloo.contacts.actions import Hello, create_contact, find_visitor, first_contact, visitor_actor
from halloo.contacts.blocking import BlockDraft
from halloo.contacts.model import Details
from halloo.conversations import actions as conversations
from halloo.conversations.actions import Start
from halloo.conversations.model import Change, Draft, Message
from halloo.db.schema import UNSCOPED, metadata
from halloo.db.tx import Tx
from halloo.edge.pagination import seal_cursor
from halloo.kit.ids import new_id, new_secret
from halloo.kit.sealing import Sealer
from halloo.mail.actions import delete_contact
from halloo.widgets.actions import create_identity_key, create_widget
from halloo.widgets.forms import complete_form
from halloo.widgets.model import IdentityKeyDraft, WidgetChange
from halloo.workspaces.actions import invitations, tokens
from halloo.workspaces.actions.operators import OperatorDraft, create_operator
from halloo.workspaces.actions.tokens import TokenDraft
from halloo.workspaces.model import SCOPES, system_actor
from halloo.workspaces.settings import WorkspacesSettings
from tests.support.api import Api, House, hashed
from tests.support.csp import furnish_reports
from tests.support.files import furnish_files
from tests.support.hooks import furnish_hook

TABLES = [*(name for name in metadata.tables if name not in UNSCOPED), "message_words"]
_USES = frozenset({"last_used_at", "last_seen_at"})
"""Columns that note a use: the caller's own reading moves them."""
SHOP = "https://shop.example"


@dataclass(frozen=True)
class Guest:
    """A visitor with a conversation, as their browser knows it."""

    id: str
    user_id: str
    token: str
    widget_id: str
    conversation_id: str
    fingerprint: int
    file_id: str = ""
    """A file in the conversation."""
    upload_id: str = ""
    """What was uploaded and not sent."""

    @property
    def header(self) -> dict[str, str]:
        return {"X-Halloo-Visitor": self.token}


@dataclass(frozen=True)
class Side:
    """A workspace with an id of everything in it, named as the routes name them."""

    house: House
    owner_token: str
    low_email: str
    ids: dict[str, Any]
    guest: Guest
    neighbour: Guest
    """Another visitor of the same widget."""
    elsewhere: Guest
    """A visitor of the workspace's other widget."""
    marks: tuple[str, ...]
    """Ids, addresses and words that nobody outside may ever see."""

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.owner_token}"}

    @property
    def workspace_id(self) -> str:
        return self.house.workspace_id


@dataclass(frozen=True)
class Grounds:
    """The server and both sides."""

    api: Api
    here: Side
    there: Side

    async def stored(self, side: Side, *, uses: bool = True) -> dict[str, list[str]]:
        """Every row of a workspace; without the columns that note a use where `uses` is false."""
        return await self.api.halloo.database.read(side.workspace_id, _dump, uses)


async def settle(api: Api, word: str) -> Side:
    """Make a workspace in which everything is about `word`."""
    house = await api.house(f"owner@{word}.example", word.title())
    sealer = api.halloo.services.identity_secrets
    hooks = api.halloo.services.hook_secrets
    made = await api.halloo.database.write(house.workspace_id, _furnish, house, word, sealer, hooks)
    return Side(house=house, **made)


def nobody(side: Side) -> dict[str, Any]:
    """Ids of the same kinds that nothing has."""
    return {
        name: value + 1 if isinstance(value, int) else new_id() if name.endswith("_id") else f"no{value}"
        for name, value in side.ids.items()
    }


def _furnish(tx: Tx, house: House, word: str, sealer: Sealer, hooks: Sealer) -> dict[str, Any]:
    who = system_actor(tx.workspace_id)
    low = create_operator(tx, who, OperatorDraft(f"low@{word}.example", f"Low {word}", "operator", hashed()))
    _, invitation = invitations.invite(tx, who, f"new@{word}.example", "operator", WorkspacesSettings())
    secret, _token = tokens.create_token(tx, who, TokenDraft("owner's", list(SCOPES), operator_id=house.owner_id))
    key, _ = create_identity_key(tx, who, sealer, house.widget_id, IdentityKeyDraft("HS256"))
    create_identity_key(tx, who, sealer, house.widget_id, IdentityKeyDraft("HMAC-user-id"))
    guest, neighbour = _guest(tx, house.widget_id, word), _guest(tx, house.widget_id, word)
    elsewhere = _guest(tx, create_widget(tx, who, WidgetChange(published=True)).id, word)
    conversation = conversations.get_conversation(tx, who, guest.conversation_id).conversation
    note = conversations.send_message(tx, who, conversation.id, Draft(new_id(), "note", f"{word} is confidential"))
    change = Change(assignee_id=house.owner_id, tags=(f"{word}tag",), given=frozenset({"assignee_id", "tags"}))
    conversations.change_conversation(tx, who, conversation.id, change)
    _speak_of(tx, elsewhere, word)
    email = f"someone@{word}.example"
    contact = create_contact(tx, who, Details(f"Someone {word}", email, given=frozenset({"name", "email"})))
    hook = furnish_hook(tx, hooks, word, conversation.id)
    block = conversations.create_block(tx, who, BlockDraft("network", "203.0.113.0/24", f"{word} was shouted at")).block
    gone = create_contact(tx, who, Details(f"Forgotten {word}", given=frozenset({"name"})))
    ids = {
        "block_id": block.id,
        "erasure_id": delete_contact(tx, who, gone.id).id,
        "file_id": guest.file_id,
        "upload_id": guest.upload_id,
        "report_id": furnish_reports(tx, house.widget_id, word),
        "hook_id": hook.hook_id,
        "secret_id": hook.secret_id,
        "delivery_id": hook.delivery_id,
        "replay_id": hook.replay_id,
        "conversation_id": conversation.id,
        "fingerprint": guest.fingerprint,
        "contact_id": conversation.contact_id,
        "person_id": contact.id,
        "widget_id": house.widget_id,
        "key_id": key.kid,
        "operator_id": low.id,
        "invitation_id": invitation.id,
        "token_id": house.token_id,
        "reply_id": conversations.create_canned_reply(tx, who, f"{word}reply", f"Thanks from {word}").id,
        "tag_id": conversations.create_tag(tx, who, f"{word}tag", "red").id,
        "visitor_id": guest.id,
        "guest": guest.user_id,
        "word": word,
        "cursor": seal_cursor((conversation.updated_at + 10**6, "ffffffff")),
        "block_cursor": seal_cursor("ffffffff"),
        "audit_cursor": seal_cursor(invitation.id),
    }
    found = [str(value) for name, value in ids.items() if "cursor" not in name and name != "delivery_id"]
    hidden = (hook.secret, f"{word}key", f"{word}header", f"{word}page", f"{word} sample")
    marks = (tx.workspace_id, *hidden, note.message.id, house.owner_id, f"confidential {word}", word.title(), *found)
    return {
        "owner_token": secret,
        "low_email": low.email,
        "ids": ids,
        "guest": guest,
        "neighbour": neighbour,
        "elsewhere": elsewhere,
        "marks": tuple(mark for mark in marks if mark),
    }


def _speak_of(tx: Tx, guest: Guest, word: str) -> None:
    """A conversation that is over, and what its visitor said of it."""
    me = find_visitor(tx, guest.id)
    assert me is not None
    conversations.end_conversation(tx, visitor_actor(me), guest.conversation_id)
    form = complete_form({"fields": [{"id": "stars", "type": "rating"}, {"id": "why", "type": "textarea"}]})
    said = {"stars": 4, "why": f"{word} was helpful"}
    conversations.give_feedback(tx, visitor_actor(me), guest.conversation_id, form, said)


def _guest(tx: Tx, widget_id: str, word: str) -> Guest:
    visitor, token = first_contact(tx, Hello(widget_id, new_secret("guest_")[:28], SHOP))
    start = Start(client_id=new_id(), draft=Draft(new_id(), "text", f"It is about {word}"))
    started = conversations.start_conversation(tx, visitor_actor(visitor), visitor, start)
    message = started.message
    assert isinstance(message, Message)
    cid = started.conversation.id
    file = furnish_files(tx, visitor_actor(visitor), cid, word)
    return Guest(visitor.id, visitor.user_id, token, widget_id, cid, message.fingerprint, file.file_id, file.upload_id)


def _dump(tx: Tx, uses: bool) -> dict[str, list[str]]:  # noqa: FBT001 - handed on by position
    """Every row of the transaction's workspace, as text that differs where a byte does."""
    found: dict[str, list[str]] = {}
    for table in TABLES:
        rows = tx.all(text(f"SELECT * FROM {table} WHERE workspace_id = :ws"), ws=tx.workspace_id)
        found[table] = sorted(
            repr(sorted((name, value) for name, value in row.items() if uses or name not in _USES)) for row in rows
        )
    entries = tx.all(text("SELECT kind, key FROM directory WHERE workspace_id = :ws"), ws=tx.workspace_id)
    found["directory"] = sorted(f"{row['kind']} {row['key']}" for row in entries)
    return found
