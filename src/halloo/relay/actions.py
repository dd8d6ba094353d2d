"""What frames ask for, done by the same actions that HTTP calls: the one implementation of `RelayActions`."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Protocol, cast

from msgspec import UNSET, Raw

from halloo.botcheck import actions as botcheck
from halloo.botcheck.guard import BotGuard
from halloo.botcheck.model import Asker, Proof
from halloo.contacts import actions as contacts
from halloo.contacts.actions import visitor_actor
from halloo.contacts.errors import EmbeddingUnverified, IdentityRequired, VisitorBlocked, VisitorTokenInvalid
from halloo.contacts.forms import Asked, asked_of
from halloo.contacts.model import Page, check_page
from halloo.contacts.networks import BlockedNetworks
from halloo.conversations import actions
from halloo.conversations.actions import Sent, Start
from halloo.conversations.facts import MessageData, message_data
from halloo.conversations.model import Draft, Message
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.files.model import FileAddresses
from halloo.kit.clock import Clock
from halloo.kit.ids import is_uuid
from halloo.kit.refusals import Refusal, field_invalid
from halloo.relay.actions_port import Posted
from halloo.relay.frames import FORBIDDEN, UNAUTHORIZED, UNKNOWN_WIDGET, Ack, Close, Edit, Remove, Send
from halloo.relay.frames import Page as PageFrame
from halloo.relay.tokens import Claims
from halloo.widgets.origins import decide
from halloo.widgets.records import PublicRecords, PublicWidget
from halloo.workspaces.actions.tokens import is_standing
from halloo.workspaces.model import Actor

_PATH_ENDS = re.compile(r"[?#]")


class VisitorLimits(Protocol):
    """How often a visitor may do something, counted together with the public API; each raises `RateLimited`."""

    def take_message(self, visitor_id: str) -> None:
        """Something said, or said anew."""
        ...

    def take_visitor_start(self, visitor_id: str) -> None:
        """A conversation begun."""
        ...

    def take_list(self, visitor: str, cost: int) -> None:
        """Something small that is written down, such as the page that the visitor looks at."""
        ...


class LiveActions:
    """`RelayActions` over the database."""

    def __init__(
        self,
        database: Database,
        records: PublicRecords,
        clock: Clock,
        limits: VisitorLimits,
        files: FileAddresses | None = None,
        guard: BotGuard | None = None,
        barred: BlockedNetworks | None = None,
    ) -> None:
        """`limits` and `guard` are those of the public API. `files`: how files are named here. `barred`: addresses that are kept away."""
        self._guard = guard
        self._barred = barred or BlockedNetworks(database, clock)
        self._files = files
        self._database = database
        self._records = records
        self._started_at = clock()
        self._clock = clock
        self._limits = limits

    async def send(self, who: Actor, frame: Send) -> Ack:
        """See `RelayActions.send`."""
        draft, proof = self._draft(frame), None
        if who.kind == "visitor":
            await self._refuse_unproven(who)
            self._limits.take_message(who.id)
            proof = await self._judged(who, frame, draft)
        if frame.conversation is None:
            if who.kind != "visitor":
                raise field_invalid("conversation", "name the conversation to write in.")
            self._limits.take_visitor_start(who.id)
            widget = await self._records.get(who.widget_id or "")
            asked = asked_of(widget.record["config"]["v1"])
            started = await self._database.write(who.workspace_id, _start, who, draft, asked, proof)
            return _ack(frame.id, who, started)
        sent = await self._database.write(who.workspace_id, _send, who, frame.conversation, draft, proof)
        return _ack(frame.id, who, sent.message)

    def post(self, who: Actor, frame: Send, done: Posted) -> bool:
        """See `RelayActions.post`."""
        if frame.conversation is None:
            return False
        proof = None
        if who.kind == "visitor":
            widget = self._records.kept(who.widget_id or "")
            if widget is None:
                return False
            _refuse_unproven(who, widget)
            try:
                proof = self._judge(who, widget, frame)
            except Refusal:
                return False  # whether something else is wrong is told first, and takes a query
            self._limits.take_message(who.id)

        def stored(sent: Sent | None, error: BaseException | None) -> None:
            done(None if sent is None else _ack_of(frame.id, sent), error)

        self._database.submit(who.workspace_id, stored, _send, who, frame.conversation, self._draft(frame), proof)
        return True

    def _draft(self, frame: Send) -> Draft:
        said = frame.message
        return Draft(frame.client_id, said.type, said.content, tuple(said.mentions), dict(said.properties), self._files)

    def _judge(self, who: Actor, widget: PublicWidget, frame: Send) -> Proof | None:
        """See `BotGuard.judge`."""
        if self._guard is None:
            return None
        level = widget.record["config"]["v1"]["bot_check"]["guard_level"]
        return self._guard.judge(
            Asker(who.widget_id or "", who.id, level, identified="identity" in who.proven), frame.bot_check
        )

    async def _judged(self, who: Actor, frame: Send, draft: Draft) -> Proof | None:
        """`_judge`, after everything else that may be wrong, as on the public API."""
        widget = await self._records.get(who.widget_id or "")
        try:
            return self._judge(who, widget, frame)
        except Refusal:
            draft.checked("user")
            if frame.conversation is not None:
                await self._database.read(who.workspace_id, actions.get_conversation, who, frame.conversation)
            raise

    async def _refuse_unproven(self, who: Actor) -> None:
        _refuse_unproven(who, await self._records.get(who.widget_id or ""))

    def _count(self, who: Actor) -> None:
        if who.kind == "visitor":
            self._limits.take_message(who.id)

    async def edit(self, who: Actor, frame: Edit) -> Ack:
        """See `RelayActions.edit`. What is said anew obeys the same rules as what is said."""
        if who.kind == "visitor":
            await self._refuse_unproven(who)
        self._count(who)
        message = await self._database.write(
            who.workspace_id, _edit, who, frame.conversation, frame.fingerprint, frame.content, self._files
        )
        return _ack(frame.id, who, message)

    async def remove(self, who: Actor, frame: Remove) -> Ack:
        """See `RelayActions.remove`."""
        self._count(who)
        message = await self._database.write(
            who.workspace_id, actions.remove_message, who, frame.conversation, frame.fingerprint
        )
        return _ack(frame.id, who, message)

    async def read(self, who: Actor, conversation_id: str, seq: int) -> None:
        """See `RelayActions.read`."""
        await self._database.write(who.workspace_id, actions.mark_read, who, conversation_id, seq)

    async def tracked(self, who: Actor, frame: PageFrame) -> Page | None:
        """See `RelayActions.tracked`. A browser that tells more than it is asked for is not taken at its word."""
        widget = await self._records.find(who.widget_id or "")
        tracking = "off" if widget is None else widget.record["config"]["v1"]["page_tracking"]
        if tracking == "off":
            return None
        url, referrer = frame.url, frame.referrer
        if tracking == "path":
            url, referrer = _PATH_ENDS.split(url, 1)[0], _PATH_ENDS.split(referrer, 1)[0]
        return check_page(url, frame.title, referrer, self._clock())

    async def page(self, who: Actor, page: Page) -> None:
        """See `RelayActions.page`."""
        self._limits.take_list(who.id, 1)
        await self._database.write(who.workspace_id, _see_page, who, page)

    async def standing(self, claims: Claims) -> Close | None:
        """See `RelayActions.standing`. A visitor's token that this process issued needs no query: what ends it cuts the socket."""
        if claims.visitor_id is None:
            ids = claims.operator_id, claims.token_id
            return None if await self._database.read(claims.workspace_id, is_standing, *ids) else UNAUTHORIZED
        widget = await self._records.find(claims.widget_id or "")
        if widget is None:
            return UNKNOWN_WIDGET
        if claims.parent_origin is not None and decide(widget.widget.domains, claims.parent_origin) == "deny":
            return FORBIDDEN
        if claims.issued_at < self._started_at:
            welcome = await self._database.read(
                claims.workspace_id, contacts.is_welcome, claims.visitor_id, claims.browser
            )
            if not welcome:
                return UNAUTHORIZED
        return FORBIDDEN if await self._barred.holds(claims.workspace_id, claims.address) else None

    async def visible(self, who: Actor, conversation_ids: Collection[str]) -> Collection[str]:
        """See `RelayActions.visible`."""
        return await self._database.read(who.workspace_id, _visible, who, list(conversation_ids))


