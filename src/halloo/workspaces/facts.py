"""Facts of operators and credentials: own additions to the catalogue, for the inbox and for the relay, which cuts."""

from typing import Literal

from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.kit.json import dump
from halloo.workspaces.model import Availability, Operator

Reason = Literal["deactivated", "role_changed", "signed_out", "password_changed"]


def operator_updated(
    tx: Tx, operator_id: str, availability: Availability | None = None, face: Operator | None = None
) -> None:
    """`operator:updated`: an operator came, changed or left.

    `availability` where they said whether they answer; `face`: the operator where name or picture changed.
    """
    data: dict[str, str | None] = {"website_id": tx.workspace_id, "user_id": operator_id}
    if availability is not None:
        data["availability"] = availability
    if face is not None:
        data |= {"nickname": face.name, "avatar": face.avatar}
    record(tx, "operator:updated", dump(data))


def operator_revoked(
    tx: Tx, operator_id: str, reason: Reason, session_id: str | None = None, kept: str | None = None
) -> None:
    """`operator:revoked`: live connections of this operator end.

    Only those of the session `session_id` where it is set; not those of the session `kept`.
    """
    data = {
        "website_id": tx.workspace_id,
        "user_id": operator_id,
        "session_id": session_id,
        "kept": kept,
        "reason": reason,
    }
    record(tx, "operator:revoked", dump(data))


def token_revoked(tx: Tx, token_id: str) -> None:
    """`token:revoked`: live connections of this token end."""
    record(tx, "token:revoked", dump({"website_id": tx.workspace_id, "token_id": token_id}))
