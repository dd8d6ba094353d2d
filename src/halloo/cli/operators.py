"""`halloo operator …`."""

from typing import Annotated, Any, Literal

import typer

from halloo.cli.options import DEFAULT_DATA, Data, Json, Workspace
from halloo.cli.place import in_workspace, open_place
from halloo.cli.say import say, table
from halloo.db.tx import Tx
from halloo.kit.passwords import hash_password
from halloo.kit.refusals import NotFound
from halloo.workspaces.actions import me
from halloo.workspaces.actions.operators import OperatorDraft, create_operator, list_operators
from halloo.workspaces.model import Operator, check_password, fold_email, system_actor

app = typer.Typer(help="Operators: the people who answer.", no_args_is_help=True)
Password = Annotated[str, typer.Option(help="The password.", prompt=True, hide_input=True)]


def _view(operator: Operator) -> dict[str, Any]:
    return {
        "id": operator.id,
        "email": operator.email,
        "name": operator.name,
        "role": operator.role,
        "active": operator.active,
    }


@app.command("list")
def list_(data: Data = DEFAULT_DATA, workspace: Workspace = None, as_json: Json = False) -> None:
    """List the operators."""

    def look(tx: Tx, workspace_id: str) -> list[dict[str, Any]]:
        return [_view(one) for one in list_operators(tx, system_actor(workspace_id))]

    rows = in_workspace(open_place(data), workspace, look)
    say(rows, table(rows), as_json=as_json)


@app.command()
def create(
    email: Annotated[str, typer.Argument(help="The e-mail address to sign in with.")],
    password: Password,
    name: Annotated[str, typer.Option(help="The name that others see.")] = "",
    role: Annotated[str, typer.Option(help="owner, admin or operator.")] = "operator",
    data: Data = DEFAULT_DATA,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Make an operator with a password."""
    check_password(password)
    draft = OperatorDraft(email, name or email.partition("@")[0], _role(role), hash_password(password))

    def make(tx: Tx, workspace_id: str) -> dict[str, Any]:
        return _view(create_operator(tx, system_actor(workspace_id), draft))

    made = in_workspace(open_place(data), workspace, make)
    say(made, f"Made operator {made['email']} ({made['id']}).", as_json=as_json)


def _role(text: str) -> Literal["owner", "admin", "operator"]:
    for role in ("owner", "admin", "operator"):
        if text == role:
            return role
    msg = f"--role: {text!r} is none of owner, admin, operator."
    raise ValueError(msg)


@app.command()
def password(
    email: Annotated[str, typer.Argument(help="Whose password.")],
    new_password: Annotated[str, typer.Option("--password", help="The new password.", prompt=True, hide_input=True)],
    data: Data = DEFAULT_DATA,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Set a new password for somebody who forgot theirs; their sessions end."""
    check_password(new_password)
    hashed = hash_password(new_password)

    def change(tx: Tx, workspace_id: str) -> dict[str, Any]:
        who = system_actor(workspace_id)
        found = next((one for one in list_operators(tx, who) if fold_email(one.email) == fold_email(email)), None)
        if found is None:
            raise NotFound(f"There is no operator {email}.", code="operator_not_found")
        me.set_password(tx, who, found.id, hashed)
        return _view(found)

    changed = in_workspace(open_place(data), workspace, change)
    say(changed, f"Changed the password of {changed['email']}.", as_json=as_json)
