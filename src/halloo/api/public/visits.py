"""Who a call comes from: recognising visitors, greeting them, and the record's bytes; all through actions."""

from dataclasses import replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from halloo.api.public.call import Call
from halloo.api.public.limits import PublicLimits
from halloo.api.public.shapes import ConversationStart, VisitorPost
from halloo.botcheck import actions as botcheck
from halloo.botcheck.guard import BotGuard
from halloo.botcheck.model import Asker, Proof
from halloo.contacts import actions as contacts
from halloo.contacts.actions import Hello, visitor_actor
from halloo.contacts.errors import EmbeddingUnverified, TicketInvalid, VisitorTokenMissing
from halloo.contacts.forms import Asked
from halloo.contacts.model import Browser, Spot, Ticket, Visitor, check_page
from halloo.contacts.tickets import EmbedTickets
from halloo.conversations import actions
from halloo.conversations.actions import Sent, Start, Started
from halloo.conversations.errors import ConversationForbidden
from halloo.conversations.model import Conversation, Draft, Filter
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.edge.body import convert
from halloo.events.log import position
from halloo.events.model import Position
from halloo.files.model import FileAddresses
from halloo.kit.clock import time_zones
from halloo.kit.ids import digest, is_uuid
from halloo.kit.json import dump
from halloo.kit.refusals import Forbidden, Invalid, field_invalid
from halloo.kit.text import clean
from halloo.widgets.origins import decide
from halloo.widgets.records import PublicWidget
from halloo.workspaces.model import Actor

_FOLLOWED = 20
_LOCALE_MAX, _AGENT_MAX = 35, 512


class OriginNotAllowed(Forbidden):
    """This website may not embed the widget; add its origin under Allowed Domains."""

    code = "origin_not_allowed"


