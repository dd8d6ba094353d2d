"""Forms: their fields as a configuration has them, and the values that visitors send (embedding contract 8.4)."""

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from halloo.kit.json import MAX_SAFE, dump
from halloo.kit.refusals import Invalid, field_invalid, field_unknown
from halloo.kit.text import clean, is_email
from halloo.widgets.errors import ConfigInvalid
from halloo.widgets.schema import (
    Check,
    Field,
    Group,
    as_list,
    as_object,
    boolean,
    has_repeats,
    listed,
    matching,
    one_of,
    or_null,
    text,
    whole,
)

MAX_FIELDS = 20
MAX_BYTES = 8 * 1024
"""A form's payload may not be larger than this."""
_PHONE = re.compile(r"[0-9 +\-()./]{5,32}")
_FORBIDDEN_IDS = ("constructor", "prototype")
FEEDBACK_KEY = "feedback_form"
"""Where a conversation's metadata keep its feedback, beside the answers of the form before it: no id for a field of that one."""
_UNMAPPED = ("number", "rating", "checkbox")
"""Types whose values are no text, so that they fill no attribute of a visitor."""
_ID = matching(r"[a-z][a-z0-9_]{0,39}", "a name of a-z, 0-9 and _, up to 40 characters, that begins with a letter")


def _field_id(value: Any, path: str) -> None:
    _ID(value, path)
    if value in _FORBIDDEN_IDS:
        raise ConfigInvalid(path, "this name cannot be used.")


