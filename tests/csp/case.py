"""What a named case is made of: a page with its policies, what it asks for, and the words the table is written in (csp contract 7.2)."""

import base64
import hashlib
from dataclasses import dataclass
from itertools import count
from typing import Literal

from halloo.csp.model import Destination

C = "https://client.chat.test"
RELAY = "wss://relay.chat.test"
OWN = "https://site.test"
EVIL = "https://evil.test"
LOADER_URL = f"{C}/public/embed/w1"
RECORDER_URL = f"{C}/public/assets/recorder.js"
IMPORTED = "import"
"""A probe's `note`: the script of the probe before it brings this one by `import()`."""
_LOADER = (
    "(function () { var tag = document.currentScript; window.halloo_loaded = true;"
    " var more = tag && tag.getAttribute('data-import');"
    " if (more) { window.halloo_import = import(more).then(function () { return true; }, function () { return false; }); }"
    " })();"
)


def _digest(code: str) -> str:
    return base64.b64encode(hashlib.sha384(code.encode()).digest()).decode()


def _with_both_signs() -> str:
    """The loader, with a comment that makes its hash differ between the two alphabets of base64."""
    tried = (f"{_LOADER} // {number}\n" for number in count())
    return next(code for code in tried if {"+", "/"} <= set(_digest(code)))


LOADER = _with_both_signs()
"""What `LOADER_URL` answers, so that the hashes below are those of a script that runs."""
HASH = f"sha384-{_digest(LOADER)}"
HASH_URL_SAFE = HASH.replace("+", "-").replace("/", "_")
OTHER_HASH = f"sha384-{_digest('something else')}"


@dataclass(frozen=True)
class Meta:
    """A `<meta>` of the page, in the head before or after the loader's tag, or in the body."""

    text: str
    place: Literal["before", "after", "body"] = "before"


@dataclass(frozen=True)
class Probe:
    """One thing that the page asks for, and whether it gets it. `letter`: by the standard's text, None where browsers agree.

    `made`: by a script of the page, else it stands in the HTML. `via`: the address that is asked, which redirects to `url`.
    """

    kind: Destination
    url: str | None
    allowed: bool
    letter: bool | None = None
    nonce: str = ""
    integrity: str = ""
    made: bool = False
    inline: bool = False
    via: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Case:
    """A page, its policies, and what it may do. `headers` are whole values, as they are sent."""

    name: str
    page: str = OWN
    headers: tuple[str, ...] = ()
    report_only: tuple[str, ...] = ()
    metas: tuple[Meta, ...] = ()
    probes: tuple[Probe, ...] = ()


def frame(allowed: bool, letter: bool | None = None, url: str = f"{C}/w") -> Probe:  # noqa: FBT001 - reads as a table's column
    return Probe("frame", url, allowed, letter)


def loader(allowed: bool, letter: bool | None = None, *, nonce: str = "", integrity: str = "") -> Probe:  # noqa: FBT001 - a column
    return Probe("script", LOADER_URL, allowed, letter, nonce, integrity)


def made(allowed: bool, *, nonce: str = "") -> Probe:  # noqa: FBT001 - a column
    return Probe("script", LOADER_URL, allowed, nonce=nonce, made=True)


def imported(allowed: bool, *, nonce: str = "") -> Probe:  # noqa: FBT001 - a column
    return Probe("script", RECORDER_URL, allowed, nonce=nonce, note=IMPORTED)


def fetch(url: str, allowed: bool, letter: bool | None = None) -> Probe:  # noqa: FBT001 - a column
    return Probe("connect", url, allowed, letter)


def worker(allowed: bool, letter: bool | None = None, url: str = f"{OWN}/worker.js") -> Probe:  # noqa: FBT001 - a column
    return Probe("worker", url, allowed, letter, made=True)


def image(url: str, allowed: bool, letter: bool | None = None) -> Probe:  # noqa: FBT001 - a column
    return Probe("image", url, allowed, letter)


def inline(kind: Destination, allowed: bool, letter: bool | None = None) -> Probe:  # noqa: FBT001 - a column
    return Probe(kind, None, allowed, letter, inline=True)


def case(name: str, policy: str, *probes: Probe, page: str = OWN) -> Case:
    return Case(name, page, headers=(policy,), probes=probes)


def frame_source(name: str, source: str, allowed: bool, letter: bool | None = None, url: str = f"{C}/w") -> Case:  # noqa: FBT001 - a column
    return case(name, f"frame-src {source}", frame(allowed, letter, url))
