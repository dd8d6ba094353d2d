"""Bringing a database up to date: Alembic's revisions in `db/migrations`, run with the login that owns the tables."""

from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, create_engine, event, inspect, text

from halloo.db.sqlite import connect_writer

_MIGRATIONS = files("halloo.db") / "migrations"


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:///` address. Raises `ValueError` for another one."""
    if not url.startswith("sqlite:///"):
        msg = f"database.url: {url.split('://', maxsplit=1)[0]!r} is not served; use sqlite:///path or postgresql://…"
        raise ValueError(msg)
    return Path(url.removeprefix("sqlite:///"))


def is_postgres(url: str) -> bool:
    """Whether the address is PostgreSQL's."""
    return url.startswith(("postgresql://", "postgres://"))


def upgrade(url: str, owner_url: str = "") -> list[str]:
    """Run every revision that is missing; their ids, oldest first. Safe to repeat, and while the server runs.

    `owner_url` owns the tables on PostgreSQL; the login of `url` is granted what the server needs, and nothing more. Raises
    `UnsafeLogin` for one that row-level security would not bind.
    """
    if is_postgres(url):
        _check_login(url)
        done = _upgrade(f"postgresql+psycopg://{(owner_url or url).partition('://')[2]}")
        if owner_url and owner_url != url:
            _grant(owner_url, _login(url))
        return done
    path = sqlite_path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    connect_writer(path).close()
    return _upgrade(f"sqlite:///{path}")


def pending(url: str) -> list[str]:
    """Revisions that this release has and the database lacks, oldest first."""
    address = f"postgresql+psycopg://{url.partition('://')[2]}" if is_postgres(url) else f"sqlite:///{sqlite_path(url)}"
    engine = create_engine(address)
    with engine.connect() as connection:
        missing = _missing(connection)
    engine.dispose()
    return missing


def _upgrade(address: str) -> list[str]:
    engine = create_engine(address)
    if address.startswith("sqlite"):
        event.listen(engine, "connect", _begin_by_hand)
    with engine.begin() as connection:
        missing = _missing(connection)
        if missing:
            _run(connection)
    engine.dispose()
    return missing


def _begin_by_hand(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("BEGIN IMMEDIATE")


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a server that has nothing to migrate starts without it
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _missing(connection: Connection) -> list[str]:
    """Revisions are files `{number}_{name}.py`; Alembic keeps the last one that ran in its own table."""
    known = sorted(
        file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").iterdir() if file.name[:1].isdigit()
    )
    if not inspect(connection).has_table("alembic_version"):
        return known
    current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return [revision for revision in known if current is None or revision > current]


def _login(url: str) -> str:
    login = urlsplit(url).username
    if not login:
        msg = "database.url: name the login that the server uses, as in postgresql://halloo@host/name."
        raise ValueError(msg)
    return login


def _check_login(url: str) -> None:
    """Refuse a login that the server would refuse, before anything is made with it."""
    import psycopg  # noqa: PLC0415 - SQLite needs no driver of PostgreSQL

    from halloo.db.postgres import check_login  # noqa: PLC0415 - likewise

    with psycopg.connect(url) as connection:
        check_login(connection)


def _grant(owner_url: str, login: str) -> None:
    """Let the server's login read and write rows, and nothing else."""
    import psycopg  # noqa: PLC0415 - SQLite needs no driver of PostgreSQL
    from psycopg import sql  # noqa: PLC0415 - likewise

    role = sql.Identifier(login)
    with psycopg.connect(owner_url) as connection:
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        connection.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(role)
        )
        connection.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON meta, alembic_version FROM {}").format(role))
