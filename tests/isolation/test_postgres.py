"""PostgreSQL keeps workspaces apart by itself: forced row-level security, and a server that refuses to see past it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from halloo.db.migrate import upgrade
from halloo.db.postgres import UnsafeLogin, check_login
from halloo.db.schema import UNSCOPED, metadata
from tests.support.postgres import APP, OWNER, Postgres
from tests.support.product import Product, Store
from tests.support.stores import empty_store

HERE, THERE = "0195f0c2-7b1e-7c54-9d0a-000000000001", "0195f0c2-7b1e-7c54-9d0a-000000000002"
FREE = UNSCOPED | {"alembic_version"}


@pytest.fixture
def postgres_store(tmp_path: Path, postgres: Postgres) -> Iterator[Store]:
    """A database with tables, on PostgreSQL alone."""
    with empty_store("postgresql", tmp_path, postgres) as store:
        upgrade(store.url, store.owner_url)
        yield store


@pytest.fixture
def app(postgres_store: Store) -> Iterator[psycopg.Connection[Any]]:
    """The login that the server uses."""
    with psycopg.connect(postgres_store.url, autocommit=True) as connection:
        yield connection


def tables_of(connection: psycopg.Connection[Any]) -> set[str]:
    query = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    return {row[0] for row in connection.execute(query)} - FREE


def bind(connection: psycopg.Connection[Any], workspace_id: str | None) -> None:
    connection.execute("SELECT set_config('halloo.workspace', %s, false)", (workspace_id or "",))


def sample(connection: psycopg.Connection[Any], table: str) -> dict[str, Any]:
    """A value for each column that has to have one."""
    query = """SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'"""
    numbers, binary = {"bigint", "integer"}, {"bytea"}
    return {
        name: 1 if kind in numbers else b"{}" if kind in binary else "x"
        for name, kind in connection.execute(query, (table,))
    }


def insert(connection: psycopg.Connection[Any], table: str, workspace_id: str) -> None:
    values = {**sample(connection, table), "workspace_id": workspace_id}
    columns = sql.SQL(", ").join(map(sql.Identifier, values))
    marks = sql.SQL(", ").join(map(sql.Placeholder, values))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), columns, marks)
    connection.execute(statement, values)


def count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def test_every_table_of_workspaces_has_a_forced_policy(app: psycopg.Connection[Any]) -> None:
    """A new table without a policy fails here."""
    tables = tables_of(app)
    assert set(metadata.tables) - FREE <= tables
    query = """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner),
            (SELECT count(*) FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname
             AND p.cmd = 'ALL' AND p.permissive = 'PERMISSIVE'
             AND p.qual LIKE '%%workspace_id = current_setting(''halloo.workspace''%%'
             AND p.with_check LIKE '%%workspace_id = current_setting(''halloo.workspace''%%'),
            (SELECT count(*) FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname)
        FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"""
    found = {row[0]: tuple(row[1:]) for row in app.execute(query.replace("%%", "%"))}
    assert {table: found[table] for table in tables} == dict.fromkeys(tables, (True, True, OWNER, 1, 1))


def test_every_key_begins_with_the_workspace(app: psycopg.Connection[Any]) -> None:
    query = """SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE (i.indisprimary OR i.indisunique) AND c.relnamespace = 'public'::regnamespace"""
    assert {tuple(row) for row in app.execute(query) if row[0] not in FREE and row[1] != "workspace_id"} == set()


def test_the_servers_login_may_do_nothing_but_read_and_write_rows(app: psycopg.Connection[Any]) -> None:
    table = "conversations"
    for statement in (
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY workspace ON {table}",
        f"TRUNCATE {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE {table} OWNER TO {APP}",
        f"SET ROLE {OWNER}",
        "CREATE TABLE mine (id int)",
        "INSERT INTO meta VALUES ('epoch', 'x')",
        "UPDATE alembic_version SET version_num = 'x'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(sql.SQL(statement))  # pyright: ignore[reportArgumentType] - wider than its stub says


@pytest.mark.parametrize("bound", [None, HERE, "", "%", f"{THERE} ", "' OR 'a'='a"])
def test_another_scope_shows_no_row_and_takes_none(app: psycopg.Connection[Any], bound: str | None) -> None:
    tables = sorted(tables_of(app))
    bind(app, THERE)
    for table in tables:
        insert(app, table, THERE)
        assert count(app, table) == 1
    bind(app, bound)
    for table in tables:
        name = sql.Identifier(table)
        assert count(app, table) == 0, table
        assert app.execute(sql.SQL("DELETE FROM {}").format(name)).rowcount == 0
        assert app.execute(sql.SQL("UPDATE {} SET workspace_id = 'x'").format(name)).rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            insert(app, table, THERE)
    bind(app, THERE)
    assert [count(app, table) for table in tables] == [1] * len(tables)


def test_without_any_scope_there_is_no_row(postgres_store: Store, app: psycopg.Connection[Any]) -> None:
    bind(app, THERE)
    insert(app, "conversations", THERE)
    with psycopg.connect(postgres_store.url) as unbound:
        assert count(unbound, "conversations") == 0


def test_a_row_cannot_be_moved_to_another_workspace(app: psycopg.Connection[Any]) -> None:
    bind(app, HERE)
    for table in sorted(tables_of(app)):
        insert(app, table, HERE)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(sql.SQL("UPDATE {} SET workspace_id = {}").format(sql.Identifier(table), sql.Literal(THERE)))


def test_even_the_owner_of_the_tables_is_bound(postgres_store: Store, app: psycopg.Connection[Any]) -> None:
    bind(app, THERE)
    insert(app, "conversations", THERE)
    with psycopg.connect(postgres_store.owner_url) as owner:
        assert count(owner, "conversations") == 0


def test_a_superuser_is_refused_by_the_server(tmp_path: Path, postgres: Postgres) -> None:
    with empty_store("postgresql", tmp_path, postgres) as store:
        upgrade(store.url, store.owner_url)
        name = store.url.rpartition("/")[2]
        unsafe = Store("postgresql", tmp_path, postgres.url("postgres", name))
        product = Product(unsafe)
        done = subprocess.run(
            [sys.executable, "-m", "halloo", "serve", "--data", str(tmp_path), "--port", str(product.port)],
            capture_output=True,
            text=True,
            timeout=30,
            env=product.environment,
            check=False,
        )
        assert done.returncode != 0
        said = " ".join((done.stdout + done.stderr).split())
        assert "The database login “postgres” is a superuser" in said
        assert "row-level security could not keep workspaces apart" in said
        assert "HALLOO_DATABASE_OWNER_URL" in said
        assert "Traceback" not in said
        assert postgres.password not in said


def test_a_login_that_bypasses_security_is_refused(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("CREATE ROLE halloo_bypass LOGIN BYPASSRLS PASSWORD 'x'")
        try:
            address = f"postgresql://halloo_bypass:x@127.0.0.1:{postgres.port}/postgres"
            with psycopg.connect(address) as connection, pytest.raises(UnsafeLogin, match="has BYPASSRLS"):
                check_login(connection)
        finally:
            admin.execute("DROP ROLE halloo_bypass")
    with psycopg.connect(postgres.url(APP, "postgres")) as connection:
        check_login(connection)
