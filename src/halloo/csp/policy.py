"""Content Security Policy Level 3: parse and match. Pure (csp contract 1)."""

from dataclasses import dataclass
from typing import Literal

from halloo.csp.model import Delivery, Destination, Disposition

SourceKind = Literal["keyword", "nonce", "hash", "scheme", "host", "invalid"]


@dataclass(frozen=True, slots=True)
class Source:
    """One source expression, `text` as written. Keyword, scheme, host and hash algorithm in lower case.

    `port`: digits, `*` or empty. `path`: still encoded, empty where none is written. `value`: the keyword with its quotes, the
    nonce, or the hash's base64.
    """

    text: str
    kind: SourceKind
    value: str = ""
    algorithm: str = ""
    scheme: str = ""
    host: str = ""
    port: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Directive:
    """`name` in lower case; `values` as written, in order; `sources` what they mean."""

    name: str
    values: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A parsed policy. `self_origin` None: opaque, or unknown."""

    directives: tuple[Directive, ...]
    self_origin: str | None
    delivery: Delivery = "header"
    disposition: Disposition = "enforce"
    text: str = ""

    def get(self, name: str) -> Directive | None:
        """The directive of this name."""
        return next((one for one in self.directives if one.name == name), None)


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
