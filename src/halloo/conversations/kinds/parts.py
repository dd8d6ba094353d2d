"""Reads a JSON object member by member: every refusal names the place, and what nobody asked for is refused too."""

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

from halloo.conversations.errors import MessageRefused
from halloo.kit.ids import is_uuid
from halloo.kit.text import clean

URL_MAX = 2_048


class Part:
    """An object at a place such as `content.choices[2]`."""

    def __init__(self, value: object, at: str) -> None:
        """Raises `MessageRefused` where it is no object."""
        self._at = at
        if not isinstance(value, dict):
            raise refused(at, "an object is needed")
        self._left = dict(cast("dict[str, Any]", value))

    def place(self, name: str) -> str:
        """Where a member stands."""
        return f"{self._at}.{name}"

    def has(self, name: str) -> bool:
        """Whether a member is given, and is not null."""
        return self._left.get(name) is not None

    def text(self, name: str, most: int, least: int = 1) -> str:
        """A cleaned text of `least` to `most` characters."""
        value = self._left.pop(name, None)
        if not isinstance(value, str):
            raise refused(self.place(name), "a text is needed")
        text = clean(value).strip()
        if len(text) < least:
            raise refused(self.place(name), "it must not be empty")
        if len(text) > most:
            raise refused(self.place(name), f"at most {most:,} characters; this has {len(text):,}")
        return text

    def url(self, name: str) -> str:
        """An address with http or https and a host."""
        address = self.text(name, URL_MAX)
        if not is_web_address(address):
            raise refused(self.place(name), "an address that begins with https:// or http:// is needed")
        return address

    def number(self, name: str, most: float) -> float:
        """A number above 0, to three places."""
        value = self._left.pop(name, None)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= most:
            raise refused(self.place(name), f"a number above 0 and at most {most:,} is needed")
        return max(round(value, 3), 0.001)

    def whole_numbers(self, name: str, most: int, largest: int) -> list[int]:
        """A list of 1 to `most` whole numbers from 0 to `largest`."""
        value = self._left.pop(name, None)
        items = cast("list[object]", value) if isinstance(value, list) else []
        whole = [one for one in items if isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= largest]
        if not 1 <= len(items) <= most or len(whole) != len(items):
            raise refused(self.place(name), f"1 to {most} whole numbers from 0 to {largest} are needed")
        return whole

    def id(self, name: str) -> str:
        """A UUID in lower case."""
        value = self._left.pop(name, None)
        if not is_uuid(value):
            raise refused(self.place(name), "an id as it was given is needed")
        return cast("str", value)

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false; `default` where it is not given."""
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise refused(self.place(name), "true or false is needed")
        return value

    def word(self, name: str, among: tuple[str, ...]) -> str:
        """One of some words."""
        value = self._left.pop(name, None)
        if value not in among:
            raise refused(self.place(name), f"one of {', '.join(among)} is needed")
        return value

    def child(self, name: str) -> "Part":
        """An object inside."""
        return Part(self._left.pop(name, None), self.place(name))

    def children(self, name: str, most: int, least: int = 1) -> "Iterator[Part]":
        """The objects of a list of `least` to `most`."""
        value = self._left.pop(name, None)
        if not isinstance(value, list):
            raise refused(self.place(name), "a list is needed")
        items = cast("list[object]", value)
        if not least <= len(items) <= most:
            raise refused(self.place(name), f"{least} to {most} are needed; there are {len(items)}")
        return (Part(item, f"{self.place(name)}[{number}]") for number, item in enumerate(items))

    def end(self) -> None:
        """Nothing else may be there; null counts as not given."""
        for name, value in self._left.items():
            if value is not None:
                at = self.place(clean(name)[:50])
                raise MessageRefused(f"{at}: there is no such field to set here.", code="field_unknown", field=at)


def refused(at: str, why: str) -> MessageRefused:
    """The refusal of what stands at a place."""
    return MessageRefused(f"{at}: {why}.", field=at)


def is_web_address(text: str) -> bool:
    """Whether it is absolute, http or https, has a host, and holds no sign that an address cannot have."""
    if not text.isprintable() or any(sign in text for sign in ' "<>\\^`{|}'):
        return False
    try:
        found = urlsplit(text)
        port = found.port
    except ValueError:
        return False
    return found.scheme in {"http", "https"} and bool(found.hostname) and port != 0 and "@" not in found.netloc
