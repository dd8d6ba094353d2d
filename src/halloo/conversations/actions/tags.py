"""Tags: the words that conversations are sorted by."""

from halloo.conversations import facts, list_store
from halloo.conversations.errors import MessageRefused
from halloo.conversations.model import TAG_COLORS, Tag, check_tag
from halloo.db.tx import Tx
from halloo.kit.ids import new_id
from halloo.workspaces.model import Actor


def list_tags(tx: Tx, who: Actor) -> list[Tag]:
    """All of them, by name."""
    who.require("conversations:read", "conversations:write")
    return list_store.list_tags(tx, who.workspace_id)


def create_tag(tx: Tx, who: Actor, name: str, color: str) -> Tag:
    """Make a tag known. Raises `MessageRefused`, `NameTaken`."""
    who.require("conversations:write")
    tag = Tag(new_id(), check_tag(name), _checked(color), tx.now)
    list_store.insert_tag(tx, who.workspace_id, tag)
    facts.tags_updated(tx)
    return tag


def update_tag(tx: Tx, who: Actor, tag_id: str, name: str | None, color: str | None) -> Tag:
    """Rename or recolour; a new name is written on every conversation that has the old one."""
    who.require("conversations:write")
    before = list_store.get_tag(tx, who.workspace_id, tag_id)
    after = Tag(
        tag_id,
        before.name if name is None else check_tag(name),
        before.color if color is None else _checked(color),
        before.created_at,
    )
    list_store.update_tag(tx, who.workspace_id, after)
    if after.name != before.name:
        for conversation in list_store.list_tagged(tx, who.workspace_id, before.name):
            renamed = list(dict.fromkeys(after.name if tag == before.name else tag for tag in conversation.tags))
            facts.segments_set(tx, list_store.save_tags(tx, conversation, renamed))
    facts.tags_updated(tx)
    return after


def delete_tag(tx: Tx, who: Actor, tag_id: str) -> None:
    """Delete a tag and take it off every conversation. Raises `TagNotFound`."""
    who.require("conversations:write")
    tag = list_store.get_tag(tx, who.workspace_id, tag_id)
    list_store.delete_tag(tx, who.workspace_id, tag_id)
    for conversation in list_store.list_tagged(tx, who.workspace_id, tag.name):
        left = [name for name in conversation.tags if name != tag.name]
        facts.segments_set(tx, list_store.save_tags(tx, conversation, left))
    facts.tags_updated(tx)


def _checked(color: str) -> str:
    if color not in TAG_COLORS:
        raise MessageRefused(f"color: one of {', '.join(TAG_COLORS)}.", field="color")
    return color
