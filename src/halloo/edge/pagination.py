"""Pages: opaque cursors, and limits within their bounds."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from litestar.params import QueryParameter

from halloo.kit.refusals import field_invalid

T = TypeVar("T")
MAX_CURSOR = 512

Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[str | None, QueryParameter(max_length=MAX_CURSOR, description="`next_cursor` of the page before.")]


def seal_cursor(place: object) -> str:
    """Where the next page begins, as text that callers need not understand."""
    return urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()


def open_cursor(text: str | None, shape: type[T]) -> T | None:
    """The place of a cursor, or None for the first page. Raises `field_invalid` for what is no cursor of ours."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=shape)
    except (ValueError, msgspec.DecodeError):
        raise field_invalid("cursor", "this is no cursor of this list.") from None


def page_of(found: list[T], limit: int, place: Callable[[T], object]) -> tuple[list[T], str | None]:
    """The page of a list that was read with one item more than `limit`, and the cursor of the next one."""
    shown = found[:limit]
    return shown, seal_cursor(place(shown[-1])) if len(found) > limit else None
