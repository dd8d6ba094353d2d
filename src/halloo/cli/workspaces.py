"""`halloo workspace …`."""

from typing import Annotated, Any

import typer

from halloo.cli.options import DEFAULT_DATA, Data, Json
from halloo.cli.place import open_place, require_schema, with_database
from halloo.cli.say import say, table
from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.db.tx import Tx
from halloo.kit.clock import rfc3339
from halloo.kit.ids import new_id
from halloo.workspaces.actions.workspaces import create_workspace, read_workspace
from halloo.workspaces.model import Workspace, system_actor

app = typer.Typer(help="Workspaces: the tenants of this server.", no_args_is_help=True)


def _view(workspace: Workspace) -> dict[str, Any]:
    return {"id": workspace.workspace_id, "name": workspace.name, "created_at": rfc3339(workspace.created_at)}


@app.command("list")
def list_(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """List the workspaces."""
    place = open_place(data)
    require_schema(place)

    async def run(database: Database) -> list[dict[str, Any]]:
        ids = await database.read(DIRECTORY, directory.list_keys, "workspace")
        return [_view(await database.read(one, read_workspace, system_actor(one))) for one in ids]

    rows: list[dict[str, Any]] = with_database(place, run)
    say(rows, table(rows), as_json=as_json)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Its name.")],
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Make a workspace."""
    place = open_place(data)
    require_schema(place)

    def make(tx: Tx) -> dict[str, Any]:
        return _view(create_workspace(tx, system_actor(tx.workspace_id), name))

    async def run(database: Database) -> dict[str, Any]:
        return await database.write(new_id(), make)

    made: dict[str, Any] = with_database(place, run)
    say(made, f"Made workspace {made['id']}.", as_json=as_json)
