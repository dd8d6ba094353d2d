"""The public routes, each in three lines: parse, act, present."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from halloo.api.public import present
from halloo.api.public.call import Answer, Call
from halloo.api.public.continuing import Continuing
from halloo.api.public.limits import PublicLimits
from halloo.api.public.shapes import (
    ConversationEnded,
    ConversationStart,
    ConversationStarted,
    Identified,
    Nothing,
    PublicConversationPage,
    PublicMessagePage,
    PublicMessagePost,
    PublicMessageSent,
    PublicReadPost,
    RelayAccess,
    StartedMessage,
    StartedVisitor,
    VisitorHello,
    VisitorMe,
)
from halloo.api.public.visits import Visits, end_as, list_of, refuse_unverified, start_as, unread_of
from halloo.contacts.actions import visitor_actor
from halloo.contacts.errors import IdentityRequired, VisitorTokenMissing
from halloo.contacts.model import Visitor
from halloo.conversations import actions
from halloo.conversations.errors import ConversationForbidden, EndOff
from halloo.conversations.facts import message_data
from halloo.conversations.model import Draft
from halloo.db.engine import Database
from halloo.edge.body import convert
from halloo.edge.pagination import open_cursor, seal_cursor
from halloo.kit.refusals import Refusal, field_invalid
from halloo.relay.tokens import LIFE_S, RelayTokens
from halloo.workspaces.actions.operators import list_active_operators

_LISTED, _LIST_MAX = 20, 50
_MESSAGES, _MESSAGES_MAX = 50, 100
T = TypeVar("T")
Handler = Callable[["PublicApi", Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class PublicApi:
    """What the routes need."""

    database: Database
    relay_tokens: RelayTokens
    limits: PublicLimits
    visits: Visits
    continuing: Continuing


def _number(call: Call, name: str, default: int | None, maximum: int | None = None) -> int | None:
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 16:  # noqa: PLR2004 - more digits than any number of ours
        raise field_invalid(name, "a whole number is needed.")
    return int(text) if maximum is None else max(1, min(int(text), maximum))


async def _visitor(api: PublicApi, call: Call) -> Visitor:
    """The token's visitor; a missing token counts as another visitor."""
    if call.token is None:
        raise ConversationForbidden
    return await api.visits.recognise(call, call.token)


async def _judged(
    api: PublicApi, call: Call, visitor: Visitor | None, conversation_id: object, judge: Callable[[], T]
) -> T:
    """What `judge` makes of policy, feature and fields: a conversation that is not the visitor's is refused before those."""
    try:
        return judge()
    except Refusal:
        if conversation_id is not None:
            await api.visits.require_own(call, visitor, conversation_id)
        raise


def _of_stranger(api: PublicApi, call: Call) -> None:
    """Rate of a call that may be first contact."""
    if call.token is None:
        api.limits.take_contact(call.address, call.widget_id, call.cost)


def _of_record(api: PublicApi, call: Call) -> None:
    """Rate of the record."""
    api.limits.take_record(call.address, call.cost)


def _of_list(api: PublicApi, call: Call) -> None:
    """Rate of a list without a token; with one it counts by visitor."""
    if call.token is None:
        api.limits.take_list(call.address, call.cost)


def _of_asking(api: PublicApi, call: Call) -> None:
    """Rate of asking for a link by mail."""
    api.limits.take_asking(call.address, call.widget_id, call.cost)


def _of_continue(api: PublicApi, call: Call) -> None:
    """Rate of redeeming a link."""
    api.limits.take_continue(call.address, call.widget_id, call.cost)


async def read_record(api: PublicApi, call: Call) -> Answer:
    """`GET`: the widget's public record."""
    body, etag = api.visits.record_bytes(call.widget)
    headers = [
        (b"access-control-allow-origin", b"*"),
        (b"cache-control", b"public, max-age=60"),
        (b"etag", etag),
    ]
    if call.knows(etag.decode()):
        return Answer(304, None, headers)
    return Answer(200, body, headers)


async def greet(api: PublicApi, call: Call) -> Answer:
    """`POST /visitor`: first contact, or a browser that came back."""
    visitor, token = await api.visits.greet(call, await call.read(), api.limits)
    who = visitor_actor(visitor)
    unread, streams = await api.database.read(call.workspace_id, unread_of, who)
    operators = await api.database.read(call.workspace_id, list_active_operators, call.workspace_id)
    access = _access(api, call, visitor, streams)
    team, mail = present.team(operators), api.continuing.mail
    hello = VisitorHello(_me(visitor, token), visitor.embedding, unread, access, team, mail)
    return Answer(201 if token else 200, hello)


