"""Content Security Policy Level 3: parse a policy, and say what it does with a load. Pure (csp contract 1).

`sources.py` has the expressions themselves. Every function that depends on where the standard's text and browsers differ takes a
`reading` (contract 1.3, D1 to D9).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from halloo.csp.hashes import code_listed, integrity_listed
from halloo.csp.model import Delivery, Destination, Disposition, Given, Reading
from halloo.csp.sources import Source, SourceKind, SourceList, parse_source, split_url

__all__ = [
    "CHAINS",
    "FETCH_DIRECTIVES",
    "KNOWN_DIRECTIVES",
    "Directive",
    "Load",
    "Policy",
    "Ruling",
    "Source",
    "SourceKind",
    "allowed",
    "deciding",
    "is_readable",
    "match_url",
    "may_create",
    "parse",
    "parse_source",
    "requires_trusted_types",
    "rule",
    "split_header",
]

_WHITE = "\t\n\f\r "
_WHITE_IN_BROWSERS = _WHITE + "\v"
_SPACES: Mapping[Reading, re.Pattern[str]] = {
    "letter": re.compile(f"[{_WHITE}]+"),
    "browser": re.compile(f"[{_WHITE_IN_BROWSERS}]+"),
}
_PRINTABLE: Mapping[Reading, re.Pattern[str]] = {
    "letter": re.compile(r"[\x00-\x7f]*"),
    "browser": re.compile(rf"[{_WHITE_IN_BROWSERS}\x21-\x7e]*"),
}
"""What a part may hold that is not skipped. D10: for browsers a vertical tab is a space, and a control character is refused."""
_ELEM = ("script-src-elem", "script-src", "default-src")
CHAINS: Mapping[Destination, tuple[str, ...]] = {
    "script": _ELEM,
    "javascript-url": _ELEM,
    "script-attr": ("script-src-attr", "script-src", "default-src"),
    "eval": ("script-src", "default-src"),
    "wasm": ("script-src", "default-src"),
    "style": ("style-src-elem", "style-src", "default-src"),
    "style-attr": ("style-src-attr", "style-src", "default-src"),
    "worker": ("worker-src", "child-src", "script-src", "default-src"),
    "frame": ("frame-src", "child-src", "default-src"),
    "connect": ("connect-src", "default-src"),
    "image": ("img-src", "default-src"),
    "font": ("font-src", "default-src"),
    "media": ("media-src", "default-src"),
    "manifest": ("manifest-src", "default-src"),
    "object": ("object-src", "default-src"),
    "prefetch": ("default-src",),
}
"""For each destination the name that reports carry, then its fallbacks: the first one present decides (contract 1.2; CSP3 6.8.3)."""
FETCH_DIRECTIVES = frozenset(name for chain in CHAINS.values() for name in chain)
_WITH_SOURCES = FETCH_DIRECTIVES | {
    "base-uri",
    "form-action",
    "frame-ancestors",
    "prefetch-src",
    "navigate-to",
    "fenced-frame-src",
}
KNOWN_DIRECTIVES = _WITH_SOURCES | {
    "block-all-mixed-content",
    "plugin-types",
    "report-to",
    "report-uri",
    "require-trusted-types-for",
    "sandbox",
    "trusted-types",
    "upgrade-insecure-requests",
    "webrtc",
}
"""Names that mean something to a browser, or once did."""
_SCRIPT_LISTS = frozenset({"script-src", "script-src-elem"})
_NOT_IN_META = frozenset({"frame-ancestors", "sandbox", "report-uri"})
_EVAL: Mapping[Destination, tuple[str, frozenset[str]]] = {
    "eval": ("eval", frozenset({"'unsafe-eval'"})),
    "wasm": ("wasm-eval", frozenset({"'unsafe-eval'", "'wasm-unsafe-eval'"})),
}
_ATTRIBUTES: frozenset[Destination] = frozenset({"script-attr", "style-attr", "javascript-url"})
_POLICY_NAME = re.compile(r"[A-Za-z0-9#=_/@.%-]+")
_STYLES: frozenset[Destination] = frozenset({"style", "style-attr"})


@dataclass(frozen=True, slots=True)
class Directive:
    """`name` in lower case; `values` as written, in order; `sources` what they mean, where the directive takes sources."""

    name: str
    values: tuple[str, ...]
    sources: tuple[Source, ...]
    _list: SourceList | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def list(self) -> SourceList:
        """The sources as they are matched; made when first asked for."""
        if self._list is None:
            object.__setattr__(self, "_list", SourceList(self.sources))
        return self._list or SourceList(self.sources)


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy. `self_origin` None: opaque, or unknown."""

    directives: tuple[Directive, ...]
    self_origin: str | None
    delivery: Delivery = "header"
    disposition: Disposition = "enforce"
    text: str = ""
    _by_name: Mapping[str, Directive] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {one.name: one for one in reversed(self.directives)})

    def get(self, name: str) -> Directive | None:
        """The directive of this name."""
        return self._by_name.get(name)


