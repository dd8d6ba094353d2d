"""Answering a picker or a field: the same message, with what was chosen or written."""

from typing import Any

from halloo.conversations.errors import MessageRefused
from halloo.conversations.kinds.check import VALUE_MAX, check
from halloo.conversations.kinds.parts import Part

ANSWERED: tuple[str, ...] = ("picker", "field")
"""Kinds that the other side answers."""


def answer(kind: str, before: Any, content: object) -> Any:
    """A visitor's answer: only what they may give is taken of `content`, the rest stays as the operator wrote it.

    A picker takes the choice that is selected (none takes the answer back, where none is required), a field its value.
    Raises `MessageRefused`.
    """
    given = Part(content, "content")
    if kind == "picker":
        return _choose(before, given)
    if kind == "field":
        return _fill(before, given)
    raise MessageRefused("type: only pickers and fields are answered.", field="type")


def _choose(before: dict[str, Any], given: Part) -> dict[str, Any]:
    chosen: list[str] = []
    for choice in given.children("choices", len(before["choices"])):
        value = choice.text("value", VALUE_MAX)
        if choice.flag("selected", default=False):
            chosen.append(value)
    known = {choice["value"] for choice in before["choices"]}
    if len(chosen) > 1:
        raise MessageRefused("content.choices: choose one.", field="content.choices")
    if not known.issuperset(chosen):
        raise MessageRefused("content.choices: this is none of the choices.", field="content.choices")
    if not chosen and before.get("required"):
        raise MessageRefused("content.choices: an answer is needed.", field="content.choices")
    return {**before, "choices": [{**one, "selected": one["value"] in chosen} for one in before["choices"]]}


def _fill(before: dict[str, Any], given: Part) -> dict[str, Any]:
    value = given.text("value", VALUE_MAX, least=0) if given.has("value") else ""
    if not value and before.get("required"):
        raise MessageRefused("content.value: an answer is needed.", field="content.value")
    rest = {name: part for name, part in before.items() if name != "value"}
    return check("field", {**rest, "value": value} if value else rest)
