"""Pages by chance: one to three policies around the manifest's hosts, our tag, and a widget (csp contract 7.1).

Shared by the comparison with Chromium and by the laws of the doctor. Run `HALLOO_TEST_SEED=… HALLOO_CSP_POLICIES=2000` for more.
"""

import base64
import hashlib
import os
from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

from halloo.csp.model import Delivery, Deployment, Disposition, Feature, Given, Page, Pinned, Role, Tag
from tests.csp.case import LOADER, C
from tests.csp.requested import Requested, requests

WIDGET = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
ROLES: tuple[Role, ...] = ("client", "relay", "rescue", "image", "storage", "game", "stream")
HOSTS: dict[Role, str] = {role: f"https://{role}.chat.test" for role in ROLES}
RIGHT_NONCE, WRONG_NONCE = "aB", "ab"
SCRIPT = "(window.halloo_ran = window.halloo_ran || []).push(1);"
INLINE = "window.inlined = 1"
STYLE = "p { color: red }"

Place = Literal["before", "after", "body"]


def hashed(text: str, algorithm: str = "sha384") -> str:
    """The hash of a text as a policy and `integrity` have it."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, text.encode()).digest()).decode()}"


PINNED = Pinned(f"{C}/public/loader/{'0' * 96}.js", hashed(LOADER))


@dataclass(frozen=True)
class Drawn:
    """A page as it was drawn. `joined`: all headers of a disposition come in one line, split at commas."""

    policies: tuple[Given, ...]
    tag: Tag
    deployment: Deployment
    origin: str
    joined: bool
    requests: tuple[Requested, ...] = ()

    @property
    def page(self) -> Page:
        """The page as the doctor sees it."""
        return Page(self.policies, self.origin, self.tag)

    def headers(self, disposition: str) -> tuple[str, ...]:
        """The values of the headers of this disposition."""
        parts = [one.text for one in self.policies if one.delivery == "header" and one.disposition == disposition]
        return (", ".join(parts),) if self.joined and parts else tuple(parts)

    @property
    def metas(self) -> tuple[tuple[str, Place], ...]:
        """Each `<meta>` and where it stands."""
        return tuple((one.text, place_of(one)) for one in self.policies if one.delivery == "meta")


def place_of(given: Given) -> Place:
    """Where a `<meta>` stands."""
    if not given.in_head:
        return "body"
    return "before" if given.before_tag else "after"


_NAMES = [*(f"{role}.chat.test" for role in ROLES), "client.chat.test", "client.chat.test", "site.test", "evil.test"]
_WIDE = [
    "*",
    "https:",
    "http:",
    "wss:",
    "ws:",
    "data:",
    "blob:",
    "https://*",
    "*.test",
    "https://*.test",
    "http://*.test",
]
_WIDER = ["*.chat.test", "https://*.chat.test", "wss://*.chat.test", "http://*.chat.test", "https://*.chat.test:*"]
_KEYWORDS = ["'self'", "'SELF'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "'strict-dynamic'", "'unsafe-hashes'"]
_RARE = [
    "'report-sample'",
    "'wasm-unsafe-eval'",
    "'Strict-Dynamic'",
    "'None'",
    "'trusted-types-eval'",
    "'report-sha256'",
    "'unsafe-allow-redirects'",
]
_PROOFS = [
    f"'nonce-{RIGHT_NONCE}'",
    f"'NONCE-{RIGHT_NONCE}'",
    f"'nonce-{WRONG_NONCE}'",
    f"'{hashed(LOADER)}'",
    f"'{hashed(LOADER)}'",
    f"'{hashed(SCRIPT)}'",
    f"'{hashed(SCRIPT).translate(str.maketrans('+/', '-_'))}'",
    f"'{hashed(INLINE, 'sha256')}'",
    f"'{hashed(STYLE, 'sha512')}'",
    f"'{hashed('something else', 'sha256')}'",
]
_NOISE = [
    "'foo'",
    "self",
    "none",
    "https://a_b.test",
    "http://[::1]:81",
    "https://*.*.test",
    "https://chat.*",
    "ok$bad",
    "%",
    "'nonce-'",
    f"'nonce-{RIGHT_NONCE}",
    f"nonce-{RIGHT_NONCE}",
    f"'nonce-{RIGHT_NONCE}='",
    f"'{hashed(LOADER).replace('sha', 'sha-')}'",
    "'sha256-abcde'",
    f"{C}:99999",
    f"{C}:",
    f"{C}?x",
    f"{C}#x",
    "//client.chat.test",
    "https:*",
    "https:/client.chat.test",
    "client.chat.test/public/",
    "*/public/",
    "*:8443",
    "wss://*",
    "*.test:*",
    "https://.chat.test",
    "https://*client.chat.test",
]
_PATHS = [
    "/",
    "/public/",
    "/public/embed/",
    f"/public/widget/{WIDGET}",
    f"/public/widget/{WIDGET}/",
    "/relay",
    "/s.js",
    "/PUBLIC/",
]
_ODD_PATHS = ["/%70ublic/", "/public%2Fembed/", "/s.js?x", "/go", "/public/assets/"]
_PORTS = [":443", ":80", ":8443", ":*", ":0443", ":81", ":0"]
_DIRECTIVES = [
    "default-src", "default-src", "default-src", "script-src", "script-src", "script-src-elem", "frame-src", "frame-src",
    "child-src", "connect-src", "connect-src", "worker-src", "script-src-attr", "style-src", "style-src-elem", "style-src-attr",
    "img-src", "font-src", "media-src", "object-src", "manifest-src",
]  # fmt: skip
_OTHERS = [
    "base-uri 'none'",
    "form-action 'self'",
    "unknown-src 'none'",
    "report-uri /reports",
    "frame-ancestors *",
    "report-to halloo",
    "webrtc 'block'",
    "block-all-mixed-content",
    "plugin-types",
    "DEFAULT-SRC",
]
_ODD = [
    "é x",
    "default-src é",
    f"frame-src https://é.test {C}",
    "script-src\u00a0'none'",
    "Script-Src é; script-src 'none'",
]
_ODDER = [
    "\x01x",
    "script-src 'none' \x01",
    "frame-src\v'none'",
    "\vconnect-src 'none'",
    f"child-src {C}\v'self'",
    "x\x7f y",
]
"""What is no ASCII, and control characters, which only a `<meta>` can bring."""


@st.composite
def _hosts(draw: st.DrawFn) -> str:
    scheme = draw(
        st.sampled_from(["https://", "https://", "https://", "", "", "http://", "wss://", "ws://", "HTTPS://"])
    )
    name = draw(st.sampled_from(_NAMES))
    name = draw(st.sampled_from([name, name, name, name, name.upper(), f"{name}.", f"*.{name}"]))
    port = draw(st.sampled_from(["", "", "", "", draw(st.sampled_from(_PORTS))]))
    path = draw(st.sampled_from(["", "", "", "", draw(st.sampled_from(_PATHS)), draw(st.sampled_from(_ODD_PATHS))]))
    return f"{scheme}{name}{port}{path}"


_EXACT = st.sampled_from(sorted({*HOSTS.values(), C, "wss://relay.chat.test", "https://site.test"}))
_SOURCE = st.one_of(
    st.sampled_from(_KEYWORDS),
    _EXACT,
    _hosts(),
    st.sampled_from(_WIDE + _WIDER),
    st.sampled_from(_PROOFS),
    st.sampled_from(_KEYWORDS + _RARE + _NOISE),
)


@st.composite
def directives(draw: st.DrawFn) -> str:
    """One directive with up to five sources."""
    name = draw(st.sampled_from(_DIRECTIVES))
    name = draw(st.sampled_from([name, name, name, name.upper()]))
    sources = draw(st.lists(_SOURCE, max_size=5))
    return draw(st.sampled_from([" ", " ", " ", "\t", "  "])).join([name, *sources])


@st.composite
def policies(draw: st.DrawFn, *, meta: bool = False) -> str:
    """The text of a policy that has a directive."""
    parts = draw(st.lists(directives(), min_size=1, max_size=5))
    if draw(st.integers(0, 4)) == 0:
        parts.insert(draw(st.integers(0, len(parts))), draw(st.sampled_from(_OTHERS)))
    if draw(st.integers(0, 9)) == 0:
        parts.insert(draw(st.integers(0, len(parts))), draw(st.sampled_from(_ODD + _ODDER if meta else _ODD)))
    text = draw(st.sampled_from(["; ", ";", " ;  "])).join(parts)
    return text + draw(st.sampled_from(["", "", ";", " ; "]))


_How = tuple[Delivery, Disposition, bool, bool]
_HEADER: _How = ("header", "enforce", True, True)
_REPORT_ONLY: _How = ("header", "report", True, True)
_META: _How = ("meta", "enforce", True, True)
_LATE: _How = ("meta", "enforce", True, False)
_BODY: _How = ("meta", "enforce", False, False)
_HOWS: tuple[_How, ...] = (*[_HEADER] * 5, *[_REPORT_ONLY] * 2, *[_META] * 2, _LATE, _BODY)


@st.composite
def delivered(draw: st.DrawFn) -> Given:
    """A policy as it is delivered."""
    how = draw(st.sampled_from(_HOWS))
    delivery, disposition, in_head, before = how
    text = draw(policies(meta=delivery == "meta"))
    if delivery == "meta" and draw(st.integers(0, 5)) == 0:
        text += ", " + draw(policies(meta=True))
    return Given(text, delivery, disposition, None, in_head, before)


ORIGINS = (
    *["https://site.test"] * 6, "http://site.test", "http://site.test", "http://site.test:81",
    "https://site.test:8443", "https://chat.test", C,
)  # fmt: skip
_FEATURES: tuple[Feature, ...] = (
    "files",
    "audio",
    "images",
    "sounds",
    "calls",
    "cobrowse",
    "wait_game",
    "outbound",
    "pusher",
)


@st.composite
def deployments(draw: st.DrawFn) -> Deployment:
    """A widget on hosts of its own, or with the relay on the client's."""
    return Deployment(
        hosts=draw(st.sampled_from([HOSTS, HOSTS, {**HOSTS, "relay": C}])),
        features=frozenset({"chat", *draw(st.sets(st.sampled_from(_FEATURES)))}),
        domains=(),
        widget_id=WIDGET,
        pinned=PINNED,
        verified_embedding=draw(st.integers(0, 3)) == 0,
    )