@dataclass(frozen=True, slots=True)
class Load:
    """One thing that is loaded or run.

    `url` None: inline, its `code` for hashes. `hops`: what it was redirected to, in order. `parser_inserted`: not made by a script.
    `nonce_counts`: false where an attribute of the element hides `<script` or came twice.
    """

    destination: Destination
    url: str | None = None
    nonce: str = ""
    integrity: str = ""
    parser_inserted: bool = True
    hops: tuple[str, ...] = ()
    code: str = ""
    nonce_counts: bool = True


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy says to a load.

    `effective`: the name that reports carry; `decided_by`: the directive that stands there, None without one. `blocked`: origin of
    the URL that is refused, or `inline`, `eval`, `wasm-eval`; empty where it is allowed.
    """

    allowed: bool
    effective: str
    decided_by: str | None
    blocked: str = ""


def split_header(value: str) -> list[str]:
    """A header's value, split at commas: each part is a policy of its own (contract 1.1.1)."""
    return [part for piece in value.split(",") if (part := piece.strip(_WHITE))]


def parse(given: Given, self_origin: str | None, reading: Reading) -> tuple[Policy, ...]:
    """The policies of one header part or one `<meta>`; none where it has no directives or does not count (contract 1.1, 1.5).

    Browsers split a `<meta>` at commas as well (D7), so that it may give several.
    """
    meta = given.delivery == "meta"
    if meta and (given.disposition == "report" or not given.in_head):
        return ()
    texts = [given.text] if meta and reading == "letter" else split_header(given.text)
    parsed = ((text, tuple(_directives(text, reading, meta=meta))) for text in texts)
    return tuple(
        Policy(directives, self_origin, given.delivery, given.disposition, text)
        for text, directives in parsed
        if directives
    )


def _directives(text: str, reading: Reading, *, meta: bool) -> Iterable[Directive]:
    taken: set[str] = set()
    white, spaces = _WHITE if reading == "letter" else _WHITE_IN_BROWSERS, _SPACES[reading]
    plain = text.isascii() and text.isprintable()  # then the one thing that is white is a space
    for piece in text.split(";"):
        part = piece and piece.strip(white)
        if not part:
            continue
        written, *rest = part.split(None, 1) if plain else spaces.split(part, maxsplit=1)
        name = written.lower()
        if name in taken:
            continue
        readable = plain or is_readable(part, reading)
        if readable or reading == "browser":
            taken.add(name)  # D9: for browsers also the name of a part that they skip
        if readable and not (meta and name in _NOT_IN_META):
            values = tuple(rest[0].split() if plain else spaces.split(rest[0])) if rest else ()
            meant = (
                {value: parse_source(value, reading) for value in dict.fromkeys(values)}
                if name in _WITH_SOURCES
                else {}
            )
            yield Directive(name, values, tuple(meant[value] for value in values if meant))


def is_readable(part: str, reading: Reading) -> bool:
    """Whether a part of a policy is not skipped for a character in it (contract 1.1.2, D9, D10)."""
    return _PRINTABLE[reading].fullmatch(part) is not None


def deciding(policy: Policy, destination: Destination) -> Directive | None:
    """The directive of the policy that decides about this destination; None: the policy allows it (contract 1.2)."""
    return next((found for name in CHAINS[destination] if (found := policy.get(name))), None)


def match_url(
    directive: Directive, url: str, policy: Policy, reading: Reading, *, redirected: bool = False, framed: bool = False
) -> bool:
    """Whether the directive's list matches this URL (contract 1.3).

    `redirected`: it was redirected to, so paths do not count; `framed`: it is a frame's address (D12).
    """
    parts = split_url(url)
    if parts is None:
        return False
    origin = split_url(policy.self_origin) if policy.self_origin else None
    return directive.list.matches(parts, origin, reading, redirected=redirected, framed=framed)


def rule(policy: Policy, load: Load, reading: Reading, *, trusted_types: bool | None = None) -> Ruling:
    """What this policy says to the load, whether it is enforced or not (contract 1.2 to 1.4).

    `trusted_types`: whether any policy of the page enforces them; not given, this one is asked.
    """
    effective = CHAINS[load.destination][0]
    directive = deciding(policy, load.destination)
    if directive is None:
        return Ruling(allowed=True, effective=effective, decided_by=None)
    if load.destination in _EVAL:
        enforced = requires_trusted_types(policy) if trusted_types is None else trusted_types
        blocked, words = _EVAL[load.destination]
        passes = bool(directive.list.keywords & words) or (
            load.destination == "eval" and enforced and "'trusted-types-eval'" in directive.list.keywords
        )
    elif load.url is None or load.destination in _ATTRIBUTES:
        passes, blocked = _inline(directive, load, reading), "inline"
    else:
        parts = split_url(load.url)
        passes, blocked = _external(policy, directive, load, reading), parts.origin if parts else ""
    return Ruling(passes, effective, directive.name, "" if passes else blocked)