def _number(value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigInvalid(path, "this must be a number.")


_OPTION = Group({"value": Field("", text(64, 1), required=True), "label": Field("", text(120), required=True)})


def _options(low: int) -> Check:
    items = listed(_OPTION.check, 30, low)

    def check(value: Any, path: str) -> None:
        items(value, path)
        if has_repeats([option["value"] for option in value]):
            raise ConfigInvalid(path, "each value may stand there once.")

    return check


_SETTINGS: dict[str, dict[str, Field]] = {
    "text": {"max_length": Field(200, whole(1, 2000))},
    "textarea": {"max_length": Field(2000, whole(1, 2000))},
    "email": {},
    "phone": {},
    "number": {"min": Field(None, or_null(_number)), "max": Field(None, or_null(_number))},
    "rating": {"scale": Field(5, whole(3, 10))},
    "select": {"options": Field([], _options(2), required=True)},
    "radio": {"options": Field([], _options(2), required=True)},
    "checkbox": {"options": Field([], _options(0))},
}


def _kind(name: str, *, mapped: bool) -> Group:
    fields = {
        "id": Field("", _field_id, required=True),
        "type": Field("", one_of(*_SETTINGS), required=True),
        "label": Field("", text(120)),
        "help": Field("", text(280)),
        "placeholder": Field("", text(120)),
        "required": Field(False, boolean),
    }
    if mapped:
        fields["maps_to"] = Field(None, or_null(one_of("name", "email", "phone", "company")))
    return Group({**fields, **_SETTINGS[name]})


_KINDS = {mapped: {name: _kind(name, mapped=mapped) for name in _SETTINGS} for mapped in (True, False)}


def _fields(*, mapped: bool) -> Check:
    """Checks a form's list of fields; `mapped`: they may fill the visitor's attributes."""

    def check(value: Any, path: str) -> None:
        items = as_list(value, path, 1, MAX_FIELDS)
        for index, item in enumerate(items):
            _check_field(item, f"{path}[{index}]", mapped=mapped)
            if mapped:
                _check_mapped(item, f"{path}[{index}]")
        if has_repeats([item["id"] for item in items]):
            raise ConfigInvalid(path, "each id may stand there once.")

    return check


def _check_field(value: Any, path: str, *, mapped: bool) -> None:
    kind = as_object(value, path).get("type")
    one_of(*_SETTINGS)(kind, f"{path}.type")
    _KINDS[mapped][cast("str", kind)].check(value, path)
    low, high = value.get("min"), value.get("max")
    if low is not None and high is not None and low > high:
        raise ConfigInvalid(f"{path}.max", "this is below min.")


def _check_mapped(field: Mapping[str, Any], path: str) -> None:
    if field["id"] == FEEDBACK_KEY:
        raise ConfigInvalid(f"{path}.id", "this name is kept for the feedback after a conversation.")
    if field.get("maps_to") is not None and field["type"] in _UNMAPPED:
        raise ConfigInvalid(f"{path}.maps_to", f"a field of type {field['type']} cannot fill it.")


def _complete_fields(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_complete_field(field) for field in value]


def _complete_field(field: Mapping[str, Any]) -> dict[str, Any]:
    full = _KINDS["maps_to" in field][field["type"]].complete(field)
    return {**full, "label": full["label"] or full["id"], "maps_to": full.get("maps_to")}


def _form(*, mapped: bool) -> Group:
    return Group(
        {
            "id": Field("", text(64)),
            "name": Field("", text(80)),
            "title": Field("", text(120)),
            "submit_label": Field("", text(40)),
            "fields": Field([], _fields(mapped=mapped), complete=_complete_fields, required=True),
        }
    )


PRE_CONVERSATION = _form(mapped=True)
FEEDBACK = _form(mapped=False)


def complete_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """A checked form with every default, and the `hash` of its fields: another hash means the form is shown again."""
    full = PRE_CONVERSATION.complete(form)
    return {**full, "hash": hashlib.sha256(dump(full["fields"])).hexdigest()[:32]}


def accept_fields(form: Mapping[str, Any], values: Mapping[str, Any], where: str = "fields") -> dict[str, Any]:
    """What a visitor filled into a completed form, checked; empty values are left out. `where` names the payload's key.

    Raises `Invalid` with the code `field_unknown`, `field_invalid` or `field_required` and `details.field`.
    """
    fields: dict[str, Mapping[str, Any]] = {field["id"]: field for field in form["fields"]}
    for name in values:
        if name not in fields:
            raise field_unknown(f"{where}.{name}")
    accepted: dict[str, Any] = {}
    for name, field in fields.items():
        value = _tidy(values.get(name), field["type"])
        why = None if value is None else _REFUSALS[field["type"]](value, field)
        if why is not None:
            raise field_invalid(f"{where}.{name}", why)
        if field["required"] and (value is None or value is False or value == []):
            raise Invalid(f"{where}.{name}: this is required.", code="field_required", field=f"{where}.{name}")
        if value is not None:
            accepted[name] = value
    return accepted


def _tidy(value: Any, kind: str) -> Any:
    """A text without what no screen shows, an address without the space around it; None where nothing is left."""
    if not isinstance(value, str):
        return value
    text = value.strip() if kind in ("email", "phone") else clean(value)
    return text if text.strip() else None


def _refuse_text(value: Any, field: Mapping[str, Any]) -> str | None:
    if not isinstance(value, str):
        return "this must be a string."
    if len(value) > field["max_length"]:
        return f"at most {field['max_length']} characters."
    if field["type"] == "text" and any(line_end in value for line_end in "\r\n"):
        return "this is a single line."
    return None


def _refuse_email(value: Any, _field: Mapping[str, Any]) -> str | None:
    return None if isinstance(value, str) and is_email(value) else "this is not an e-mail address."


def _refuse_phone(value: Any, _field: Mapping[str, Any]) -> str | None:
    return None if isinstance(value, str) and _PHONE.fullmatch(value) else "this is not a telephone number."


def _refuse_number(value: Any, field: Mapping[str, Any]) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "this must be a number."
    if abs(value) > MAX_SAFE:
        return "this number is too large."
    if field["min"] is not None and value < field["min"]:
        return f"this must be at least {field['min']}."
    if field["max"] is not None and value > field["max"]:
        return f"this must be at most {field['max']}."
    return None


def _refuse_rating(value: Any, field: Mapping[str, Any]) -> str | None:
    right = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= field["scale"]
    return None if right else f"this must be a whole number from 1 to {field['scale']}."


def _refuse_choice(value: Any, field: Mapping[str, Any]) -> str | None:
    right = isinstance(value, str) and value in {option["value"] for option in field["options"]}
    return None if right else "this must be one of the options."


def _refuse_checkbox(value: Any, field: Mapping[str, Any]) -> str | None:
    if not field["options"]:
        return None if isinstance(value, bool) else "this must be true or false."
    if not isinstance(value, list):
        return "this must be a list of options."
    chosen = cast("list[Any]", value)
    if any(_refuse_choice(item, field) for item in chosen):
        return "each entry must be one of the options."
    return "each option may stand there once." if has_repeats(chosen) else None


_REFUSALS: dict[str, Callable[[Any, Mapping[str, Any]], str | None]] = {
    "text": _refuse_text,
    "textarea": _refuse_text,
    "email": _refuse_email,
    "phone": _refuse_phone,
    "number": _refuse_number,
    "rating": _refuse_rating,
    "select": _refuse_choice,
    "radio": _refuse_choice,
    "checkbox": _refuse_checkbox,
}
