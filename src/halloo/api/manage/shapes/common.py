"""Shapes of the management API: what several of the others are made of."""

from typing import Any, Literal

from msgspec import Struct

State = Literal["pending", "unresolved", "resolved"]

Role = Literal["owner", "admin", "operator"]

Availability = Literal["online", "away"]

Scalar = str | int | float | bool


class Position(Struct):
    """Where a stream of the relay stood when the snapshot was taken."""

    stream: str
    epoch: str
    offset: int


class OperatorBrief(Struct):
    """An operator as others see them."""

    id: str
    name: str
    avatar: str | None
    availability: Availability


class Refusal(Struct):
    """Every refusal: a stable code, a sentence in English, and where."""

    error: str
    message: str
    details: dict[str, Any] = {}
