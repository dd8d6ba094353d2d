"""Permissions-Policy as far as the widget's frame needs it: what the page's header leaves to the client origin (csp contract 4.1.6).

The header is a dictionary of structured fields (RFC 8941): the last of equal keys counts, and one that cannot be read counts as none.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*")
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_OTHER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,3})?|:[A-Za-z0-9+/=]*:|\?[01]")
_SPACE = re.compile(r" *")
_BLANK = re.compile(r"[ \t]*")
_EVERYBODY = "*"
_SELF = "self"


class _UnreadableError(Exception):
    """The header is no dictionary of structured fields."""


class _Reader:
    """A header's value, read from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def dictionary(self) -> dict[str, list[str]]:
        """Every feature with its list; `self` and `*` as they are, origins with their quotes."""
        found: dict[str, list[str]] = {}
        self._take(_SPACE)
        while self._at < len(self._text):
            key = self._need(_KEY)
            found[key] = self._member()
            self._take(_BLANK)
            if self._at == len(self._text):
                break
            self._expect(",")
            self._take(_BLANK)
            if self._at == len(self._text):
                raise _UnreadableError
        return found

    def _member(self) -> list[str]:
        members = self._value() if self._skip("=") else []
        self._parameters()
        return members

    def _value(self) -> list[str]:
        if not self._skip("("):
            return self._item()
        members: list[str] = []
        while True:
            self._take(_SPACE)
            if self._skip(")"):
                return members
            members += self._item()
            self._parameters()
            if self._text[self._at : self._at + 1] not in {" ", ")"}:
                raise _UnreadableError

    def _item(self) -> list[str]:
        """Tokens and strings as they are; whatever else there may be allows nobody."""
        if found := self._take(_STRING) or self._take(_TOKEN):
            return [found]
        self._need(_OTHER)
        return []

    def _parameters(self) -> None:
        while self._skip(";"):
            self._take(_SPACE)
            self._need(_KEY)
            if self._skip("="):
                self._item()

    def _skip(self, sign: str) -> bool:
        if self._text.startswith(sign, self._at):
            self._at += len(sign)
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._skip(sign):
            raise _UnreadableError

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _need(self, pattern: re.Pattern[str]) -> str:
        found = self._take(pattern)
        if not found:
            raise _UnreadableError
        return found


def parse_permissions(values: Sequence[str]) -> dict[str, list[str]]:
    """Each feature's list, of all headers together; empty where they cannot be read."""
    try:
        return _Reader(", ".join(values)).dictionary()
    except _UnreadableError:
        return {}


def withheld(members: Sequence[str], client: str, page_origin: str | None) -> bool:
    """Whether a feature with this list reaches neither the page nor, through it, the client origin: it needs both."""
    if _EVERYBODY in members:
        return False
    own = _SELF in members or (page_origin is not None and _names(members, page_origin))
    theirs = _names(members, client) or (_SELF in members and page_origin == client)
    return not (own and theirs)


def completed(feature: str, members: Sequence[str], client: str, page_origin: str | None) -> str:
    """The feature with what it has and what it lacks: `camera=(self "https://client.example")`."""
    own = [] if page_origin is not None and _names(members, page_origin) else [_SELF]
    kept = [one for one in members if one != _SELF]
    client_too = [] if _names(members, client) else [f'"{client}"']
    return f"{feature}=({' '.join([*own, *kept, *client_too])})"


def _names(members: Sequence[str], origin: str) -> bool:
    return any(_is_origin(one[1:-1], origin) for one in members if one.startswith('"'))


def _is_origin(written: str, origin: str) -> bool:
    """Whether a string of the list is this origin, or a wildcard of a domain above it."""
    try:
        ours, theirs = urlsplit(written), urlsplit(origin)
        same = (ours.scheme, _port(ours.scheme, ours.port)) == (theirs.scheme, _port(theirs.scheme, theirs.port))
    except ValueError:
        return False
    host, name = ours.hostname or "", theirs.hostname or ""
    return same and (name.endswith(host[1:]) if host.startswith("*.") else host == name)


def _port(scheme: str, port: int | None) -> int:
    return port or (443 if scheme == "https" else 80)
