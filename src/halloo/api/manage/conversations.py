"""Routes: conversations."""

from typing import Annotated, Any, Literal

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter

from halloo.api.manage import shapes, talk
from halloo.conversations import actions
from halloo.conversations.model import Change, Draft, Filter
from halloo.edge.body import given_fields, parse_time
from halloo.edge.etag import version_tag, wanted_version
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.pagination import Cursor, Limit, open_cursor, page_of
from halloo.files.model import FileAddresses
from halloo.kit.text import search_words
from halloo.mail import actions as mail
from halloo.workspaces.model import Actor

IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="Only if the resource is still in this state.")
]
Folder = Annotated[
    Literal["open", "snoozed", "resolved", "pending", "unresolved", "spam"] | None, QueryParameter(name="state")
]
"""The query's `state`; Litestar keeps that name for itself."""
_READ, _WRITE = "conversations:read", "conversations:write"
_TAGS = ["Conversations"]
_COUNTED = ("open", "snoozed", "resolved", "spam")


def _assignee(assignee: str | None, who: Actor) -> str | None:
    return who.operator_id or who.id if assignee == "me" else assignee


def _draft(data: shapes.MessagePost, files: FileAddresses) -> Draft:
    return Draft(data.client_id, data.type, data.content, tuple(data.mentions), dict(data.properties), files)


