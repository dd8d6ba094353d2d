"""A letter as bytes: nothing that somebody wrote can become a header, markup or another recipient."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from halloo.kit.refusals import Refusal
from halloo.mail.mime import BadAddress, envelope_address, render
from halloo.mail.model import Letter, Quote
from halloo.mail.settings import MailSettings
from tests.support.postbox import part

SETTINGS = MailSettings(host="smtp.example", sender='"Käse, Brot" <help@acme.example>')
EVIL = "Ada\r\nBcc: eve@evil.example\r\n\r\n<img src=x onerror=alert(1)>\x00"


def letter(**changed: Any) -> Letter:
    usual: dict[str, Any] = {
        "mail_id": "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1",
        "recipient": "ada@visitors.example",
        "language": "en",
        "subject": "Hello",
        "lead": "Hello",
    }
    return Letter(**{**usual, **changed})


def rendered(made: Letter, settings: MailSettings = SETTINGS) -> tuple[str, str, EmailMessage, bytes]:
    sender, recipient, content = render(made, settings, 1_760_000_000_000)
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return sender, recipient, message, content


def test_what_people_write_stays_text() -> None:
    made = letter(
        subject=EVIL, lead=EVIL, quotes=(Quote(EVIL, EVIL),), button=EVIL, url='https://x.example/"><b>', notes=(EVIL,)
    )
    _, _, message, content = rendered(made)
    assert message["Bcc"] is None
    assert message["Subject"] == "Ada Bcc: eve@evil.example <img src=x onerror=alert(1)>"
    assert message.get_all("To") == ["ada@visitors.example"]
    page = part(message, "html")
    assert "<img" not in page
    assert 'example/"><b>' not in page
    assert all(byte < 128 for byte in content)
    assert content.count(b"\r\nTo: ") == 1


def test_a_subject_in_any_script_arrives() -> None:
    for subject in ("Grüße – 답장이 왔습니다", "لديك رد", "💬 こんにちは" * 30):
        _, _, message, _ = rendered(letter(subject=subject))
        assert message["Subject"].startswith(subject[:20])
        assert len(message["Subject"]) <= 150


def test_who_it_is_from() -> None:
    sender, _, message, _ = rendered(letter())
    assert sender == "help@acme.example"
    address = message["From"].addresses[0]
    assert (address.display_name, address.addr_spec) == ("Käse, Brot", "help@acme.example")
    assert message["Reply-To"].addresses[0].addr_spec == "help@acme.example"
    elsewhere = MailSettings(host="h", sender="help@acme.example", reply_to="Desk <desk@acme.example>")
    assert rendered(letter(), elsewhere)[2]["Reply-To"].addresses[0].addr_spec == "desk@acme.example"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("ada@visitors.example", "ada@visitors.example"),
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example"),
        ("用户@例え.example", "用户@xn--r8jz45g.example"),
    ],
)
def test_addresses_of_all_countries(given: str, sent: str) -> None:
    assert envelope_address(given) == sent
    assert rendered(letter(recipient=given))[1] == sent


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "a@b",
        "ada@x.example\r\nBcc: eve@evil.example",
        "a@b.example,c@d.example",
        "<a@b.example>",
        "ada@-.example.💬",
    ],
)
def test_what_is_no_address_gets_no_mail(text: str) -> None:
    with pytest.raises(BadAddress):
        render(letter(recipient=text), SETTINGS, 0)


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": ""},
        {"sender": "nobody"},
        {"sender": "Acme <help@acme.example>\r\nBcc: x@y.example"},
        {"reply_to": "nobody"},
        {"port": 0},
        {"timeout_s": 0},
        {"security": "none", "password": "secret"},
    ],
)
def test_settings_that_could_not_work_are_refused_at_the_start(settings: dict[str, Any]) -> None:
    good: dict[str, Any] = {"host": "smtp.example", "sender": "help@acme.example"}
    MailSettings(**good).check()
    with pytest.raises(ValueError, match=r"^mail\.") as caught:
        MailSettings(**{**good, **settings}).check()
    assert not isinstance(caught.value, Refusal)
    assert "secret" not in str(caught.value)


def test_without_a_host_nothing_else_matters() -> None:
    MailSettings(sender="nobody", port=0).check()
    assert not MailSettings().on
