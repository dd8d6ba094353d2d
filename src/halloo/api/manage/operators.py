"""Routes: colleagues and invitations."""

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from halloo.api.manage import people, shapes
from halloo.edge.body import given_fields
from halloo.edge.handed import Db, Parts, Who
from halloo.files import actions as files
from halloo.mail.actions import Invite, invite_colleague
from halloo.workspaces.actions import invitations, operators
from halloo.workspaces.actions.operators import OperatorChange, OperatorDraft

_MANAGE = "operators:manage"
_TAGS = ["Operators"]


@get("/operators", opt={"scope": "operators:read"}, tags=_TAGS)
async def list_operators(db: Db, who: Who) -> shapes.OperatorPage:
    """All colleagues by name; deactivated ones too."""
    found = await db.read(who.workspace_id, operators.list_operators, who)
    return shapes.OperatorPage([people.operator_view(one) for one in found], None)


@post("/operators", opt={"scope": _MANAGE}, tags=_TAGS)
async def create_operator(
    data: JSONBody[shapes.OperatorPost], db: Db, who: Who, services: Parts
) -> Response[shapes.OperatorView]:
    """Make an operator with a password; an invitation lets them choose their own."""
    draft = OperatorDraft(data.email, data.name, data.role, await services.door.hash(data.password))
    operator = await db.write(who.workspace_id, operators.create_operator, who, draft)
    return Response(people.operator_view(operator), headers={"Location": f"/core/operators/{operator.id}"})


@get("/operators/{operator_id:str}", opt={"scope": "operators:read"}, tags=_TAGS)
async def read_operator(operator_id: FromPath[str], db: Db, who: Who) -> shapes.OperatorView:
    """One colleague."""
    return people.operator_view(await db.read(who.workspace_id, operators.read_operator, who, operator_id))


@patch("/operators/{operator_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def update_operator(
    operator_id: FromPath[str], data: JSONBody[shapes.OperatorPatch], db: Db, who: Who
) -> shapes.OperatorView:
    """Rename, change the role, deactivate or activate again; whoever loses rights is cut off at once."""
    change = OperatorChange(**given_fields(data))
    return people.operator_view(await db.write(who.workspace_id, operators.update_operator, who, operator_id, change))


@delete("/operators/{operator_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def remove_operator(operator_id: FromPath[str], db: Db, who: Who) -> None:
    """Remove an operator for good, with their picture; what they wrote keeps their name."""
    await db.write(who.workspace_id, files.remove_operator, who, operator_id)


@get("/invitations", opt={"scope": ("operators:read", _MANAGE)}, tags=_TAGS)
async def list_invitations(db: Db, who: Who) -> shapes.InvitationPage:
    """Invitations that were not used yet."""
    return await db.read(who.workspace_id, people.show_invitations, who)


@post("/invitations", opt={"scope": _MANAGE}, tags=_TAGS)
async def invite(data: JSONBody[shapes.InvitationPost], db: Db, who: Who, services: Parts) -> shapes.InvitationCreated:
    """Invite somebody: the answer holds the link, which works once and for seven days. With mail configured it is sent, too."""
    wanted = Invite(data.email, data.role, f"{services.public_url}/inbox/join#")
    url, made = await db.write(who.workspace_id, invite_colleague, who, wanted, services.workspaces, services.post)
    return await db.read(who.workspace_id, people.invited, who, made, url)


@delete("/invitations/{invitation_id:str}", opt={"scope": _MANAGE}, tags=_TAGS)
async def withdraw_invitation(invitation_id: FromPath[str], db: Db, who: Who) -> None:
    """End an invitation before it is used."""
    await db.write(who.workspace_id, invitations.withdraw_invitation, who, invitation_id)


ROUTES = (
    list_operators,
    create_operator,
    read_operator,
    update_operator,
    remove_operator,
    list_invitations,
    invite,
    withdraw_invitation,
)
