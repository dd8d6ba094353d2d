"""Giving files to a page as people do: by its button, dropped from elsewhere, pasted. And a line that breaks under them."""

import random
import time
from base64 import b64encode
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import Frame, Locator, Page, expect

from tests.support.pace import PATIENCE_S
from tests.support.product import Product, Store
from tests.support.screens import InboxScreen, VisitorScreen, Windows
from tests.support.tcp_proxy import TcpProxy, proxying

Who = Literal["visitor", "operator"]
SIDES: tuple[Who, ...] = ("visitor", "operator")
BEGINNING = "Where is my teapot?"
_TRANSFER = """
  const transfer = new DataTransfer();
  for (const [name, type, text] of files) {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
"""
DRAG = f"""([files, kinds]) => {{
  {_TRANSFER}
  const target = document.querySelector("textarea") ?? document.body;
  for (const kind of kinds) {{
    target.dispatchEvent(new DragEvent(kind, {{ bubbles: true, cancelable: true, dataTransfer: transfer }}));
  }}
}}"""
PASTE = f"""(field, [files]) => {{
  {_TRANSFER}
  field.dispatchEvent(new ClipboardEvent("paste", {{ bubbles: true, cancelable: true, clipboardData: transfer }}));
}}"""


@dataclass(frozen=True)
class Thing:
    """A file of the person in front of the browser."""

    name: str
    type: str
    data: bytes

    @property
    def payload(self) -> Any:
        """As a file chooser takes it."""
        return {"name": self.name, "mimeType": self.type, "buffer": self.data}


def text(name: str, words: str = "Two vases, one bowl.") -> Thing:
    """A small text file."""
    return Thing(name, "text/plain", words.encode())


def picture(name: str, width: int = 640, height: int = 400, hue: tuple[int, int, int] = (210, 96, 58)) -> Thing:
    """A picture with something on it, so that its placeholder is one."""
    image = Image.new("RGB", (width, height), hue)
    image.paste((244, 236, 224), (width // 5, height // 5, width * 3 // 5, height * 4 // 5))
    out = BytesIO()
    image.save(out, "PNG")
    return Thing(name, "image/png", out.getvalue())


def heavy(name: str, mib: int) -> Thing:
    """A large text file that no line makes smaller."""
    line = "".join(random.Random(mib).choice("abcdefghijklmnop ") for _ in range(1023)) + "\n"
    return Thing(name, "text/plain", (line * 1024 * mib).encode())


def _told(files: Sequence[Thing]) -> list[list[str]]:
    return [[one.name, one.type, b64encode(one.data).decode()] for one in files]


def hang_over(place: Page | Frame, *files: Thing) -> None:
    """Hold files over the page."""
    place.evaluate(DRAG, [_told(files), ["dragenter", "dragover"]])


def drop(place: Page | Frame, *files: Thing) -> None:
    """Drop files on the page."""
    place.evaluate(DRAG, [_told(files), ["dragenter", "dragover", "drop"]])


def paste(field: Locator, *files: Thing) -> None:
    """Paste files into a text."""
    field.evaluate(PASTE, [_told(files)])


def choose(place: Page | Frame, button: Locator, *files: Thing) -> None:
    """Choose files behind a button."""
    page = place if isinstance(place, Page) else place.page
    with page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files([one.payload for one in files])


@contextmanager
def on_a_bad_line(store: Store) -> Generator[tuple[Product, TcpProxy]]:
    """A product whose files go over a line of their own, which can be made slow and be cut."""
    with proxying(0, random.Random(7)) as proxy:
        product = Product(store, {"HALLOO_HOSTS_STORAGE": f"http://localhost:{proxy.port}"})
        proxy.upstream = product.port
        product.init()
        product.start()
        try:
            yield product, proxy
        finally:
            product.stop()


@dataclass(frozen=True)
class Side:
    """One of the two who talk, and what they do with files."""

    who: Who
    page: Page
    place: Page | Frame
    composer: Locator

    @property
    def clip(self) -> Locator:
        """The button that opens the file chooser."""
        return self.place.get_by_role("button", name="Attach files")

    @property
    def tray(self) -> Locator:
        """The files that wait to be sent."""
        return self.place.get_by_role("list", name="Files to send")

    def file(self, name: str) -> Locator:
        """One file of the tray."""
        return self.tray.get_by_role("listitem").filter(has_text=name)

    def waits_for(self, *things: Thing) -> None:
        """Wait until these are on the server, and no others are there."""
        expect(self.tray.get_by_role("listitem")).to_have_count(len(things))
        for thing in things:
            expect(self.file(thing.name)).to_contain_text("Ready to send")

    def say(self, words: str = "") -> None:
        """Send what is in the tray, with words if need be."""
        self.composer.fill(words)
        self.composer.press("Enter")


@dataclass
class Talk:
    """A conversation with both at their screens."""

    windows: Windows
    visitor: VisitorScreen
    inbox: InboxScreen

    def side(self, who: Who) -> Side:
        """One of the two."""
        if who == "visitor":
            return Side(who, self.visitor.page, self.visitor.chat, self.visitor.composer)
        return Side(who, self.inbox.page, self.inbox.page, self.inbox.composer)

    def files(self, who: Who, most: int) -> list[dict[str, Any]]:
        """What the files say that one side has sent, as soon as there are so many, or whatever there is in the end."""
        product, sender = self.windows.product, "user" if who == "visitor" else "operator"
        found: list[dict[str, Any]] = []
        until = time.monotonic() + PATIENCE_S
        while len(found) < most and time.monotonic() < until:
            (row,) = product.call("GET", "/core/conversations")["data"]
            said = product.call("GET", f"/core/conversations/{row['id']}/messages")["data"]
            found = [one["content"] for one in said if one["type"] == "file" and one["from"] == sender]
            self.inbox.page.wait_for_timeout(100)
        return found

    def is_calm(self) -> None:
        """Nothing was thrown, and no policy was broken."""
        assert self.visitor.errors == []
        assert self.inbox.errors == []
        assert self.visitor.violations() == []
        assert self.inbox.page.evaluate("() => window.policyViolations") == []


def begin(windows: Windows) -> Talk:
    """A visitor has written, and an operator looks at it."""
    visitor = windows.visit()
    visitor.open()
    visitor.write(BEGINNING)
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.open(BEGINNING)
    return Talk(windows, visitor, inbox)
