"""Compare the messages of every language with English: the same keys and placeholders, the plural forms it needs.

python3 scripts/messages.py        prints what is wrong, one line each, and fails where anything is
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from steps import ROOT

CATALOGUE = ROOT / "web" / "messages"

LANGUAGES = {
    "de": {"one"},
    "fr": {"one"},
    "es": {"one"},
    "pt-BR": {"one"},
    "it": {"one"},
    "nl": {"one"},
    "ja": set[str](),
    "ar": {"zero", "one", "two", "few", "many"},
    "he": {"one", "two"},
}
"""Every shipped language but English, with the plural forms it needs beside `other`."""

_PLURAL = re.compile(r"\.(zero|one|two|few|many|other)$")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")

Messages = dict[str, str]


def main() -> int:
    """Print every fault; return how the process shall end."""
    files = sorted(path.name for path in (CATALOGUE / "en").glob("*.json"))
    faults = [] if files else ["web/messages/en holds no catalogue"]
    for file in files:
        english = _read(CATALOGUE / "en" / file)
        for language, forms in LANGUAGES.items():
            path = CATALOGUE / language / file
            if not path.exists():
                faults.append(f"{language}/{file} is missing")
                continue
            faults += [f"{language}/{file}: {fault}" for fault in compare(english, _read(path), forms)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def compare(english: Messages, other: Messages, forms: set[str]) -> list[str]:
    """Return what is wrong with a language's messages."""
    faults: list[str] = []
    plurals = {_PLURAL.sub("", key) for key in english if _PLURAL.search(key)}
    wanted = {key for key in english if not _PLURAL.search(key)} | {f"{base}.other" for base in plurals}
    needed = wanted | {f"{base}.{form}" for base in plurals for form in forms}
    faults += [f"“{key}” is missing" for key in sorted(needed - other.keys())]
    faults += [
        f"“{key}” is not in English"
        for key in sorted(other.keys() - english.keys())
        if _PLURAL.sub("", key) not in plurals
    ]
    for key in sorted(wanted & other.keys()):
        have, want = _placeholders(other[key]), _placeholders(english[key])
        if have != want:
            faults.append(f"“{key}” has the placeholders {sorted(have)}, English has {sorted(want)}")
    faults += [
        f"“{key}” is empty" for key, text in sorted(other.items()) if not text.strip() and english.get(key, "x").strip()
    ]
    return faults


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def _read(path: Path) -> Messages:
    read: Messages = json.loads(path.read_text(encoding="utf-8"))
    return read


if __name__ == "__main__":
    sys.exit(main())
