"""What the doctor found: one line a thing, with what to do about it."""

import textwrap
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["ok", "warn", "bad"]
_MARKS: dict[Level, str] = {"ok": "✓", "warn": "!", "bad": "✗"}
_COLOURS: dict[Level, str] = {"ok": "32", "warn": "33", "bad": "31"}
_WIDTH = 110
_NAME = 22


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` is a short stable name, `found` what is so, `advice` what to do; empty where nothing is."""

    check: str
    level: Level
    found: str
    advice: str = ""

    def view(self) -> dict[str, Any]:
        """For programs."""
        return {"check": self.check, "level": self.level, "found": self.found, "advice": self.advice}

    def lines(self, *, colour: bool) -> str:
        """For people: mark, name and sentence; the advice below, indented."""
        mark = f"\x1b[{_COLOURS[self.level]}m{_MARKS[self.level]}\x1b[0m" if colour else _MARKS[self.level]
        indent = " " * (_NAME + 3)
        head = textwrap.fill(self.found, _WIDTH, initial_indent=indent, subsequent_indent=indent).lstrip()
        text = f"{mark} {self.check:<{_NAME}} {head}"
        for line in self.advice.splitlines():
            text += "\n" + textwrap.fill(
                line, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_long_words=False
            )
        return text


def ok(check: str, found: str) -> Finding:
    """As it should be."""
    return Finding(check, "ok", found)


def warn(check: str, found: str, advice: str) -> Finding:
    """It works, and could be better."""
    return Finding(check, "warn", found, advice)


def bad(check: str, found: str, advice: str) -> Finding:
    """Something is broken, or will be."""
    return Finding(check, "bad", found, advice)


def summary(findings: list[Finding]) -> str:
    """The last line."""
    count = {level: sum(one.level == level for one in findings) for level in _MARKS}
    if count["bad"]:
        return f"{count['bad']} to repair, {count['warn']} to consider, {count['ok']} in order."
    if count["warn"]:
        return f"Nothing to repair, {count['warn']} to consider, {count['ok']} in order."
    return f"All {count['ok']} in order."
