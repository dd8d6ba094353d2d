from typing import Any

import pytest

from halloo.kit.refusals import Invalid
from halloo.widgets.forms import accept_fields, complete_form

OPTIONS = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
FORM = complete_form(
    {
        "fields": [
            {"id": "name", "type": "text", "max_length": 5},
            {"id": "story", "type": "textarea"},
            {"id": "email", "type": "email", "maps_to": "email"},
            {"id": "phone", "type": "phone"},
            {"id": "age", "type": "number", "min": 1, "max": 9},
            {"id": "count", "type": "number"},
            {"id": "stars", "type": "rating"},
            {"id": "one", "type": "radio", "options": OPTIONS},
            {"id": "yes", "type": "checkbox"},
            {"id": "many", "type": "checkbox", "options": OPTIONS},
        ]
    }
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Grace"),
        ("story", "two\nlines" + "x" * 1991),
        ("email", "ada@example.com"),
        ("phone", "+49 (0) 30/12-3"),
        ("age", 1),
        ("age", 8.5),
        ("count", 0),
        ("count", -(2**53) + 1),
        ("stars", 5),
        ("one", "b"),
        ("yes", False),
        ("many", ["b", "a"]),
        ("many", []),
    ],
)
def test_accepted(name: str, value: Any) -> None:
    assert accept_fields(FORM, {name: value}) == {name: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Graces"),
        ("name", "a\nb"),
        ("name", ["a"]),
        ("story", "x" * 2001),
        ("email", "ada@example"),
        ("email", "a@b@example.com"),
        ("phone", "1234"),
        ("phone", "call me"),
        ("age", 0),
        ("age", 10),
        ("age", True),
        ("age", float("nan")),
        ("count", 2**53),
        ("count", "7"),
        ("stars", 0),
        ("stars", 6),
        ("stars", 4.5),
        ("one", "c"),
        ("one", ["a"]),
        ("yes", "true"),
        ("many", ["a", "a"]),
        ("many", ["c"]),
        ("many", "a"),
    ],
)
def test_refused(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        accept_fields(FORM, {name: value}, "form")
    assert (refused.value.code, refused.value.details) == ("field_invalid", {"field": f"form.{name}"})


def test_empty_is_absent_and_unknown_is_refused() -> None:
    assert accept_fields(FORM, {"name": "", "age": None, "story": " \n ", "email": "  "}) == {}
    with pytest.raises(Invalid) as refused:
        accept_fields(FORM, {"plan": "pro"})
    assert (refused.value.code, refused.value.details) == ("field_unknown", {"field": "fields.plan"})


def test_texts_come_without_what_no_screen_shows() -> None:
    given = {"story": "one\r\ntwo\u0000", "email": " ada@example.com ", "phone": "12345 "}
    assert accept_fields(FORM, given) == {"story": "one\ntwo", "email": "ada@example.com", "phone": "12345"}


def test_nought_is_an_answer() -> None:
    form = complete_form({"fields": [{"id": "n", "type": "number", "required": True}]})
    assert accept_fields(form, {"n": 0}) == {"n": 0}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "text"}, None),
        ({"type": "text"}, "  "),
        ({"type": "text"}, ""),
        ({"type": "checkbox"}, False),
        ({"type": "checkbox", "options": OPTIONS}, []),
    ],
)
def test_required(field: dict[str, Any], value: Any) -> None:
    form = complete_form({"fields": [{"id": "x", "required": True, **field}]})
    for values in ({}, {"x": value}):
        with pytest.raises(Invalid) as refused:
            accept_fields(form, values)
        assert refused.value.code == "field_required"
