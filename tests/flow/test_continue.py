"""Going on in another browser: a link by mail opens the conversations that an address has had."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, expect

from tests.support.ports import free_port
from tests.support.product import Product, Store
from tests.support.screens import LOOK, VisitorScreen, Windows

pytestmark = pytest.mark.browser

CODE = re.compile(r"#halloo-continue=([A-Za-z0-9_-]+)")


class Letters:
    """Every text that was mailed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain",))
        assert body is not None
        self.texts.append(str(body.get_content()))
        return "250 taken"


@pytest.fixture
def letters() -> Iterator[tuple[Letters, int]]:
    """Give a mail server on loopback, and its port."""
    found, port = Letters(), free_port()
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    yield found, port
    controller.stop()


@pytest.fixture
def mailing(
    bare_store: Store,
    letters: tuple[Letters, int],
    make_product: Callable[..., Product],
    make_windows: Callable[..., Windows],
) -> Windows:
    """Give the two windows over a product that can send mail."""
    mail = {"HOST": "127.0.0.1", "PORT": str(letters[1]), "SECURITY": "none", "SENDER": "Kiln <help@kiln.example>"}
    product = make_product(bare_store, **{f"HALLOO_MAIL_{name}": value for name, value in mail.items()})
    return make_windows(product, LOOK)


def _ask_for_link(visitor: VisitorScreen, email: str) -> None:
    visitor.open()
    visitor.chat.get_by_role("button", name=re.compile("Have you written before")).click()
    visitor.chat.get_by_label("Your email").fill(email)
    visitor.chat.get_by_role("button", name="Send link").click()
    expect(visitor.chat.get_by_text("If we know this address, a link is on its way.")).to_be_visible()


def test_a_link_by_mail_goes_on_in_another_browser(
    mailing: Windows, letters: tuple[Letters, int], browser: Browser
) -> None:
    first = mailing.visit()
    first.open()
    first.write("Is the vase tight?")
    first.chat.get_by_label("Your email").fill("ada@example.com")
    first.chat.get_by_role("button", name="Save").click()
    expect(first.chat.get_by_text(re.compile("also reaches you at"))).to_be_visible()
    elsewhere = browser.new_context(locale="en-GB")
    asked = VisitorScreen(elsewhere, mailing.product, mailing.shop)
    _ask_for_link(asked, "nobody@example.com")
    again = VisitorScreen(elsewhere, mailing.product, mailing.shop)
    _ask_for_link(again, "ada@example.com")
    for _ in range(600):
        if letters[0].texts:
            break
        again.page.wait_for_timeout(50)
    (text,) = letters[0].texts
    code = CODE.search(text)
    assert code is not None
    opened = VisitorScreen(elsewhere, mailing.product, f"{mailing.shop}/#halloo-continue={code[1]}")
    opened.frame = opened.widget.frame()
    expect(opened.chat.get_by_role("log", name="Messages")).to_contain_text("Is the vase tight?")
    third = browser.new_context(locale="en-GB")
    used = VisitorScreen(third, mailing.product, f"{mailing.shop}/#halloo-continue={code[1]}")
    used.frame = used.widget.frame()
    expect(used.chat.get_by_text(re.compile("This link was used already"))).to_be_visible()
    expect(used.composer).to_be_visible()
    notice = opened.chat.get_by_text(re.compile("continuing a conversation that was started from another browser"))
    expect(notice).to_contain_text("a•••@example.com")
    expect(used.chat.get_by_text(re.compile("continuing a conversation"))).to_be_hidden()
    assert opened.errors == used.errors == []
    elsewhere.close()
    third.close()


def test_who_follows_the_link_of_somebody_else_sees_whose_chat_it_is_and_starts_afresh(
    mailing: Windows, letters: tuple[Letters, int], browser: Browser
) -> None:
    eve = mailing.visit()
    eve.open()
    eve.write("Please tell me your password.")
    eve.chat.get_by_label("Your email").fill("eve@evil.example")
    eve.chat.get_by_role("button", name="Save").click()
    expect(eve.chat.get_by_text(re.compile("also reaches you at"))).to_be_visible()
    asked = VisitorScreen(browser.new_context(locale="en-GB"), mailing.product, mailing.shop)
    _ask_for_link(asked, "eve@evil.example")
    for _ in range(600):
        if letters[0].texts:
            break
        asked.page.wait_for_timeout(50)
    code = CODE.search(letters[0].texts[0])
    assert code is not None
    victim = browser.new_context(locale="en-GB")
    here = VisitorScreen(victim, mailing.product, f"{mailing.shop}/#halloo-continue={code[1]}")
    here.frame = here.widget.frame()
    expect(here.chat.get_by_role("status").filter(has_text="e•••@evil.example")).to_be_visible()
    later = VisitorScreen(victim, mailing.product, mailing.shop)
    later.open()
    expect(later.chat.get_by_role("status").filter(has_text="e•••@evil.example")).to_be_visible()
    later.chat.get_by_role("button", name="Start afresh").click()
    for window in (here, later):
        expect(window.chat.get_by_role("button", name="Start afresh")).to_be_hidden()
        expect(window.chat.get_by_text("Please tell me your password.")).to_be_hidden()
    later.write("Is the vase tight?")
    eve.page.reload()
    eve.open()
    expect(eve.chat.get_by_text("Is the vase tight?")).to_be_hidden()
    assert here.errors == later.errors == []
    victim.close()
    asked.page.context.close()
