"""The public routes, each in three lines: parse, act, present."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from halloo.api.public import csp_reports, present
from halloo.api.public.call import Answer, Call
from halloo.api.public.checking import count_challenge, guarded_message, guarded_start, offer_challenge
from halloo.api.public.continuing import ask_link, continue_elsewhere, count_asking, count_continue
from halloo.api.public.files import open_upload, renew_address
from halloo.api.public.forms import accepted_start, asks_feedback, give_feedback, submit_form
from halloo.api.public.identity import claim_details, identify, issue_ticket
from halloo.api.public.parts import Handler, PublicApi, accepted, judged, known_visitor, relay_access
from halloo.api.public.previews import preview_link
from halloo.api.public.shapes import (
    ConversationEnded,
    ConversationStarted,
    Nothing,
    PublicConversationPage,
    PublicMessagePage,
    PublicMessagePost,
    PublicMessageSent,
    PublicReadPost,
    StartedMessage,
    StartedVisitor,
    VisitorHello,
)
from halloo.api.public.visits import end_as, list_of, send_as, start_as
from halloo.botcheck.model import Proof
from halloo.contacts.actions import visitor_actor
from halloo.contacts.model import Visitor
from halloo.conversations import actions
from halloo.conversations.errors import EndOff
from halloo.conversations.facts import message_data
from halloo.conversations.model import Draft
from halloo.edge.body import convert
from halloo.edge.pagination import open_cursor, seal_cursor
from halloo.kit.refusals import field_invalid
from halloo.workspaces.actions.operators import list_active_operators

_LISTED, _LIST_MAX = 20, 50
_MESSAGES, _MESSAGES_MAX = 50, 100


def _number(call: Call, name: str, default: int | None, maximum: int | None = None) -> int | None:
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 16:  # noqa: PLR2004 - more digits than any number of ours
        raise field_invalid(name, "a whole number is needed.")
    return int(text) if maximum is None else max(1, min(int(text), maximum))


def _of_stranger(api: PublicApi, call: Call) -> None:
    """Rate of a call that may be first contact."""
    if call.token is None:
        call.beyond = api.limits.take_contact(call.address, call.widget_id, call.cost, guarded=call.guarded)


def _of_record(api: PublicApi, call: Call) -> None:
    """Rate of the record."""
    api.limits.take_record(call.address, call.cost)


def _of_ticket(api: PublicApi, call: Call) -> None:
    """Rate of a page's proof."""
    api.limits.take_ticket(call.address, call.widget_id)


def _of_list(api: PublicApi, call: Call) -> None:
    """Rate of a list without a token; with one it counts by visitor."""
    if call.token is None:
        api.limits.take_list(call.address, call.cost)


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
    operators = await api.database.read(call.workspace_id, list_active_operators, call.workspace_id)
    unread, access = await relay_access(api, call, visitor)
    me = present.me(visitor, token)
    here = await api.live.operators(call.workspace_id)
    team = present.team(operators, here, await api.replies.get(call.workspace_id, call.widget_id))
    hello = VisitorHello(me, visitor.embedding, unread, access, team, mail=api.mail)
    return Answer(201 if token else 200, hello)


async def forget(api: PublicApi, call: Call) -> Answer:
    """`DELETE /visitor`: the browser is nobody again."""
    await api.visits.forget(call)
    return Answer(204)


async def list_conversations(api: PublicApi, call: Call) -> Answer:
    """`GET /conversations`: the token's visitor's, newest first. Without a token an empty list, whoever is asked for."""
    visitor = None if call.token is None else await api.visits.recognise(call, call.token)
    if visitor is not None:
        api.limits.take_list(visitor.id, call.cost)
    limit = _number(call, "limit", _LISTED, _LIST_MAX) or _LISTED
    behind = open_cursor(call.query.get("cursor"), tuple[int, str])
    if visitor is None or not visitor.is_called(call.query.get("user_id")):
        return Answer(200, PublicConversationPage([], None))
    shown, more = await api.database.read(call.workspace_id, list_of, visitor_actor(visitor), behind, limit)
    cursor = seal_cursor((shown[-1][0].updated_at, shown[-1][0].id)) if more else None
    data = [present.conversation(one, place, asks_feedback(call)) for one, place in shown]
    return Answer(200, PublicConversationPage(data, cursor))


async def start_conversation(api: PublicApi, call: Call) -> Answer:
    """`POST /conversations`: start or resume, and send the first message in the same transaction."""
    given = await call.read()
    known = await api.visits.visitor_of(call, given)
    body, asked = await judged(
        api, call, known, given.get("conversation_id"), lambda: accepted_start(call, given, known)
    )
    proof = await guarded_start(api, call, known, body)
    visitor, token = await api.visits.first_contact_if_needed(call, known, body, proof)
    if body.conversation_id is None:
        _count_start(api, call, visitor)
    if body.message is not None:
        api.limits.take_message(visitor.id, call.cost)
    spot = api.countries.find(call.address)
    proof = None if known is None else proof  # a newcomer's was spent on becoming known
    started, place = await api.database.write(call.workspace_id, start_as, visitor, body, asked, spot, api.files, proof)
    sent = started.message
    message = None if sent is None else StartedMessage(sent.seq or 0, sent.client_id, sent.fingerprint, sent.timestamp)
    answer = ConversationStarted(
        present.conversation(started.conversation, place, asks_feedback(call)),
        message,
        StartedVisitor(visitor.known_as, token),
    )
    return Answer(201 if started.created else 200, answer)


