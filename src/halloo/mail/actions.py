"""What happens to mail: it is planned, asked for, claimed by a server, sent or given up."""

from dataclasses import dataclass
from typing import Any

from halloo.contacts import actions as contacts
from halloo.contacts.erasure import Erased, Erasure
from halloo.conversations import actions as conversations
from halloo.db import directory
from halloo.db.tx import Tx
from halloo.events.log import lock
from halloo.kit.ids import new_id
from halloo.kit.sealing import Sealer
from halloo.mail import store
from halloo.mail.letters import Terms, compose
from halloo.mail.model import BACKOFF, LEASE, Due, Kind, Later, Letter, Mail, Outbox, id_of, notice_id, reason
from halloo.mail.notices import is_told
from halloo.mail.settings import MailSettings
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.actions.invitations import invite
from halloo.workspaces.actions.operators import find_operators, list_active_operators
from halloo.workspaces.actions.workspaces import read_workspace
from halloo.workspaces.model import Actor, Invitation, Role, system_actor
from halloo.workspaces.settings import WorkspacesSettings

_LISTED = 200
_UNFINISHED = "It was begun and never finished."


def _plan(
    tx: Tx,
    kind: Kind,
    recipient: str,
    due_at: int,
    content: dict[str, Any],
    conversation_id: str | None = None,
    visitor_id: str | None = None,
    mail_id: str | None = None,
) -> None:
    mail = Mail(
        workspace_id=tx.workspace_id,
        id=mail_id or new_id(),
        kind=kind,
        conversation_id=conversation_id,
        visitor_id=visitor_id,
        recipient=recipient,
        content=content,
        state="waiting",
        attempts=0,
        due_at=due_at,
        error=None,
        created_at=tx.now,
    )
    store.insert_mail(tx, mail)


def plan_answer(tx: Tx, conversation_id: str, settings: MailSettings) -> int | None:
    """See to it that unread answers are mailed, if they stay unread; when that is looked at, None where it is not.

    One mail waits for each conversation, however many answers come. Once one was sent, the next waits longer, until the
    visitor comes back.
    """
    unheard = conversations.find_unheard(tx, conversation_id, lock=True)
    if unheard is None or not unheard.answers:
        return None
    conversation = unheard.conversation
    waiting = store.find_of_conversation(tx, tx.workspace_id, conversation_id, "waiting")
    if waiting is not None:
        return waiting.due_at
    sending = store.find_of_conversation(tx, tx.workspace_id, conversation_id, "sending")
    if sending is not None and sending.due_at - LEASE >= unheard.answers[-1].timestamp:
        return None  # it was put together after the last of them
    visitor = contacts.find_visitor(tx, conversation.visitor_id)
    if visitor is None or visitor.blocked or not visitor.email:
        return None
    due_at = tx.now + settings.delay_ms
    if conversation.notified_seq > conversation.visitor_read_seq:
        sent = store.find_of_conversation(tx, tx.workspace_id, conversation_id, "sent")
        due_at = max(due_at, 0 if sent is None else sent.due_at + settings.again_ms)
    _plan(tx, "answer", visitor.email, due_at, {}, conversation_id, visitor.id)
    return due_at


def plan_notice(tx: Tx, seq: int) -> None:
    """Tell everybody who may do something about it of a fact, each in a mail of their own; planned twice, it is told once."""
    lock(tx)
    for operator in list_active_operators(tx, tx.workspace_id):
        mail_id = notice_id(seq, operator.id)
        if is_told(operator) and store.find_mail(tx, tx.workspace_id, mail_id) is None:
            _plan(tx, "hook", operator.email, tx.now, {"seq": seq, "operator_id": operator.id}, mail_id=mail_id)


def ask_link(tx: Tx, widget_id: str, email: str) -> None:
    """Somebody asks for a link by mail. Whether anybody wrote from that address is found out later, out of their sight."""
    _plan(tx, "link", email, tx.now, {"widget_id": widget_id})


@dataclass(frozen=True, slots=True)
class Invite:
    """Whom to invite; `address` is what the link's secret is put behind."""

    email: str
    role: Role
    address: str


@dataclass(frozen=True, slots=True)
class Post:
    """What mail needs of the server: its settings, what seals secrets that lie in the outbox, where widgets stand alone, and the inbox."""

    settings: MailSettings
    sealer: Sealer
    frames: str
    inbox: str


def invite_colleague(
    tx: Tx, who: Actor, wanted: Invite, settings: WorkspacesSettings, post: Post
) -> tuple[str, Invitation]:
    """Invite somebody, by mail too where there is mail: the link, which is in this answer only, and the invitation."""
    secret, made = invite(tx, who, wanted.email, wanted.role, settings)
    url = wanted.address + secret
    if post.settings.on:
        inviter = find_operators(tx, tx.workspace_id, {made.invited_by or ""}).get(made.invited_by or "")
        team = read_workspace(tx, who).name
        content = {
            "id": made.id,
            "sealed": post.sealer.seal(url),
            "name": team if inviter is None else inviter.name,
            "team": team,
            "locale": None if inviter is None else inviter.locale,
            "expires_at": made.expires_at,
        }
        _plan(tx, "invitation", made.email, tx.now, content)
    return url, made


def awaited_visitor(tx: Tx, mail_id: str) -> str | None:
    """The visitor for whose leaving a mail waits; None where it waits for nobody."""
    mail = store.find_mail(tx, tx.workspace_id, mail_id)
    if mail is None or mail.kind != "answer":
        return None
    unheard = conversations.find_unheard(tx, mail.conversation_id or "")
    return None if unheard is None else unheard.conversation.visitor_id


