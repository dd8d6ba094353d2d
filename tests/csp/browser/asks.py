"""What a page under test asks for: as HTML of the page, as an order to `probe.js`, and as a load of the matcher."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

from halloo.csp.model import Destination
from halloo.csp.policy import Load

SPOKEN = frozenset({"http", "https", "ws", "wss"})


@dataclass(frozen=True)
class Ask:
    """One thing that the page asks for, by a name of its own. `parser`: it stands in the HTML; else a script makes it.

    `url` None: inline, its `code` runs. `hops`: where the address redirects to. `imports`: what the script brings by `import()`.
    `how`: another way to ask for it, such as `xhr`. `hiding`: a further attribute, for which the nonce does not count.
    """

    id: str
    kind: Destination
    url: str | None = None
    nonce: str = ""
    integrity: str = ""
    code: str = ""
    parser: bool = False
    hops: tuple[str, ...] = ()
    imports: str = ""
    how: str = ""
    hiding: str = ""

    def load(self) -> Load:
        """The same for the matcher."""
        return Load(self.kind, self.url, self.nonce, self.integrity, self.parser, self.hops, self.code, not self.hiding)

    def order(self) -> dict[str, Any]:
        """The same for `probe.js`."""
        return {**asdict(self), "inline": self.url is None}

    def html(self) -> str:
        """The element as a parser meets it."""
        nonce = f' nonce="{self.nonce}"' if self.nonce else ""
        if self.kind == "script" and self.url is not None:
            proof = f' integrity="{self.integrity}" crossorigin="anonymous"' if self.integrity else ""
            more = f' data-import="{escape(self.imports)}"' if self.imports else ""
            return f'<script id="{self.id}"{self.hiding}{nonce}{proof}{more} src="{escape(self.url)}"></script>'
        if self.kind in ("script", "style"):
            return f'<{self.kind} id="{self.id}"{self.hiding}{nonce}>{self.code}</{self.kind}>'
        name = {"script-attr": "onclick", "style-attr": "style"}[self.kind]
        return f'<p id="{self.id}" {name}="{escape(self.code)}"></p>'


def origin(url: str) -> str:
    """What a report shows of an address at the least: its origin, or the scheme alone where it is none of the web's."""
    parts = urlsplit(shown(url))
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in SPOKEN and parts.netloc else parts.scheme or url


def shown(url: str) -> str:
    """An address as browsers write it: without a port that goes without saying."""
    return re.sub(r"^((?:http|ws)://[^/:]+):80(?=/)|^((?:https|wss)://[^/:]+):443(?=/)", r"\1\2", url)


def plain(policy: str) -> str:
    """A policy's text as it can be compared: reports show other characters in place of what is no printable ASCII."""
    return re.sub(r"[^\x21-\x7e]+", " ", policy).strip()


@dataclass(frozen=True, order=True)
class Told:
    """One violation: which policy, enforced or not, by which directive, what was blocked, and which ask that was."""

    policy: str
    disposition: str
    directive: str
    blocked: str
    ask: str


class Reader:
    """Says of an event which ask it is about: Chromium hides all but the origin of some addresses."""

    def __init__(self, asks: Iterable[Ask]) -> None:
        self._asks = tuple(asks)
        self._by_url = {shown(ask.url): ask.id for ask in self._asks if ask.url is not None}
        self._ids = {ask.id for ask in self._asks}

    def told(self, event: dict[str, str]) -> Told:
        """The event as plain values; an ask it cannot name is `?` and equals no prediction."""
        event = {**event, "blocked": self._first(event)}
        blocked = event["blocked"]
        return Told(
            plain(event["policy"]),
            event["disposition"],
            event["directive"],
            origin(blocked) if ":" in blocked else blocked,
            self._named(event),
        )

    def _first(self, event: dict[str, str]) -> str:
        """The address that was asked first. Of a frame that was led elsewhere Chromium shows where to, against the standard."""
        led = (one.url for one in self._asks if one.kind == "frame" and event["blocked"] in map(origin, one.hops))
        return next((url for url in led if url and event["directive"] == DIRECTIVES["frame"]), event["blocked"])

    def _named(self, event: dict[str, str]) -> str:
        blocked = event["blocked"]
        if blocked in self._by_url:
            return self._by_url[blocked]
        if event["target"] in self._ids:
            return event["target"]
        if blocked in ("eval", "wasm-eval"):
            return next((ask.id for ask in self._asks if ask.kind == blocked.removesuffix("-eval")), "?")
        if blocked == "inline" and event["directive"] == "script-src-elem":
            return next((ask.id for ask in self._asks if ask.kind == "javascript-url"), "?")
        near = [
            ask.id
            for ask in self._asks
            if ask.url is not None and origin(ask.url) == origin(blocked) and self._hidden(ask, event["directive"])
        ]
        return near[0] if len(near) == 1 else f"? {blocked} {near}"

    def _hidden(self, ask: Ask, directive: str) -> bool:
        """Whether Chromium shows no more of this ask than its origin: a frame, an object, one that was redirected, `data:`."""
        opaque = ask.url is not None and urlsplit(ask.url).scheme not in SPOKEN
        return DIRECTIVES[ask.kind] == directive and (ask.kind in ("frame", "object") or bool(ask.hops) or opaque)


DIRECTIVES: dict[Destination, str] = {
    "script": "script-src-elem",
    "javascript-url": "script-src-elem",
    "script-attr": "script-src-attr",
    "eval": "script-src",
    "wasm": "script-src",
    "style": "style-src-elem",
    "style-attr": "style-src-attr",
    "worker": "worker-src",
    "frame": "frame-src",
    "connect": "connect-src",
    "image": "img-src",
    "font": "font-src",
    "media": "media-src",
    "manifest": "manifest-src",
    "object": "object-src",
    "prefetch": "default-src",
}
"""The name that a violation carries, whichever directive decided (csp contract 1.2, middle column)."""
