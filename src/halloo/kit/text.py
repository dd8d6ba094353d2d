"""Text: cleaning what comes in, shortening what is shown, folding what is searched."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@(?:[^@\s.<>\"(),:;\\\[\]]+\.)+[^@\s.<>\"(),:;\\\[\]]{2,63}")
EMAIL_MAX = 254
EXCERPT = 140


def clean(text: str) -> str:
    """`text` without lone surrogates and without control characters that no screen shows; line ends become LF."""
    text = text.encode("utf-8", "replace").decode() if _has_surrogate(text) else text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c >= " " or c in "\n\t")


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


def excerpt(text: str, limit: int = EXCERPT) -> str:
    """`text` in one line of at most `limit` characters, with an ellipsis where something was left out."""
    line = _SPACE.sub(" ", text[: limit * 4]).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_email(text: str) -> bool:
    """One `@` before a dotted domain, at most 254 characters."""
    return len(text) <= EMAIL_MAX and _EMAIL.fullmatch(text) is not None


def _is_dense(char: str) -> bool:
    """Scripts that are written without spaces between words."""
    return (
        "\u3040" <= char <= "\u30ff"
        or "\u3400" <= char <= "\u9fff"
        or "\uac00" <= char <= "\ud7af"
        or "\U00020000" <= char <= "\U0003ffff"
        or "\u0e00" <= char <= "\u0eff"
    )


def fold(text: str) -> str:
    """`text` as search compares it: compatibility forms, no case, no marks."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not _is_mark(c)))


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) == "Mn" and char not in "\u3099\u309a"


def search_words(text: str) -> list[str]:
    """The folded words of `text`, in order. Runs of scripts without spaces become overlapping pairs of characters."""
    words: list[str] = []
    for word in _WORD.findall(fold(text)):
        run = ""
        for char in word:
            if _is_dense(char) != bool(run and _is_dense(run[-1])) and run:
                words.extend(_pairs(run))
                run = ""
            run += char
        words.extend(_pairs(run))
    return words


def _pairs(run: str) -> list[str]:
    if not run or not _is_dense(run[0]):
        return [run] if run else []
    return [run[i : i + 2] for i in range(max(1, len(run) - 1))]
