"""Write the TypeScript types of `packages/wire` from the server's structs.

`python web/scripts/wire.py` writes `packages/wire/src/generated/{manage,public,frames}.ts`; with `--check` it writes nothing and
fails where a file is stale. One source of truth: nobody types a shape by hand on the browser side.
"""

import ast
import importlib
import inspect
import sys
import textwrap
import types
import typing
from pathlib import Path

import msgspec
from msgspec import inspect as shapes

WEB = Path(__file__).resolve().parents[1]
OUT = WEB / "packages/wire/src/generated"
MODULES = {
    "manage": "halloo.api.manage.shapes",
    "public": "halloo.api.public.shapes",
    "frames": "halloo.relay.frames",
}
HEAD = "// Written by web/scripts/wire.py from the server's structs. Do not edit.\n"
PLAIN: dict[type, str] = {
    shapes.AnyType: "unknown",
    shapes.RawType: "unknown",
    shapes.NoneType: "null",
    shapes.BoolType: "boolean",
    shapes.IntType: "number",
    shapes.FloatType: "number",
    shapes.StrType: "string",
    shapes.DateTimeType: "string",
    shapes.UUIDType: "string",
    shapes.BytesType: "string",
}


def literal(value: object) -> str:
    """A Python literal as a TypeScript literal type."""
    return msgspec.json.encode(value).decode()


def name_of(cls: type) -> str:
    """The struct's name, without the underscore that avoids a built-in name."""
    return cls.__name__.strip("_")


def ts(kind: shapes.Type) -> str:
    """A msgspec type as a TypeScript type."""
    plain = PLAIN.get(type(kind))
    if plain is not None:
        return plain
    match kind:
        case shapes.Metadata(type=inner):
            return ts(inner)
        case shapes.LiteralType(values=values):
            return " | ".join(literal(value) for value in values)
        case shapes.EnumType(cls=cls):
            return " | ".join(literal(member.value) for member in cls)
        case shapes.UnionType(types=members):
            return " | ".join(dict.fromkeys(ts(member) for member in members))
        case shapes.ListType(item_type=item) | shapes.VarTupleType(item_type=item) | shapes.SetType(item_type=item):
            inner = ts(item)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case shapes.TupleType(item_types=items):
            return f"[{', '.join(ts(item) for item in items)}]"
        case shapes.DictType(key_type=key, value_type=value):
            return f"Record<{ts(key)}, {ts(value)}>"
        case shapes.StructType(cls=cls):
            return name_of(cls)
        case _:
            message = f"no TypeScript type for {kind!r}"
            raise TypeError(message)


def may_be_absent(field: shapes.Field, cls: type[msgspec.Struct]) -> bool:
    """A field with the absent mark, with a default in a request, or with a default that is left out when written."""
    if not field.required and field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT:
        return True
    config = cls.__struct_config__
    return not field.required and (config.forbid_unknown_fields or config.omit_defaults)


def comment(text: str | None, indent: str = "") -> str:
    """A docstring as a JSDoc comment."""
    if not text:
        return ""
    lines = inspect.cleandoc(text).replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def field_notes(cls: type) -> dict[str, str]:
    """The strings that stand below fields, by field name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    notes: dict[str, str] = {}
    if not isinstance(body, ast.ClassDef):
        return notes
    for field, below in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            notes[field.target.id] = below.value.value
    return notes


def struct(cls: type[msgspec.Struct]) -> str:
    """One struct as an exported interface."""
    kind = shapes.type_info(cls)
    if not isinstance(kind, shapes.StructType):
        raise TypeError(cls)
    notes = field_notes(cls)
    rows = [f"  {kind.tag_field}: {literal(kind.tag)};\n"] if kind.tag_field else []
    for field in kind.fields:
        mark = "?" if may_be_absent(field, cls) else ""
        rows.append(f"{comment(notes.get(field.name), '  ')}  {field.encode_name}{mark}: {ts(field.type)};\n")
    doc = cls.__doc__ if cls.__doc__ and not cls.__doc__.startswith(f"{cls.__name__}(") else None
    return f"{comment(doc)}export interface {name_of(cls)} {{\n{''.join(rows)}}}\n"


def mentioned(kind: shapes.Type) -> list[type[msgspec.Struct]]:
    """The structs that a type mentions."""
    match kind:
        case shapes.StructType(cls=cls):
            return [cls]
        case shapes.UnionType(types=members):
            return [cls for member in members for cls in mentioned(member)]
        case shapes.ListType(item_type=item) | shapes.VarTupleType(item_type=item) | shapes.Metadata(type=item):
            return mentioned(item)
        case shapes.DictType(value_type=value):
            return mentioned(value)
        case _:
            return []


def module(path: str) -> str:
    """Every struct and named union of a module or package, and the structs they take from elsewhere, as one TypeScript file."""
    parts = [HEAD]
    seen: set[str] = set()

    def add(cls: type[msgspec.Struct]) -> None:
        if name_of(cls) in seen:
            return
        seen.add(name_of(cls))
        kind = shapes.type_info(cls)
        if isinstance(kind, shapes.StructType):
            for field in kind.fields:
                for other in mentioned(field.type):
                    add(other)
        parts.append(struct(cls))

    source = importlib.import_module(path)
    for name, value in vars(source).items():
        if name.startswith("_") or name in seen:
            continue
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__.startswith(path):
            add(value)
        elif typing.get_origin(value) in {typing.Literal, typing.Union, types.UnionType}:
            seen.add(name)
            parts.append(f"export type {name} = {ts(shapes.type_info(value))};\n")
    return "\n".join(parts)


def main() -> int:
    """Write the files, or with `--check` compare them."""
    stale = []
    OUT.mkdir(parents=True, exist_ok=True)
    for name, path_of in MODULES.items():
        text = module(path_of)
        path = OUT / f"{name}.ts"
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(path.name)
    if stale:
        sys.stderr.write(f"stale: {', '.join(stale)}; run python web/scripts/wire.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
