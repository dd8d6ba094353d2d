"""HTML text as tokens, by the tokenizer of the HTML standard with scripts on: for policies in pages. Pure, in one pass over the text.

The standard library's parser takes quadratic time for some texts, and reads comments and scripts in ways no browser does.
"""

import html
import re
from collections.abc import Iterator, Mapping
from html.entities import html5
from string import ascii_lowercase, ascii_uppercase
from typing import Literal, NamedTuple

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_RAW = frozenset({"xmp", "iframe", "noembed", "noframes", "noscript", "style", "title", "textarea", "script"})
"""Elements whose content is text; `noscript` because browsers that ask for policies run scripts."""
_MARKUP = re.compile(r"<(?:[a-zA-Z!?]|/.)", re.DOTALL)
_NAME = re.compile(r"[a-zA-Z][^\t\n\f />]*")
_ATTRIBUTE = re.compile(
    r"[\t\n\f /]*+(?:(>)|([^\t\n\f />][^\t\n\f />=]*+)"
    r"(?:[\t\n\f ]*+=[\t\n\f ]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f >]*+)))?)"
)
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_MARK = re.compile(r"<!--|-->|<(/?)script(?=[\t\n\f />])", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|([a-zA-Z][a-zA-Z0-9]*)(;|=)?)")
_HIDES = re.compile(r"<script|<style", re.IGNORECASE)


class Token(NamedTuple):
    """A tag or text. `at`: where it begins. `text`: what stands there; for the start tag of an element of raw text, its content.

    `nonce_counts`: false where an attribute came twice or hides `<script` or `<style` (csp contract 1.4).
    """

    kind: Literal["start", "end", "text"]
    at: int
    name: str = ""
    text: str = ""
    attributes: Mapping[str, str] = {}
    nonce_counts: bool = True


def lower(text: str) -> str:
    """`text` with the letters of ASCII in lower case, and no others changed."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def normal(text: str) -> str:
    """`text` as the tokenizer takes it: without a byte order mark, lines ending in LF."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a document that is `normal`. Comments and the doctype are left out; no text is refused."""
    at = 0
    while at < len(text):
        found = _MARKUP.search(text, at)
        opened = len(text) if found is None else found.start()
        if opened > at:
            yield Token("text", at, text=text[at:opened])
            at = opened
            continue
        name = _NAME.match(text, at + 1)
        if name is not None:
            start = _tag("start", text, at, name)
            if start is None:
                return
            token, at = start
            if token.name in _RAW:
                end = _raw_end(text, at, token.name)
                token, at = token._replace(text=text[at:end]), end
            yield token
            if token.name == "plaintext":
                yield Token("text", at, text=text[at:])
                return
        elif text.startswith("</", at) and (name := _NAME.match(text, at + 2)):
            end_tag = _tag("end", text, at, name)
            if end_tag is None:
                return
            token, at = end_tag
            yield token
        else:
            at = _comment_end(text, at)


def _tag(kind: Literal["start", "end"], text: str, at: int, name: re.Match[str]) -> tuple[Token, int] | None:
    """A tag and where it ends; None where the document ends before it."""
    attributes: dict[str, str] = {}
    nonce_counts, position = True, name.end()
    while found := _ATTRIBUTE.match(text, position):
        position = found.end()
        if found[1]:
            return Token(kind, at, lower(name[0]), "", attributes, nonce_counts), position
        key, bare = lower(found[2]), found[5]
        if bare is not None and bare.startswith(("'", '"')):
            return None
        value = _decoded(next((one for one in (found[3], found[4], bare) if one is not None), ""))
        nonce_counts = nonce_counts and key not in attributes and not _HIDES.search(key) and not _HIDES.search(value)
        attributes.setdefault(key, value)
    return None


def _decoded(value: str) -> str:
    """An attribute's value with its character references replaced."""
    return (_REFERENCE.sub(_replaced, value) if "&" in value else value).replace("\0", "\ufffd")


def _replaced(found: re.Match[str]) -> str:
    name, after = found[1], found[2]
    if name is None:
        return html.unescape(found[0])
    if after == ";":
        return html5.get(f"{name};", found[0])
    return found[0] if after else html5.get(name, found[0])


def _comment_end(text: str, at: int) -> int:
    """Where a comment ends, or what counts as one: `<!doctype …>`, `<?…>`, `</ …>`."""
    if not text.startswith("<!--", at):
        end = text.find(">", at + 2)
        return len(text) if end < 0 else end + 1
    for abrupt in (">", "->"):
        if text.startswith(abrupt, at + 4):
            return at + 4 + len(abrupt)
    end_mark = _COMMENT_END.search(text, at + 4)
    return len(text) if end_mark is None else end_mark.end()


def _raw_end(text: str, at: int, name: str) -> int:
    """Where the content of an element of raw text ends: at its end tag, or with the document."""
    if name == "script":
        return _script_end(text, at)
    found = _END[name].search(text, at)
    return len(text) if found is None else found.start()


_END = {name: re.compile(rf"</{name}(?=[\t\n\f />])", re.IGNORECASE) for name in _RAW}


def _script_end(text: str, at: int) -> int:
    """Scripts that are in a comment may hold one more pair of script tags: the standard's “double escaped” states."""
    escaped = doubled = False
    while found := _SCRIPT_MARK.search(text, at):
        mark, at = found[0], found.end()
        if mark == "<!--":
            at -= 0 if escaped else 2
            escaped = True
        elif mark == "-->":
            escaped = doubled = False
        elif doubled:
            doubled = not found[1]
        elif found[1]:
            return found.start()
        else:
            doubled = escaped
    return len(text)
