"""A page's HTML as the doctor needs it: its policies in `<meta>` and whether they count, and the loader's tag (csp contract 1.1, 4)."""

import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import SplitResult, urljoin, urlsplit

from halloo.csp.html import Token, lower, normal, tokens
from halloo.csp.model import Deployment, Given, Tag

_SPACE = "\t\n\f\r "
_NOWHERE = "https://page.invalid/"
"""Stands for a page whose address is not known; addresses that need it are no one's."""
_PINNED = re.compile(r"/public/loader/[0-9a-f]{96}\.js")
_DEFAULT_PORT = {"https": 443, "http": 80}
_HTTP_EQUIV: dict[str, Literal["enforce", "report"]] = {
    "content-security-policy": "enforce",
    "content-security-policy-report-only": "report",
}
_JAVASCRIPT = re.compile(
    r"module|(?:text|application)/(?:x-)?(?:java|ecma)script|text/(?:jscript|livescript|javascript1\.[0-5])",
    re.IGNORECASE,
)
_IN_HEAD = frozenset(
    {"base", "basefont", "bgsound", "link", "meta", "noframes", "script", "style", "template", "title"}
)
_HEAD_ONLY = frozenset({"noscript"})
_CLOSERS = frozenset({"body", "html", "br"})
"""End tags that count as content; others before the body are passed over."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a page's HTML says. `tag` None: it has no tag of ours. `notes`: sentences about the tag. `seen`: there was any HTML."""

    metas: tuple[Given, ...] = ()
    tag: Tag | None = None
    notes: tuple[str, ...] = ()
    seen: bool = True


class _Place:
    """Where in the document the parser is, by the insertion modes of the HTML standard: whether a `<meta>` lands in the head."""

    def __init__(self) -> None:
        self._mode: Literal["before", "head", "after", "body"] = "before"
        self._templates = 0

    @property
    def in_head(self) -> bool:
        """Whether what just came is a child of `<head>`; `after` too, since the parser puts it back there."""
        return self._mode in ("head", "after")

    @property
    def inert(self) -> bool:
        """Whether what comes is content of a `<template>`."""
        return self._templates > 0

    def step(self, token: Token) -> None:
        """Take one token."""
        if token.name == "template":
            self._step_template(token)
        if self.inert or self._mode == "body":
            return
        if token.kind == "text":
            if html.unescape(token.text).strip(_SPACE):
                self._mode = "body"
        elif token.kind == "start":
            self._step_start(token.name)
        elif token.name == "head":
            self._mode = "after"
        elif token.name in _CLOSERS:
            self._mode = "body"

    def _step_template(self, token: Token) -> None:
        if token.kind == "end":
            self._templates = max(0, self._templates - 1)
            return
        if not self._templates and self._mode == "before":
            self._mode = "head"
        self._templates += 1

    def _step_start(self, name: str) -> None:
        if name == "html":
            return
        if name == "head" or name in _IN_HEAD or (name in _HEAD_ONLY and self._mode != "after"):
            self._mode = "head" if self._mode == "before" else self._mode
        else:
            self._mode = "body"


def read_html(text: str, deployment: Deployment, url: str = "") -> Document:
    """Read a page that was found at `url`. Whatever the text, nothing is raised, and time grows with its length alone."""
    text = normal(text)
    metas: list[tuple[int, Given]] = []
    tags: list[_Found] = []
    place, base = _Place(), url or _NOWHERE
    for token in _live(text, place):
        if token.name == "base" and base in (url, _NOWHERE):
            base = _joined(base, token.attributes.get("href", "")) or base
        elif token.name == "meta":
            disposition = _HTTP_EQUIV.get(lower(token.attributes.get("http-equiv", "")))
            content = token.attributes.get("content", "")
            if disposition is not None and content.strip(_SPACE):
                metas.append((token.at, Given(content, "meta", disposition, in_head=place.in_head)))
        elif token.name == "script":
            found = _script(token, deployment, base)
            tags += [] if found is None else [found]
    chosen = min(tags, key=lambda one: (one.rank, one.at), default=None)
    return Document(
        _placed(text, metas, chosen),
        None if chosen is None else chosen.tag,
        () if chosen is None else chosen.notes,
        seen=bool(text.strip(_SPACE)),
    )


