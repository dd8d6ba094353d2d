"""Content as it is stored, for each kind of message."""

import re
from collections.abc import Callable
from typing import Any, Literal, get_args

from halloo.conversations.kinds.parts import Part, refused
from halloo.kit.json import dump
from halloo.kit.text import clean

Kind = Literal["text", "note", "file", "animation", "audio", "picker", "field", "carousel", "event"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BY_VISITOR: tuple[Kind, ...] = ("text", "file", "animation", "audio")
BY_OPERATOR: tuple[Kind, ...] = KINDS

TEXT_MAX = 10_000
_NAMESPACE = re.compile(r"[a-z0-9_-]+(?::[a-z0-9_-]+)*")
CONTENT_MAX = 48 * 1024
NAME_MAX, MIME_MAX = 255, 127
DURATION_MAX = 3_600
CHOICES_MAX, TARGETS_MAX, ACTIONS_MAX = 20, 10, 3
ID_MAX, LABEL_MAX, QUESTION_MAX, VALUE_MAX, DESCRIPTION_MAX = 128, 255, 2_000, 2_000, 1_000


def check(kind: str, content: object) -> Any:
    """The content cleaned, its members in the contract's order. Raises `MessageRefused` with the place in `details.field`."""
    checker = _CHECKERS.get(kind)
    if checker is None:
        raise refused("type", f"one of {', '.join(KINDS)} is needed")
    found = checker(content)
    if len(dump(found)) > CONTENT_MAX:
        raise refused("content", "at most 48 KiB as JSON")
    return found


def check_text(content: object) -> str:
    """A text of 1 to 10,000 characters, cleaned. Raises `MessageRefused`."""
    if not isinstance(content, str):
        raise refused("content", "a text is needed")
    text = clean(content)
    if not text.strip():
        raise refused("content", "write something first")
    if len(text) > TEXT_MAX:
        raise refused("content", f"at most {TEXT_MAX:,} characters; this has {len(text):,}")
    return text


def _file(content: object) -> dict[str, Any]:
    part = Part(content, "content")
    found = {"name": part.text("name", NAME_MAX), "url": part.url("url"), "type": _media(part)}
    part.end()
    return found


def _animation(content: object) -> dict[str, Any]:
    part = Part(content, "content")
    found = {"url": part.url("url"), "type": _media(part)}
    part.end()
    if not found["type"].startswith("image/"):
        raise refused("content.type", "the media type of an image is needed, such as image/gif")
    return found


def _audio(content: object) -> dict[str, Any]:
    part = Part(content, "content")
    found = {"url": part.url("url"), "type": _media(part), "duration": part.number("duration", DURATION_MAX)}
    part.end()
    return found


def _media(part: Part) -> str:
    media = part.text("type", MIME_MAX).lower()
    kind, slash, rest = media.partition("/")
    if not (kind and slash and rest) or " " in media:
        raise refused(part.place("type"), "a media type is needed, such as application/pdf")
    return media


def _picker(content: object) -> dict[str, Any]:
    part = Part(content, "content")
    found: dict[str, Any] = {"id": part.text("id", ID_MAX), "text": part.text("text", QUESTION_MAX)}
    found["choices"] = [_choice(one) for one in part.children("choices", CHOICES_MAX)]
    if part.has("required"):
        found["required"] = part.flag("required", default=False)
    part.end()
    values = [one["value"] for one in found["choices"]]
    if len(set(values)) < len(values):
        raise refused("content.choices", "each needs a value of its own")
    if sum(one["selected"] for one in found["choices"]) > 1:
        raise refused("content.choices", "at most one can be selected")
    return found


def _choice(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"value": part.text("value", ID_MAX)}
    if part.has("icon"):
        found["icon"] = part.text("icon", 16)
    found |= {"label": part.text("label", LABEL_MAX), "selected": part.flag("selected", default=False)}
    if part.has("action"):
        action = part.child("action")
        found["action"] = {"type": action.word("type", ("frame", "link")), "target": action.url("target")}
        action.end()
    part.end()
    return found


def _field(content: object) -> dict[str, Any]:
    part = Part(content, "content")
    found: dict[str, Any] = {"id": part.text("id", ID_MAX), "text": part.text("text", QUESTION_MAX)}
    found["explain"] = part.text("explain", LABEL_MAX, least=0) if part.has("explain") else ""
    if part.has("value"):
        found["value"] = part.text("value", VALUE_MAX)
    if part.has("required"):
        found["required"] = part.flag("required", default=False)
    part.end()
    return found


def _carousel(content: object) -> dict[str, Any]:
    part = Part(content, "content")
    found = {
        "text": part.text("text", QUESTION_MAX, least=0) if part.has("text") else "",
        "targets": [_target(one) for one in part.children("targets", TARGETS_MAX)],
    }
    part.end()
    return found


def _target(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"title": part.text("title", LABEL_MAX)}
    if part.has("description"):
        found["description"] = part.text("description", DESCRIPTION_MAX)
    if part.has("image"):
        found["image"] = part.url("image")
    found["actions"] = (
        [_action(one) for one in part.children("actions", ACTIONS_MAX, least=0)] if part.has("actions") else []
    )
    part.end()
    return found


def _action(part: Part) -> dict[str, Any]:
    found = {"label": part.text("label", LABEL_MAX), "url": part.url("url")}
    part.end()
    return found


def _event(content: object) -> dict[str, Any]:
    part = Part(content, "content")
    found = {"namespace": part.text("namespace", ID_MAX)}
    if part.has("text"):
        found["text"] = part.text("text", LABEL_MAX)
    part.end()
    if _NAMESPACE.fullmatch(found["namespace"]) is None:
        raise refused("content.namespace", "words in lower case joined by colons are needed, such as state:resolved")
    return found


_CHECKERS: dict[str, Callable[[object], Any]] = {
    "text": check_text,
    "note": check_text,
    "file": _file,
    "animation": _animation,
    "audio": _audio,
    "picker": _picker,
    "field": _field,
    "carousel": _carousel,
    "event": _event,
}