def _count_start(api: PublicApi, call: Call, visitor: Visitor) -> None:
    """Who is known is not refused for their address, since offices share one."""
    if visitor.identified:
        api.limits.take_visitor_start(visitor.id, call.cost)
    else:
        api.limits.take_start(visitor.id, call.address, call.widget_id, call.cost, guarded=call.guarded)


async def list_messages(api: PublicApi, call: Call) -> Answer:
    """`GET /conversations/{cid}/messages`: ascending; neither `after` nor `before`: from the beginning."""
    visitor = await known_visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    cid = call.names["cid"]
    after, before, limit = await judged(api, call, visitor, cid, lambda: _range(call))
    page = await api.database.read(
        call.workspace_id, actions.list_messages, visitor_actor(visitor), cid, after, before, limit, api.files
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
    visitor = await known_visitor(api, call)
    api.limits.take_message(visitor.id, call.cost)
    cid = call.names["cid"]
    draft, proof = await judged(api, call, visitor, cid, lambda: _said(api, call, given, visitor))
    sent = await api.database.write(call.workspace_id, send_as, visitor_actor(visitor), cid, draft, proof)
    return Answer(200 if sent.repeated else 201, PublicMessageSent(message_data(call.workspace_id, sent.message)))


def _said(api: PublicApi, call: Call, given: dict[str, Any], visitor: Visitor) -> tuple[Draft, Proof | None]:
    body = accepted(call, given, PublicMessagePost, visitor)
    draft = Draft(body.client_id, body.type, body.content, files=api.files)
    return draft, guarded_message(api, call, visitor, draft, body.bot_check)


async def mark_read(api: PublicApi, call: Call) -> Answer:
    """`POST /conversations/{cid}/read`."""
    given = await call.read()
    visitor = await known_visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    cid = call.names["cid"]
    body = await judged(api, call, visitor, cid, lambda: convert(given, PublicReadPost))
    await api.database.write(call.workspace_id, actions.mark_read, visitor_actor(visitor), cid, body.seq)
    return Answer(204)


async def end_conversation(api: PublicApi, call: Call) -> Answer:
    """`POST /conversations/{cid}/end`."""
    given = await call.read()
    visitor = await known_visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    cid = call.names["cid"]
    await judged(api, call, visitor, cid, lambda: _ending(call, given))
    ended, place = await api.database.write(call.workspace_id, end_as, visitor_actor(visitor), cid)
    return Answer(200, ConversationEnded(present.conversation(ended, place, asks_feedback(call))))


def _ending(call: Call, given: dict[str, Any]) -> Nothing:
    if not call.config["visitor_can_end"]:
        raise EndOff
    return convert(given, Nothing)


def _of_reports(api: PublicApi, call: Call) -> None:
    """Rate of what browsers report."""
    api.reports.count(call.address, call.widget_id)


async def take_reports(api: PublicApi, call: Call) -> Answer:
    """`POST /csp-reports`: whether anything of it is kept is not told."""
    await api.reports.take(call)
    return Answer(204)


@dataclass(frozen=True, slots=True)
class Route:
    """Method and path below the widget; `{cid}` is a conversation's id."""

    method: str
    path: str
    handler: Handler
    rate: Callable[[PublicApi, Call], None] | None = None
    """What is counted before the request is looked at; handlers count what goes by visitor."""
    of_page: bool = False
    """Only the customer's page may call it, and its origin is what matters: none, or the frame's own, is not enough."""


ROUTES: tuple[Route, ...] = (
    Route("GET", "", read_record, _of_record),
    Route("POST", "/visitor", greet, _of_stranger),
    Route("PATCH", "/visitor", claim_details),
    Route("DELETE", "/visitor", forget),
    Route("POST", "/identify", identify),
    Route("POST", "/embed-ticket", issue_ticket, _of_ticket, of_page=True),
    Route("GET", "/conversations", list_conversations, _of_list),
    Route("POST", "/conversations", start_conversation, _of_stranger),
    Route("GET", "/conversations/{cid}/messages", list_messages),
    Route("POST", "/conversations/{cid}/messages", send_message),
    Route("POST", "/conversations/{cid}/read", mark_read),
    Route("POST", "/conversations/{cid}/end", end_conversation),
    Route("POST", "/conversations/{cid}/feedback", give_feedback),
    Route("GET", "/conversations/{cid}/files/{file}", renew_address),
    Route("GET", "/conversations/{cid}/preview", preview_link),
    Route("POST", "/pre-conversation-form", submit_form),
    Route("POST", "/uploads", open_upload),
    Route("GET", "/bot-check", offer_challenge, count_challenge),
    Route("POST", "/continue-link", ask_link, count_asking),
    Route("POST", "/continue", continue_elsewhere, count_continue),
    Route("POST", csp_reports.PATH, take_reports, _of_reports),
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
