"""What can be done with workspaces, operators and their credentials, a file a noun."""

from halloo.workspaces.actions.me import read_me, set_availability, set_password, update_me
from halloo.workspaces.actions.operators import (
    create_operator,
    find_operators,
    is_operator,
    list_active_operators,
    list_operators,
    read_operator,
    remove_operator,
    update_operator,
)
from halloo.workspaces.actions.tokens import create_token, list_tokens, revoke_token
from halloo.workspaces.actions.workspaces import create_workspace, read_workspace

__all__ = [
    "create_operator",
    "create_token",
    "create_workspace",
    "find_operators",
    "is_operator",
    "list_active_operators",
    "list_operators",
    "list_tokens",
    "read_me",
    "read_operator",
    "read_workspace",
    "remove_operator",
    "revoke_token",
    "set_availability",
    "set_password",
    "update_me",
    "update_operator",
]
