"""The configuration: the parts' small settings put together. Read by `app` and `cli` alone.

A setting `part.name` stands in `halloo.toml` in the data folder as `name` under `[part]`, and is the environment variable
`HALLOO_PART_NAME`, which wins. Lists are separated by commas there.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from halloo.api.public.limits import PublicApiSettings
from halloo.botcheck.settings import BotCheckSettings
from halloo.db.settings import DatabaseSettings
from halloo.edge.settings import ServerSettings
from halloo.events.settings import EventsSettings
from halloo.files.settings import FilesSettings
from halloo.hooks.settings import HooksSettings
from halloo.kit.outbound.settings import OutboundSettings
from halloo.mail.settings import MailSettings
from halloo.relay.settings import RelaySettings
from halloo.widgets.settings import HostSettings, PublicSettings
from halloo.workspaces.settings import WorkspacesSettings

TOML_NAME = "halloo.toml"
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


class BadSetting(ValueError):
    """A setting has a value that it cannot have, or does not exist."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, by part."""

    server: ServerSettings = field(default_factory=ServerSettings)
    public: PublicSettings = field(default_factory=PublicSettings)
    hosts: HostSettings = field(default_factory=HostSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    relay: RelaySettings = field(default_factory=RelaySettings)
    public_api: PublicApiSettings = field(default_factory=PublicApiSettings)
    workspaces: WorkspacesSettings = field(default_factory=WorkspacesSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    events: EventsSettings = field(default_factory=EventsSettings)
    hooks: HooksSettings = field(default_factory=HooksSettings)
    outbound: OutboundSettings = field(default_factory=OutboundSettings)
    files: FilesSettings = field(default_factory=FilesSettings)
    bot_check: BotCheckSettings = field(default_factory=BotCheckSettings)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as the manual shows it."""

    name: str
    env: str
    default: Any
    sentence: str
    secret: bool


def list_settings() -> list[Setting]:
    """Every setting, in the order of the parts."""
    found: list[Setting] = []
    for part, cls in _parts().items():
        found.extend(
            Setting(
                f"{part}.{one.name}",
                f"HALLOO_{part}_{one.name}".upper(),
                _default(one),
                one.metadata.get("sentence", ""),
                bool(one.metadata.get("secret", False)),
            )
            for one in fields(cls)
        )
    return found


def load_config(data: Path | None, environment: Mapping[str, str] | None = None) -> Config:
    """Defaults, then `halloo.toml` in `data`, then the environment. Raises `BadSetting` with the setting's name."""
    environment = os.environ if environment is None else environment
    stored = _read_toml(data / TOML_NAME) if data is not None else {}
    parts: dict[str, Any] = {}
    for part, cls in _parts().items():
        hints = get_type_hints(cls)
        given = stored.pop(part, {})
        values: dict[str, Any] = {}
        for one in fields(cls):
            name, env = f"{part}.{one.name}", f"HALLOO_{part}_{one.name}".upper()
            if one.name in given:
                values[one.name] = _checked(name, given.pop(one.name), hints[one.name])
            if env in environment:
                values[one.name] = _parsed(env, environment[env], hints[one.name])
        if given:
            msg = f"{part}.{next(iter(given))}: there is no such setting; “halloo settings” lists them all."
            raise BadSetting(msg)
        parts[part] = cls(**values)
    if stored:
        msg = f"[{next(iter(stored))}]: there is no such part; “halloo settings” lists them all."
        raise BadSetting(msg)
    return Config(**parts)


def commented_toml() -> str:
    """The whole configuration as a file in which every line is commented out, with its sentence."""
    lines = [
        "# Settings of Halloo. A line without its # is in force; an environment variable of the name in brackets wins.",
        "",
    ]
    part = ""
    for setting in list_settings():
        if setting.name.split(".")[0] != part:
            part = setting.name.split(".")[0]
            lines += [f"[{part}]", ""]
        lines += [
            f"# {setting.sentence} ({setting.env})",
            f"# {setting.name.split('.')[1]} = {_toml(setting.default)}",
            "",
        ]
    return "\n".join(lines)


def _parts() -> dict[str, type[Any]]:
    return {one.name: cast("type[Any]", get_type_hints(Config)[one.name]) for one in fields(Config)}


def _default(one: Any) -> Any:
    return one.default if one.default is not MISSING else one.default_factory()


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(_toml(item) for item in cast("list[Any]", value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: this is no TOML: {error}."
        raise BadSetting(msg) from error


def _checked(name: str, value: Any, kind: Any) -> Any:
    """A value from the file, whose type TOML has told. Raises `BadSetting`."""
    if _is_list(kind):
        if isinstance(value, list):
            return tuple(str(item) for item in cast("list[Any]", value))
    elif get_origin(kind) is Literal:
        return _choice(name, value, kind)
    elif isinstance(value, kind) and (kind is bool) == isinstance(value, bool):
        return value
    msg = f"{name}: {value!r} is not a {'list' if _is_list(kind) else kind.__name__}."
    raise BadSetting(msg)


def _choice(name: str, value: Any, kind: Any) -> Any:
    if value not in get_args(kind):
        msg = f"{name}: {value!r} is none of {', '.join(get_args(kind))}."
        raise BadSetting(msg)
    return value


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _parsed(env: str, text: str, kind: Any) -> Any:
    """A value from the environment. Raises `BadSetting`."""
    if _is_list(kind):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if get_origin(kind) is Literal:
        return _choice(env, text, kind)
    if kind is bool:
        if text.lower() not in (*_TRUE, *_FALSE):
            msg = f"{env}: {text!r} is neither true nor false."
            raise BadSetting(msg)
        return text.lower() in _TRUE
    try:
        return kind(text)
    except ValueError:
        msg = f"{env}: {text!r} is not a {kind.__name__}."
        raise BadSetting(msg) from None
