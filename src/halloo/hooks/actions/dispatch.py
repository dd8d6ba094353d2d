"""What a dispatcher asks and gives back beside planning, claiming and settling."""

from collections.abc import Sequence

from msgspec import Struct

from halloo.db.tx import Tx
from halloo.events import cursor, log
from halloo.hooks.actions.claim import look
from halloo.hooks.model import READER, Claimed, Look
from halloo.hooks.store import leases


class Glance(Struct, frozen=True, gc=False):
    """How a workspace stands: its enabled hooks, facts that nobody has planned, and what its breakers are stored as."""

    hooks: list[Look]
    behind: int
    breakers: dict[str, tuple[int, int | None]]
    due: int


def glance(tx: Tx, now: int) -> Glance:
    """What there is to do, on one snapshot. `due` is counted up to a thousand for each hook."""
    at = cursor.find(tx, READER)
    behind = 0 if at is None else max(0, log.position(tx, f"w:{tx.workspace_id}").offset - at)
    looks = look(tx, now)
    due = sum(
        leases.count_due(tx, one.hook_id, now)
        for one in looks
        if one.next_due_at is not None and one.next_due_at <= now
    )
    return Glance(looks, behind, leases.list_breakers(tx), due)


def give_back(tx: Tx, lease: str, deliveries: Sequence[Claimed], now: int) -> None:
    """End the leases of what was not attempted: it is due again at once, for whoever comes."""
    leases.give_back(tx, lease, deliveries, now)
