"""Chromium over the names of this machine, and one visit to a page with policies (csp contract 7.1)."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Browser

from tests.csp.browser.asks import Ask, Reader, Told
from tests.csp.browser.names import Headers, Names, serving
from tests.csp.draws import Place
from tests.support.browser import DevTools, launched

PROBE = Path(__file__).with_name("probe.js").read_text()


@dataclass(frozen=True)
class Site:
    """A page with its policies. `metas`: text and place: in the head before or after the first script, or in the body."""

    origin: str = "https://site.test"
    headers: tuple[str, ...] = ()
    report_only: tuple[str, ...] = ()
    metas: tuple[tuple[str, Place], ...] = ()
    further: Headers = ()
    body: str = ""

    def sent(self) -> Headers:
        """The response's headers."""
        return (
            *(("Content-Security-Policy", one) for one in self.headers),
            *(("Content-Security-Policy-Report-Only", one) for one in self.report_only),
            *self.further,
        )

    def html(self, asks: Sequence[Ask]) -> str:
        """The document: its scripts stand in the head, between the two places for `<meta>`."""
        scripts = "".join(ask.html() for ask in asks if ask.parser and not ask.kind.endswith("-attr"))
        rest = "".join(ask.html() for ask in asks if ask.parser and ask.kind.endswith("-attr"))
        places = {place: "".join(_meta(text) for text, where in self.metas if where == place) for place in _PLACES}
        return (
            f"<!doctype html><html><head><title>site</title>{places['before']}{scripts}{places['after']}</head>"
            f"<body>{places['body']}{rest}{self.body}</body></html>"
        )


_PLACES: tuple[Place, ...] = ("before", "after", "body")


def _meta(text: str) -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{escape(text)}">'


@dataclass
class Seen:
    """What a visit brought: violations, how each made thing ended, and the events as they came."""

    told: frozenset[Told]
    results: dict[str, str] = field(default_factory=dict[str, str])
    events: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    evaluated: Any = None


class Chromium:
    """One browser; every visit has a context of its own."""

    def __init__(self, browser: Browser, names: Names) -> None:
        self.browser, self.names = browser, names
        self._visits = 0

    def visit(self, site: Site, asks: Sequence[Ask], evaluate: str | None = None, known: Sequence[Ask] = ()) -> Seen:
        """Open the page, ask, and return what the policies said. `known`: what the page asks for by itself."""
        self._visits += 1
        address = self.names.put(site.origin, f"/page/{self._visits}", site.html(asks), site.sent())
        context = self.browser.new_context(ignore_https_errors=True)
        try:
            page = context.new_page()
            page.add_init_script(PROBE)
            page.goto(address)
            found = page.evaluate("orders => probing.run(orders)", [ask.order() for ask in asks if not ask.parser])
            if any(ask.kind == "manifest" for ask in asks):
                cast("DevTools", context.new_cdp_session(page)).send("Page.getAppManifest")
                found["events"] = page.evaluate("probing.told()")
            evaluated = page.evaluate(evaluate) if evaluate else None
        finally:
            context.close()
            del self.names.pages[site.origin, f"/page/{self._visits}"]
        reader = Reader([*asks, *known])
        return Seen(frozenset(map(reader.told, found["events"])), found["results"], found["events"], evaluated)


@contextmanager
def chromium(folder: Path) -> Generator[Chromium]:
    """Serve the names and start the browser."""
    with serving(folder) as names, launched(f"--host-resolver-rules={names.rules()}", *SWITCHES) as browser:
        yield Chromium(browser, names)


SWITCHES = (
    "--ignore-certificate-errors",
    "--disable-features=LocalNetworkAccessChecks,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
)
