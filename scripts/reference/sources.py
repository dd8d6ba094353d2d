"""What can be read from the sources without running them: names of events, codes of refusals."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "halloo"
_EVENT = re.compile(r"[a-z]+(:[a-z_]+)+")
_SAY_CODES = {"error_body": 0, "refusal": 1, "ErrorFrame": 1, "_error": 1}
"""Functions that are handed a code, and as which argument."""


def _trees(pattern: str) -> Iterator[ast.Module]:
    for path in sorted(SOURCES.glob(pattern)):
        yield ast.parse(path.read_text())


def event_names() -> set[str]:
    """Names of facts as `facts.py` of each slice spells them; one that ends in `:` has ends that are chosen later."""
    found: set[str] = set()
    for tree in _trees("*/facts.py"):
        for node in ast.walk(tree):
            match node:
                case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]) if start.count(":") > 1:
                    found.add(start)
                case ast.Constant(value=str(text)) if _EVENT.fullmatch(text):
                    found.add(text)
                case _:
                    pass
    return found


def code_words() -> set[str]:
    """Codes that are written where something is refused, beside those of the refusals' own classes."""
    found: set[str] = set()
    for tree in _trees("**/*.py"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found |= set(_codes_of(node))
    return found


def _codes_of(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        match keyword:
            case ast.keyword(arg="code", value=ast.Constant(value=str(text))):
                yield text
            case _:
                pass
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    place = _SAY_CODES.get(name)
    if place is not None and len(call.args) > place:
        match call.args[place]:
            case ast.Constant(value=str(text)):
                yield text
            case _:
                pass
