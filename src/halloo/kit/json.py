"""JSON bytes that equal `JSON.stringify(JSON.parse(bytes))` (hooks contract 2.2).

msgspec already escapes as that rule asks; what it does not do for values that users supplied is done by `canonical`.
"""

import math
from typing import Any, cast

import msgspec

MAX_SAFE = 2**53 - 1
MAX_DEPTH = 16
DATA_MAX = 64 * 1024
"""Bytes that the payload of a fact may have: the limits of what comes in keep it there (hooks contract 5)."""
INVALID_DATA = "invalid_data"
"""The code of a refusal for what cannot travel."""
_MAX_INDEX = 4294967294
_encoder = msgspec.json.Encoder()
_SMALL = 1e-5
_TINY = 1e-6


class NotJson(ValueError):
    """A value that cannot travel: a number out of range, a lone surrogate, too deep, or no JSON type."""


def dump(value: object) -> bytes:
    """Compact JSON bytes of a value of Halloo's own making, or one that went through `canonical`."""
    return _encoder.encode(value)


def canonical(value: object, depth: int = 0) -> Any:
    """A user-supplied value in the order and number forms of JavaScript. Raises `NotJson`."""
    if depth > MAX_DEPTH:
        msg = f"deeper than {MAX_DEPTH} levels"
        raise NotJson(msg)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if abs(value) > MAX_SAFE:
            msg = "an integer beyond 2^53-1"
            raise NotJson(msg)
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return [canonical(item, depth + 1) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return _ordered(cast("dict[Any, Any]", value), depth)
    msg = f"{type(value).__name__} is no JSON type"
    raise NotJson(msg)


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        msg = "a lone surrogate"
        raise NotJson(msg) from None
    return value


def _number(value: float) -> int | float | msgspec.Raw:
    if not math.isfinite(value):
        msg = "a number that is not finite"
        raise NotJson(msg)
    if value.is_integer():
        if abs(value) > MAX_SAFE:
            msg = "an integer beyond 2^53-1"
            raise NotJson(msg)
        return int(value)
    if _TINY <= abs(value) < _SMALL:  # here, and only here, the two layouts differ
        return msgspec.Raw(_without_exponent(value).encode())
    return value


def _without_exponent(value: float) -> str:
    """`4.69e-06` as `0.00000469`: the shortest digits, moved behind their zeros."""
    digits, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = digits.partition(".")
    fraction = "" if fraction == "0" else fraction
    zeros = "0" * (-int(exponent) - 1)
    return f"{'-' if value < 0 else ''}0.{zeros}{whole}{fraction}"


def _ordered(value: dict[Any, Any], depth: int) -> dict[str, Any]:
    indices: list[str] = []
    names: list[str] = []
    for key in value:
        if not isinstance(key, str):
            msg = "an object key that is no text"
            raise NotJson(msg)
        (indices if _is_index(key) else names).append(_text(key))
    return {key: canonical(value[key], depth + 1) for key in [*sorted(indices, key=int), *names]}


def _is_index(key: str) -> bool:
    if not (key.isascii() and key.isdigit()) or (len(key) > 1 and key[0] == "0"):
        return False
    return len(key) <= len(str(_MAX_INDEX)) and int(key) <= _MAX_INDEX
