"""The data folder: where it is, its secret, and running one action on its database."""

import asyncio
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import typer

from halloo.config import Config, load_config
from halloo.db import directory, migrate
from halloo.db.connect import open_database
from halloo.db.engine import DIRECTORY, Database
from halloo.db.tx import Tx
from halloo.events.model import Fact
from halloo.events.pump import Pump
from halloo.kit.clock import system_clock
from halloo.kit.refusals import NotFound

P = ParamSpec("P")
T = TypeVar("T")
SECRET_NAME = "secret.key"  # noqa: S105 - a file's name
_SECRET_BYTES = 32
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - what people write, not what is bound
PORT = 8000
_RESCUE_ABOVE, _PORTS = 2, 65_536


@dataclass(frozen=True, slots=True)
class Ports:
    """The server's own port, and that of its rescue relay; 0 for none."""

    main: int
    rescue: int


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder with its settings."""

    data: Path
    config: Config

    @property
    def database_url(self) -> str:
        """The configured database, else `halloo.db` in the folder."""
        return self.config.database.url or f"sqlite:///{self.data.absolute() / 'halloo.db'}"

    def public_url(self, host: str = "localhost", port: int = 8000) -> str:
        """The configured public address, else where the server listens; everywhere counts as this machine."""
        if self.config.public.url:
            return self.config.public.url
        host = "localhost" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
        return f"http://{host}:{port}"

    def ports(self, port: int | None, *, rescue: bool) -> Ports:
        """Where a server listens that is told `port`; `rescue`: that is the rescue relay's.

        The rescue relay's own is what is configured, else two above the server's.
        """
        chosen = self.config.relay.rescue_port
        if not rescue:
            main = PORT if port is None else port
            above = main + _RESCUE_ABOVE if main + _RESCUE_ABOVE < _PORTS else 0
            return Ports(main, chosen if chosen >= 0 else above)
        port = port or (chosen if chosen > 0 else PORT + _RESCUE_ABOVE)
        return Ports(PORT if port == chosen else port - _RESCUE_ABOVE, port)


def open_place(data: Path) -> Place:
    """Read the settings of a data folder."""
    return Place(data, load_config(data))


def read_secret(place: Place) -> bytes:
    """The server's secret: the setting `server.secret_key`, else the file in the data folder, made where it is missing."""
    if place.config.server.secret_key:
        if len(place.config.server.secret_key) < _SECRET_BYTES:
            msg = f"server.secret_key: at least {_SECRET_BYTES} characters are needed."
            raise ValueError(msg)
        return place.config.server.secret_key.encode()
    path = place.data / SECRET_NAME
    if not path.exists():
        place.data.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(_SECRET_BYTES))
    return bytes.fromhex(path.read_text().strip())


def require_schema(place: Place) -> None:
    """Raise where the database lacks revisions of this release."""
    missing = migrate.pending(place.database_url)
    if missing:
        raise NotFound(
            f"The database lacks {len(missing)} revision(s); run “halloo migrate --data {place.data}” first.",
            code="schema_outdated",
        )


def in_workspace(
    place: Place,
    workspace_id: str | None,
    action: Callable[Concatenate[Tx, str, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run `action(tx, workspace_id, …)` in a transaction; without an id, in the only workspace there is."""
    require_schema(place)

    async def run(database: Database) -> T:
        chosen = workspace_id or await _only(database)
        return await database.write(chosen, action, chosen, *args, **kwargs)

    return with_database(place, run)


def with_database(place: Place, job: Callable[[Database], Any]) -> Any:
    """Open the database for one job, and tell running servers what it committed."""

    async def run() -> Any:
        database = open_database(place.database_url, system_clock)
        facts: list[Fact] = []
        Pump(database).read_own_by(facts.extend)
        try:
            return await job(database)
        finally:
            await database.close()
            if facts and place.config.relay.broker_url:
                await _tell_servers(place, facts)

    return asyncio.run(run())


async def _tell_servers(place: Place, facts: list[Fact]) -> None:
    from halloo.relay.server import open_broker
    from halloo.relay.sharing import tell_once

    if not await tell_once(open_broker(place.config.relay), facts):
        typer.echo("The broker does not answer: running servers notice this within about 25 seconds.", err=True)


async def _only(database: Database) -> str:
    found = await database.read(DIRECTORY, directory.list_keys, "workspace")
    if len(found) == 1:
        return found[0]
    what = "There is no workspace yet; run “halloo init”." if not found else "Name the workspace with --workspace."
    raise NotFound(what, code="workspace_not_found")
