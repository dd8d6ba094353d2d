"""Groups of commands, each imported when it is named: a command waits for what it needs and for no more."""

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group


def _workspace() -> typer.Typer:
    from halloo.cli.workspaces import app

    return app


def _operator() -> typer.Typer:
    from halloo.cli.operators import app

    return app


def _token() -> typer.Typer:
    from halloo.cli.tokens import app

    return app


def _mail() -> typer.Typer:
    from halloo.cli.mail import app

    return app


def _hook() -> typer.Typer:
    from halloo.cli.hook import app

    return app


def _csp() -> typer.Typer:
    from halloo.cli.csp import app

    return app


def _bench() -> typer.Typer:
    from halloo.cli.bench import app

    return app


_GROUPS: dict[str, Callable[[], typer.Typer]] = {
    "workspace": _workspace,
    "operator": _operator,
    "token": _token,
    "mail": _mail,
    "hook": _hook,
    "csp": _csp,
    "bench": _bench,
}


class Commands(TyperGroup):
    """All commands: those that it is given, and the groups."""

    def __init__(self, **attributes: Any) -> None:
        """`attributes` are Typer's."""
        super().__init__(**attributes)
        self.commands = _ByName(self.commands)

    def list_commands(self, ctx: Any) -> list[str]:
        """The names alone, for which nothing is imported."""
        del ctx
        return list(self.commands)


class _ByName(MutableMapping[str, Any]):
    """Commands by their names; a group comes out of its module when it is asked for."""

    def __init__(self, commands: MutableMapping[str, Any]) -> None:
        self._known: dict[str, Any] = {**commands, **dict.fromkeys(_GROUPS)}

    def __getitem__(self, name: str) -> Any:
        if self._known[name] is None:
            alone = typer.Typer(add_completion=False)
            alone.add_typer(_GROUPS[name](), name=name)
            self._known[name] = get_group(alone).commands[name]
        return self._known[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
