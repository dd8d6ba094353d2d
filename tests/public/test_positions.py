"""Each snapshot carries the position it is valid at, whatever happens beside it (relay contract 3)."""

from typing import Any

import pytest

from halloo.events.log import list_after
from tests.public.shop import Shop, text


async def test_what_is_said_beside_a_list_comes_after_its_position(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    database = shop.api.halloo.database
    read = database.read

    async def busy(workspace_id: str, *args: Any) -> Any:
        """Something is said between any two reads."""
        found = await read(workspace_id, *args)
        monkeypatch.undo()
        sent = await shop.call("POST", f"/conversations/{cid}/messages", text("beside"), visitor.headers)
        assert sent.status_code == 201
        monkeypatch.setattr(database, "read", busy)
        return found

    monkeypatch.setattr(database, "read", busy)
    (listed,) = (await shop.call("GET", "/conversations", headers=visitor.headers)).json()["data"]
    monkeypatch.undo()
    stream, offset = listed["position"]["stream"], listed["position"]["offset"]
    missed = await database.read(shop.house.workspace_id, list_after, stream, offset, 100)
    newest = (await shop.call("GET", "/conversations", headers=visitor.headers)).json()["data"][0]["last_seq"]
    said = [fact for fact in missed if fact.name == "message:send"]
    assert len(said) == newest - listed["last_seq"] > 0
