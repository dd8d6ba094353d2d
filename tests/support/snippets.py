"""The code blocks of the manual's pages, as their readers copy them."""

import re
from pathlib import Path

MANUAL = Path(__file__).resolve().parent.parent.parent / "docs" / "embed"
HOST = "https://chat.example"
WIDGET = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
_HEADING = re.compile(r"^#{1,6} (.+)$")


def blocks(page: str) -> list[tuple[str, str, str]]:
    """Return (heading above it, kind, text) of every code block of a page."""
    found: list[tuple[str, str, str]] = []
    heading, kind, lines = "", None, list[str]()
    for line in (MANUAL / page).read_text("utf-8").splitlines():
        if line.startswith("```"):
            if kind is None:
                kind, lines = line[3:], []
            else:
                found.append((heading, kind, "\n".join(lines) + "\n"))
                kind = None
        elif kind is not None:
            lines.append(line)
        elif title := _HEADING.match(line):
            heading = title[1]
    return found


def block(page: str, heading: str, kind: str) -> str:
    """Return the first block of a kind under a heading."""
    return next(text for title, language, text in blocks(page) if (title, language) == (heading, kind))
