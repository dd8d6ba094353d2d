"""Small pieces of Markdown."""

from collections.abc import Iterable, Sequence

MARK = "<!-- Written by `make docs` from the code. Do not edit. -->"


def page(title: str, *blocks: str) -> str:
    """A whole page: the mark, a title, blocks with an empty line between them."""
    return "\n\n".join([MARK, f"# {title}", *(block.strip("\n") for block in blocks if block)]) + "\n"


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; an empty string where there are no rows."""
    lines = [f"| {' | '.join(cell(text) for text in row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *lines])


def code(text: str) -> str:
    """A word of code."""
    return f"`{text}`"


def listed(words: Iterable[str], last: str = "or") -> str:
    """Words as a person lists them: `a`, `b` or `c`."""
    *before, end = [*words] or [""]
    return f"{', '.join(before)} {last} {end}" if before else end


def anchor(title: str) -> str:
    """The fragment of a heading, as forges and most renderers make it."""
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")
