"""Making and reading a workspace."""

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.kit.refusals import NotFound
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor, Workspace, check_name
from halloo.workspaces.store import operators as store


def create_workspace(tx: Tx, who: Actor, name: str) -> Workspace:
    """Make the workspace whose scope the transaction has; only the server's administrator can."""
    workspace = Workspace(tx.workspace_id, check_name(name), tx.now)
    store.insert_workspace(tx, workspace)
    directory.enter(tx, "workspace", workspace.workspace_id)
    audit(tx, who, "workspace.created", workspace.workspace_id, name=workspace.name)
    return workspace


def read_workspace(tx: Tx, who: Actor) -> Workspace:
    """The workspace of the caller."""
    workspace = store.find_workspace(tx, who.workspace_id)
    if workspace is None:
        raise NotFound(code="workspace_not_found")
    return workspace
