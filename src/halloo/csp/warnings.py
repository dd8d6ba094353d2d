"""What is worth knowing of a policy's text, whether or not anything is blocked; and what it may do without (csp contract 4.1). Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from halloo.csp import model
from halloo.csp.model import Deployment, Given
from halloo.csp.policy import FETCH_DIRECTIVES, KNOWN_DIRECTIVES, parse_source, split_header
from halloo.csp.sheet import NONCE
from halloo.csp.sources import KEYWORDS, Source, split_url
from halloo.csp.vendors import names_vendor, vendor_of

MOST = 100
"""Warnings that are told of one policy: whoever has more has the first ones to deal with."""
_WHITE = "\t\n\f\r "
_SPACES = re.compile(f"[{_WHITE}]+")
_LISTS = FETCH_DIRECTIVES | {"base-uri", "form-action", "frame-ancestors", "navigate-to", "prefetch-src"}
_NOT_IN_META = frozenset({"frame-ancestors", "sandbox", "report-uri"})
_SCRIPTS = frozenset({"script-src", "script-src-elem"})
_UNQUOTED = re.compile(r"(?:nonce|sha256|sha384|sha512)-[A-Za-z0-9+/_=-]+")
_PROOFS = ("nonce-", "sha")
_WORDS = frozenset(keyword.strip("'") for keyword in KEYWORDS)
_CURLY = re.compile('[‘’“”"`]')
_IPV4 = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_NOT_NEEDED: dict[str, frozenset[str]] = {
    "style-src": frozenset({"'unsafe-inline'"}),
    "style-src-elem": frozenset({"'unsafe-inline'"}),
    "style-src-attr": frozenset({"'unsafe-inline'"}),
    "worker-src": frozenset({"blob:"}),
    "img-src": frozenset({"data:", "blob:"}),
    "font-src": frozenset({"data:"}),
    "media-src": frozenset({"blob:", "data:"}),
}
"""What other messengers ask for, by directive."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
"""What browsers refuse in a part, and the standard's text does not."""
_SHOWN = 80


class Remarks(NamedTuple):
    """What there is to say of one policy. `left_out`: how many warnings more there are than are told."""

    warnings: tuple[model.Warning, ...]
    removable: tuple[model.Warning, ...]
    left_out: int


def remarks(given: Given, deployment: Deployment) -> Remarks:
    """Read a policy for what is worth knowing. Whatever the text, nothing is raised, and time grows with its length alone."""
    reader = _Reader(deployment, vendors=names_vendor(given.text))
    for code, text in _of_delivery(given):
        reader.say(code, "", "", text)
    meta = given.delivery == "meta"
    if not meta or (given.in_head and given.disposition == "enforce"):
        whole = given.text.replace(NONCE, "nonce")
        for part in split_header(whole) if meta else (whole,):
            reader.read(part, meta=meta)
    return Remarks(tuple(reader.warnings.values()), tuple(reader.removable.values()), reader.left_out)


def _of_delivery(given: Given) -> Iterator[tuple[str, str]]:
    """How it came, whatever it says."""
    if given.delivery == "header":
        if given.joined:
            text = "A comma in a header's value starts a policy of its own, and each of them has to allow."
            yield "comma_in_header", text
        return
    if given.disposition == "report":
        yield "ignored_in_meta", "Browsers ignore a report-only policy in a <meta>. Send it as a header."
    elif not given.in_head:
        yield "meta_outside_head", "Browsers ignore a policy in a <meta> outside of <head>. Put it into the head."
    else:
        if not given.before_tag:
            yield "meta_after_tag", "The <meta> stands behind our tag and does not cover it. Put it first in the head."
        if "," in given.text:
            text = "Browsers begin another policy at a comma in a <meta>. Write two tags instead, or a semicolon."
            yield "comma_in_meta", text