@get("/conversations", opt={"scope": _READ}, tags=_TAGS)
async def list_conversations(  # noqa: PLR0913, PLR0917 - each is a filter of the contract
    db: Db,
    who: Who,
    services: Parts,
    folder: Folder = None,
    assignee: FromQuery[str | None] = None,
    widget_id: FromQuery[str | None] = None,
    contact_id: FromQuery[str | None] = None,
    visitor_id: FromQuery[str | None] = None,
    tag: FromQuery[str | None] = None,
    unread: FromQuery[bool | None] = None,
    q: FromQuery[str] = "",
    order: FromQuery[Literal["activity", "waiting"]] = "activity",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> shapes.ConversationPage:
    """Conversations, newest activity first; or longest waiting first, then the rest. `assignee` is `me`, `none` or an operator's id."""
    wanted = Filter(
        state=folder,
        assignee=_assignee(assignee, who),
        widget_id=widget_id,
        contact_id=contact_id,
        visitor_id=visitor_id,
        tag=tag,
        unread=unread,
        words=tuple(search_words(q)),
        order=order,
    )
    behind = open_cursor(cursor, tuple[int, str])
    found, rows, position = await db.read(
        who.workspace_id, talk.show_conversations, who, wanted, behind, limit + 1, services.live
    )
    _, following = page_of(found, limit, lambda one: actions.place_of(one, wanted))
    return shapes.ConversationPage(rows[:limit], None if wanted.words else following, position)


@get("/conversations/counts", opt={"scope": _READ}, tags=_TAGS)
async def count_conversations(db: Db, who: Who) -> shapes.Counts:
    """How many conversations each folder holds, and how many of them something unread."""
    counts = await db.read(who.workspace_id, actions.count_conversations, who)
    folders = {
        state: shapes.FolderCounts(**{name: shapes.Tally(*tally) for name, tally in counts[state].items()})
        for state in _COUNTED
    }
    return shapes.Counts(**folders)


@post("/conversations", opt={"scope": _WRITE}, tags=_TAGS)
async def begin_conversation(
    data: JSONBody[shapes.ConversationPost], db: Db, who: Who, services: Parts
) -> Response[shapes.ConversationView]:
    """Begin a conversation with a known visitor, or with the browser that a contact was last seen with."""
    sent = await db.write(
        who.workspace_id,
        actions.begin_conversation,
        who,
        data.widget_id,
        data.visitor_id,
        data.contact_id,
        _draft(data.message, services.files),
    )
    version, view = await db.read(who.workspace_id, talk.show_conversation, who, sent.conversation.id, services.live)
    headers = {"Location": f"/core/conversations/{view.id}", "ETag": version_tag(version)}
    return Response(view, headers=headers, status_code=200 if sent.repeated else 201)


@get("/conversations/{conversation_id:str}", opt={"scope": _READ}, tags=_TAGS)
async def read_conversation(
    conversation_id: FromPath[str], db: Db, who: Who, services: Parts
) -> Response[shapes.ConversationView]:
    """One conversation, with the positions of its streams."""
    version, view = await db.read(who.workspace_id, talk.show_conversation, who, conversation_id, services.live)
    return Response(view, headers={"ETag": version_tag(version)})


def _change(data: shapes.ConversationPatch) -> Change:
    given: dict[str, Any] = given_fields(data)
    fields = frozenset("assignee_id" if name == "assignee" else name for name in given)
    if "assignee" in given:
        given["assignee_id"] = given.pop("assignee")
    if "snoozed_until" in given:
        given["snoozed_until"] = parse_time("snoozed_until", given["snoozed_until"])
    if "tags" in given:
        given["tags"] = tuple(given["tags"])
    return Change(**given, given=fields)


@patch("/conversations/{conversation_id:str}", opt={"scope": _WRITE}, tags=_TAGS)
async def change_conversation(
    conversation_id: FromPath[str],
    data: JSONBody[shapes.ConversationPatch],
    db: Db,
    who: Who,
    services: Parts,
    if_match: IfMatch = None,
) -> Response[shapes.ConversationView]:
    """Change state, snooze, assignee, tags, subject, metadata, or whether it is spam; keys that are not sent stay as they are."""
    version = wanted_version(if_match)
    await db.write(who.workspace_id, actions.change_conversation, who, conversation_id, _change(data), version)
    version, view = await db.read(who.workspace_id, talk.show_conversation, who, conversation_id, services.live)
    return Response(view, headers={"ETag": version_tag(version)})


@delete("/conversations/{conversation_id:str}", opt={"scope": "conversations:delete"}, tags=_TAGS)
async def delete_conversation(conversation_id: FromPath[str], db: Db, who: Who) -> None:
    """Erase a conversation: its messages, and the payloads of its facts."""
    await db.write(who.workspace_id, mail.delete_conversation, who, conversation_id)


@post("/conversations/{conversation_id:str}/read", status_code=204, opt={"scope": _WRITE}, tags=_TAGS)
async def mark_read(conversation_id: FromPath[str], data: JSONBody[shapes.ReadPost], db: Db, who: Who) -> None:
    """Note that the caller has read up to message `seq`; the mark never moves back."""
    await db.write(who.workspace_id, actions.mark_read, who, conversation_id, data.seq)


@post("/conversations/{conversation_id:str}/typing", status_code=204, opt={"scope": _WRITE}, tags=_TAGS)
async def say_typing(
    conversation_id: FromPath[str], data: JSONBody[shapes.TypingPost], db: Db, who: Who, services: Parts
) -> None:
    """Tell visitor and colleagues that the caller is typing, or stopped. Nothing is stored."""
    one = await db.read(who.workspace_id, actions.get_conversation, who, conversation_id)
    services.live.typing(who, conversation_id, one.conversation.visitor_id, data.state)


@get("/conversations/{conversation_id:str}/messages", opt={"scope": _READ}, tags=_TAGS)
async def list_messages(
    conversation_id: FromPath[str],
    db: Db,
    who: Who,
    services: Parts,
    after: FromQuery[int | None] = None,
    before: FromQuery[int | None] = None,
    limit: Limit = 50,
) -> shapes.MessagePage:
    """Messages, ascending, notes included. `after` and `before` take a `seq` or a fingerprint; neither: the newest."""
    return await db.read(
        who.workspace_id, talk.show_messages, who, conversation_id, after, before, limit, services.files
    )


@post("/conversations/{conversation_id:str}/messages", opt={"scope": _WRITE}, tags=_TAGS)
async def send_message(
    conversation_id: FromPath[str], data: JSONBody[shapes.MessagePost], db: Db, who: Who, services: Parts
) -> Response[shapes.MessageSent]:
    """Answer, write a private note (`type: note`), or send a file (`file`, `audio`, `animation` with `{"upload_id"}`).

    The same `client_id` again is the same message: 200.
    """
    sent = await db.write(who.workspace_id, actions.send_message, who, conversation_id, _draft(data, services.files))
    view = shapes.MessageSent(talk.message_view(who.workspace_id, sent.message))
    return Response(view, status_code=200 if sent.repeated else 201)


@patch("/conversations/{conversation_id:str}/messages/{fingerprint:int}", opt={"scope": _WRITE}, tags=_TAGS)
async def edit_message(
    conversation_id: FromPath[str],
    fingerprint: FromPath[int],
    data: JSONBody[shapes.MessagePatch],
    db: Db,
    who: Who,
    services: Parts,
) -> shapes.MessageSent:
    """Change what one's own message says."""
    place = (conversation_id, fingerprint)
    edited = await db.write(who.workspace_id, actions.edit_message, who, *place, data.content, services.files)
    return shapes.MessageSent(talk.message_view(who.workspace_id, edited))


@delete("/conversations/{conversation_id:str}/messages/{fingerprint:int}", opt={"scope": _WRITE}, tags=_TAGS)
async def remove_message(conversation_id: FromPath[str], fingerprint: FromPath[int], db: Db, who: Who) -> None:
    """Take one's own message back; its place stays."""
    await db.write(who.workspace_id, actions.remove_message, who, conversation_id, fingerprint)


ROUTES = (
    list_conversations,
    count_conversations,
    begin_conversation,
    read_conversation,
    change_conversation,
    delete_conversation,
    mark_read,
    say_typing,
    list_messages,
    send_message,
    edit_message,
    remove_message,
)
