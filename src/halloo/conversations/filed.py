"""Messages that hold a file: what a draft of one may say. Pure.

A draft names an upload, `{"upload_id"}`; sound may say `duration` (s) and `waveform` with it. Operators and programs may name an
address elsewhere instead, `{"name", "url", "type"}` (crisp contract 7).
"""

import math
from typing import Any, cast
from urllib.parse import urlsplit

from halloo.conversations.errors import MessageRefused
from halloo.files.model import MESSAGE_TYPES
from halloo.kit.ids import is_uuid
from halloo.kit.text import clean

__all__ = ["MESSAGE_TYPES", "check_filed", "fits"]

DURATION_MAX = 3_600
WAVEFORM_MAX, PEAK = 100, 100
NAME_MAX, URL_MAX, TYPE_MAX = 255, 2_048, 127
_EXTERNAL: dict[str, frozenset[str]] = {
    "file": frozenset({"name", "url", "type"}),
    "animation": frozenset({"url", "type"}),
    "audio": frozenset({"url", "type", "duration"}),
}
_MOVING = ("image/gif", "image/webp", "image/avif")


def fits(type_: str, media: str) -> bool:
    """Whether a file of this media type may be a message of this type."""
    if type_ == "audio":
        return media.startswith("audio/")
    return type_ != "animation" or media in _MOVING


def check_filed(type_: str, content: object, *, elsewhere: bool) -> dict[str, Any]:
    """The content of a draft of a file, cleaned. `elsewhere`: it may lie at an address that is not ours. Raises `MessageRefused`."""
    if not isinstance(content, dict):
        raise MessageRefused("content: an object with the upload_id of a file is needed.", field="content")
    given = cast("dict[str, Any]", content)
    if "upload_id" in given or not elsewhere:
        return _uploaded(type_, given)
    return _elsewhere(type_, given)


def _uploaded(type_: str, given: dict[str, Any]) -> dict[str, Any]:
    allowed = {"upload_id", "duration", "waveform"} if type_ == "audio" else {"upload_id"}
    _refuse_unknown(given, frozenset(allowed))
    if not is_uuid(given.get("upload_id")):
        raise MessageRefused("content.upload_id: the id of an upload is needed.", field="content.upload_id")
    checked: dict[str, Any] = {"upload_id": given["upload_id"]}
    if given.get("duration") is not None:
        checked["duration"] = _duration(given["duration"])
    if given.get("waveform") is not None:
        checked["waveform"] = _waveform(given["waveform"])
    return checked


def _elsewhere(type_: str, given: dict[str, Any]) -> dict[str, Any]:
    _refuse_unknown(given, _EXTERNAL[type_])
    checked: dict[str, Any] = {}
    if type_ == "file":
        checked["name"] = _line(given, "name", NAME_MAX)
    checked["url"] = _address(_line(given, "url", URL_MAX))
    checked["type"] = _line(given, "type", TYPE_MAX).lower()
    if not fits(type_, checked["type"]):
        raise MessageRefused(f"content.type: this is no {type_}.", field="content.type")
    if type_ == "audio":
        checked["duration"] = _duration(given.get("duration"))
    return checked


def _refuse_unknown(given: dict[str, Any], allowed: frozenset[str]) -> None:
    unknown = next((name for name in given if name not in allowed), None)
    if unknown is not None:
        raise MessageRefused(
            f"content.{unknown}: there is no such field to set here.", code="field_unknown", field=f"content.{unknown}"
        )


def _line(given: dict[str, Any], name: str, most: int) -> str:
    value = given.get(name)
    text = " ".join(clean(value).split()) if isinstance(value, str) else ""
    if not 1 <= len(text) <= most:
        raise MessageRefused(f"content.{name}: 1 to {most:,} characters are needed.", field=f"content.{name}")
    return text


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None and " " not in url
    except ValueError:
        good = False
    if not good:
        raise MessageRefused(
            "content.url: an address that begins with https:// or http:// is needed.", field="content.url"
        )
    return url


def _duration(value: object) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not 0 < cast("float", value) <= DURATION_MAX:
        raise MessageRefused(
            f"content.duration: seconds, more than 0 and at most {DURATION_MAX:,}.", field="content.duration"
        )
    return round(cast("float", value), 3)


def _waveform(value: object) -> list[int]:
    peaks = cast("list[object]", value) if isinstance(value, list) else []
    whole = [one for one in peaks if isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= PEAK]
    if not 1 <= len(peaks) <= WAVEFORM_MAX or len(whole) != len(peaks):
        raise MessageRefused(
            f"content.waveform: 1 to {WAVEFORM_MAX} whole numbers from 0 to {PEAK}.", field="content.waveform"
        )
    return whole