class Visits:
    """Recognises and greets visitors."""

    def __init__(self, database: Database, tickets: EmbedTickets, guard: BotGuard) -> None:
        """Nothing is kept but the bytes of records."""
        self._guard = guard
        self._database = database
        self._tickets = tickets
        self._records: WeakKeyDictionary[PublicWidget, tuple[bytes, bytes]] = WeakKeyDictionary()

    def record_bytes(self, widget: PublicWidget) -> tuple[bytes, bytes]:
        """The public record as JSON, and its entity tag."""
        found = self._records.get(widget)
        if found is None:
            body = dump(widget.record)
            found = self._records[widget] = (body, f'"{digest(body.decode())[:32]}"'.encode())
        return found

    async def recognise(self, call: Call, token: str) -> Visitor:
        """The visitor of a token; the call knows their browser from now on. Raises `VisitorTokenInvalid`, `VisitorBlocked`."""
        read = self._database.read
        visitor, call.browser = await read(call.workspace_id, contacts.recognise_browser, call.widget_id, token)
        return visitor

    async def require_known(self, call: Call) -> Visitor:
        """The visitor, where a token is needed. Raises `VisitorTokenMissing`, and like `recognise`."""
        if call.token is None:
            raise VisitorTokenMissing
        return await self.recognise(call, call.token)

    async def visitor_of(self, call: Call, given: dict[str, Any]) -> Visitor | None:
        """The token's visitor; a `user_id` that is not theirs makes the call one without token. Raises like `recognise`."""
        if call.token is None:
            return None
        visitor = await self.recognise(call, call.token)
        if visitor.is_called(given.get("user_id")):
            return visitor
        call.browser = None
        return None

    async def require_own(self, call: Call, visitor: Visitor | None, conversation_id: object) -> None:
        """Raise `ConversationForbidden` unless the conversation is the visitor's."""
        if visitor is None or not isinstance(conversation_id, str):
            raise ConversationForbidden
        who = visitor_actor(visitor)
        await self._database.read(call.workspace_id, actions.get_conversation, who, conversation_id)

    async def greet(self, call: Call, given: dict[str, Any], limits: PublicLimits) -> tuple[Visitor, str | None]:
        """The visitor, and a token where they are new."""
        known = await self.visitor_of(call, given)
        ticket = self._ticket(call, given)
        body = convert(given, VisitorPost)
        if body.parent_origin is not None and decide(call.widget.widget.domains, body.parent_origin) == "deny":
            raise OriginNotAllowed
        if known is None or call.token is None or call.browser is None:
            self._count(call, limits)
            proof = self._guard.judge_contact(
                asker_of(call, known=None, guest=body.user_id), body.bot_check, beyond=call.beyond
            )
            return await self._meet(call, body, ticket, proof)
        limits.take_list(known.id, call.cost)
        self._guard.signs.seen_at(known.id, call.address)
        hello = hello_of(call, body, ticket)
        again = await self._database.write(call.workspace_id, contacts.greet_again, call.widget_id, call.token, hello)
        call.browser = replace(call.browser, verified_origin=hello.proven_origin)
        return again, None

    def _ticket(self, call: Call, given: dict[str, Any]) -> Ticket | None:
        """The ticket that came along, of a page that the list allows now; None only where none came and none is needed.

        Whatever stands in its place is one that does not hold. Raises `TicketInvalid`, `EmbeddingUnverified`.
        """
        text, claimed = given.get("embed_ticket"), given.get("parent_origin")
        if text is None:
            refuse_unverified(call, claimed)
            return None
        ticket = self._tickets.open(text, call.widget_id)
        if decide(call.widget.widget.domains, ticket.origin) == "deny" or claimed not in (None, ticket.origin):
            raise TicketInvalid
        return ticket

    async def first_contact_if_needed(
        self, call: Call, known: Visitor | None, body: ConversationStart, proof: Proof | None
    ) -> tuple[Visitor, str | None]:
        """The visitor who starts a conversation; without one the start is first contact too, and spends the `proof`."""
        return (known, None) if known is not None else await self._meet(call, VisitorPost(body.user_id), None, proof)

    def refuse_nobody(self, call: Call, known: Visitor | None, body: ConversationStart, limits: PublicLimits) -> None:
        """Count the first contact that a start without a visitor is, which cannot resume. Raises `ConversationForbidden`."""
        if known is not None:
            return
        if body.conversation_id is not None:
            raise ConversationForbidden
        _require_guest(body.user_id)
        self._count(call, limits)

    def _count(self, call: Call, limits: PublicLimits) -> None:
        """A first contact that came with somebody's token was not counted as such yet."""
        if call.token is not None:
            call.beyond = limits.take_contact(call.address, call.widget_id, call.cost, guarded=call.guarded)

    async def _meet(
        self, call: Call, body: VisitorPost, ticket: Ticket | None, proof: Proof | None
    ) -> tuple[Visitor, str]:
        """First contact."""
        _require_guest(body.user_id)
        hello = hello_of(call, body, ticket)
        visitor, token = await self._database.write(call.workspace_id, _first_contact, hello, proof)
        self._guard.signs.came(call.widget_id, visitor.id)
        self._guard.signs.seen_at(visitor.id, call.address)
        call.browser = Browser(digest(token), None, hello.proven_origin, visitor.created_at)
        return visitor, token

    async def forget(self, call: Call) -> None:
        """End the token of a visitor's browser. Raises `VisitorTokenMissing`, `VisitorTokenInvalid`."""
        await self.require_known(call)
        await self._database.write(call.workspace_id, actions.forget_browser, call.widget_id, call.token or "")


def _first_contact(tx: Tx, hello: Hello, proof: Proof | None) -> tuple[Visitor, str]:
    botcheck.spend(tx, proof)
    return contacts.first_contact(tx, hello)


def _require_guest(user_id: str | None) -> None:
    if user_id is None:
        raise Invalid("user_id: a guest id is needed at first contact.", code="field_required", field="user_id")


