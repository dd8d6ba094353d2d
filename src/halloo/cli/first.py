"""The first set-up of a data folder: workspace, owner, widget, token."""

from dataclasses import dataclass
from typing import Any

from halloo.cli.place import Place, with_database
from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.db.tx import Tx
from halloo.kit.ids import new_id
from halloo.kit.passwords import hash_password
from halloo.kit.refusals import Conflict
from halloo.widgets.actions import create_widget
from halloo.widgets.model import WidgetChange
from halloo.widgets.settings import resolve_hosts
from halloo.workspaces.actions.operators import OperatorDraft, create_operator
from halloo.workspaces.actions.tokens import TokenDraft, create_token
from halloo.workspaces.actions.workspaces import create_workspace
from halloo.workspaces.model import SCOPES, system_actor


@dataclass(frozen=True, slots=True)
class First:
    """What the first workspace is made of."""

    workspace: str
    email: str
    name: str
    password: str


def set_up(place: Place, first: First) -> dict[str, Any]:
    """Make it; ids, the token and the addresses. Raises `Conflict` where there is a workspace already."""
    hashed = hash_password(first.password)

    async def run(database: Database) -> dict[str, Any]:
        if await database.read(DIRECTORY, directory.list_keys, "workspace"):
            raise Conflict("This database has a workspace already.", code="already_initialised")
        return await database.write(new_id(), _make, first, hashed)

    made: dict[str, Any] = with_database(place, run)
    hosts = resolve_hosts(place.config.hosts, place.public_url())
    addresses = {
        "inbox_url": f"{hosts.public}/inbox",
        "embed_url": f"{hosts.client}/public/embed/{made['widget_id']}",
    }
    return {**made, **addresses}


def _make(tx: Tx, first: First, hashed: str) -> dict[str, Any]:
    who = system_actor(tx.workspace_id)
    create_workspace(tx, who, first.workspace)
    owner = create_operator(tx, who, OperatorDraft(first.email, first.name, "owner", hashed))
    widget = create_widget(tx, who, WidgetChange(published=True))
    token, _ = create_token(tx, who, TokenDraft("First token", sorted(SCOPES), operator_id=owner.id))
    return {"workspace_id": tx.workspace_id, "widget_id": widget.id, "operator_id": owner.id, "token": token}