def _refuse_unproven(who: Actor, widget: PublicWidget) -> None:
    """Raise where the widget lets only those speak whose page, or who themselves, are proven."""
    security = widget.record["config"]["v1"]["security"]
    if security["require_verified_embedding"] and "embedding" not in who.proven:
        raise EmbeddingUnverified
    if security["identity"] == "required" and "identity" not in who.proven:
        raise IdentityRequired


def _ack_of(id: str | int, sent: Sent) -> Ack:
    """The `ack` of a message, which is rendered already."""
    seq = UNSET if sent.message.seq is None else sent.message.seq
    return Ack(id, sent.message.conversation_id, seq, cast("MessageData", Raw(sent.data)))


def _ack(id: str | int, who: Actor, message: Message) -> Ack:
    data = message_data(who.workspace_id, message)
    return Ack(id, message.conversation_id, data.seq, data)


def _start(tx: Tx, who: Actor, draft: Draft, asked: Asked | None, proof: Proof | None) -> Message:
    """A conversation that begins with this message; the message's own id makes a repeated start one conversation.

    A form that is asked before it was answered over HTTP, or has to be first.
    """
    visitor = contacts.find_visitor(tx, who.id)
    if visitor is None:
        raise VisitorTokenInvalid
    if visitor.blocked:
        raise VisitorBlocked
    started = actions.start_conversation(
        tx, visitor_actor(visitor), visitor, Start(client_id=draft.client_id, draft=draft, asked=asked)
    )
    if not started.repeated:
        botcheck.spend(tx, proof)
    return cast("Message", started.message)  # a start with a draft has its message


def _present(tx: Tx, who: Actor) -> Actor:
    """Who acts, by the name that is theirs now: a visitor may have told it after their relay token was given.

    Raises `VisitorBlocked`: until their connection is cut, what they say is refused.
    """
    name = contacts.find_nickname(tx, who.id) if who.kind == "visitor" else None
    return who if name is None or name == who.name else replace(who, name=name)


def _send(tx: Tx, who: Actor, conversation_id: str, draft: Draft, proof: Proof | None) -> Sent:
    """A message; what is repeated costs no proof."""
    sent = actions.send_message(tx, _present(tx, who), conversation_id, draft)
    if not sent.repeated:
        botcheck.spend(tx, proof)
    return sent


def _edit(
    tx: Tx, who: Actor, conversation_id: str, fingerprint: int, content: object, files: FileAddresses | None
) -> Message:
    return actions.edit_message(tx, _present(tx, who), conversation_id, fingerprint, content, files)


def _see_page(tx: Tx, who: Actor, page: Page) -> None:
    contacts.see_page(tx, who.id, page, actions.current_conversation(tx, who))


def _visible(tx: Tx, who: Actor, conversation_ids: list[str]) -> list[str]:
    if who.kind != "visitor":
        return list(actions.list_by_ids(tx, who, {one for one in conversation_ids if is_uuid(one)}))
    return [one for one in conversation_ids if actions.owns_conversation(tx, who, one)]
