"""Feeds the doctor with pages that a coverage-guided fuzzer makes up: `python tests/csp/fuzz_page.py -runs=5000`.

The first byte chooses how the policies come; the rest is text: policies or HTML, and after a NUL further headers.
"""

import sys
from pathlib import Path

import atheris  # pyright: ignore[reportMissingImports] - not on every machine

sys.path[:0] = [
    str(Path(__file__).parents[2] / "src"),
    str(Path(__file__).parents[1] / "support"),
    str(Path(__file__).parents[2]),
]

with atheris.instrument_imports(include=["halloo.csp"]):  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue] - it has no types
    from halloo.csp.model import Given, Tag
    from tests.csp.hostile import examined, read


def once(data: bytes) -> None:
    """One input; anything raised is a find."""
    how = data[0] if data else 0
    text, *further = data[1:].decode("utf-8", "replace").split("\0")
    if how & 1:
        read(text, further[0] if further else "")
        return
    tag = Tag(further[0] if how & 2 and further else "", "", pinned=bool(how & 4), made=bool(how & 8))
    delivery = "meta" if how & 16 else "header"
    disposition = "report" if how & 32 else "enforce"
    examined([Given(one, delivery, disposition) for one in text.split("\n")[:8]], tag, further)


if __name__ == "__main__":
    atheris.Setup(sys.argv, once)  # pyright: ignore[reportUnknownMemberType] - it has no types
    atheris.Fuzz()  # pyright: ignore[reportUnknownMemberType] - it has no types
