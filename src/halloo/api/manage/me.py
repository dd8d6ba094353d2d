"""Routes: the caller's own name, preferences, availability and password; the list of scopes."""

from litestar import get, patch, post, put
from litestar.params import JSONBody

from halloo.api.manage import people, shapes
from halloo.edge.body import given_fields
from halloo.edge.handed import Db, Parts, Who
from halloo.workspaces.actions import me
from halloo.workspaces.model import SCOPES


@get("/me", opt={"scope": None}, tags=["Me"])
async def read_me(db: Db, who: Who) -> shapes.MeView:
    """Who calls: the operator, the workspace and the scopes."""
    return await db.read(who.workspace_id, people.show_me, who)


@patch("/me", opt={"scope": None}, tags=["Me"])
async def update_me(data: JSONBody[shapes.MePatch], db: Db, who: Who) -> shapes.MeView:
    """Change one's own name and preferences."""
    given = given_fields(data)
    wanted = me.Preferences(**given, given=frozenset(given))
    return people.me_view(await db.write(who.workspace_id, me.update_me, who, wanted))


@put("/me/availability", opt={"scope": None}, tags=["Me"])
async def set_availability(data: JSONBody[shapes.AvailabilityPut], db: Db, who: Who) -> shapes.OperatorView:
    """Say whether one answers at present."""
    return people.operator_view(await db.write(who.workspace_id, me.set_availability, who, data.state))


@post("/me/password", status_code=204, opt={"scope": None}, tags=["Me"])
async def change_password(data: JSONBody[shapes.PasswordChange], who: Who, services: Parts) -> None:
    """Change one's own password; all other sessions end."""
    await services.door.change_password(who, data.current_password, data.new_password)


@get("/scopes", opt={"scope": None}, tags=["Tokens"], sync_to_thread=False)
def list_scopes() -> shapes.ScopePage:
    """Every scope that a token can have, with its sentence."""
    return shapes.ScopePage([shapes.Scope(scope, sentence) for scope, sentence in SCOPES.items()], None)


ROUTES = (read_me, update_me, set_availability, change_password, list_scopes)
