"""Addresses that stand in messages: only those are fetched for a preview."""

import re

from halloo.conversations import message_store
from halloo.conversations.actions.scope import reach
from halloo.conversations.errors import LinkNotThere
from halloo.db.tx import Tx
from halloo.workspaces.model import Actor

_URL_MAX = 2048
_LINK = re.compile(r"https?://[^\s<>\"\\]{1,2040}", re.IGNORECASE)
_AFTER = ".,:;!?'*_~`"
_PAIRS = {")": "(", "]": "["}


def check_link(tx: Tx, who: Actor, conversation_id: str, url: str) -> None:
    """Raise `LinkNotThere` where no message of the conversation that the caller may read links to an address."""
    reach(tx, who, conversation_id, "conversations:read")
    if not 1 <= len(url) <= _URL_MAX or _LINK.fullmatch(url) is None:
        raise LinkNotThere
    said = message_store.list_saying(tx, who.workspace_id, conversation_id, url, notes=who.kind != "visitor")
    if not any(url in links_of(text) for text in said):
        raise LinkNotThere


def links_of(text: str) -> set[str]:
    """The addresses that a text holds, each as it stands there and without the marks that end a sentence."""
    found: set[str] = set()
    for match in _LINK.finditer(text):
        link = match[0]
        found.add(link)
        while link and (link[-1] in _AFTER or (link[-1] in _PAIRS and _unpaired(link))):
            link = link[:-1]
            found.add(link)
        if "](" in link:  # as Markdown has it: [text](address)
            found |= links_of(link.partition("](")[2])
    return found


def _unpaired(link: str) -> bool:
    return link.count(link[-1]) > link.count(_PAIRS[link[-1]])