def claim(tx: Tx, key: str, terms: Terms) -> Letter | None:
    """Take a mail that is due, for as long as one attempt may last, and say what it holds; None where none is to be sent.

    Of two servers one gets it: the other finds it due at another time.
    """
    mail = store.find_mail(tx, tx.workspace_id, id_of(key), lock=True)
    if mail is None or mail.key != key:
        directory.leave(tx, store.DUE, key)
        return None
    if mail.attempts > len(BACKOFF):  # each attempt ended with its server
        store.move_mail(tx, mail, state="failed", due_at=tx.now, content={}, error=_UNFINISHED)
        unheard = conversations.find_unheard(tx, mail.conversation_id or "")
        if unheard is not None:
            heard = unheard.conversation
            holds = [message.fingerprint for message in unheard.answers]
            conversations.note_undeliverable(tx, heard.id, heard.last_seq, holds, reason=_UNFINISHED, refused=False)
        return None
    made = compose(tx, mail, terms)
    if isinstance(made, Later):
        store.move_mail(tx, mail, due_at=made.due_at)
        return None
    if made is None:
        store.delete_mail(tx, mail)
        return None
    store.move_mail(
        tx, mail, state="sending", attempts=mail.attempts + 1, due_at=tx.now + LEASE, recipient=made.recipient
    )
    return made


def settle_sent(tx: Tx, letter: Letter) -> None:
    """A mail was taken by the SMTP server: it is not sent again."""
    mail = store.find_mail(tx, tx.workspace_id, letter.mail_id, lock=True)
    if mail is not None:
        store.move_mail(tx, mail, state="sent", due_at=tx.now, content={}, error=None)
    if letter.conversation_id is not None:
        conversations.note_mailed(tx, letter.conversation_id, letter.upto, letter.holds)


def settle_failed(tx: Tx, mail_id: str, why: str, letter: Letter | None, *, for_good: bool) -> bool:
    """An attempt failed: try again later, or give up where that helps nobody. Whether it was given up."""
    mail = store.find_mail(tx, tx.workspace_id, mail_id, lock=True)
    if mail is None:
        return False
    attempts = mail.attempts if letter is not None else mail.attempts + 1  # a letter was counted when it was claimed
    if for_good or attempts > len(BACKOFF):
        store.move_mail(tx, mail, state="failed", attempts=attempts, due_at=tx.now, content={}, error=reason(why))
        if letter is not None and letter.conversation_id is not None:
            cid, upto = letter.conversation_id, letter.upto
            conversations.note_undeliverable(tx, cid, upto, letter.holds, reason=reason(why), refused=for_good)
        return True
    due_at = tx.now + BACKOFF[attempts - 1]
    store.move_mail(tx, mail, state="waiting", attempts=attempts, due_at=due_at, error=reason(why))
    return False


def list_outbox(tx: Tx, who: Actor) -> list[Mail]:
    """What waits, was sent or has failed, newest first; for the server's administrator."""
    who.require("audit:read")
    return store.list_newest(tx, who.workspace_id, _LISTED)


def list_mails_of(tx: Tx, who: Actor, contact_id: str) -> list[Mail]:
    """Every mail to a contact that the outbox still knows of, oldest first. Raises `ContactNotFound`."""
    contact = contacts.get_contact(tx, who, contact_id)
    browsers = [one.id for one in contacts.list_browsers(tx, who, contact_id)]
    return store.list_of_person(tx, who.workspace_id, browsers, contact.email)


def delete_contact(tx: Tx, who: Actor, contact_id: str, *, everything: bool = False) -> Erasure:
    """Delete a contact, and what the outbox knows of mail to them; the proof of it. Raises `ContactNotFound`, `MissingScope`.

    `everything`: its browsers too, and every conversation with them.
    """
    who.require("contacts:delete")
    known = list_mails_of(tx, system_actor(who.workspace_id), contact_id)
    erased = Erased()
    ended = conversations.erase_conversations_of(tx, who, contact_id, erased) if everything else []
    about = [mail for one in ended for mail in store.list_about(tx, who.workspace_id, one)]
    contacts.delete_contact(tx, who, contact_id, erased, browsers=everything)
    mails = {mail.id: mail for mail in (*known, *about)}
    for mail in mails.values():
        store.delete_mail(tx, mail)
    erased.count("mail", len(mails))
    erasure = contacts.prove_erasure(tx, who, contact_id, erased)
    audit(tx, who, "contact.deleted", contact_id, erasure=erasure.id, everything=everything)
    return erasure


def delete_conversation(tx: Tx, who: Actor, conversation_id: str) -> None:
    """Erase a conversation, and what the outbox knows of mail about it. Raises `ConversationNotFound`."""
    conversations.delete_conversation(tx, who, conversation_id)
    forget_mails_about(tx, conversation_id)


def forget_mails_about(tx: Tx, conversation_id: str) -> None:
    """Forget every mail about a conversation."""
    for mail in store.list_about(tx, tx.workspace_id, conversation_id):
        store.delete_mail(tx, mail)


def sweep_outbox(tx: Tx, limit: int) -> bool:
    """Forget at most `limit` mails that were sent, or have failed, 30 days ago; whether there may be more."""
    return store.purge(tx, tx.workspace_id, limit) >= limit


def count_due(tx: Tx) -> Due:
    """Mail that waits, of all workspaces; run it in the scope `DIRECTORY`."""
    waiting, oldest = store.count_due(tx)
    return Due(waiting, oldest if oldest is not None and oldest < tx.now else None)


def count_outbox(tx: Tx, who: Actor, since: int) -> Outbox:
    """What waits in the workspace's outbox, and what has failed since then."""
    who.require("status:read")
    counts = store.count_states(tx, who.workspace_id, since)
    return Outbox(counts.get("waiting", 0) + counts.get("sending", 0), counts.get("failed", 0))
