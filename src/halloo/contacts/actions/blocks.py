"""Keeping away who is a nuisance: visitors with all their browsers, and addresses."""

from typing import NamedTuple

from halloo.contacts import block_store, facts, store
from halloo.contacts.blocking import BLOCKS_MAX, Block, BlockDraft, Kind, check_network, check_reason
from halloo.contacts.errors import BlockNotFound, TooManyBlocks
from halloo.db.tx import Tx
from halloo.kit.ids import new_id
from halloo.kit.refusals import NotFound, field_invalid
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor, system_actor

_WRITE = {"visitor": "contacts:write", "network": "web_widgets:manage"}
"""An address may be that of many: who answers for the widgets decides about it."""


class Changed(NamedTuple):
    """A block that was made or lifted, and the visitors for whom that is news. `made`: it was not there before."""

    block: Block
    visitors: list[str]
    made: bool = False


def create_block(tx: Tx, who: Actor, draft: BlockDraft) -> Changed:
    """Keep somebody away from now on, and cut their connections. A block that is there already stays as it is.

    Raises `MissingScope`, `field_invalid`, `TooManyBlocks`, and `NotFound` for a person who is not known.
    """
    who.require(_WRITE[draft.kind])
    if draft.expires_at is not None and draft.expires_at <= tx.now:
        raise field_invalid("expires_at", "choose a time to come.")
    reason = check_reason(draft.reason)
    value = check_network(draft.value) if draft.kind == "network" else _person(tx, draft.value)
    known = block_store.find_block_of(tx, tx.workspace_id, draft.kind, value)
    if known is not None:
        return Changed(known, [])
    if block_store.count_blocks(tx, tx.workspace_id) >= BLOCKS_MAX:
        raise TooManyBlocks
    by = who.operator_id or who.id
    block = Block(tx.workspace_id, new_id(), draft.kind, value, reason, by, tx.now, draft.expires_at)
    block_store.insert_block(tx, block)
    visitors = block_store.set_blocked(tx, tx.workspace_id, value, blocked=True) if draft.kind == "visitor" else []
    facts.block_updated(tx, block, visitors, blocked=True)
    audit(tx, who, "block.created", value, kind=draft.kind, reason=reason)
    return Changed(block, visitors, made=True)


def _person(tx: Tx, value: str) -> str:
    """The id that a block of this contact or visitor is kept under: the contact's, where there is one."""
    if store.find_contact(tx, tx.workspace_id, value) is not None:
        return value
    visitor = store.find_visitor(tx, tx.workspace_id, value)
    if visitor is None:
        raise NotFound("No visitor and no contact is known by that id.", code="visitor_not_found")
    return visitor.contact_id or visitor.id


def list_blocks(tx: Tx, who: Actor, kind: Kind | None, before: str | None, limit: int) -> list[Block]:
    """Blocks, the newest first, behind the id of `before`."""
    who.require("contacts:read")
    return block_store.list_blocks(tx, tx.workspace_id, kind, before, limit)


def remove_block(tx: Tx, who: Actor, block_id: str) -> Changed:
    """Let somebody in again. Raises `MissingScope`, `BlockNotFound`."""
    who.require(*_WRITE.values())
    block = block_store.find_block(tx, tx.workspace_id, block_id)
    if block is None:
        raise BlockNotFound
    who.require(_WRITE[block.kind])
    return _lift(tx, who, block)


def _lift(tx: Tx, who: Actor, block: Block) -> Changed:
    block_store.delete_block(tx, tx.workspace_id, block.id)
    person = block.kind == "visitor"
    visitors = block_store.set_blocked(tx, tx.workspace_id, block.value, blocked=False) if person else []
    facts.block_updated(tx, block, visitors, blocked=False)
    audit(tx, who, "block.removed", block.value, kind=block.kind)
    return Changed(block, visitors)


def lift_expired(tx: Tx, limit: int) -> list[Changed]:
    """Lift at most so many blocks whose time is over."""
    who = system_actor(tx.workspace_id)
    return [_lift(tx, who, block) for block in block_store.list_expired(tx, tx.workspace_id, limit)]


def list_networks(tx: Tx) -> list[str]:
    """Query: the networks that are kept away now."""
    return block_store.list_networks(tx, tx.workspace_id)


class Blocked(NamedTuple):
    """Whom a block of a person concerns."""

    name: str | None
    contact_id: str | None


def name_blocked(tx: Tx, values: list[str]) -> dict[str, Blocked]:
    """Query: who is behind blocks of persons, by what the blocks are kept under. Who is gone is left out."""
    people = store.list_contacts_by_id(tx, tx.workspace_id, set(values))
    visitors = store.list_visitors(tx, tx.workspace_id, set(values) - set(people))
    return {
        **{one.id: Blocked(one.name or one.email, one.id) for one in people.values()},
        **{one.id: Blocked(one.name, one.contact_id) for one in visitors.values()},
    }
