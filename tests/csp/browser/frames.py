"""Documents in frames: what they say to the page on top, and whether they came at all (csp contract 1.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.csp.browser.chromium import Chromium, Site
from tests.csp.browser.names import OPEN, Headers
from tests.csp.case import C

TELL = "<script>top.postMessage(location.origin, '*')</script>"
"""A document that tells the top page that it runs there."""
LISTEN = """
new Promise(done => {
  const heard = [];
  addEventListener("message", event => heard.push(event.data));
  const element = document.createElement("iframe");
  for (const [name, value] of Object.entries(ATTRIBUTES)) element.setAttribute(name, value);
  const end = Date.now() + 5000;
  const look = () => {
    if (heard.length >= EXPECTED || Date.now() > end) return done(heard);
    setTimeout(look, 10);
  };
  // What has not come soon after the frame's load does not come: a refused frame loads a page of errors.
  element.addEventListener("load", () => setTimeout(() => done(heard), 400));
  look();
  document.body.append(element);
})
"""


@dataclass
class Framed:
    """A document at an address of another name, with headers."""

    html: str = TELL
    headers: Headers = field(default_factory=tuple[tuple[str, str], ...])
    origin: str = C
    path: str = "/framed"

    @property
    def address(self) -> str:
        return self.origin + self.path


def heard(
    chromium: Chromium,
    site: Site,
    frame: Framed,
    *others: Framed,
    attributes: dict[str, str] | None = None,
    count: int = 1,
) -> list[Any]:
    """What the page hears from the frame, and from those inside it, until `count` have spoken or all is quiet."""
    for one in (frame, *others):
        chromium.names.put(one.origin, one.path, f"<!doctype html>{one.html}", one.headers)
    import json

    script = LISTEN.replace("ATTRIBUTES", json.dumps({"src": frame.address, **(attributes or {})}))
    return chromium.visit(site, [], script.replace("EXPECTED", str(count))).evaluated


def ancestors(value: str) -> Headers:
    """The header of a framed response."""
    return (("Content-Security-Policy", f"frame-ancestors {value}"),)


def isolated(values: Sequence[str] = ("require-corp",)) -> Headers:
    """Headers of a page that isolates itself."""
    return tuple(("Cross-Origin-Embedder-Policy", value) for value in values)


__all__ = ["OPEN", "TELL", "Framed", "ancestors", "heard", "isolated"]
