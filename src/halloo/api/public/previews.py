"""The public route of link previews."""

from halloo.api.public.call import Answer, Call
from halloo.api.public.parts import PublicApi, known_visitor
from halloo.contacts.actions import visitor_actor
from halloo.conversations import actions


async def preview_link(api: PublicApi, call: Call) -> Answer:
    """`GET /conversations/{cid}/preview`: what a page says of itself, if a message of the conversation links to it."""
    visitor = await known_visitor(api, call)
    api.limits.take_list(visitor.id, call.cost)
    url = call.query.get("url", "")
    await api.database.read(call.workspace_id, actions.check_link, visitor_actor(visitor), call.names["cid"], url)
    return Answer(200, await api.previews.of(url))
