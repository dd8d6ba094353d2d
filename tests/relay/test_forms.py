"""A message over the relay that begins a conversation obeys the form before it, like the same call over HTTP."""

import msgspec
import pytest

from halloo.api.public.limits import PublicApiSettings, PublicLimits
from halloo.contacts.errors import FormRequired
from halloo.events.log import list_after
from halloo.kit.ids import new_id
from halloo.relay.actions import LiveActions
from halloo.relay.frames import Draft, Edit, Send
from halloo.widgets.records import PublicRecords
from halloo.widgets.settings import HostSettings, resolve_hosts
from halloo.workspaces.model import Actor
from tests.public.shop import open_shop
from tests.support.api import ORIGIN, serving
from tests.support.product import Store

FORM = {"fields": [{"id": "topic", "type": "text", "required": True}]}


def hello(conversation: str | None = None, client_id: str | None = None) -> Send:
    return Send(1, client_id or new_id(), Draft("text", "Hello"), conversation)


@pytest.mark.parametrize("once", [True, False])
async def test_a_first_message_waits_for_the_form(store: Store, once: bool) -> None:  # noqa: FBT001 - a case
    async with serving(store) as api:
        shop = await open_shop(api)
        await shop.config(pre_conversation_form=FORM, pre_conversation_show_once=once)
        visitor = await shop.arrive()
        hosts = resolve_hosts(HostSettings(), ORIGIN)
        records = PublicRecords(api.halloo.database, hosts, api.clock)
        limits = PublicLimits(PublicApiSettings(), api.clock)
        live = LiveActions(api.halloo.database, records, api.clock, limits)
        who = Actor("visitor", shop.house.workspace_id, visitor.id, "visitor1", widget_id=shop.house.widget_id)
        with pytest.raises(FormRequired):
            await live.send(who, hello())
        assert await shop.manage("GET", "/core/conversations") | {"position": 0} == {
            "data": [],
            "next_cursor": None,
            "position": 0,
        }
        answer = await shop.call("POST", "/pre-conversation-form", {"fields": {"topic": "returns"}}, visitor.headers)
        assert answer.status_code == 200
        first = hello()
        ack = await live.send(who, first)
        assert (await shop.manage("GET", f"/core/conversations/{ack.conversation}"))["custom_metadata"] == {
            "topic": "returns"
        }
        assert (await live.send(who, first)).conversation == ack.conversation, "a repeated send never asks"
        assert (await live.send(who, hello(ack.conversation))).seq == 2, "going on never asks"
        if once:
            assert (await live.send(who, hello())).conversation != ack.conversation
        else:
            with pytest.raises(FormRequired):
                await live.send(who, hello())


async def test_a_name_that_was_told_after_the_relay_token_is_that_of_the_next_message(store: Store) -> None:
    async with serving(store) as api:
        shop = await open_shop(api)
        visitor = await shop.arrive()
        cid = await shop.start(visitor)
        hosts = resolve_hosts(HostSettings(), ORIGIN)
        records = PublicRecords(api.halloo.database, hosts, api.clock)
        live = LiveActions(api.halloo.database, records, api.clock, PublicLimits(PublicApiSettings(), api.clock))
        who = Actor("visitor", shop.house.workspace_id, visitor.id, "visitor1", widget_id=shop.house.widget_id)
        assert (await shop.call("PATCH", "/visitor", {"name": "Ada"}, visitor.headers)).status_code == 200
        ack = await live.send(who, hello(cid))
        assert ack.message.user.nickname == "Ada"
        await live.edit(who, Edit(2, cid, ack.message.fingerprint, "Hello again"))
        facts = await api.halloo.database.read(shop.house.workspace_id, list_after, f"c:{cid}", 0, 50)
        assert [msgspec.json.decode(one.data)["user"]["nickname"] for one in facts[-2:]] == ["Ada", "Ada"]
