"""Bodies are read strictly (embedding contract 8.1)."""

from typing import Any, Literal

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from halloo.edge.body import BadJson, given_fields, parse_object, parse_time, read_body
from halloo.kit.refusals import Invalid, UnsupportedType

JSON = "application/json"


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    email: str
    age: int | None = None
    role: Literal["a", "b"] = "a"
    tags: list[str] = []
    inner: Inner | UnsetType = UNSET
    data: dict[str, str] = {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"1",
        b'{"email": "a", "email": "b"}',
        b'{"email": "a", "inner": {"name": "a", "name": "b"}}',
        b'{"email": "\\ud800"}',
        b'{"\\udfff": "a"}',
        b'{"age": NaN}',
        b'{"age": Infinity}',
        b'{"email": "\xff"}',
        '{"email": "a"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"email": "a"}',
        b"[" * 100_000,
        b'{"age": ' + b"9" * 5_000 + b"}",
        b'{"email": "a"} x',
        b"{'email': 'a'}",
    ],
)
def test_what_is_no_json_object_in_utf_8(body: bytes) -> None:
    with pytest.raises(BadJson):
        parse_object(body)


def test_escaped_pairs_are_one_character() -> None:
    assert parse_object(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_only_json_is_taken(content_type: str) -> None:
    with pytest.raises(UnsupportedType):
        read_body(b'{"email": "a"}', content_type, Draft)


@pytest.mark.parametrize("content_type", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_every_spelling_of_json_is_taken(content_type: str) -> None:
    assert read_body(b'{"email": "a"}', content_type, Draft) == Draft("a")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"{}", "field_required", "email"),
        (b'{"email": "a", "x": 1}', "field_unknown", "x"),
        (b'{"email": "a", "__proto__": {}}', "field_unknown", "__proto__"),
        (b'{"email": 1}', "field_invalid", "email"),
        (b'{"email": null}', "field_invalid", "email"),
        (b'{"email": true}', "field_invalid", "email"),
        (b'{"email": []}', "field_invalid", "email"),
        (b'{"email": "a", "age": "1"}', "field_invalid", "age"),
        (b'{"email": "a", "age": true}', "field_invalid", "age"),
        (b'{"email": "a", "role": "c"}', "field_invalid", "role"),
        (b'{"email": "a", "tags": ["x", 1]}', "field_invalid", "tags[1]"),
        (b'{"email": "a", "inner": {}}', "field_required", "inner.name"),
        (b'{"email": "a", "inner": {"name": "a", "x": 1}}', "field_unknown", "inner.x"),
        (b'{"email": "a", "data": {"k": 1}}', "field_invalid", "data"),
    ],
)
def test_a_wrong_value_names_its_field(body: bytes, code: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_body(body, JSON, Draft)
    assert (refused.value.code, refused.value.details) == (code, {"field": field})
    assert refused.value.message.startswith(f"{field}: ")


def test_only_what_was_sent_is_given() -> None:
    class Patch(msgspec.Struct):
        name: str | UnsetType = UNSET
        phone: str | UnsetType | None = UNSET

    given: Any = given_fields(Patch(phone=None))
    assert given == {"phone": None}


def test_times_need_their_offset() -> None:
    assert parse_time("at", "2026-11-20T10:00:00Z") == 1_795_168_800_000
    assert parse_time("at", None) is None
    for text in ("2026-11-20T10:00:00", "tomorrow", "", "9999-12-31T23:59:59-23:59x"):
        with pytest.raises(Invalid):
            parse_time("at", text)
