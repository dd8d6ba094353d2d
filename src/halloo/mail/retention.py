"""How long what was said on a widget is kept, as its configuration has it."""

from halloo.conversations import actions as conversations
from halloo.db.tx import Tx
from halloo.kit.clock import DAY
from halloo.mail.actions import forget_mails_about
from halloo.widgets import actions as widgets
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import system_actor


def sweep_retention(tx: Tx, limit: int) -> bool:
    """Erase conversations, and take back files, that are older than their widget keeps them, at most so many of each.

    Whether there may be more. A conversation is as old as the last thing that happened in it, a file as it is itself.
    """
    more = False
    for widget_id, kept in widgets.list_retention(tx).items():
        ended: list[str] = []
        files = 0
        if kept.conversations_days is not None:
            ended = conversations.erase_quiet(tx, widget_id, tx.now - kept.conversations_days * DAY, limit)
            for conversation_id in ended:
                forget_mails_about(tx, conversation_id)
        if kept.files_days is not None:
            files = conversations.expire_files(tx, widget_id, tx.now - kept.files_days * DAY, limit)
        if ended or files:
            who = system_actor(tx.workspace_id)
            audit(tx, who, "retention.applied", widget_id, conversations=len(ended), files=files)
        more = more or len(ended) == limit or files == limit
    return more
