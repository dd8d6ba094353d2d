"""JSON inside of scripts and documents: ASCII that cannot end the place it stands in (embedding contract 4.1)."""

import re

from halloo.kit.json import dump

_UNSAFE = re.compile(r"[^\x20-\x7e]|[<>&']")
_UNSAFE_LITERAL = re.compile(r"[^\x20-\x7e]|[<>&'\"\\]")


def json_block(value: object) -> str:
    r"""JSON text for a data block: `<`, `>`, `&`, `'` and all but printable ASCII are `\u` escapes."""
    return _UNSAFE.sub(_escaped, dump(value).decode())


def json_literal(value: object) -> str:
    r"""A JavaScript string literal, quotes included, for `JSON.parse`: quotes and backslashes are `\u` escapes as well.

    A parsed string keeps a key like `__proto__` data, which an object literal would not.
    """
    return f'"{_UNSAFE_LITERAL.sub(_escaped, dump(value).decode())}"'


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
