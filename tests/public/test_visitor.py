"""First contact, coming back and leaving (embedding contract 7, 8.2; acceptance test 20)."""

import asyncio
import re

from sqlalchemy import text

from halloo.db.tx import Tx
from halloo.kit.clock import DAY
from halloo.kit.ids import digest
from tests.isolation.grounds import TABLES
from tests.public.shop import OWN, SHOP, Build, Shop, error, guest


async def test_first_contact_gives_a_token_once(shop: Shop) -> None:
    user_id = guest()
    answer = await shop.call("POST", "/visitor", {"user_id": user_id, "parent_origin": SHOP, "locale": "de-AT"})
    assert answer.status_code == 201
    hello = answer.json()
    me = hello["visitor"]
    assert me["user_id"] == user_id
    assert me["identified"] is False
    assert re.fullmatch(r"hvt_[A-Za-z0-9_-]{43}", me["visitor_token"])
    assert hello["embedding"] == "claimed"
    assert hello["unread"] == 0
    assert hello["relay"]["expires_in"] == 900
    assert hello["relay"]["streams"] == [f"v:{me['id']}"]
    again = await shop.call("POST", "/visitor", {"user_id": user_id}, {**OWN, "X-Halloo-Visitor": me["visitor_token"]})
    assert again.status_code == 200
    assert again.json()["visitor"] == {**me, "visitor_token": None}
    bare = await shop.call("POST", "/visitor", {}, {**OWN, "X-Halloo-Visitor": me["visitor_token"]})
    assert bare.json()["visitor"]["id"] == me["id"]


async def test_nobody_is_called_here_who_has_no_inbox_open(shop: Shop) -> None:
    hello = (await shop.call("POST", "/visitor", {"user_id": guest()})).json()
    assert hello["team"]["faces"] != []
    assert [face["online"] for face in hello["team"]["faces"]] == [False] * len(hello["team"]["faces"])
    assert hello["team"]["available"] is False


async def test_a_token_is_stored_as_its_digest_alone(shop: Shop) -> None:
    visitor = await shop.arrive()
    await shop.start(visitor)

    def dump(tx: Tx) -> str:
        return "".join(repr(tx.all(text(f"SELECT * FROM {table}"))) for table in [*TABLES, "directory"])

    stored = await shop.api.halloo.database.read(shop.house.workspace_id, dump)
    assert digest(visitor.token) in stored
    for secret in (visitor.token, shop.house.token, shop.manager["Authorization"].removeprefix("Bearer ")):
        assert secret not in stored
        assert secret[4:] not in stored


SHAPELESS = (
    "",
    "0",
    "guest_",
    "guest_short",
    f"guest_{'a' * 21}",
    f"guest_{'a' * 65}",
    f"user_{'a' * 22}",
    f"guest_{'a' * 22}!",
    f" guest_{'a' * 22}",
    f"guest_{'ä' * 22}",
    f"GUEST_{'a' * 22}",
    f"guest_{'a' * 22}\n",
)


async def test_a_guest_id_has_its_shape(shop: Shop) -> None:
    for user_id in SHAPELESS:
        assert error(await shop.call("POST", "/visitor", {"user_id": user_id})) == (422, "field_invalid")
        assert error(await shop.call("POST", "/conversations", {"user_id": user_id})) == (422, "field_invalid")


async def test_a_guest_id_is_required_where_there_is_no_token(shop: Shop) -> None:
    for path in ("/visitor", "/conversations"):
        for body in ({}, {"user_id": None}):
            answer = await shop.call("POST", path, body)
            assert error(answer) == (422, "field_required")
            assert answer.json()["details"] == {"field": "user_id"}


async def test_a_guest_id_is_known_to_its_widget_alone(shop: Shop) -> None:
    user_id = guest()
    other = f"/core/public/web-widgets/{shop.other_widget_id}"
    first = (await shop.call("POST", "/visitor", {"user_id": user_id})).json()["visitor"]
    second = (await shop.call("POST", "/visitor", {"user_id": user_id}, base=other)).json()["visitor"]
    assert first["user_id"] == second["user_id"] == user_id
    assert first["id"] != second["id"]
    headers = {**OWN, "X-Halloo-Visitor": first["visitor_token"]}
    assert error(await shop.call("POST", "/visitor", {}, headers, base=other)) == (401, "visitor_token_invalid")


async def test_twenty_at_once_with_one_guest_id_are_twenty_visitors(shop: Shop) -> None:
    """A guest id is no credential: whoever comes second gets a fresh one, whatever the timing."""
    user_id = guest()
    answers = await asyncio.gather(*(shop.call("POST", "/visitor", {"user_id": user_id}) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    met = [answer.json()["visitor"] for answer in answers]
    assert len({one["id"] for one in met}) == len({one["user_id"] for one in met}) == 20
    assert len({one["visitor_token"] for one in met}) == 20
    assert [one["user_id"] for one in met].count(user_id) == 1


async def test_a_token_lives_180_days_from_its_last_use(shop: Shop) -> None:
    visitor = await shop.arrive()
    for _ in range(3):
        shop.api.clock.shift += 179 * DAY
        assert (await shop.call("POST", "/visitor", {}, visitor.headers)).status_code == 200
    shop.api.clock.shift += 181 * DAY
    for method, path in (("POST", "/visitor"), ("GET", "/conversations"), ("POST", "/conversations")):
        answer = await shop.call(method, path, {}, visitor.headers)
        assert error(answer) == (401, "visitor_token_invalid")


async def test_who_left_is_nobody(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    assert error(await shop.call("DELETE", "/visitor")) == (401, "visitor_token_missing")
    assert (await shop.call("DELETE", "/visitor", headers=visitor.headers)).status_code == 204
    for method, path in (("POST", "/visitor"), ("GET", "/conversations"), ("GET", f"/conversations/{cid}/messages")):
        answer = await shop.call(method, path, {} if method == "POST" else None, visitor.headers)
        assert error(answer) == (401, "visitor_token_invalid")
    back = await shop.call("POST", "/visitor", {"user_id": visitor.user_id})
    assert back.json()["visitor"]["user_id"] != visitor.user_id


async def test_somebody_elses_token_counts_as_none_and_is_not_free(build: Build) -> None:
    """A valid token beside a foreign guest id is first contact, and counted as one."""
    shop = await build(contacts_per_minute=3)
    await shop.config(bot_check={"guard_level": "off"})
    visitor = await shop.arrive()
    for _ in range(2):
        answer = await shop.call("POST", "/visitor", {"user_id": guest()}, visitor.headers)
        assert answer.status_code == 201
        assert answer.json()["visitor"]["id"] != visitor.id
    answer = await shop.call("POST", "/visitor", {"user_id": guest()}, visitor.headers)
    assert error(answer) == (429, "rate_limited")
    answer = await shop.call("POST", "/conversations", {"user_id": guest()}, visitor.headers)
    assert error(answer) == (429, "rate_limited")
    assert (await shop.call("POST", "/visitor", {}, visitor.headers)).status_code == 200


async def test_a_repeated_visitor_header_is_no_token(shop: Shop) -> None:
    visitor, other = await shop.arrive(), await shop.arrive()
    for second in (visitor.token, other.token, ""):
        headers = [*OWN.items(), ("X-Halloo-Visitor", visitor.token), ("X-Halloo-Visitor", second)]
        answer = await shop.api.client.get(f"{shop.base}/conversations", headers=headers)
        assert error(answer) == (401, "visitor_token_invalid")
