"""What must not stand in a log, found by its key and by its shape. Pure, and applied to every line."""

import re
from typing import Any, cast

HIDDEN = "[hidden]"
_LONGEST = 16_000
_DEEPEST = 6
_WORDS = ("password", "secret", "token", "authorization", "cookie", "credential", "api_key", "private_key")
"""Parts of the names of what is secret."""
_NAMES = frozenset(
    {"address", "body", "code", "content", "dsn", "email", "excerpt", "payload", "recipient", "text", "ticket"}
)
"""Names of what people said, or who they are."""
_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\w://[^\s/:@]*):[^\s/@]+@"), r"\1:" + HIDDEN + "@"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), r"\1 " + HIDDEN),
    (re.compile(r"\b(password|passwd|pwd|secret|token|access_token|api_key|sslpassword)=[^\s&'\"]+", re.IGNORECASE), r"\1=" + HIDDEN),
    (re.compile(r"(__Host-halloo)=[^\s;,'\"]+"), r"\1=" + HIDDEN),
    (re.compile(r"\bh(?:vt|lt|al|s|i)_[\w.~-]{8,}"), HIDDEN),
    (re.compile(r"\bwhsec_[\w+/=-]{8,}"), HIDDEN),
    (re.compile(r"\beyJ[\w-]{6,4096}+(?:\.[\w-]{6,}+){1,2}"), HIDDEN),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{40,}(?![\w-])", re.ASCII), HIDDEN),
    (re.compile(r"(?<![\w-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{43}(?![\w-])", re.ASCII), HIDDEN),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])"), HIDDEN),
    (re.compile(r"(?<![\w.+%-])[\w.+%-]++@(?=[\w-]+\.[\w.-]*\w)[\w.-]+"), HIDDEN),
    (re.compile(r"\b(DETAIL|CONTEXT|LINE \d+): .*?(?=\n\n(?:The above|During handling)|\Z)", re.DOTALL), r"\1: " + HIDDEN),
    (re.compile(r"(syntax for type \w+): .*"), r"\1: " + HIDDEN),
)  # fmt: skip
"""Passwords in addresses, headers, parameters, our tokens, signed values, random secrets, keys, mail addresses, and what a
database quotes from a row. Each takes time in proportion to the text, whatever somebody wrote into it."""
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, colours it, or turns the order of what is read; but tabs and line ends."""


def redact_text(text: str) -> str:
    """A text without anything that has the shape of a secret or of an address of somebody, and no longer than a log can bear."""
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    for shape, instead in _SHAPES:
        shown = shape.sub(instead, shown)
    return shown if shown.isascii() and shown.isprintable() else _UNSEEN.sub(_escaped, shown)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def redact(key: str, value: object, depth: int = 0) -> Any:
    """A value as it may stand in a log under this key."""
    name = key.lower()
    if value is None or isinstance(value, bool | int | float):
        return value
    if name in _NAMES or any(word in name for word in _WORDS):
        return HIDDEN
    if isinstance(value, str):
        return redact_text(value)
    return _inside(key, value, depth)


def _inside(key: str, value: object, depth: int) -> Any:
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, dict):
        entries = cast("dict[object, object]", value)
        return {redact_text(str(name)): redact(str(name), one, depth + 1) for name, one in entries.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(key, one, depth + 1) for one in cast("list[object]", value)]
    return redact_text(repr(value))
