"""A right that has ended ends its connections, also where the database fails at that moment."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from halloo.events.model import Fact
from halloo.kit.refusals import Unavailable
from halloo.relay import cutter
from halloo.relay.cutter import Cutter

DOMAINS = ["https://shop.example"]


async def test_a_removed_origin_is_cut_off_once_the_list_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutter, "_AGAIN_S", 0.01)
    cut: asyncio.Future[tuple[str, list[str]]] = asyncio.get_running_loop().create_future()
    refusals = [Unavailable()]

    async def find(_widget_id: str) -> Any:
        if refusals:
            raise refusals.pop()
        return SimpleNamespace(widget=SimpleNamespace(domains=DOMAINS))

    def revoke_origins(widget_id: str, domains: list[str], _close: object) -> None:
        cut.set_result((widget_id, domains))

    hub: Any = SimpleNamespace(revoke=None, revoke_origins=revoke_origins)
    records: Any = SimpleNamespace(find=find)
    Cutter(hub, records).read_own([Fact("ws", 1, "f1", "widget:updated", b'{"widget_id":"w1"}', 0)])
    assert await asyncio.wait_for(cut, 5) == ("w1", DOMAINS)
