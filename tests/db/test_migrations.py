"""Revisions over a database in which something was said already."""

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from halloo.conversations import actions
from halloo.db import migrate
from halloo.db.connect import open_database
from halloo.kit.clock import system_clock
from tests.conftest import WORKSPACE
from tests.support.product import Store


def _upgrade_to(store: Store, revision: str) -> None:
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
            assert connection.execute("SELECT count(*) FROM search_cursors").fetchone() == (0,)