def asker_of(call: Call, known: Visitor | None, guest: str | None) -> Asker:
    """Who calls, as the bot check knows them: by the visitor's id, or the guest id that they call themselves by."""
    level = call.config["bot_check"]["guard_level"]
    if known is not None:
        return Asker(call.widget_id, known.id, level, known.identified, call.address)
    return Asker(call.widget_id, guest or "guest_", level, identified=False, address=call.address)


def refuse_unverified(call: Call, claimed: object = None) -> None:
    """Raise where the widget wants proof of the page, and the browser has brought none of the page that it claims to be on."""
    if not call.config["security"]["require_verified_embedding"]:
        return
    if call.proven_origin is None or claimed not in (None, call.proven_origin):
        raise EmbeddingUnverified


def hello_of(call: Call, body: VisitorPost, ticket: Ticket | None = None) -> Hello:
    """What the browser says of itself, cut to size, and which page it has proven."""
    return Hello(
        widget_id=call.widget_id,
        user_id=body.user_id or "",
        parent_origin=body.parent_origin,
        locale=None if body.locale is None else clean(body.locale)[:_LOCALE_MAX],
        timezone=body.timezone if body.timezone in time_zones() else None,
        user_agent=clean(call.headers.get("user-agent", ""))[:_AGENT_MAX],
        proven_origin=call.proven_origin if ticket is None else ticket.origin,
        ticket=ticket,
    )


def start_as(
    tx: Tx,
    visitor: Visitor,
    body: ConversationStart,
    asked: Asked | None,
    spot: Spot | None = None,
    files: FileAddresses | None = None,
    proof: Proof | None = None,
) -> tuple[Started, Position]:
    """Start or resume as `visitor`, who seems to be at `spot`; the conversation and where its stream stands after it.

    `files`: how files are named here. `proof` is spent on what is stored; what is repeated costs none.
    """
    if body.client_id is not None and not is_uuid(body.client_id):
        raise field_invalid("client_id", "a UUID in lower case is needed.")
    said = body.message
    draft = None if said is None else Draft(said.client_id, said.type, said.content, files=files)
    page = None if body.page is None else check_page(body.page.url, body.page.title, body.page.referrer, tx.now)
    start = Start(body.conversation_id, body.client_id, draft, page, dict(body.custom_metadata), asked, spot)
    started = actions.start_conversation(tx, visitor_actor(visitor), visitor, start)
    if not started.repeated:
        botcheck.spend(tx, proof)
    return started, position(tx, f"c:{started.conversation.id}")


def send_as(tx: Tx, who: Actor, conversation_id: str, draft: Draft, proof: Proof | None) -> Sent:
    """Send a message, and spend the `proof` on it; what is repeated costs none."""
    sent = actions.send_message(tx, who, conversation_id, draft)
    if not sent.repeated:
        botcheck.spend(tx, proof)
    return sent


class Seen(NamedTuple):
    """What a visitor has not read, the streams of their newest conversations, and the newest that is open."""

    unread: int
    streams: list[str]
    open_id: str | None


def unread_of(tx: Tx, who: Actor) -> Seen:
    """What a visitor who comes has before them."""
    found = actions.list_conversations(tx, who, Filter(), None, _FOLLOWED).conversations
    return Seen(
        sum(one.visitor_unread for one in found),
        [f"c:{one.id}" for one in found],
        next((one.id for one in found if one.state != "resolved"), None),
    )


def list_of(
    tx: Tx, who: Actor, behind: tuple[int, str] | None, limit: int
) -> tuple[list[tuple[Conversation, Position]], bool]:
    """The visitor's conversations, each with where its stream stands in the same snapshot; and whether there are more."""
    found = actions.list_conversations(tx, who, Filter(), behind, limit + 1).conversations
    return [(one, position(tx, f"c:{one.id}")) for one in found[:limit]], len(found) > limit


def end_as(tx: Tx, who: Actor, conversation_id: str) -> tuple[Conversation, Position]:
    """End a conversation; where its stream stands after it."""
    return actions.end_conversation(tx, who, conversation_id), position(tx, f"c:{conversation_id}")
