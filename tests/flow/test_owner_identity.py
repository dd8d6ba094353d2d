"""Identity keys in the inbox: made, used with the code that is shown, seen on the person, and taken back."""

import os
import re
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from playwright.sync_api import Page, expect

from tests.flow.test_identity import Signer
from tests.support.screens import InboxScreen, VisitorScreen, Windows

pytestmark = pytest.mark.browser

ADA = SimpleNamespace(id=1042, name="Ada Lovelace", email="ada@example.com")
PEM = "-----BEGIN {0}-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END {0}-----"


def _open_security(windows: Windows) -> InboxScreen:
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.goto(f"{windows.product.origin}/inbox/widgets/{windows.product.facts['widget_id']}/security")
    expect(inbox.page.get_by_text("No identity keys yet")).to_be_visible()
    return inbox


def _add(page: Page, kind: str) -> None:
    page.get_by_role("button", name="Add identity key").click()
    page.get_by_role("menuitem", name=re.compile(f"^{kind}")).click()


def _sign_with_the_shown_code(page: Page) -> str:
    """Run the Python code of the dialog with the secret of the dialog, as the owner's server would."""
    dialog = page.get_by_role("dialog")
    secret = dialog.get_by_role("region", name="Secret").inner_text()
    code = dialog.get_by_role("region", name="Python").inner_text()
    made: dict[str, Any] = {}
    with mock.patch.dict(os.environ, {"CHAT_SECRET": secret}):
        exec(code, made)  # noqa: S102 - the code is the product's own, and that it runs is the test
    token: str = made["chat_token"](ADA)
    return token


def _identify(visitor: VisitorScreen, token: str) -> None:
    visitor.page.evaluate("token => window.halloo.identify(token)", token)


def test_the_code_that_is_shown_makes_a_proof_that_the_chat_takes(windows: Windows) -> None:
    inbox = _open_security(windows)
    page = inbox.page
    _add(page, "Shared secret")
    page.get_by_role("dialog").get_by_role("button", name="Add identity key").click()
    expect(page.get_by_text("It is shown only this once.")).to_be_visible()
    token = _sign_with_the_shown_code(page)
    page.get_by_role("button", name="Done").click()
    visitor = windows.visit()
    visitor.open()
    _identify(visitor, token)
    visitor.write("Is the vase tight?")
    page.goto(f"{windows.product.origin}/inbox")
    inbox.open("Is the vase tight?")
    details = page.get_by_role("complementary", name="Contact details")
    expect(details.get_by_text("Verified", exact=True)).to_be_visible()
    expect(details.get_by_role("textbox", name="Email")).to_have_value("ada@example.com")
    expect(details.get_by_label("Signed by your server").first).to_be_visible()
    expect(details.get_by_text("1042")).to_be_visible()
    assert inbox.errors == []


def test_a_deleted_key_proves_nobody_any_more(windows: Windows) -> None:
    inbox = _open_security(windows)
    page = inbox.page
    _add(page, "Shared secret")
    page.get_by_role("dialog").get_by_role("button", name="Add identity key").click()
    token = _sign_with_the_shown_code(page)
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name=re.compile("^Delete ")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("are refused at once")).to_be_visible()
    dialog.get_by_role("button", name="Delete identity key").click()
    expect(page.get_by_text("No identity keys yet")).to_be_visible()
    visitor = windows.visit()
    visitor.open()
    refused = visitor.page.evaluate(
        "token => window.halloo.identify(token).then(() => null, (error) => error.code)", token
    )
    assert refused in {"identity_invalid", "identity_off"}


def test_a_private_key_is_not_even_sent(windows: Windows) -> None:
    inbox = _open_security(windows)
    page = inbox.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    _add(page, "Key pair")
    field = page.get_by_role("textbox", name="Public key")
    field.fill(PEM.format("PRIVATE KEY"))
    expect(page.get_by_text("This is a private key.")).to_be_visible()
    add = page.get_by_role("dialog").get_by_role("button", name="Add identity key")
    expect(add).to_be_disabled()
    assert not [url for url in sent if "identity-keys" in url]
    field.fill(PEM.format("PUBLIC KEY"))
    add.click()
    expect(page.get_by_role("heading", name="Identity key ready")).to_be_visible()


def test_a_hash_of_another_messenger_is_marked_as_weaker(windows: Windows) -> None:
    inbox = _open_security(windows)
    page = inbox.page
    _add(page, "Hash of the email")
    page.get_by_label("Secret of your present messenger").fill("crisp-secret-of-sixteen-bytes-or-more")
    page.get_by_role("dialog").get_by_role("button", name="Add identity key").click()
    page.get_by_role("button", name="Done").click()
    keys = page.get_by_role("list", name="Identity keys")
    expect(keys.get_by_text("Weaker")).to_be_visible()
    expect(page.get_by_text("A hash never expires")).to_be_visible()


def test_identity_that_is_required_without_a_key_is_warned_about(windows: Windows) -> None:
    inbox = _open_security(windows)
    inbox.page.get_by_role("radio", name="Required").click()
    expect(inbox.page.get_by_text("nobody can write")).to_be_visible()
    inbox.page.get_by_role("button", name="Save", exact=True).click()
    expect(inbox.page.get_by_text("Saved", exact=True).first).to_be_visible()
    inbox.page.get_by_role("link", name="Installation").click()
    line = inbox.page.get_by_role("listitem").filter(has_text="identity keys are set")
    expect(line.get_by_text("To do")).to_be_visible()


def test_a_signed_picture_on_a_foreign_server_is_not_asked_for(windows: Windows) -> None:
    """Whoever answers it would see from where the operators work."""
    product = windows.product
    signer = Signer(product)
    visitor = windows.visit()
    visitor.open()
    _identify(visitor, signer.token("ada", name="Ada Lovelace", avatar_url="https://pictures.example/ada.png"))
    visitor.write("Is the vase tight?")
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    assert product.call("GET", "/core/contacts")["data"][0]["avatar"] == "https://pictures.example/ada.png"
    inbox = windows.inbox()
    asked: list[str] = []
    inbox.page.on("request", lambda request: asked.append(request.url))
    inbox.sign_in()
    inbox.open("Is the vase tight?")
    expect(inbox.thread.get_by_text("Is the vase tight?")).to_be_visible()
    expect(inbox.page.locator(".ui-avatar", has_text="AL").first).to_be_visible()
    assert [url for url in asked if not url.startswith((product.origin, product.origin.replace("http", "ws", 1)))] == []
    assert inbox.page.evaluate("() => window.policyViolations ?? []") == []
    assert inbox.errors == []