def allowed(by_reading: Mapping[Reading, Sequence[Policy]], load: Load) -> bool:
    """Whether every enforced policy allows the load under both readings; for an IP address the browser's alone (D3)."""
    urls = [split_url(url) for url in (load.url, *load.hops) if url]
    by_address = any(url is not None and url.is_ip for url in urls)
    return all(
        rule(policy, load, reading, trusted_types=any(map(requires_trusted_types, enforced))).allowed
        for reading, policies in by_reading.items()
        if not (by_address and reading == "letter")
        for enforced in [[one for one in policies if one.disposition == "enforce"]]
        for policy in enforced
    )


def _external(policy: Policy, directive: Directive, load: Load, reading: Reading) -> bool:
    """CSP3 6.7.1.1, in its order: nonce, integrity, `'strict-dynamic'`, URL; each hop of a redirect must match."""
    listed, destination = directive.list, load.destination
    if destination in {"script", "style"} and _has_nonce(directive, load):
        return True
    if destination == "script" and integrity_listed(listed.hashes, load.integrity, reading):
        return True
    if "'strict-dynamic'" in listed.keywords:
        if destination == "script":
            return not load.parser_inserted
        if destination == "worker" and (directive.name == "script-src" or reading == "browser"):
            return True  # D4: browsers do not ask which directive it is
    if destination == "prefetch":
        return _prefetched(policy, load, reading)
    return _every_hop(policy, directive, load, reading)


def _prefetched(policy: Policy, load: Load, reading: Reading) -> bool:
    """Any fetch directive that allows it is enough. D14: browsers judge by their own rules for it."""
    # Lists of attributes are left out, hosts beside 'strict-dynamic' count for nothing, and what a worker may load is allowed.
    left_out = {"script-src-attr", "style-src-attr"} if reading == "browser" else set[str]()
    named = [one for one in policy.directives if one.name in FETCH_DIRECTIVES - left_out]
    if reading == "browser":
        named = [one for one in named if not (one.name in _SCRIPT_LISTS and "'strict-dynamic'" in one.list.keywords)]
    if any(_every_hop(policy, one, load, reading) for one in named):
        return True
    workers = deciding(policy, "worker")
    return reading == "browser" and workers is not None and "'strict-dynamic'" in workers.list.keywords


def _every_hop(policy: Policy, directive: Directive, load: Load, reading: Reading) -> bool:
    framed = load.destination == "frame"
    return match_url(directive, load.url or "", policy, reading, framed=framed) and all(
        match_url(directive, hop, policy, reading, redirected=True, framed=framed) for hop in load.hops
    )


def _has_nonce(directive: Directive, load: Load) -> bool:
    return bool(load.nonce) and load.nonce_counts and load.nonce in directive.list.nonces


def _inline(directive: Directive, load: Load, reading: Reading) -> bool:
    """CSP3 6.7.3.3: inline code, attributes and `javascript:`."""
    listed, scripted = directive.list, load.destination not in _STYLES
    dynamic = "'strict-dynamic'" in listed.keywords
    # D13: to browsers `default-src` is a list for scripts, also where it decides about styles.
    spoiled = dynamic and (scripted or (reading == "browser" and directive.name == "default-src"))
    if "'unsafe-inline'" in listed.keywords and not (listed.nonces or listed.hashes or spoiled):
        return True
    if load.destination in _ATTRIBUTES:
        return "'unsafe-hashes'" in listed.keywords and code_listed(listed.hashes, _hashed(load), reading)
    if _has_nonce(directive, load) or code_listed(listed.hashes, load.code, reading):
        return True
    return scripted and dynamic and not load.parser_inserted


def _hashed(load: Load) -> str:
    """What a hash stands for: of a `javascript:` address the whole."""
    bare = load.destination == "javascript-url" and not load.code.startswith("javascript:")
    return f"javascript:{load.code}" if bare else load.code


def requires_trusted_types(policy: Policy) -> bool:
    """Whether strings throw at the guarded sinks (contract 1.4)."""
    directive = policy.get("require-trusted-types-for")
    return directive is not None and "'script'" in directive.values


def may_create(policy: Policy, name: str, created: bool) -> bool:  # noqa: FBT001 - the shape that the parts agreed on
    """Whether a Trusted Types policy of this name may be made; `created`: there is one of this name already (contract 1.4)."""
    directive = policy.get("trusted-types")
    if directive is None:
        return True
    duplicates = any(value.lower() == "'allow-duplicates'" for value in directive.values)
    if (created and not duplicates) or _POLICY_NAME.fullmatch(name) is None:
        return False
    return name in directive.values or "*" in directive.values
