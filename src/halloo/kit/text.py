"""Text: cleaning what comes in, shortening what is shown, folding what is searched."""

import re
import unicodedata

_WORD = re.compile(r"\w+")
_EMAIL = re.compile(
    r"[^@\s<>\"(),:;\\\[\]\x00-\x1f\x7f]{1,64}@(?:[^@\s.<>\"(),:;\\\[\]\x00-\x1f\x7f]+\.)+[^@\s.<>\"(),:;\\\[\]\x00-\x1f\x7f]{2,63}"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DENSE = re.compile("([\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]+)")
"""Scripts that are written without spaces between words, and Hangul, whose endings hide the word."""
EMAIL_MAX = 254
EXCERPT = 140


def clean(text: str) -> str:
    """`text` without lone surrogates and without control characters that no screen shows; line ends become LF."""
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text) is not None:
        text = _CONTROL.sub("", text)
    if _SURROGATE.search(text) is not None:
        text = _SURROGATE.sub("\ufffd", text)
    return text


def excerpt(text: str, limit: int = EXCERPT) -> str:
    """`text` in one line of at most `limit` characters, with an ellipsis where something was left out."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_email(text: str) -> bool:
    """One `@` before a dotted domain, at most 254 characters."""
    return len(text) <= EMAIL_MAX and _EMAIL.fullmatch(text) is not None


def fold(text: str) -> str:
    """`text` as search compares it: compatibility forms, no case, no marks."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not _is_mark(c)))


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) == "Mn" and char not in "\u3099\u309a"


def search_words(text: str) -> list[str]:
    """The folded words of `text`, in order. Runs of scripts without spaces become overlapping pairs of characters."""
    words: list[str] = _WORD.findall(fold(text))
    if text.isascii():
        return words
    return [part for word in words for run in _DENSE.split(word) if run for part in _pairs(run)]


def _pairs(run: str) -> list[str]:
    if _DENSE.match(run) is None:
        return [run]
    return [run[i : i + 2] for i in range(max(1, len(run) - 1))]