@dataclass(slots=True)
class _Reader:
    """Goes through the parts of a policy and keeps what is told, each thing once."""

    deployment: Deployment
    vendors: bool
    """Whether a host of another messenger may stand there at all."""
    warnings: dict[tuple[str, str, str], model.Warning] = field(
        default_factory=dict[tuple[str, str, str], model.Warning]
    )
    removable: dict[tuple[str, str], model.Warning] = field(default_factory=dict[tuple[str, str], model.Warning])
    left_out: int = 0
    names: frozenset[str] = field(init=False)
    """Our hosts."""

    def __post_init__(self) -> None:
        parts = (split_url(origin) for origin in self.deployment.hosts.values())
        self.names = frozenset(one.host for one in parts if one is not None)

    def say(self, code: str, directive: str, source: str, text: str) -> None:
        """Tell of something, if there is room for it."""
        key = code, directive, source
        if key in self.warnings:
            return
        if len(self.warnings) >= MOST:
            self.left_out += 1
        else:
            self.warnings[key] = model.Warning(code, _shown(directive), _shown(source), text)

    def read(self, text: str, *, meta: bool) -> None:
        """Read one policy."""
        taken: set[str] = set()
        for piece in text.split(";"):
            part = piece and piece.strip(_WHITE)
            if not part:
                continue
            written, *values = _SPACES.split(part)
            name = written.lower()
            if name in taken:
                self.say(
                    "duplicate_directive", name, "", "It stands here twice. Only the first counts: put both together."
                )
                continue
            taken.add(name)
            if not part.isascii():
                found = next(one for one in (written, *values) if not one.isascii())
                advice = "Names of hosts are written in their xn-- form, quotes as '."
                self.say("non_ascii", name, found, f"Browsers skip the whole part for this letter. {advice}")
            elif _CONTROL.search(part):
                self.say(
                    "non_ascii", name, "", "Browsers skip the whole part for a control character in it. Take it out."
                )
            elif name not in KNOWN_DIRECTIVES:
                text = "Browsers know no directive of this name, and do nothing about it. Check how it is spelt."
                self.say("unknown_directive", name, "", text)
            elif meta and name in _NOT_IN_META:
                self.say(
                    "ignored_in_meta", name, "", "Browsers ignore this directive in a <meta>. Send it as a header."
                )
            elif name in _LISTS:
                self._read_list(name, values)

    def _read_list(self, name: str, values: list[str]) -> None:
        dynamic = name in _SCRIPTS and any(value.lower() == "'strict-dynamic'" for value in values)
        for value in dict.fromkeys(values):
            word = value.lower()
            if word in KNOWN_DIRECTIVES:
                text = f"A directive's name among the sources. Write a semicolon before it: “; {word} …”."
                self.say("missing_semicolon", name, value, text)
                return
            if word == "'none'" and len(values) > 1:
                self.say("none_with_others", name, value, "Beside other sources 'none' has no effect. Take it out.")
            elif word in _WORDS or (word.startswith(_PROOFS) and _UNQUOTED.fullmatch(value)):
                self.say(
                    "unquoted_keyword", name, value, f"Without quotes this is the name of a host. Write '{value}'."
                )
            else:
                self._read_source(name, value, dynamic=dynamic)

    def _read_source(self, name: str, value: str, *, dynamic: bool) -> None:
        source = parse_source(value, "browser")
        if source.kind == "invalid":
            self.say("invalid_source", name, value, f"This is no source and allows nothing. {_why_invalid(value)}")
            return
        if name in _NOT_NEEDED and value.lower() in _NOT_NEEDED[name]:
            self._spare(name, value, "Other messengers ask for it; Halloo does not need it.")
        if dynamic and (source.kind in {"host", "scheme"} or source.value == "'self'"):
            text = "Beside 'strict-dynamic' this counts for nothing in browsers that know that word."
            self.say("inert_under_strict_dynamic", name, value, text)
        if source.scheme in {"http", "ws"}:
            text = f"It allows what comes unencrypted, too. Write {source.scheme}s:{value.partition(':')[2]}."
            self.say("http_source", name, value, text)
        if source.kind == "host":
            self._read_host(name, value, source)

    def _read_host(self, name: str, value: str, source: Source) -> None:
        if "?" in value or "#" in value:
            text = "By the standard's text this is no source; browsers cut it at the mark. Write it without that part."
            self.say("readings_differ", name, value, text)
        if source.host[-1].isdigit() and _IPV4.fullmatch(source.host):
            text = "By the standard's text an IP address matches nothing; browsers let it match. Better give the host a name."
            self.say("ip_host", name, value, text)
        if source.path not in {"", "/"} and self._is_ours(source.host):
            text = "Addresses behind the host may change with an update. Write scheme and host alone."
            self.say("path_source", name, value, text)
        vendor = vendor_of(source.host) if self.vendors else None
        if vendor is not None and not self._is_ours(source.host):
            self._spare(name, value, f"A host of another messenger ({vendor}); Halloo does not need it.")
        elif source.host.startswith("*.") and self._covers_ours(source.host):
            text = "It trusts every sub-domain; Halloo needs no wildcard. Write the exact origin in its place, where it is needed."
            self._spare(name, value, text)

    def _spare(self, name: str, value: str, text: str) -> None:
        if len(self.removable) < MOST:
            self.removable.setdefault((name, value), model.Warning("removable", name, _shown(value), text))

    def _is_ours(self, host: str) -> bool:
        return host.removesuffix(".") in self.names

    def _covers_ours(self, host: str) -> bool:
        return any(name.endswith(host[1:]) for name in self.names)


def _why_invalid(value: str) -> str:
    if _CURLY.search(value):
        return "Quotes in policies are straight and single: '."
    if "[" in value:
        return "A policy cannot hold IPv6 addresses: give the host a name."
    if "_" in value and not value.startswith("'"):
        return "A policy cannot hold names with _: give the host another one."
    if value.startswith("'"):
        return "Browsers know no such word."
    if "*" in value:
        return "A * stands at the very beginning of a host, or for its port."
    return "Write a source as https://host."


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
