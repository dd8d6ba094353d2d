"""What the flow tests do on the two screens, in people's words: the visitor's page and the operator's inbox.

Everything is found by role and name, as people and their aids find it.
"""

import re
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Frame, Locator, Page, expect

from tests.support.browser import Widget
from tests.support.product import OWNER_EMAIL, OWNER_PASSWORD, Product

COUNT_TONES = """(() => {
  window.tonesHeard = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.tonesHeard += 1; return start.apply(this, when); };
})()"""
"""Counts what the page's synthesiser plays: the chime has no other trace that a test could hear."""

COLLECT_VIOLATIONS = """(() => {
  window.policyViolations = [];
  addEventListener("securitypolicyviolation", (event) => {
    window.policyViolations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
  });
})()"""
"""Collects what a content security policy refused, from before the page's first script."""


LOOK = {
    "chat": {"title": "Kiln & Clay"},
    "greeting": {"text": "Hello, ask me about glazes.", "bubble_after_s": None},
}
"""How the widget of the flow tests looks, unless a test says otherwise."""


class VisitorScreen:
    """A page with the widget on it, and a visitor in front."""

    def __init__(self, context: BrowserContext, product: Product, address: str) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(COLLECT_VIOLATIONS)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(address)
        self.widget = Widget(self.page, product.widget_origin)
        self.frame: Frame | None = None

    @property
    def chat(self) -> Frame:
        """Return the open chat."""
        assert self.frame is not None, "the chat was not opened"
        return self.frame

    def open(self) -> None:
        """Open the chat and wait until it is there."""
        self.frame = self.widget.open()
        expect(self.chat.get_by_role("button", name="Close")).to_be_visible()

    @property
    def composer(self) -> Locator:
        """Return where the visitor writes."""
        return self.chat.get_by_role("textbox", name="Message")

    @property
    def thread(self) -> Locator:
        """Return what was said."""
        return self.chat.get_by_role("log", name="Messages")

    def write(self, text: str) -> None:
        """Write a message and send it with Enter; line breaks as Shift-Enter makes them."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def violations(self) -> list[str]:
        """Return what any policy on the page refused."""
        found: list[str] = []
        for frame in self.page.frames:
            found += frame.evaluate("() => window.policyViolations ?? []")
        return found


class InboxScreen:
    """The inbox, and an operator in front."""

    def __init__(self, context: BrowserContext, product: Product) -> None:
        self.page: Page = context.new_page()
        self.page.add_init_script(COUNT_TONES)
        self.page.add_init_script(COLLECT_VIOLATIONS)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{product.inbox_origin}/inbox")

    def sign_in(self, email: str = OWNER_EMAIL, password: str = OWNER_PASSWORD) -> None:
        """Sign in and wait for the list."""
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.wait_for_list()

    def wait_for_list(self) -> None:
        """Wait until the inbox is there."""
        expect(self.page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()

    def row(self, text: str) -> Locator:
        """Return the conversation in the list whose line holds a text."""
        return self.page.get_by_role("link").filter(has_text=text)

    def open(self, text: str) -> None:
        """Open the conversation whose line holds a text."""
        self.row(text).first.click()
        expect(self.composer).to_be_visible()

    @property
    def composer(self) -> Locator:
        """Return where the operator answers."""
        return self.page.get_by_label(re.compile("^Reply to "))

    @property
    def note_composer(self) -> Locator:
        """Return where the operator writes notes."""
        return self.page.get_by_label(re.compile("^A note for colleagues"))

    @property
    def thread(self) -> Locator:
        """Return what was said."""
        return self.page.get_by_role("log", name="Messages")

    def answer(self, text: str) -> None:
        """Answer the open conversation."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def tones(self) -> int:
        """Return how many tones were played."""
        heard: int = self.page.evaluate("() => window.tonesHeard")
        return heard


@dataclass
class Windows:
    """What a flow test has: the product, the shop's address, and a browser profile for each person."""

    product: Product
    shop: str
    visitor: BrowserContext
    operator: BrowserContext

    def visit(self, path: str = "/") -> VisitorScreen:
        """Open a page of the shop, as the visitor."""
        return VisitorScreen(self.visitor, self.product, self.shop + path)

    def inbox(self) -> InboxScreen:
        """Open the inbox, as the operator."""
        return InboxScreen(self.operator, self.product)
