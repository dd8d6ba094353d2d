"""Names of files: what is kept of the name that a sender gave, and the ending that fits what the file is. Pure."""

import re
import unicodedata

from halloo.files.types import ENDINGS

NAME_MAX = 180
"""Characters; a name of 255 bytes is as long as file systems take, and letters have up to four."""
_BYTES_MAX = 240
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, direction and joining marks, halves of pairs, private and unassigned characters, line ends."""
_PATH = re.compile(r"[/\\:]")
_FORBIDDEN = re.compile(r'[<>"|?*%;#&`$\x00-\x1f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_ENDING_MAX = 12


def clean_name(name: str) -> str:
    """The last part of a path, without what hides, redirects or means something to a system; `file` where nothing is left."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    text = _PATH.split(text.rstrip("/\\ "))[-1]
    text = "".join(" " if char.isspace() else char for char in text if unicodedata.category(char) not in _UNWANTED)
    text = " ".join(_FORBIDDEN.sub("_", text).split()).strip(". ")
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    return _short(text) or "file"


def fit_name(name: str, type_: str) -> str:
    """The name with an ending that belongs to the type: what follows a wrong one is added behind it, never put in its place."""
    endings = ENDINGS.get(type_, ("bin",))
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending.lower() in endings:
        return name
    return f"{_short(name, len(endings[0]) + 1)}.{endings[0]}"


def _short(text: str, room: int = 0) -> str:
    """At most as long as names may be, minus `room`; the ending stays."""
    stem, dot, ending = text.rpartition(".")
    tail = f".{ending}" if dot and stem and len(ending) <= _ENDING_MAX else ""
    head = text[: len(text) - len(tail)] if tail else text
    while head and (len(head) + len(tail) + room > NAME_MAX or len((head + tail).encode()) + room > _BYTES_MAX):
        head = head[:-1]
    return head.rstrip(". ") + tail if head else tail.lstrip(".")
