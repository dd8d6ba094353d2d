"""A letter as the bytes that travel: text and a small HTML part; no picture, no counting, nothing loaded. Pure."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from html import escape

import idna

from halloo.kit.text import clean, excerpt, is_email
from halloo.mail.model import Letter
from halloo.mail.settings import MailSettings
from halloo.mail.texts import RIGHT_TO_LEFT

_SUBJECT_MAX = 150
_ASCII = SMTP.clone(cte_type="7bit")
_UTF8 = SMTPUTF8.clone(cte_type="8bit")
_BUTTON = (
    "display:inline-block;padding:12px 20px;border-radius:8px;background:#111827;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)
_QUOTE = "margin:0 0 16px;padding:12px 16px;border-radius:8px;background:#f3f4f6;color:#111827"
_BODY = (
    "margin:0;padding:24px;background:#ffffff;color:#111827;font:16px/1.5 system-ui,-apple-system,Segoe UI,sans-serif"
)


class BadAddress(ValueError):
    """An address that no mail can go to."""


def envelope_address(text: str) -> str:
    """An address as it goes over the wire: its domain in ASCII. Raises `BadAddress`."""
    if not is_email(text):
        raise BadAddress(f"{excerpt(clean(text), 80)!r} is no e-mail address.")
    local, _, domain = text.rpartition("@")
    if domain.isascii():
        return text
    try:
        return f"{local}@{idna.encode(domain, uts46=True, transitional=False).decode()}"
    except UnicodeError:
        raise BadAddress(f"{excerpt(clean(text), 80)!r} has no domain that could be looked up.") from None


def render(letter: Letter, settings: MailSettings, at: int) -> tuple[str, str, bytes]:
    """Sender and recipient of the envelope, and the whole message, sent at `at`. Raises `BadAddress`."""
    name, address = settings.address
    sender, recipient = envelope_address(address), envelope_address(letter.recipient)
    message = EmailMessage(_ASCII if (sender + recipient).isascii() else _UTF8)
    message["From"] = _named(name, sender)
    message["To"] = _named("", recipient)
    message["Reply-To"] = _named("", envelope_address(parseaddr(settings.reply_to)[1]) if settings.reply_to else sender)
    message["Subject"] = excerpt(clean(letter.subject), _SUBJECT_MAX)
    message["Date"] = format_datetime(datetime.fromtimestamp(at / 1000, UTC))
    message["Message-ID"] = f"<{letter.mail_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = letter.language
    message.set_content(_text(letter))
    message.add_alternative(_html(letter), subtype="html")
    return sender, recipient, message.as_bytes()


def _named(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(excerpt(clean(name), 100), local, domain)


def _text(letter: Letter) -> str:
    parts = [letter.lead]
    for quote in letter.quotes:
        lines = "\n".join(f"> {line}".rstrip() for line in quote.text.splitlines())
        parts.append(f"{quote.author}:\n{lines}")
    if letter.url is not None:
        parts.append(f"{letter.button}:\n{letter.url}")
    parts.append("-- \n" + "\n".join(letter.notes))
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter) -> str:
    direction = "rtl" if letter.language in RIGHT_TO_LEFT else "ltr"
    parts = [f"<p>{escape(letter.lead)}</p>"]
    for quote in letter.quotes:
        said = "<br>\n".join(escape(line) for line in quote.text.splitlines())
        parts.append(f'<div dir="auto" style="{_QUOTE}"><strong>{escape(quote.author)}</strong><br>\n{said}</div>')
    if letter.url is not None:
        parts.append(f'<p><a href="{escape(letter.url)}" style="{_BUTTON}">{escape(letter.button or "")}</a></p>')
    notes = "<br>\n".join(escape(note) for note in letter.notes)
    parts.append(f'<p style="font-size:13px;color:#4b5563">{notes}</p>')
    return (
        f'<!doctype html>\n<html lang="{escape(letter.language)}" dir="{direction}">\n<head><meta charset="utf-8"></head>\n'
        f'<body style="{_BODY}">\n<div style="max-width:560px">\n' + "\n".join(parts) + "\n</div>\n</body>\n</html>\n"
    )
