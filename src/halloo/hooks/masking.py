"""What is hidden from those who may not manage hooks, also where a receiver says it back (hooks contract 11 and 13). Pure."""

import html
import json
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, unquote_plus

from halloo.hooks.model import Attempt

MASK = "***"
SIGNATURES = frozenset({"webhook-signature", "x-crisp-signature", "x-crisp-signature-next"})
_SHORTEST = 4
"""Characters of what is looked for in an answer: less is no secret and stands in every text."""
_WORDS_MAX = 4


def mask_url(url: str) -> str:
    """An address without the values of its query."""
    before, mark, query = url.partition("?")
    return f"{before}?{'&'.join(_mask_pair(pair) for pair in query.split('&'))}" if mark else url


def _mask_pair(pair: str) -> str:
    """A pair without a name is a value too: `?KEY`, also one of base64, which ends in `=`."""
    name, _, value = pair.partition("=")
    return f"{name}={MASK}" if value.strip("=") else MASK if pair else ""


def mask_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Own headers without their values."""
    return dict.fromkeys(headers, MASK)


class Veil:
    """Hides what an attempt sent where its answer repeats it: own headers, the values of the query, signatures.

    Found is what is repeated as it was, or as JSON, HTML or a URL writes it, also where the end of a text cuts it off. Another
    encoding is not seen through.
    """

    def __init__(self, attempt: Attempt, headers: Mapping[str, str]) -> None:
        """`headers`: the hook's own."""
        plain = {*_of_query(attempt.url), *_of_headers(headers), *_of_head(attempt.request_head)}
        forms = {form for value in plain for form in _forms(value) if len(form) >= _SHORTEST}
        self._hidden = sorted(forms, key=lambda form: (-len(form), form))

    def over(self, text: str) -> str:
        """The text with stars in place of each."""
        for hidden in self._hidden:
            text = text.replace(hidden, MASK)
        for hidden in self._hidden:
            at = text.find(hidden[:_SHORTEST], max(0, len(text) - len(hidden) + 1))
            while at >= 0:
                if hidden.startswith(text[at:]):
                    return text[:at] + MASK
                at = text.find(hidden[:_SHORTEST], at + 1)
        return text


def _of_query(url: str) -> Iterable[str]:
    query = url.partition("?")[2]
    yield query
    for pair in query.split("&"):
        value = pair.partition("=")[2]
        yield value if value.strip("=") else pair


def _of_headers(headers: Mapping[str, str]) -> Iterable[str]:
    """Each value, and of a few words each: `Bearer KEY` is answered with `KEY is not valid`."""
    for value in headers.values():
        yield value
        words = value.split()
        if 1 < len(words) <= _WORDS_MAX:
            yield from words[1:]


def _of_head(head: bytes) -> Iterable[str]:
    for line in head.decode(errors="replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() in SIGNATURES:
            yield value.strip()
            for one in value.split():
                yield one
                yield one.removeprefix("v1,")


def _forms(value: str) -> Iterable[str]:
    plain = {value, unquote(value), unquote_plus(value)}
    for one in plain | {quote(one, safe=safe) for one in plain for safe in ("", "/", "%/?&=")}:
        for written in (one, json.dumps(one)[1:-1], json.dumps(one, ensure_ascii=False)[1:-1]):
            yield written
            yield written.replace("/", "\\/")
        yield html.escape(one)