@st.composite
def tags(draw: st.DrawFn) -> Tag:
    """Our tag: with or without a nonce, evergreen or pinned, in the HTML or made by a script."""
    nonce = draw(st.sampled_from(["", RIGHT_NONCE]))
    pinned = draw(st.integers(0, 3)) == 0
    return Tag(nonce, PINNED.integrity if pinned else "", pinned=pinned, made=draw(st.integers(0, 4)) == 0)


@st.composite
def pages(draw: st.DrawFn) -> Drawn:
    """A page of one to three policies."""
    found = draw(st.lists(delivered(), min_size=1, max_size=3))
    order = {("header", "enforce"): 0, ("header", "report"): 1, ("meta", "enforce"): 2}
    metas = {"before": 0, "after": 1, "body": 2}
    found.sort(key=lambda one: (order[one.delivery, one.disposition], metas[place_of(one)]))
    page = draw(st.sampled_from(ORIGINS))
    further = draw(requests(page, RIGHT_NONCE))
    return Drawn(tuple(found), draw(tags()), draw(deployments()), page, draw(st.booleans()), further)


def seeded(usual: int) -> int:
    """What chance begins with in this run: printed, and taken from HALLOO_TEST_SEED, so that a landing depends on no luck."""
    number = int(os.environ.get("HALLOO_TEST_SEED", usual))
    print(f"HALLOO_TEST_SEED={number}")  # noqa: T201 - pytest shows it where the test fails
    return number


def how_many(usual: int, name: str = "HALLOO_CSP_POLICIES") -> int:
    """How many are drawn: more on demand."""
    return int(os.environ.get(name, usual))


def quiet(count: int) -> dict[str, Any]:
    """Settings of Hypothesis for things that take their time."""
    from hypothesis import HealthCheck

    return {
        "max_examples": count,
        "deadline": None,
        "database": None,
        "print_blob": True,
        "suppress_health_check": list(HealthCheck),
    }
