"""A real browser: starting it, looking into the widget's closed shadow root, and asking axe-core what it thinks.

The widget lies in a closed shadow root that no script of the page may open, so the launcher is found through the
DevTools protocol, as a debugger would, and pressed with the mouse. The frame inside is an ordinary frame of the page.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from playwright.sync_api import Browser, Frame, Page, Playwright, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.support.pace import PATIENCE_S

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / ".cache" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 1000 * PATIENCE_S
"""How long an expectation waits: machines that run tests are busy, and a test that must be quick says so itself."""

SHOTS = ROOT / ".cache" / "screenshots"


@cache
def executable() -> str:
    """Return the path of the Chromium that scripts/chromium.py brings, or of the one named in HALLOO_CHROMIUM."""
    named = os.environ.get("HALLOO_CHROMIUM")
    if named and AXE.exists():
        return named
    script = ROOT / "scripts" / "chromium.py"
    return subprocess.run([sys.executable, str(script)], check=True, capture_output=True, text=True).stdout.strip()


class _Playwrights(threading.local):
    """One Playwright a thread, however many browsers it starts: a second cannot begin beside a first."""

    def __init__(self) -> None:
        self._one: Playwright | None = None
        self._users = 0

    @contextmanager
    def using(self) -> Generator[Playwright]:
        """Give the thread's; it ends with the last who uses it."""
        if self._one is None:
            self._one = sync_playwright().start()
        self._users += 1
        try:
            yield self._one
        finally:
            self._users -= 1
            if self._users == 0:
                self._one.stop()
                self._one = None


_playwrights = _Playwrights()


@contextmanager
def launched(*further: str) -> Generator[Browser]:
    """Start Chromium, with further switches if need be, and close it at the end."""
    expect.set_options(timeout=PATIENCE_MS)
    with _playwrights.using() as playwright:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", *further]
        browser = playwright.chromium.launch(executable_path=executable(), args=arguments)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Node:
    """An element inside the widget's closed shadow root, as the DevTools protocol tells it."""

    id: int
    name: str
    attributes: dict[str, str]
    text: str


class DevTools(Protocol):
    """A session of the DevTools protocol, with types."""

    def send(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]: ...


class Widget:
    """The widget on a page."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self._origin = origin
        self._cdp = cast("DevTools", page.context.new_cdp_session(page))

    def nodes(self) -> list[Node]:
        """Return what the widget draws beside its frame; empty before it draws anything."""
        root = self._cdp.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        host = next((node for node in _walk(root) if node["localName"] == "halloo-widget"), None)
        return [] if host is None else [_node(node) for root in host.get("shadowRoots", []) for node in _walk(root)]

    def find(self, what: Callable[[Node], bool], timeout_s: float = PATIENCE_S) -> Node:
        """Wait for an element of the widget."""
        for _ in range(int(timeout_s * 20)):
            found = next((node for node in self.nodes() if what(node)), None)
            if found is not None and self._box(found) is not None:
                return found
            self.page.wait_for_timeout(50)
        raise AssertionError(
            f"The widget shows no such element: {[(n.name, n.attributes, n.text) for n in self.nodes()]}"
        )

    def launcher(self) -> Node:
        """Wait for the launcher: the button that says whether the chat is open."""
        return self.find(lambda node: node.name == "button" and "aria-expanded" in node.attributes)

    def press(self, node: Node) -> None:
        """Press an element with the mouse, where it lies now."""
        box = self._box(node)
        assert box is not None, f"{node} is not shown"
        self.page.mouse.click(*box)

    def _box(self, node: Node) -> tuple[float, float] | None:
        try:
            quads = self._cdp.send("DOM.getContentQuads", {"nodeId": node.id})["quads"]
        except PlaywrightError as error:
            if "Could not compute content quads" in str(error) or "Could not find node" in str(error):
                return None
            raise
        if not quads:
            return None
        quad = cast("list[float]", quads[0])
        return sum(quad[0::2]) / 4, sum(quad[1::2]) / 4

    def frame(self, timeout_s: float = PATIENCE_S) -> Frame:
        """Wait for the widget's frame."""
        for _ in range(int(timeout_s * 20)):
            for frame in self.page.frames:
                if frame.url.startswith(f"{self._origin}/public/widget/"):
                    return frame
            self.page.wait_for_timeout(50)
        raise AssertionError(f"The widget made no frame: {[frame.url for frame in self.page.frames]}")

    def open(self) -> Frame:
        """Open the chat if it is closed, and return its frame."""
        launcher = self.launcher()
        if launcher.attributes["aria-expanded"] != "true":
            self.press(launcher)
        return self.frame()


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through a tree of the protocol, in document order, into shadow roots but not into frames."""
    yield node
    for child in [*node.get("shadowRoots", []), *node.get("children", [])]:
        yield from _walk(child)


def _node(node: dict[str, Any]) -> Node:
    pairs = iter(cast("list[str]", node.get("attributes", [])))
    text = " ".join(part["nodeValue"] for part in _walk(node) if part["nodeType"] == 3)
    return Node(node["nodeId"], node["localName"], dict(zip(pairs, pairs, strict=True)), text.strip())


def violations(frame: Frame | Page, *, context: str = "document") -> list[str]:
    """Let axe-core judge a page or frame by WCAG 2.2 A and AA, and return what it finds wrong, one line each.

    The debugger brings axe in, for this call only: the page's policy does not bind the debugger.
    """
    run = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
    options = json.dumps({"runOnly": run, "resultTypes": ["violations"]})
    script = f"() => {{ {AXE.read_text()}\n; return window.axe.run({context}, {options}) }}"
    result: dict[str, Any] = frame.evaluate(script)
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


def shoot(page: Page, name: str) -> Path:
    """Keep a screenshot under `.cache/screenshots`, for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    target = SHOTS / f"{name}.png"
    page.screenshot(path=target)
    return target
