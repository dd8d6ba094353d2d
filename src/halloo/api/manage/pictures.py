"""Routes: pictures of people, and previews of pages that messages link to."""

from litestar import delete, get, put
from litestar.params import FromPath, FromQuery, JSONBody

from halloo.api.manage import people, shapes
from halloo.conversations import actions as conversations
from halloo.edge.handed import Db, Parts, Who
from halloo.files import actions


@put("/me/avatar", opt={"scope": None}, tags=["Me"])
async def take_picture(data: JSONBody[shapes.AvatarPut], db: Db, who: Who, services: Parts) -> shapes.MeView:
    """Show oneself with an uploaded picture; ask for the upload with the purpose `avatar`."""
    taken = await db.write(who.workspace_id, actions.take_own_picture, who, data.upload_id, services.pictures)
    return people.me_view(taken)


@delete("/me/avatar", status_code=200, opt={"scope": None}, tags=["Me"])
async def drop_picture(db: Db, who: Who) -> shapes.MeView:
    """Show oneself with one's initials again."""
    return people.me_view(await db.write(who.workspace_id, actions.drop_own_picture, who))


@get("/picture-key", opt={"scope": "contacts:read"}, tags=["Contacts"], sync_to_thread=False)
def read_picture_key(who: Who, services: Parts) -> shapes.PictureKey:
    """What opens the pictures of all operators, contacts and visitors for a day or two; initials are drawn where there is none."""
    who.require("contacts:read")
    query, until = services.pictures.everybody(who.workspace_id, services.clock())
    return shapes.PictureKey(services.pictures.origin, query, until)


@get("/conversations/{conversation_id:str}/preview", opt={"scope": "conversations:read"}, tags=["Conversations"])
async def preview_link(
    conversation_id: FromPath[str], url: FromQuery[str], db: Db, who: Who, services: Parts
) -> shapes.LinkPreview:
    """What a page says of itself, if a message of the conversation links to it. Pages on private networks are not read."""
    await db.read(who.workspace_id, conversations.check_link, who, conversation_id, url)
    found = await services.previews.of(url)
    return shapes.LinkPreview(found.url, found.title, found.description, found.site, found.image)


ROUTES = (take_picture, drop_picture, read_picture_key, preview_link)
