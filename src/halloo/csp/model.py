"""Plain values of the slice: addresses and needs of a widget, policies as they were delivered, a page, what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["client", "relay", "rescue", "image", "storage", "game", "stream"]
"""What a host is for; each is a setting `hosts.*`."""
Feature = Literal[
    "chat",
    "files",
    "audio",
    "images",
    "sounds",
    "bot_check",
    "rescue",
    "calls",
    "cobrowse",
    "wait_game",
    "outbound",
    "pusher",
]
Context = Literal["host", "frame", "game", "inbox"]
"""Whose policy: the customer's page, the widget's frame, the wait game, the operators' pages."""
Destination = Literal[
    "script",
    "script-attr",
    "eval",
    "wasm",
    "javascript-url",
    "style",
    "style-attr",
    "worker",
    "frame",
    "connect",
    "image",
    "font",
    "media",
    "manifest",
    "object",
    "prefetch",
]
"""What is loaded or run (csp contract 1.2). Script and style without a URL are the inline ones."""
Reading = Literal["letter", "browser"]
"""The standard's text, or what browsers do where they differ (csp contract 1.3, D1 to D9)."""
Delivery = Literal["header", "meta"]
Disposition = Literal["enforce", "report"]
Initiator = Literal["parser", "script", "import"]
Trust = Literal["auto", "host", "nonce", "hash"]
"""By what a page's policy lets our script in."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """The pinned loader: its address and its `integrity` (`sha384-…`)."""

    url: str
    integrity: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """One widget as policies see it. `hosts` has the origins in force, without roles that have none.

    `public`: where the operators' pages are, None where that is the client origin.
    """

    hosts: Mapping[Role, str]
    features: frozenset[Feature]
    domains: tuple[str, ...] = ()
    widget_id: str = ""
    pinned: Pinned | None = None
    verified_embedding: bool = False
    public: str | None = None

    @property
    def client(self) -> str:
        """The origin of loader and frame."""
        return self.hosts["client"]

    @property
    def loader_url(self) -> str:
        """The evergreen loader's address."""
        return f"{self.client}/public/embed/{self.widget_id}"

    @property
    def frame_url(self) -> str:
        """The frame's address, without its query."""
        return f"{self.client}/public/widget/{self.widget_id}"


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a document must be allowed to do. `schemes` of `host`: `https`, `wss`, or their plain forms on this machine."""

    id: str
    feature: Feature
    context: Context
    destination: Destination
    host: Role
    schemes: tuple[Literal["http", "https", "ws", "wss"], ...]
    path: str
    initiator: Initiator
    required: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A policy's text as it came: one part of a header, or the whole of a `<meta>`.

    `line`: where it stands in the HTML, from 1. `in_head`, `before_tag`: whether a `<meta>` is in the head, and before our tag.
    `joined`: whether its header had more, with commas between.
    """

    text: str
    delivery: Delivery = "header"
    disposition: Disposition = "enforce"
    line: int | None = None
    in_head: bool = True
    before_tag: bool = True
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """Our script's tag: in the HTML, or made by a script of the page (`made`).

    `nonce`: `{NONCE}` for whatever the page has. `trusted_types`: name of the page's policy that makes the address of a tag that is
    made, empty where none does or it is not known.
    """

    nonce: str = ""
    integrity: str = ""
    pinned: bool = False
    made: bool = False
    trusted_types: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A customer's page as the doctor sees it. `origin` None: unknown, as when a policy alone was pasted.

    `permissions_policy`, `feature_policy`, `coep`: values of these headers, in order.
    """

    policies: tuple[Given, ...] = ()
    origin: str | None = None
    tag: Tag = field(default_factory=Tag)
    permissions_policy: tuple[str, ...] = ()
    feature_policy: tuple[str, ...] = ()
    coep: tuple[str, ...] = ()


Level = Literal["required", "optional"]
Verdict = Literal["ok", "optional_blocked", "required_blocked"]
FixKind = Literal[
    "add_source",
    "add_directive",
    "replace_none",
    "nonce",
    "hash",
    "trusted_types",
    "permissions_policy",
    "sandbox",
    "allow_origin",
]


@dataclass(frozen=True, slots=True)
class Fix:
    """The smallest change that helps. `line` is what to write; `directive` empty where it is not one of a policy."""

    kind: FixKind
    directive: str
    value: str
    line: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A need that a policy blocks. `policy`: its index from 1, None for what is no policy's doing.

    `directive`: the effective one, `decided_by`: the one that stands in the policy, `blocked`: origin or keyword.
    """

    need: str
    feature: Feature
    level: Level
    policy: int | None
    directive: str
    decided_by: str
    blocked: str
    reading: Reading | Literal["both"]
    fix: Fix
    alternatives: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Warning:
    """Something worth knowing about a policy's text. `code`: one of the list in csp contract 4.1."""

    code: str
    directive: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A policy with what is worth knowing of it; `index` from 1, in the order of delivery."""

    index: int
    given: Given
    warnings: tuple[Warning, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """A policy's new text: the old parts untouched and in place, and what was added."""

    index: int
    delivery: Delivery
    text: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the doctor found (csp contract 4.2). `notes`: what is as it should be and worth saying, such as COEP.

    `tag`: our tag as the fixes want it; None where it may stay as it is.
    """

    widget_id: str
    page_origin: str | None
    verdict: Verdict
    policies: tuple[Examined, ...]
    findings: tuple[Finding, ...]
    fixed: tuple[Fixed, ...]
    removable: tuple[Warning, ...]
    warnings: tuple[Warning, ...] = ()
    notes: tuple[str, ...] = ()
    tag: Tag | None = None
