"""Mail about what fails for a while: read off the facts, by their names, and told to who may do something about it."""

import msgspec

from halloo.db.tx import Tx
from halloo.events.log import list_payloads
from halloo.kit.clock import rfc3339
from halloo.kit.text import clean
from halloo.mail.model import Letter, Mail
from halloo.mail.texts import language_of, say
from halloo.workspaces.actions.operators import find_operators
from halloo.workspaces.actions.workspaces import read_workspace
from halloo.workspaces.model import Operator, system_actor

WARNED, DISABLED = "hook:warned", "hook:disabled"
BLOCKED = "csp:blocked"
NOTICES = frozenset({WARNED, DISABLED, BLOCKED})
_GONE = "gone"
_DATE, _TIME = slice(10), slice(11, 16)


class _Said(msgspec.Struct):
    """What a notice of a web hook says."""

    hook_id: str
    name: str
    reason: str | None = None
    last_error: str | None = None
    since: int | None = None


class _Kept(msgspec.Struct):
    """What a notice of a page that keeps the chat away says."""

    widget_id: str
    page: str


def is_told(operator: Operator) -> bool:
    """Whether an operator may do something about what fails."""
    return operator.active and not operator.removed and operator.role in ("owner", "admin")


def notice(tx: Tx, mail: Mail, inbox: str) -> Letter | None:
    """What happened, with a link to where it is seen. None where its reader has left or is no administrator any more."""
    seq: int = mail.content["seq"]
    operator = find_operators(tx, tx.workspace_id, {mail.content["operator_id"]}).get(mail.content["operator_id"])
    payload = next(iter(list_payloads(tx, seq - 1, 1)), None)
    if operator is None or not is_told(operator) or payload is None or payload.name not in NOTICES:
        return None
    team = _line(read_workspace(tx, system_actor(tx.workspace_id)).name)
    tell = _of_page if payload.name == BLOCKED else _of_hook
    try:
        return tell(mail, operator, team, payload.name, payload.data, inbox)
    except msgspec.DecodeError:  # what it said is kept no longer
        return None


def _of_page(mail: Mail, operator: Operator, team: str, _fact: str, data: bytes, inbox: str) -> Letter:
    said = msgspec.json.decode(data, type=_Kept)
    lang = language_of(operator.locale)
    names = {"page": _page(said.page), "team": team}
    return Letter(
        mail_id=mail.id,
        recipient=operator.email,
        language=lang,
        subject=say(lang, "csp.subject", **names),
        lead=say(lang, "csp.lead", **names),
        button=say(lang, "csp.button"),
        url=f"{inbox}widgets/{said.widget_id}/csp",
        notes=(say(lang, "csp.next"), say(lang, "hook.why", **names)),
    )


def _page(url: str) -> str:
    """The origin of a page alone: the rest is a stranger's text, and a mail is no place for it."""
    return "/".join(url.split("/", 3)[:3])


def _of_hook(mail: Mail, operator: Operator, team: str, fact: str, data: bytes, inbox: str) -> Letter:
    said = msgspec.json.decode(data, type=_Said)
    lang = language_of(operator.locale)
    names = {"name": _line(said.name), "team": team}
    happened = "hook.warned" if fact == WARNED else "hook.disabled"
    return Letter(
        mail_id=mail.id,
        recipient=operator.email,
        language=lang,
        subject=say(lang, f"{happened}.subject", **names),
        lead=_lead(lang, happened, said, names),
        button=say(lang, "hook.button"),
        url=f"{inbox}settings/hooks/{said.hook_id}",
        notes=(say(lang, f"{happened}.next"), say(lang, "hook.why", **names)),
    )


def _lead(language: str, happened: str, said: _Said, names: dict[str, str]) -> str:
    if happened == "hook.disabled" and said.reason == _GONE:
        return say(language, "hook.gone.lead", **names)
    at = "" if said.since is None else rfc3339(said.since)
    date = f"{at[_DATE]} {at[_TIME]} UTC" if at else "–"
    return say(language, f"{happened}.lead", date=date, error=said.last_error or "–", **names)


def _line(text: str) -> str:
    return " ".join(clean(text).split())
