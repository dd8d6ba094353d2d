"""The flow benchmark: from a visitor's Enter to the message on the operator's screen, and the other way, in two real browsers.

    .venv/bin/python bench/flow.py [--samples 100] [--json]

A sample begins with the `keydown` of Enter on one screen and ends after the frame in which the message is painted on the other:
the mutation of the page, its animation frame, and the task behind it. Both are read from the system's clock, which both browsers
share. On the way it is noted when the message left the sender's page (by socket or by HTTP) and when it came out of the reader's
socket, so that one sees whose time it was. It needs a checkout in which `make demo` or `make check` was run: browser and widget
are those of the tests.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
for folder in ("demo", "scripts", "src", ""):
    sys.path.insert(0, str(ROOT / folder))

import shop  # noqa: E402 - found through the path above
from playwright.sync_api import Browser, Frame, Page, Playwright, expect, sync_playwright  # noqa: E402 - likewise

from tests.support.browser import PATIENCE_MS, executable  # noqa: E402 - likewise
from tests.support.postgres import free_port  # noqa: E402 - likewise
from tests.support.product import Product  # noqa: E402 - likewise
from tests.support.screens import LOOK, InboxScreen, VisitorScreen  # noqa: E402 - likewise
from tests.support.stores import empty_store  # noqa: E402 - likewise

WARM_UP = 10
GOAL_P50_MS, GOAL_P99_MS = 30, 100
STAGES = ("sender's page", "server", "reader's page")
UNLIMITED = {
    "HALLOO_RELAY_VISITOR_FRAMES_PER_SECOND": "100000",
    "HALLOO_RELAY_OPERATOR_FRAMES_PER_SECOND": "100000",
    "HALLOO_RELAY_VISITOR_MESSAGES_PER_MINUTE": "100000",
    "HALLOO_RELAY_OPERATOR_MESSAGES_PER_MINUTE": "100000",
    "HALLOO_PUBLIC_API_MESSAGES_PER_MINUTE": "100000",
    "HALLOO_PUBLIC_API_MESSAGES_BURST": "10000",
}
WATCH = """(() => {
  const seen = (window.flow = { pressed: 0, sent: {}, came: {}, shown: {}, waiting: {} });
  const marks = (data) => (typeof data === "string" ? data.match(/sample-\\d+-/g) ?? [] : []);
  addEventListener("keydown", (event) => { if (event.key === "Enter") seen.pressed = Date.now(); }, true);
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...address) {
      super(...address);
      this.addEventListener("message", ({ data }) => { for (const mark of marks(data)) seen.came[mark] ??= Date.now(); });
    }
    send(data) {
      for (const mark of marks(data)) seen.sent[mark] ??= Date.now();
      super.send(data);
    }
  };
  const ask = window.fetch;
  window.fetch = (address, options) => {
    for (const mark of marks(options?.body)) seen.sent[mark] ??= Date.now();
    return ask(address, options);
  };
  window.whenShown = (mark) => new Promise((resolve) => {
    const shown = () => document.body?.innerText.includes(mark);
    const painted = () => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { seen.shown[mark] = Date.now(); resolve(seen.shown[mark]); };
      port2.postMessage(0);
    });
    if (shown()) { painted(); return; }
    const observer = new MutationObserver(() => { if (shown()) { observer.disconnect(); painted(); } });
    observer.observe(document, { subtree: true, childList: true, characterData: true });
  });
})()"""
"""Injected into every page and frame before its scripts: notes when what happened."""


class Side:
    """One screen: where one writes, and where what was written by the other shows."""

    def __init__(self, page: Page, frame: Frame, composer: Any) -> None:
        self.page = page
        self.frame = frame
        self.composer = composer

    def expect(self, mark: str) -> None:
        """Begin to look for a message; `shown` waits for it."""
        self.frame.evaluate("mark => { window.flow.waiting[mark] = window.whenShown(mark); }", mark)

    def shown(self, mark: str) -> dict[str, float]:
        """Wait for the message: when it came, and when it was on the screen."""
        find = "mark => window.flow.waiting[mark].then(at => ({ came: window.flow.came[mark] ?? 0, shown: at }))"
        found: dict[str, float] = self.frame.evaluate(find, mark)
        return found

    def said(self, mark: str) -> dict[str, float]:
        """When Enter was pressed, and when the message left the page."""
        find = "mark => ({ pressed: window.flow.pressed, sent: window.flow.sent[mark] ?? 0 })"
        found: dict[str, float] = self.frame.evaluate(find, mark)
        return found


def sample(one: Side, other: Side, number: int) -> list[float]:
    """One message from one screen to the other: the whole way and its stages, in milliseconds."""
    mark = f"sample-{number}-"
    one.composer.fill(f"{mark} is on its way")
    other.expect(mark)
    one.composer.press("Enter")
    end = other.shown(mark)
    begin = one.said(mark)
    whole = end["shown"] - begin["pressed"]
    if not begin["sent"] or not end["came"]:
        return [whole, 0, 0, 0]
    return [whole, begin["sent"] - begin["pressed"], end["came"] - begin["sent"], end["shown"] - end["came"]]


def measure(one: Side, other: Side, samples: int, first: int) -> dict[str, Any]:
    """Many messages one way."""
    rows = [sample(one, other, first + n) for n in range(samples + WARM_UP)][WARM_UP:]
    whole = sorted(row[0] for row in rows)
    return {
        "samples": samples,
        "p50_ms": whole[len(whole) // 2],
        "p99_ms": whole[min(len(whole) - 1, len(whole) * 99 // 100)],
        "most_ms": whole[-1],
        "stages_p50_ms": {name: statistics.median(row[at + 1] for row in rows) for at, name in enumerate(STAGES)},
        "stages_p99_ms": {
            name: sorted(row[at + 1] for row in rows)[len(rows) * 99 // 100] for at, name in enumerate(STAGES)
        },
    }


def launch(playwright: Playwright) -> Browser:
    """A browser in a process of its own."""
    return playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])


def run(samples: int) -> dict[str, Any]:
    """Both ways, over the whole product."""
    expect.set_options(timeout=PATIENCE_MS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="halloo-bench-")))
        store = stack.enter_context(empty_store("sqlite", folder, None, migrated=False))
        product = Product(store, UNLIMITED)
        product.init()
        stack.callback(product.stop)
        product.start()
        port = free_port()
        product.widget([f"http://localhost:{port}"], LOOK)
        site = shop.make_server(port, product.origin, product.facts["widget_id"])
        stack.callback(site.shutdown)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        playwright = stack.enter_context(sync_playwright())
        contexts = [launch(playwright).new_context() for _ in range(2)]
        for context in contexts:
            context.add_init_script(WATCH)
        visitor = VisitorScreen(contexts[0], product, f"http://localhost:{port}/")
        visitor.open()
        visitor.write("Is anybody there?")
        inbox = InboxScreen(contexts[1], product)
        inbox.sign_in()
        inbox.open("Is anybody there?")
        shopper = Side(visitor.page, visitor.chat, visitor.composer)
        operator = Side(inbox.page, inbox.page.main_frame, inbox.composer)
        return {
            "python": platform.python_version(),
            "browser": contexts[0].browser.version if contexts[0].browser else "",
            "cpus": os.cpu_count(),
            "visitor to operator": measure(shopper, operator, samples, 1_000),
            "operator to visitor": measure(operator, shopper, samples, 2_000),
        }


def report(found: dict[str, Any]) -> str:
    """The figures as text."""
    lines = [f"Chromium {found['browser']}, {found['cpus']} cores for two browsers and the server"]
    for way in ("visitor to operator", "operator to visitor"):
        one = found[way]
        lines.append(
            f"{way}: p50 {one['p50_ms']:.0f} ms (goal {GOAL_P50_MS}), p99 {one['p99_ms']:.0f} ms (goal {GOAL_P99_MS}), "
            f"{one['samples']} samples, the slowest {one['most_ms']:.0f} ms"
        )
        stages = (f"{name} {one['stages_p50_ms'][name]:.0f} / {one['stages_p99_ms'][name]:.0f} ms" for name in STAGES)
        lines.append(f"  of that, p50 / p99: {', '.join(stages)}")
    return "\n".join(lines)


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=int, default=100, help="messages each way")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    arguments = parser.parse_args()
    found = run(arguments.samples)
    print(json.dumps(found) if arguments.json else report(found))


if __name__ == "__main__":
    main()