def read_tag(text: str, deployment: Deployment) -> Document:
    """Read the loader's tag as somebody pasted it."""
    return read_html(text, deployment)


def read_meta(text: str) -> list[Given]:
    """A pasted `<meta>`, or what stands in its `content`: as if it stood in the head, before our tag."""
    if not text.lstrip(_SPACE).startswith("<"):
        return [Given(text, "meta")]
    metas = read_html(text, Deployment({"client": _NOWHERE}, frozenset())).metas
    return [replace(one, in_head=True, line=None) for one in metas]


@dataclass(frozen=True, slots=True)
class _Found:
    """A tag of ours. `rank`: the smaller, the surer that it is the one."""

    rank: int
    at: int
    tag: Tag
    notes: tuple[str, ...] = ()


def _live(text: str, place: _Place) -> Iterator[Token]:
    """The start tags of what is not inert, each when `place` has taken it."""
    for token in tokens(text):
        place.step(token)
        if token.kind == "start" and not place.inert:
            yield token


def _placed(text: str, metas: list[tuple[int, Given]], tag: _Found | None) -> tuple[Given, ...]:
    """The metas with their lines, and whether they come before our tag; before one that a script makes, all do."""
    if not metas:
        return ()
    ends = [found.start() for found in re.finditer("\n", text)]
    until = len(text) if tag is None or tag.tag.made else tag.at
    return tuple(replace(one, line=bisect_left(ends, at) + 1, before_tag=at < until) for at, one in metas)


def _script(token: Token, deployment: Deployment, base: str) -> _Found | None:
    """What a `<script>` has to do with us."""
    attributes = token.attributes
    kind = attributes.get("type", "").strip(_SPACE)
    runs = not kind or _JAVASCRIPT.fullmatch(kind) is not None
    if "src" not in attributes:
        ours = deployment.loader_url in token.text or f"{deployment.client}/public/loader/" in token.text
        pinned = deployment.loader_url not in token.text
        note = "A script of the page makes the tag; its nonce and integrity are not known."
        return _Found(3, token.at, Tag(pinned=pinned, made=True), (note,)) if ours and runs else None
    address = _split(_joined(base, attributes["src"]))
    if address is None or _origin(address) != _origin(urlsplit(deployment.client)):
        return None
    pinned = _PINNED.fullmatch(address.path) is not None
    if not pinned and not address.path.startswith("/public/embed/"):
        return None
    named = attributes.get("data-widget", "") if pinned else address.path.removeprefix("/public/embed/")
    same = not deployment.widget_id or named == deployment.widget_id
    notes = _notes(token, same=same, runs=runs)
    nonce = attributes.get("nonce", "") if token.nonce_counts else ""
    tag = Tag(nonce, attributes.get("integrity", ""), pinned, made=not runs)
    return _Found((0 if same else 1) + (0 if runs else 2), token.at, tag, notes)


def _notes(token: Token, *, same: bool, runs: bool) -> tuple[str, ...]:
    attributes = token.attributes
    found: list[str] = []
    if not same:
        found.append("The page has the tag of another widget.")
    if not runs:
        found.append("The tag's type is none that browsers run: it counts as made by the script that turns it on.")
    if attributes.get("nonce") and not token.nonce_counts:
        found.append("The tag's nonce does not count: an attribute stands there twice, or holds “<script” or “<style”.")
    if attributes.get("integrity") and "crossorigin" not in attributes:
        found.append('The tag has integrity without crossorigin: browsers refuse it. Add crossorigin="anonymous".')
    return tuple(found)


def _joined(base: str, address: str) -> str:
    """An address of the page in full; empty where it is none."""
    address = re.sub(r"[\t\n\r]", "", address.strip(_SPACE))
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _origin(address: SplitResult) -> tuple[str, str, int | None]:
    try:
        port = address.port
    except ValueError:
        port = 0
    return address.scheme, address.hostname or "", port or _DEFAULT_PORT.get(address.scheme)
