"""`halloo token …`."""

from typing import Annotated, Any

import typer

from halloo.cli.options import DEFAULT_DATA, Data, Json, Workspace
from halloo.cli.place import in_workspace, open_place
from halloo.cli.say import say, table
from halloo.db.tx import Tx
from halloo.kit.clock import optional_rfc3339, rfc3339
from halloo.workspaces.actions.tokens import TokenDraft, create_token, list_tokens, revoke_token
from halloo.workspaces.model import SCOPES, ApiToken, system_actor

app = typer.Typer(help="API tokens: what programs call the management API with.", no_args_is_help=True)


def _view(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "hint": token.hint,
        "scopes": token.scopes,
        "created_at": rfc3339(token.created_at),
        "expires_at": optional_rfc3339(token.expires_at),
    }


@app.command("list")
def list_(data: Data = DEFAULT_DATA, workspace: Workspace = None, as_json: Json = False) -> None:
    """List the tokens, without their secrets."""

    def look(tx: Tx, workspace_id: str) -> list[dict[str, Any]]:
        return [_view(one) for one in list_tokens(tx, system_actor(workspace_id))]

    rows = in_workspace(open_place(data), workspace, look)
    say(rows, table(rows), as_json=as_json)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[str] | None, typer.Option(help="A scope; repeat for several. None: every scope.")] = None,
    data: Data = DEFAULT_DATA,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """Make a token; its secret is shown this once."""

    def make(tx: Tx, workspace_id: str) -> dict[str, Any]:
        secret, token = create_token(tx, system_actor(workspace_id), TokenDraft(name, scope or sorted(SCOPES)))
        return {**_view(token), "token": secret}

    made = in_workspace(open_place(data), workspace, make)
    say(made, f"Made token “{made['name']}” ({made['id']}). It is shown this once:\n{made['token']}", as_json=as_json)


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="The token's id.")],
    data: Data = DEFAULT_DATA,
    workspace: Workspace = None,
    as_json: Json = False,
) -> None:
    """End a token at once."""

    def end(tx: Tx, workspace_id: str) -> dict[str, Any]:
        revoke_token(tx, system_actor(workspace_id), token_id)
        return {"id": token_id}

    say(in_workspace(open_place(data), workspace, end), f"Revoked {token_id}.", as_json=as_json)
