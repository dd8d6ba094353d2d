"""Blocks of visitors, told under their conversations too."""

from halloo.contacts import actions as contacts
from halloo.contacts import facts as contact_facts
from halloo.contacts.actions import Changed
from halloo.contacts.blocking import BlockDraft
from halloo.conversations import store
from halloo.db.tx import Tx
from halloo.files import actions as files
from halloo.workspaces.model import Actor


def create_block(tx: Tx, who: Actor, draft: BlockDraft) -> Changed:
    """Keep somebody away. See `contacts.actions.create_block`."""
    changed = contacts.create_block(tx, who, draft)
    for visitor_id in changed.visitors:
        files.end_uploads(tx, visitor_id)
    _tell(tx, changed, blocked=True)
    return changed


def remove_block(tx: Tx, who: Actor, block_id: str) -> Changed:
    """Let somebody in again. See `contacts.actions.remove_block`."""
    changed = contacts.remove_block(tx, who, block_id)
    _tell(tx, changed, blocked=False)
    return changed


def sweep_blocks(tx: Tx, limit: int) -> bool:
    """Lift at most so many blocks whose time is over; whether there may be more."""
    lifted = contacts.lift_expired(tx, limit)
    for changed in lifted:
        _tell(tx, changed, blocked=False)
    return len(lifted) == limit


def _tell(tx: Tx, changed: Changed, *, blocked: bool) -> None:
    for visitor_id in changed.visitors:
        conversation_id = store.find_newest_of_visitor(tx, tx.workspace_id, visitor_id)
        if conversation_id is not None:
            contact_facts.block_set(tx, conversation_id, blocked=blocked)