def _me(visitor: Visitor, token: str | None) -> VisitorMe:
    return VisitorMe(visitor.id, visitor.user_id, visitor.identified, visitor.name, visitor.email, token)


def _access(api: PublicApi, call: Call, visitor: Visitor, streams: list[str]) -> RelayAccess:
    """What opens the relay for a visitor."""
    relay = api.relay_tokens.issue_visitor(
        workspace_id=call.workspace_id,
        widget_id=call.widget_id,
        visitor_id=visitor.id,
        name=visitor.nickname,
        parent_origin=visitor.parent_origin,
        typing_preview=bool(call.config["typing_preview"]),
    )
    return RelayAccess(relay, LIFE_S, [f"v:{visitor.id}", *streams])


async def forget(api: PublicApi, call: Call) -> Answer:
    """`DELETE /visitor`: the browser is nobody again."""
    if call.token is None:
        raise VisitorTokenMissing
    await api.visits.forget(call, call.token)
    return Answer(204)


async def list_conversations(api: PublicApi, call: Call) -> Answer:
    """`GET /conversations`: the token's visitor's, newest first. Without a token an empty list, whoever is asked for."""
    visitor = None if call.token is None else await api.visits.recognise(call, call.token)
    if visitor is not None:
        api.limits.take_list(visitor.id, call.cost)
    limit = _number(call, "limit", _LISTED, _LIST_MAX) or _LISTED
    behind = open_cursor(call.query.get("cursor"), tuple[int, str])
    if visitor is None or call.query.get("user_id", visitor.user_id) != visitor.user_id:
        return Answer(200, PublicConversationPage([], None))
    shown, more = await api.database.read(call.workspace_id, list_of, visitor_actor(visitor), behind, limit)
    cursor = seal_cursor((shown[-1][0].updated_at, shown[-1][0].id)) if more else None
    data = [present.conversation(one, place) for one, place in shown]
    return Answer(200, PublicConversationPage(data, cursor))


async def start_conversation(api: PublicApi, call: Call) -> Answer:
    """`POST /conversations`: start or resume, and send the first message in the same transaction."""
    given = await call.read()
    known = await api.visits.visitor_of(call, given)
    body = await _judged(
        api, call, known, given.get("conversation_id"), lambda: _accepted(call, given, ConversationStart, known)
    )
    visitor, token = await api.visits.first_contact_if_needed(call, known, body, api.limits)
    if body.conversation_id is None:
        api.limits.take_start(visitor.id, call.address, call.widget_id, call.cost)
    if body.message is not None:
        api.limits.take_message(visitor.id, call.cost)
    started, place = await api.database.write(call.workspace_id, start_as, visitor, body)
    sent = started.message
    message = None if sent is None else StartedMessage(sent.seq or 0, sent.client_id, sent.fingerprint, sent.timestamp)
    answer = ConversationStarted(
        present.conversation(started.conversation, place), message, StartedVisitor(visitor.user_id, token)
    )
    return Answer(201 if started.created else 200, answer)


async def list_messages(api: PublicApi, call: Call) -> Answer:
    """`GET /conversations/{cid}/messages`: ascending; neither `after` nor `before`: from the beginning."""
    visitor = await _visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    cid = call.names["cid"]
    after, before, limit = await _judged(api, call, visitor, cid, lambda: _range(call))
    page = await api.database.read(
        call.workspace_id, actions.list_messages, visitor_actor(visitor), cid, after, before, limit
    )
    data = [message_data(call.workspace_id, message) for message in page.messages]
    return Answer(200, PublicMessagePage(data, page.has_more, page.last_seq, present.position(page.position)))


def _range(call: Call) -> tuple[int | None, int | None, int]:
    """`after`, `before` and `limit` of the address; `before` counts where both are given."""
    before = _number(call, "before", None)
    after = _number(call, "after", 0)
    limit = _number(call, "limit", _MESSAGES, _MESSAGES_MAX) or _MESSAGES
    return (after if before is None else None), before, limit


