"""Bodies: JSON objects, read strictly (embedding contract 8.1).

Duplicate keys, unknown keys, lone surrogates, numbers that JSON does not have and values of another type are refused,
each with its code. Litestar's own reader would turn "1" into 1.
"""

import json
import re
from collections.abc import Generator
from typing import Any, NoReturn, TypeVar, cast

import msgspec
from litestar.dto import AbstractDTO, DTOFieldDefinition
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from halloo.kit.clock import parse_rfc3339
from halloo.kit.refusals import BadRequest, Invalid, UnsupportedType, field_invalid, field_unknown

T = TypeVar("T")
_WHERE = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_NAME = re.compile(r"field `([^`]+)`")
_MANAGEMENT_LIMIT = 256 * 1024
_PUBLIC_LIMIT = 64 * 1024
LIMITS = {"manage": _MANAGEMENT_LIMIT, "public": _PUBLIC_LIMIT}
"""How many bytes a body may have, by audience."""


class BadJson(BadRequest):
    """The body is not a JSON object in UTF-8, or repeats a key."""

    code = "bad_json"


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJson
    return found


def _constant(_name: str) -> NoReturn:
    raise BadJson


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises `BadJson`."""
    try:
        text = body.decode()
        value: Any = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
        if "\\u" in text:
            msgspec.json.encode(value)  # fails at a lone surrogate
    except (ValueError, RecursionError):
        raise BadJson from None
    if not isinstance(value, dict):
        raise BadJson
    return cast("dict[str, Any]", value)


def is_json(content_type: str) -> bool:
    """Whether a `Content-Type` is that of JSON."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


def read_body(body: bytes, content_type: str, shape: type[T]) -> T:
    """A body as `shape`, strictly. Raises `UnsupportedType`, `BadJson`, `Invalid` with `details.field`."""
    if not is_json(content_type):
        raise UnsupportedType
    return convert(parse_object(body), shape)


def convert(value: dict[str, Any], shape: type[T]) -> T:
    """A JSON object as `shape`. Raises `Invalid` with `details.field`."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None


def given_fields(data: msgspec.Struct) -> dict[str, Any]:
    """The keys that a caller of `PATCH` sent, with their values."""
    fields = {name: getattr(data, name) for name in data.__struct_fields__}
    return {name: value for name, value in fields.items() if value is not msgspec.UNSET}


def parse_time(field: str, text: str | None) -> int | None:
    """An RFC 3339 time in milliseconds, null as None. Raises `field_invalid`."""
    if text is None:
        return None
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise field_invalid(field, "this is no RFC 3339 time, such as 2026-11-20T10:00:00Z.") from None


def _invalid(text: str) -> Invalid:
    """The sentence of msgspec as a refusal of ours."""
    where = _WHERE.search(text)
    path = "" if where is None else where[1].replace("[...]", "").lstrip(".")
    sentence = _WHERE.sub("", text)
    name = _NAME.search(sentence)
    field = ".".join(part for part in (path, name[1] if name else "") if part) or "body"
    if sentence.startswith("Object missing required field"):
        return Invalid(f"{field}: this is required.", code="field_required", field=field)
    if sentence.startswith("Object contains unknown field"):
        return field_unknown(field)
    return field_invalid(field, f"{sentence[:1].lower()}{sentence[1:].replace('`', '')}.")


class StrictBody(AbstractDTO[msgspec.Struct]):
    """Has Litestar read `data` by `read_body`; set it as `dto` of a router, with `return_dto=None`."""

    @classmethod
    def is_supported_model_type_field(cls, field_definition: FieldDefinition) -> bool:
        """Every struct."""
        return field_definition.is_subclass_of(msgspec.Struct)

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        """Nothing to prepare: the struct is the model."""

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Generator[DTOFieldDefinition, None, None]:  # noqa: ARG003 - the base's
        """No fields of its own."""
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:  # noqa: ARG003 - the base's
        """Whether a field holds another model: never asked for here."""
        return False

    @classmethod
    def create_openapi_schema(
        cls,
        field_definition: FieldDefinition,
        handler_id: str,  # noqa: ARG003 - the base's
        schema_creator: Any,
    ) -> Reference | Schema:
        """The struct itself."""
        return cast("Reference | Schema", schema_creator.for_field_definition(field_definition))

    def decode_bytes(self, value: bytes) -> Any:
        """The body as the handler's struct."""
        connection = cast("Any", self.asgi_connection)  # pyright: ignore[reportUnknownMemberType] - generic without parameters
        handler = connection.route_handler
        return read_body(value, connection.headers.get("content-type", ""), handler.parsed_data_field.annotation)
