"""Revisions over a database in which something was said already."""

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from halloo.conversations import actions
from halloo.db import migrate
from halloo.db.connect import open_database
from halloo.events import cursor
from halloo.kit.clock import system_clock
from tests.conftest import WORKSPACE
from tests.support.product import Store


def _upgrade_to(store: Store, revision: str, *more: str) -> None:
    url = store.owner_url or store.url
    engine = create_engine(f"postgresql+psycopg://{url.partition('://')[2]}" if store.owner_url else url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(migrate._MIGRATIONS))  # pyright: ignore[reportPrivateUsage] - a test may look inside
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if store.owner_url:
            connection.execute(text("SELECT set_config('halloo.workspace', :ws, true)"), {"ws": WORKSPACE})
        connection.execute(
            text(
                "INSERT INTO streams (workspace_id, stream, head) VALUES (:ws, :w, 7), (:ws, 'c:x', 5), (:ws, 'v:x', 1)"
            ),
            {"ws": WORKSPACE, "w": f"w:{WORKSPACE}"},
        )
        for statement in more:
            connection.execute(text(statement), {"ws": WORKSPACE})
    engine.dispose()


async def test_what_was_said_before_words_went_behind_the_log_is_not_indexed_again(bare_store: Store) -> None:
    _upgrade_to(bare_store, "0002")
    assert "0003" in migrate.upgrade(bare_store.url, bare_store.owner_url)
    database = open_database(bare_store.url, system_clock)
    assert not await database.read(WORKSPACE, actions.is_behind)
    rows = await database.read(WORKSPACE, lambda tx: tx.all(text("SELECT stream, head FROM streams")))
    assert rows == [{"stream": f"w:{WORKSPACE}", "head": 7}]
    await database.close()
    if bare_store.owner_url:
        with psycopg.connect(bare_store.owner_url) as connection:  # the owner, too, sees nothing outside a workspace
            assert connection.execute("SELECT count(*) FROM streams").fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM cursors").fetchone() == (0,)


async def test_facts_are_found_by_the_contact_they_tell_of_and_say_nothing_of_one_who_is_gone(
    bare_store: Store,
) -> None:
    cast = "CAST('{}' AS BLOB)" if bare_store.kind == "sqlite" else "convert_to('{}', 'UTF8')"
    told = [
        (1, "people:profile:created", '{"website_id":"w","people_id":"here"}'),
        (2, "people:profile:updated", '{"website_id":"w","people_id":"gone"}'),
        (3, "people:profile:removed", '{"website_id":"w","people_id":"gone"}'),
        (4, "people:profile:updated", "{}"),
    ]
    _upgrade_to(
        bare_store,
        "0003",
        "INSERT INTO contacts (workspace_id, id, verified, words, conversations, data, notes, first_seen_at, last_seen_at, "
        "created_at, updated_at) VALUES (:ws, 'here', 0, '', 0, '{}', '', 0, 0, 0, 0)",
        "INSERT INTO search_cursors (workspace_id, seq) VALUES (:ws, 5)",
        *(
            "INSERT INTO facts (workspace_id, seq, id, name, data, at) VALUES "
            f"(:ws, {seq}, 'f{seq}', '{name}', {cast.format(data.replace(':', chr(92) + ':'))}, 0)"
            for seq, name, data in told
        ),
    )
    migrate.upgrade(bare_store.url, bare_store.owner_url)
    database = open_database(bare_store.url, system_clock)
    facts = await database.read(WORKSPACE, lambda tx: tx.rows(text("SELECT contact_id, data FROM facts ORDER BY seq")))
    assert [(contact, bytes(data).decode()) for contact, data in facts] == [
        ("here", told[0][2]),
        ("gone", "{}"),
        (None, told[2][2]),
        (None, "{}"),
    ]
    assert await database.read(WORKSPACE, lambda tx: cursor.find(tx, "search")) == 5
    await database.close()