async def send_message(api: PublicApi, call: Call) -> Answer:
    """`POST /conversations/{cid}/messages`."""
    given = await call.read()
    visitor = await _visitor(api, call)
    api.limits.take_message(visitor.id, call.cost)
    cid = call.names["cid"]
    body = await _judged(api, call, visitor, cid, lambda: _accepted(call, given, PublicMessagePost, visitor))
    draft = Draft(body.client_id, body.type, body.content)
    sent = await api.database.write(call.workspace_id, actions.send_message, visitor_actor(visitor), cid, draft)
    return Answer(200 if sent.repeated else 201, PublicMessageSent(message_data(call.workspace_id, sent.message)))


async def mark_read(api: PublicApi, call: Call) -> Answer:
    """`POST /conversations/{cid}/read`."""
    given = await call.read()
    visitor = await _visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    cid = call.names["cid"]
    body = await _judged(api, call, visitor, cid, lambda: convert(given, PublicReadPost))
    await api.database.write(call.workspace_id, actions.mark_read, visitor_actor(visitor), cid, body.seq)
    return Answer(204)


async def end_conversation(api: PublicApi, call: Call) -> Answer:
    """`POST /conversations/{cid}/end`."""
    given = await call.read()
    visitor = await _visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    cid = call.names["cid"]
    await _judged(api, call, visitor, cid, lambda: _ending(call, given))
    ended, place = await api.database.write(call.workspace_id, end_as, visitor_actor(visitor), cid)
    return Answer(200, ConversationEnded(present.conversation(ended, place)))


async def ask_link(api: PublicApi, call: Call) -> Answer:
    """`POST /continue-link`: the same answer whoever is asked for."""
    await api.continuing.ask(call, api.limits)
    return Answer(202, Nothing())


async def continue_elsewhere(api: PublicApi, call: Call) -> Answer:
    """`POST /continue`: this browser goes on as the visitor of a link."""
    done = await api.continuing.redeem(call)
    _, streams = await api.database.read(call.workspace_id, unread_of, visitor_actor(done.visitor))
    access = _access(api, call, done.visitor, streams)
    return Answer(200, Identified(_me(done.visitor, done.token), done.merged, access))


def _ending(call: Call, given: dict[str, Any]) -> Nothing:
    if not call.config["visitor_can_end"]:
        raise EndOff
    return convert(given, Nothing)


def _accepted(call: Call, given: dict[str, Any], shape: type[T], visitor: Visitor | None) -> T:
    """The fields of something that a visitor wants to say, if the widget's policy lets them."""
    if visitor is None:
        refuse_unverified(call)
    if call.config["security"]["identity"] == "required" and not (visitor is not None and visitor.identified):
        raise IdentityRequired
    return convert(given, shape)


@dataclass(frozen=True, slots=True)
class Route:
    """Method and path below the widget; `{cid}` is a conversation's id."""

    method: str
    path: str
    handler: Handler
    rate: Callable[["PublicApi", Call], None] | None = None
    """What is counted before the request is looked at; handlers count what goes by visitor."""


ROUTES: tuple[Route, ...] = (
    Route("GET", "", read_record, _of_record),
    Route("POST", "/visitor", greet, _of_stranger),
    Route("DELETE", "/visitor", forget),
    Route("GET", "/conversations", list_conversations, _of_list),
    Route("POST", "/conversations", start_conversation, _of_stranger),
    Route("GET", "/conversations/{cid}/messages", list_messages),
    Route("POST", "/conversations/{cid}/messages", send_message),
    Route("POST", "/conversations/{cid}/read", mark_read),
    Route("POST", "/conversations/{cid}/end", end_conversation),
    Route("POST", "/continue-link", ask_link, _of_asking),
    Route("POST", "/continue", continue_elsewhere, _of_continue),
)
"""Every public route. The tests walk this table."""


def find_route(method: str, path: str) -> tuple[Route | None, dict[str, str], list[str]]:
    """The route of a path below the widget, what the path names, and the methods that the path knows."""
    known: list[str] = []
    found: tuple[Route, dict[str, str]] | None = None
    for route in ROUTES:
        names = _match(route.path, path)
        if names is None:
            continue
        known.append(route.method)
        if route.method == method:
            found = (route, names)
    return (found[0], found[1], known) if found else (None, {}, known)


def _match(pattern: str, path: str) -> dict[str, str] | None:
    wanted, given = pattern.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    names: dict[str, Any] = {}
    for want, got in zip(wanted, given, strict=True):
        if want.startswith("{"):
            names[want[1:-1]] = got
        elif want != got:
            return None
    return names
