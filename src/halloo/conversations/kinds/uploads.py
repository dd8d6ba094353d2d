"""Drafts of messages that hold a file which was uploaded: `{"upload_id"}`, and what sound says of itself."""

from typing import Any

from halloo.conversations.kinds.check import DURATION_MAX
from halloo.conversations.kinds.parts import Part

WAVEFORM_MAX, PEAK = 100, 100
_MOVING = ("image/gif", "image/webp", "image/avif")


def check_upload(kind: str, content: object) -> dict[str, Any]:
    """The content of a draft that names an upload, cleaned; sound may say `duration` (s) and `waveform` with it.

    Raises `MessageRefused`.
    """
    part = Part(content, "content")
    found: dict[str, Any] = {"upload_id": part.id("upload_id")}
    if kind == "audio" and part.has("duration"):
        found["duration"] = part.number("duration", DURATION_MAX)
    if kind == "audio" and part.has("waveform"):
        found["waveform"] = part.whole_numbers("waveform", WAVEFORM_MAX, PEAK)
    part.end()
    return found


def fits(kind: str, media: str) -> bool:
    """Whether a file of this media type may be a message of this kind."""
    if kind == "audio":
        return media.startswith("audio/")
    return kind != "animation" or media in _MOVING
