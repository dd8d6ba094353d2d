"""How commands speak: sentences for people, JSON for programs."""

import sys
from typing import Any, NoReturn

from halloo.kit.json import dump


def say(value: Any, text: str, *, as_json: bool) -> None:
    """Print `value` as JSON, or `text`."""
    sys.stdout.write((dump(value).decode() if as_json else text) + "\n")


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as aligned columns, or a sentence where there are none."""
    if not rows:
        return "Nothing here yet."
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells
    )


def _cell(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - shown as text
    return "" if value is None else str(value)


def fail(message: str, code: str = "") -> NoReturn:
    """Say why it did not work, and end with exit code 1."""
    sys.stderr.write(f"halloo: {message}{f' ({code})' if code else ''}\n")
    sys.exit(1)
