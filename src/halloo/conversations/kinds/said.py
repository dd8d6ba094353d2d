"""What a message says as text: what search finds, excerpts show and mails tell."""

from collections.abc import Iterator
from typing import Any, cast


def text_of(kind: str, content: Any) -> str:
    """The words of a message, parts in lines of their own; empty where it has none, as a recording has."""
    if isinstance(content, str):
        return content
    said = _WORDS.get(kind)
    if said is None or not isinstance(content, dict):
        return ""
    return "\n".join(line for line in said(cast("dict[str, Any]", content)) if line)


def _file(content: dict[str, Any]) -> Iterator[str]:
    yield content.get("name", "")


def _picker(content: dict[str, Any]) -> Iterator[str]:
    yield content["text"]
    for choice in content["choices"]:
        yield f"{'● ' if choice['selected'] else '○ '}{choice['label']}"


def _field(content: dict[str, Any]) -> Iterator[str]:
    yield content["text"]
    yield content.get("value", content["explain"])


def _carousel(content: dict[str, Any]) -> Iterator[str]:
    yield content["text"]
    for target in content["targets"]:
        yield target["title"]
        yield target.get("description", "")


def _event(content: dict[str, Any]) -> Iterator[str]:
    yield content.get("text", "")


_WORDS = {
    "file": _file,
    "animation": _file,
    "picker": _picker,
    "field": _field,
    "carousel": _carousel,
    "event": _event,
}
