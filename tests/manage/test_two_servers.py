"""Servers in one process share their routes and nothing else: each answers from its own database."""

from pathlib import Path

from tests.support.api import serving
from tests.support.stores import empty_store


async def test_each_server_answers_with_its_own_parts(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("here", "there")]
    for folder in folders:
        folder.mkdir()
    with empty_store("sqlite", folders[0], None) as first, empty_store("sqlite", folders[1], None) as second:
        async with serving(first) as here, serving(second) as there:
            ours, theirs = await here.house("ada@halloo.example"), await there.house("bo@halloo.example")
            for server, own, foreign in ((here, ours, theirs), (there, theirs, ours), (here, ours, theirs)):
                named = (await server.client.get("/core/operators", headers=own.bearer)).json()
                assert [one["email"] for one in named["data"]] == [own.owner_email]
                refused = await server.client.get("/core/operators", headers=foreign.bearer)
                assert (refused.status_code, refused.json()["error"]) == (401, "unauthorized")
