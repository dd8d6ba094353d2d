"""`docs/guide/commands.md`: every command of the command line, with its options."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from halloo.cli.root import app
from reference.markdown import code, page, table

_HEAD = """\
Every command has `--help`. Those that answer something have `--json`. Those that need data take `--data`, or the environment
variable `HALLOO_DATA`, or `halloo-data` in the current folder.

```sh
halloo operator create grace@example.com --name "Grace" --role admin --data /var/lib/halloo
halloo token create "Reports" --scope conversations:read --scope contacts:read --data /var/lib/halloo
halloo operator password grace@example.com --data /var/lib/halloo
```

A password that is not given is asked for. Where there are several workspaces, `operator` and `token` want `--workspace` with an
id. An e-mail address signs in to the workspace that knew it first: use different addresses for operators of several workspaces.

Run them as the user that the server runs as, such as with `sudo -u halloo`: files that belong to root would keep it from writing.
Commands work on the database itself, beside a running server. What they change counts at once for new requests; open screens and
live connections notice within half a minute.

A command that is refused says why in one sentence on standard error, with a code where it has one, and ends with 1."""


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its words, in the order of `--help`."""
    waiting: list[tuple[str, Any]] = [("halloo", get_command(app))]
    while waiting:
        words, command = waiting.pop(0)
        inner: dict[str, Any] = getattr(command, "commands", {})
        if inner:
            waiting = [(f"{words} {name}", one) for name, one in inner.items()] + waiting
        else:
            yield words, command


def render() -> str:
    """The page. Raises `ValueError` for a command or option without a sentence."""
    return page("The command line", _HEAD, *(_section(words, command) for words, command in commands()))


def _section(words: str, command: Any) -> str:
    sentence = " ".join(str(command.help or "").split())
    if not sentence:
        raise ValueError(f"{words} has no sentence")
    rows = [_row(words, one) for one in command.params]
    return "\n\n".join(
        part for part in (f"## {words}", sentence, table(("option", "default", "what it is"), rows)) if part
    )


def _row(words: str, one: Any) -> tuple[str, str, str]:
    name = one.opts[-1] if one.param_type_name == "option" else one.name.upper()
    if not one.help:
        raise ValueError(f"{words} {name} has no sentence")
    if one.required:
        default = "needed, or asked for" if getattr(one, "prompt", None) else "needed"
    else:
        default = "–" if one.default in (None, "", False) else code(str(one.default))
    return code(name), default, one.help
