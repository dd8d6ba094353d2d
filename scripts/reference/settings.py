"""`docs/guide/settings.md`: every setting with its sentence."""

from halloo.config import Setting, list_settings
from reference.markdown import code, page, table

_PARTS = {
    "server": "The server as a whole.",
    "public": "Where browsers reach it.",
    "hosts": (
        "Origins of the widget's parts. Leave them empty until you serve parts under names of their own. `game` "
        "and `stream` belong to parts that are not built yet."
    ),
    "database": "Where everything is kept. See [PostgreSQL](postgresql.md).",
    "relay": "The live connections of visitors and operators.",
    "public_api": "How often a visitor's browser may call. Beyond it the answer is 429 with `Retry-After`.",
    "workspaces": "Sign-in, sessions and invitations.",
    "events": "How long what happened is kept.",
    "hooks": "Web hooks.",
    "outbound": "How the server calls others, such as the receivers of web hooks.",
    "mail": "What sends mail. Without a host there is none. See [Mail](mail.md).",
    "bot_check": "How hard the bot check is, and what looks like a script. See [The bot check](bot-check.md).",
    "files": "Where what people send is kept, how large it may be, how long addresses hold, how pictures are read. See [Files](files.md).",
}
"""A sentence for each part."""

_HEAD = """\
A setting `part.name` has three sources. The later one wins:

1. its default;
2. `name` under `[part]` in `halloo.toml` in the data folder;
3. the environment variable `HALLOO_PART_NAME`. A list is written with commas there.

`halloo init` writes a `halloo.toml` in which every line is commented out. The same file is
[deploy/halloo.toml](../../deploy/halloo.toml). A name that does not exist stops the start with a sentence that says so.
`halloo settings` prints this list, `halloo settings --toml` prints the file.

One variable is no setting: `HALLOO_DATA` names the data folder where `--data` is not given."""


def render() -> str:
    """The page. Raises `KeyError` for a part that has no sentence."""
    parts: dict[str, list[Setting]] = {}
    for setting in list_settings():
        parts.setdefault(setting.name.split(".")[0], []).append(setting)
    blocks = [
        f"## {part}\n\n{_PARTS[part]}\n\n"
        + table(
            ("setting", "environment", "default", "what it does"),
            [(code(one.name), code(one.env), _default(one.default), _sentence(one)) for one in settings],
        )
        for part, settings in parts.items()
    ]
    return page("Settings", _HEAD, *blocks)


def _default(value: object) -> str:
    if value in ("", ()):
        return "empty"
    return code(str(value))


def _sentence(setting: Setting) -> str:
    return f"{setting.sentence} Secret." if setting.secret else setting.sentence
