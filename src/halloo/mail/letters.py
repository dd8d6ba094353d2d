"""What a mail says, put together when it is sent: so that it holds what is true then, and lies nowhere until then."""

from collections.abc import Callable
from dataclasses import dataclass

from halloo.contacts import actions as contacts
from halloo.contacts.actions import links
from halloo.contacts.model import Visitor
from halloo.conversations import actions as conversations
from halloo.conversations.model import Message
from halloo.db.tx import Tx
from halloo.kit.clock import rfc3339
from halloo.kit.text import clean
from halloo.mail.model import ANSWER_LIFE, ASKED_LIFE, PATIENCE, Later, Letter, Mail, Quote
from halloo.mail.notices import notice
from halloo.mail.pages import continue_page
from halloo.mail.settings import MailSettings
from halloo.mail.texts import language_of, say
from halloo.widgets.actions import read_widget
from halloo.widgets.config import complete_config
from halloo.widgets.errors import WidgetNotFound
from halloo.widgets.model import Widget
from halloo.workspaces.actions.invitations import list_invitations
from halloo.workspaces.actions.workspaces import read_workspace
from halloo.workspaces.model import system_actor

_TEXT_MAX = 2_000
_DAY = 10


@dataclass(frozen=True, slots=True)
class Terms:
    """What letters are made under. `online`: whether the visitor has a connection now; `open`: reads what was sealed.

    `frames`: where widgets stand alone, up to their id; `inbox`: where operators are, with a slash at its end.
    """

    settings: MailSettings
    frames: str
    online: bool
    open: Callable[[str], str | None]
    inbox: str = ""


def compose(tx: Tx, mail: Mail, terms: Terms) -> Letter | Later | None:
    """The letter as it is due now; `Later` where its time has not come, None where it is not wanted any more."""
    if mail.kind == "answer":
        return _answer(tx, mail, terms)
    if mail.kind == "link":
        return _link(tx, mail, terms)
    if mail.kind == "hook":
        return notice(tx, mail, terms.inbox)
    return _invitation(tx, mail, terms)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a letter leads: the widget, the team behind it, the reader's language."""

    widget: Widget
    team: str
    language: str
    identity: str


def _place(tx: Tx, visitor: Visitor) -> _Place | None:
    """None where the widget is gone or not published: there is nothing to lead to."""
    who = system_actor(tx.workspace_id)
    try:
        widget = read_widget(tx, who, visitor.widget_id)
    except WidgetNotFound:
        return None
    if not widget.published:
        return None
    v1 = complete_config(widget.config)["v1"]
    fixed = None if v1["locale"] == "auto" else v1["locale"]
    team = v1["chat"]["title"] or read_workspace(tx, who).name
    return _Place(widget, _line(team), language_of(fixed, visitor.locale), v1["security"]["identity"])


def _url(tx: Tx, place: _Place, visitor: Visitor, terms: Terms, life_ms: int) -> tuple[str | None, bool]:
    """The page to continue on, and whether its link does so by itself or the visitor has to sign in there."""
    page = continue_page(visitor, place.widget.domains, terms.frames + place.widget.id)
    identity = "required" if place.identity == "required" else "optional"
    if page is None or not links.may_continue(tx, visitor, identity):
        return page, False
    return f"{page}#halloo-continue={links.make_code(tx, visitor, life_ms)}", True


def _answer(tx: Tx, mail: Mail, terms: Terms) -> Letter | Later | None:
    unheard = conversations.find_unheard(tx, mail.conversation_id or "", lock=True)
    if unheard is None or not unheard.answers:
        return None
    conversation, answers = unheard.conversation, unheard.answers
    visitor = contacts.find_visitor(tx, conversation.visitor_id)
    if visitor is None or visitor.blocked or not visitor.email:
        return None
    if terms.online:
        again = tx.now + max(1, terms.settings.delay_ms)
        return Later(again) if again - mail.created_at < PATIENCE else None
    place = _place(tx, visitor)
    if place is None:
        return None
    url, at_once = _url(tx, place, visitor, terms, ANSWER_LIFE)
    lang, team = place.language, place.team
    hints = [] if url is None else [say(lang, "answer.once" if at_once else "link.sign_in")]
    return Letter(
        mail_id=mail.id,
        recipient=visitor.email,
        language=lang,
        subject=say(lang, "answer.subject", name=_line(answers[-1].author_name), team=team),
        lead=say(lang, "answer.lead", team=team),
        quotes=tuple(_quote(message, lang) for message in answers),
        button=None if url is None else say(lang, "answer.button"),
        url=url,
        notes=(*hints, say(lang, "answer.why", team=team), *_no_reply(lang, terms)),
        conversation_id=conversation.id,
        upto=conversation.last_seq,
        holds=tuple(message.fingerprint for message in answers),
    )


def _quote(message: Message, language: str) -> Quote:
    text = clean(message.text).strip()
    if not text:
        text = say(language, "answer.other")
    elif len(text) > _TEXT_MAX:
        text = text[: _TEXT_MAX - 1].rstrip() + "…"
    return Quote(_line(message.author_name), text)


def _link(tx: Tx, mail: Mail, terms: Terms) -> Letter | None:
    """Of several visitors with the address, one whose address is signed, else the one who talked last."""
    found = links.list_of_email(tx, mail.content["widget_id"], mail.recipient)
    talked = [(conversations.latest_activity(tx, one.id), one) for one in found]
    known = [(("email" in one.signed, at), one) for at, one in talked if at is not None]
    if not known:
        return None
    visitor = max(known, key=lambda pair: pair[0])[1]
    place = _place(tx, visitor)
    if place is None:
        return None
    url, at_once = _url(tx, place, visitor, terms, ASKED_LIFE)
    if url is None:
        return None
    lang, team = place.language, place.team
    return Letter(
        mail_id=mail.id,
        recipient=mail.recipient,
        language=lang,
        subject=say(lang, "link.subject", team=team),
        lead=say(lang, "link.lead", team=team),
        button=say(lang, "link.button"),
        url=url,
        notes=(say(lang, "link.once" if at_once else "link.sign_in"), say(lang, "link.why"), *_no_reply(lang, terms)),
    )


def _invitation(tx: Tx, mail: Mail, terms: Terms) -> Letter | None:
    """None where it was used or withdrawn meanwhile, or the server has another secret now."""
    said = mail.content
    url = terms.open(said["sealed"])
    still = {one.id for one in list_invitations(tx, system_actor(tx.workspace_id))}
    if url is None or said["id"] not in still:
        return None
    lang, name, team = language_of(said["locale"]), _line(said["name"]), _line(said["team"])
    date = rfc3339(said["expires_at"])[:_DAY]
    return Letter(
        mail_id=mail.id,
        recipient=mail.recipient,
        language=lang,
        subject=say(lang, "invitation.subject", name=name, team=team),
        lead=say(lang, "invitation.lead", name=name, team=team),
        button=say(lang, "invitation.button"),
        url=url,
        notes=(say(lang, "invitation.once", date=date), say(lang, "invitation.why", name=name)),
    )


def _no_reply(language: str, terms: Terms) -> list[str]:
    return [] if terms.settings.reply_to else [say(language, "no_reply")]


def _line(text: str) -> str:
    return " ".join(clean(text).split())
