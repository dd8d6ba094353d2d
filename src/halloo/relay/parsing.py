"""Bytes of one WebSocket message to frames of ours, or the reason why not."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from halloo.relay.frames import ClientFrame, ErrorFrame, Id

_frames = msgspec.json.Decoder(ClientFrame)
_objects = msgspec.json.Decoder(dict[str, Any])
FIELDS: dict[str, frozenset[str]] = {
    str(kind.__struct_config__.tag): frozenset(("t", *kind.__struct_fields__)) for kind in get_args(ClientFrame)
}
"""What each kind of frame may hold."""
_ID_MAX = 128
_UNKNOWN_FIELD = "Object contains unknown field `"


class Malformed(Exception):
    """No UTF-8, no JSON, or no object with a `t`: the connection is closed with 4400."""


def parse(payload: bytes) -> Iterator[ClientFrame | ErrorFrame]:
    """Each frame of a message in order; an `error` frame stands for one that is JSON but not a frame we take.

    Raises `Malformed`.
    """
    if not payload.isascii():
        try:
            payload.decode()
        except UnicodeDecodeError:
            raise Malformed from None
    lines = [line for line in payload.split(b"\n") if line and not line.isspace()]
    if not lines:
        raise Malformed
    for line in lines:
        yield _frame(line)


def _frame(line: bytes) -> ClientFrame | ErrorFrame:
    try:
        return _frames.decode(line)
    except msgspec.ValidationError as error:
        return _refusal(line, str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed from None


def _refusal(line: bytes, why: str) -> ErrorFrame:
    """Say what is wrong with a frame that is JSON; the connection stays."""
    try:
        value = _objects.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed from None
    kind = value.get("t")
    if not isinstance(kind, str):
        raise Malformed
    id = frame_id(value.get("id"))
    if kind not in FIELDS:
        return ErrorFrame(id, "unknown_frame", f"There is no frame {kind[:40]!r}.")
    field = next((key for key in value if key not in FIELDS[kind]), None)
    if field is None and why.startswith(_UNKNOWN_FIELD):
        field = why[len(_UNKNOWN_FIELD) :].split("`", 1)[0]
    if field is not None:
        message = f"{field[:40]}: there is no such field to set here."
        return ErrorFrame(id, "field_unknown", message, details={"field": field[:40]})
    return ErrorFrame(id, "field_invalid", f"{kind}: {why}.")


def frame_id(value: object) -> Id | None:
    """A request id worth repeating to the client, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) or (isinstance(value, str) and len(value) <= _ID_MAX):
        return value
    return None
