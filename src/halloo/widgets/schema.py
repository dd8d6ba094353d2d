"""A small schema for JSON objects: every key known, every value checked, every default filled in. Pure.

A `Group` is an object of fields. `check` refuses with the path of the first wrong key; `complete` fills in defaults and
never refuses what `check` accepted.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from halloo.widgets.errors import ConfigInvalid

Check = Callable[[Any, str], None]
"""Raises `ConfigInvalid` if the value at the path is wrong."""
Complete = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One value: its default, its check, and how defaults inside of it are filled in."""

    default: Any
    check: Check
    complete: Complete | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """An object with these keys and no others."""

    fields: Mapping[str, "Field | Group"]

    def check(self, value: Any, path: str) -> None:
        """Refuse a value that is no such object."""
        given = as_object(value, path)
        for name, inner in given.items():
            field = self.fields.get(name)
            if field is None:
                raise ConfigInvalid(f"{path}.{name}", "there is no such key.")
            field.check(inner, f"{path}.{name}")
        for name, field in self.fields.items():
            if isinstance(field, Field) and field.required and name not in given:
                raise ConfigInvalid(f"{path}.{name}", "this is missing.")

    def complete(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The checked object with every key, in the schema's order."""
        return {name: _complete(field, name, value) for name, field in self.fields.items()}


def _complete(field: Field | Group, name: str, value: Mapping[str, Any]) -> Any:
    if isinstance(field, Group):
        return field.complete(value.get(name, {}))
    given = value.get(name, field.default)
    return given if field.complete is None or given is None else field.complete(given)


def as_object(value: Any, path: str) -> dict[str, Any]:
    """The value, if it is a JSON object."""
    if not isinstance(value, dict):
        raise ConfigInvalid(path, "this must be an object.")
    return cast("dict[str, Any]", value)


def as_list(value: Any, path: str, low: int, high: int) -> list[Any]:
    """The value, if it is an array of `low` to `high` items."""
    if not isinstance(value, list):
        raise ConfigInvalid(path, "this must be an array.")
    items = cast("list[Any]", value)
    if not low <= len(items) <= high:
        raise ConfigInvalid(path, f"this takes {low} to {high} entries.")
    return items


def text(high: int, low: int = 0) -> Check:
    """A string of `low` to `high` characters."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise ConfigInvalid(path, "this must be a string.")
        if not low <= len(value) <= high:
            raise ConfigInvalid(
                path, f"this takes {low} to {high} characters." if low else f"at most {high} characters."
            )
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise ConfigInvalid(path, "this holds half a character (a lone surrogate).")

    return check


def boolean(value: Any, path: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise ConfigInvalid(path, "this must be true or false.")


def whole(low: int, high: int) -> Check:
    """A whole number of `low` to `high`."""

    def check(value: Any, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ConfigInvalid(path, f"this must be a whole number from {low} to {high}.")

    return check


def one_of(*choices: str) -> Check:
    """One of these strings."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str) or value not in choices:
            raise ConfigInvalid(path, f"this must be one of {', '.join(choices)}.")

    return check


def matching(pattern: str, what: str) -> Check:
    """A string that a pattern describes whole."""
    compiled = re.compile(pattern)

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            raise ConfigInvalid(path, f"this must be {what}.")

    return check


def or_null(check: Check) -> Check:
    """Null, or what `check` accepts."""

    def checked(value: Any, path: str) -> None:
        if value is not None:
            check(value, path)

    return checked


def listed(item: Check, high: int, low: int = 0, *, distinct: bool = False) -> Check:
    """An array of `low` to `high` items, each accepted by `item`."""

    def check(value: Any, path: str) -> None:
        items = as_list(value, path, low, high)
        for index, inner in enumerate(items):
            item(inner, f"{path}[{index}]")
        if distinct and has_repeats(items):
            raise ConfigInvalid(path, "each entry may stand there once.")

    return check


def has_repeats(items: Sequence[Any]) -> bool:
    """Whether something stands in a list of strings twice."""
    return len(set(items)) != len(items)
