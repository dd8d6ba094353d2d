"""Structs of the wire as tables of fields."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect as types

from reference.markdown import anchor, code, listed, table

_PLAIN: dict[type, str] = {
    types.AnyType: "any JSON",
    types.NoneType: "null",
    types.BoolType: "boolean",
    types.IntType: "integer",
    types.FloatType: "number",
    types.StrType: "string",
}

Shape = type[msgspec.Struct]


def name_of(shape: Shape) -> str:
    """The struct's name, without the underscore that avoids a built-in one."""
    return shape.__name__.strip("_")


def link(shape: Shape) -> str:
    """A link to the struct's heading on the same page."""
    return f"[{name_of(shape)}](#{anchor(name_of(shape))})"


def words(kind: types.Type) -> str:  # noqa: PLR0911 - one line a case
    """A type in words."""
    plain = _PLAIN.get(type(kind))
    if plain is not None:
        return plain
    match kind:
        case types.LiteralType(values=values):
            return listed(code(str(value)) for value in values)
        case types.UnionType(types=members):
            return listed(dict.fromkeys(words(member) for member in members if not _is_unset(member)))
        case types.ListType(item_type=item) | types.VarTupleType(item_type=item):
            return f"list of {words(item)}"
        case types.TupleType(item_types=items):
            return f"[{', '.join(words(item) for item in items)}]"
        case types.DictType(key_type=types.StrType(), value_type=types.AnyType()):
            return "object"
        case types.DictType(key_type=key, value_type=value):
            return f"object: {words(key)} to {words(value)}"
        case types.StructType(cls=cls):
            return link(cls)
        case _:
            message = f"no words for {kind!r}"
            raise TypeError(message)


def _is_unset(kind: types.Type) -> bool:
    return isinstance(kind, types.CustomType) or kind == types.type_info(msgspec.UnsetType)


def fields(shape: Shape, *, skip: Iterable[str] = ()) -> str:
    """The table of a struct's fields."""
    info = types.type_info(shape)
    if not isinstance(info, types.StructType):
        raise TypeError(shape)
    notes = _notes(shape)
    takes = shape.__struct_config__.forbid_unknown_fields
    rows = [
        (code(field.encode_name), words(field.type), _presence(field, takes=takes), notes.get(field.name, ""))
        for field in info.fields
        if field.encode_name not in skip
    ]
    return table(("field", "type", "given", "note"), rows)


def _presence(field: types.Field, *, takes: bool) -> str:
    if field.required:
        return "always"
    if field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT:
        return "optional" if takes else "where there is one"
    if not takes:
        return "where there is one"
    default: Any = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return f"optional; {code(json.dumps(default, ensure_ascii=False))}"


def _notes(shape: Shape) -> dict[str, str]:
    """The strings below fields, by field name; those of the struct it extends, too."""
    found: dict[str, str] = {}
    for cls in reversed(
        [cls for cls in shape.__mro__ if issubclass(cls, msgspec.Struct) and cls is not msgspec.Struct]
    ):
        body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        if not isinstance(body, ast.ClassDef):
            continue
        for field, below in zip(body.body, body.body[1:], strict=False):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(note))):
                    found[name] = note
                case _:
                    pass
    return found


def sentence(shape: Shape) -> str:
    """The struct's docstring in one paragraph."""
    return " ".join(inspect.cleandoc(shape.__doc__ or "").split())


def section(shape: Shape) -> str:
    """A heading, the docstring, the fields."""
    return "\n\n".join(part for part in (f"### {name_of(shape)}", sentence(shape), fields(shape)) if part)


def reachable(shapes: Iterable[Shape]) -> list[Shape]:
    """These structs and every struct that they hold, by name."""
    found: dict[str, Shape] = {}
    waiting = list(shapes)
    while waiting:
        shape = waiting.pop()
        if name_of(shape) in found:
            continue
        found[name_of(shape)] = shape
        info = types.type_info(shape)
        if isinstance(info, types.StructType):
            waiting += [inner for field in info.fields for inner in _structs(field.type)]
    return [found[name] for name in sorted(found)]


def _structs(kind: types.Type) -> list[Shape]:
    match kind:
        case types.StructType(cls=cls):
            return [cls]
        case types.UnionType(types=members):
            return [shape for member in members for shape in _structs(member)]
        case types.ListType(item_type=item) | types.VarTupleType(item_type=item):
            return _structs(item)
        case types.DictType(value_type=value):
            return _structs(value)
        case _:
            return []
