"""Who is a nuisance is kept away, spam is out of the way, and who asks to be forgotten is, with proof."""

import time
from hashlib import sha256
from typing import Any

import httpx
import msgspec
import pytest

from halloo.contacts import block_store
from halloo.contacts.actions import Hello, find_visitor, first_contact, sweep_erasures, visitor_actor
from halloo.contacts.blocking import BLOCKS_MAX, Block, around, check_network
from halloo.contacts.networks import BlockedNetworks
from halloo.conversations import actions as conversations
from halloo.conversations.actions.blocks import sweep_blocks
from halloo.conversations.model import Filter
from halloo.events.log import list_payloads
from halloo.files import actions as files
from halloo.files.tables import uploads
from halloo.hooks import catalogue
from halloo.kit.clock import DAY, HOUR
from halloo.kit.ids import new_id
from halloo.kit.networks import AddressList
from halloo.kit.refusals import Invalid
from halloo.mail.retention import sweep_retention
from tests.support.api import Api, House
from tests.support.files import begin_upload, furnish_files

HALF = "198.51.100.0/25"


async def get(api: Api, house: House, path: str) -> Any:
    answer = await api.client.get(f"/core{path}", headers=house.bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(api: Api, house: House, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    return await api.client.post(f"/core{path}", json=body, headers=headers or house.bearer)


async def spam(api: Api, house: House, conversation_id: str, *, is_spam: bool = True) -> None:
    answer = await api.client.patch(
        f"/core/conversations/{conversation_id}", json={"spam": is_spam}, headers=house.bearer
    )
    assert (answer.status_code, answer.json()["spam"]) == (200, is_spam), answer.text


async def facts(api: Api, house: House) -> list[tuple[str, dict[str, Any]]]:
    """Name and payload of everything that was recorded, in order."""
    found = await api.halloo.database.read(house.workspace_id, list_payloads, 0, 1_000)
    return [(one.name, msgspec.json.decode(one.data)) for one in found]


# ── blocks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_is_blocked_with_all_their_browsers_once(api: Api, house: House) -> None:
    conversation_id, visitor = await api.talk(house, "Buy now")
    contact = (await get(api, house, f"/conversations/{conversation_id}"))["contact"]
    made = await post(api, house, "/blocks", {"visitor": visitor.id, "reason": "  rude\nwords "})
    assert made.status_code == 201
    block = made.json()
    assert (block["value"], block["contact_id"], block["reason"]) == (contact["id"], contact["id"], "rude words")
    assert block["name"] is None, "nobody has said one"
    again = await post(api, house, "/blocks", {"visitor": contact["id"]})
    assert (again.status_code, again.json()["id"]) == (200, block["id"])
    assert (await get(api, house, f"/conversations/{conversation_id}"))["visitor"]["blocked"]
    assert ("session:set_block", True) in [(name, data.get("is_blocked")) for name, data in await facts(api, house)]
    assert catalogue.find("session:set_block").emitted  # pyright: ignore[reportOptionalMemberAccess] - it is there
    assert (await api.client.delete(f"/core/blocks/{block['id']}", headers=house.bearer)).status_code == 204
    assert not (await get(api, house, f"/conversations/{conversation_id}"))["visitor"]["blocked"]
    assert (await get(api, house, "/blocks"))["data"] == []
    actions = [one["action"] for one in (await get(api, house, "/audit?action=block"))["data"]]
    assert actions == ["block.removed", "block.created"]


async def test_networks_are_kept_as_ranges_and_need_who_answers_for_the_widgets(api: Api, house: House) -> None:
    made = await post(api, house, "/blocks", {"network": " 198.51.100.77/25 "})
    assert (made.status_code, made.json()["value"], made.json()["name"]) == (201, HALF, None)
    low = await api.token(house, "contacts:read", "contacts:write")
    for answer in (
        await post(api, house, "/blocks", {"network": "203.0.113.9"}, low),
        await post(api, house, "/blocks", {"around": house.owner_id}, low),
        await api.client.delete(f"/core/blocks/{made.json()['id']}", headers=low),
    ):
        assert (answer.status_code, answer.json()["error"]) == (403, "missing_scope")
    await api.talk(house, "Hi")
    assert len((await get(api, house, "/blocks?kind=network"))["data"]) == 1
    assert (await get(api, house, "/blocks?kind=visitor"))["data"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"visitor": "x", "network": "203.0.113.9"},
        {"network": "the whole world"},
        {"network": "0.0.0.0/0"},
        {"network": "::/0"},
        {"network": "203.0.113.9", "expires_at": "2001-01-01T00:00:00Z"},
        {"network": "203.0.113.9", "reason": "x" * 281},
    ],
)
async def test_what_is_no_block_is_refused(api: Api, house: House, body: dict[str, str]) -> None:
    answer = await post(api, house, "/blocks", body)
    assert (answer.status_code, answer.json()["error"]) == (422, "field_invalid")
    assert (await get(api, house, "/blocks"))["data"] == []


async def test_a_block_ends_by_itself(api: Api, house: House) -> None:
    _, visitor = await api.talk(house, "Hi")
    soon = "2100-01-01T00:00:00Z"
    await post(api, house, "/blocks", {"visitor": visitor.id, "expires_at": soon})
    await post(api, house, "/blocks", {"network": HALF})
    database = api.halloo.database
    assert not await database.write(house.workspace_id, sweep_blocks, 10)
    assert len((await get(api, house, "/blocks"))["data"]) == 2
    api.clock.shift = 100 * 365 * DAY
    await database.write(house.workspace_id, sweep_blocks, 10)
    found = await database.read(house.workspace_id, _visitor, visitor.id)
    assert not found.blocked


def _visitor(tx: Any, visitor_id: str) -> Any:
    return find_visitor(tx, visitor_id)


async def test_who_was_blocked_stays_so_when_their_contact_is_deleted(api: Api, house: House) -> None:
    conversation_id, visitor = await api.talk(house, "Hi")
    contact = (await get(api, house, f"/conversations/{conversation_id}"))["contact"]
    await post(api, house, "/blocks", {"visitor": contact["id"], "reason": "rude"})
    await api.client.delete(f"/core/contacts/{contact['id']}", headers=house.bearer)
    blocks = (await get(api, house, "/blocks"))["data"]
    assert [(one["value"], one["reason"]) for one in blocks] == [(visitor.id, "rude")]
    await api.client.delete(f"/core/blocks/{blocks[0]['id']}", headers=house.bearer)
    assert not (await get(api, house, f"/conversations/{conversation_id}"))["visitor"]["blocked"]


def _newcomer(tx: Any, widget_id: str) -> str:
    return first_contact(tx, Hello(widget_id, "guest_" + new_id().replace("-", "")))[0].id


async def test_a_visitor_who_is_blocked_and_becomes_a_contact_has_one_block(api: Api, house: House) -> None:
    visitor_id = await api.halloo.database.write(house.workspace_id, _newcomer, house.widget_id)
    await post(api, house, "/blocks", {"visitor": visitor_id, "reason": "rude"})
    body = {
        "widget_id": house.widget_id,
        "visitor_id": visitor_id,
        "message": {"client_id": new_id(), "type": "text", "content": "Why?"},
    }
    begun = await post(api, house, "/conversations", body)
    assert begun.status_code == 201, begun.text
    contact = begun.json()["contact"]["id"]
    again = await post(api, house, "/blocks", {"visitor": visitor_id})
    assert (again.status_code, again.json()["value"], again.json()["reason"]) == (200, contact, "rude")
    assert (await api.client.delete(f"/core/contacts/{contact}", headers=house.bearer)).status_code == 204
    assert [one["value"] for one in (await get(api, house, "/blocks"))["data"]] == [visitor_id]


async def test_as_many_networks_as_may_be_blocked_hold_nobody_up(api: Api, house: House) -> None:
    """They are asked for at every public call."""
    networks = [f"10.{number // 250}.{number % 250}.0/24" for number in range(BLOCKS_MAX)]
    await api.halloo.database.write(house.workspace_id, _block, networks)
    barred = BlockedNetworks(api.halloo.database, api.clock)
    assert await barred.holds(house.workspace_id, "10.39.249.7")
    began = time.perf_counter()
    assert not any([await barred.holds(house.workspace_id, "203.0.113.7") for _ in range(100)])
    assert time.perf_counter() - began < 1


def _block(tx: Any, networks: list[str]) -> None:
    for network in networks:
        block_store.insert_block(tx, Block(tx.workspace_id, new_id(), "network", network, "", "", tx.now, None))


def test_addresses_of_both_versions_lie_where_they_should() -> None:
    assert check_network("::ffff:203.0.113.7") == "203.0.113.7/32"
    assert check_network("2001:db8::1/64") == "2001:db8::/64"
    assert around("203.0.113.7") == "203.0.113.7/32"
    assert around("2001:db8:0:1::5") == "2001:db8:0:1::/64"
    blocked = AddressList(["203.0.113.0/24", "2001:db8::/32"])
    held = [blocked.holds(one) for one in ("203.0.113.7", "::ffff:203.0.113.7", "2001:db8:7::1")]
    assert held == [True, True, True]
    assert [blocked.holds(one) for one in ("203.0.114.7", "2001:db9::1", "unknown", None)] == [False] * 4
    with pytest.raises(Invalid):
        check_network("203.0.113.0/7")


# ── spam ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_spam_is_in_its_own_list_and_in_no_other(api: Api, house: House) -> None:
    junk, visitor = await api.talk(house, "Cheap watches")
    good, _ = await api.talk(house, "Where is my watch")
    await spam(api, house, junk)

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await get(api, house, f"/conversations{query}"))["data"]]

    for query in ("", "?state=open", "?state=pending", "?unread=true", "?q=watch", "?order=waiting"):
        assert await listed(query) == [good], query
    assert await listed(f"?visitor_id={visitor.id}") == []
    assert await listed("?state=spam") == [junk]
    assert await listed("?state=spam&q=watch") == [junk]
    hits = (await get(api, house, "/search?q=watch&in=messages"))["data"]
    assert [one["conversation_id"] for one in hits] == [good]
    counts = await get(api, house, "/conversations/counts")
    assert (counts["open"]["all"], counts["spam"]["all"]) == ({"total": 1, "unread": 1}, {"total": 1, "unread": 1})
    told = [(name, data) for name, data in await facts(api, house) if name.startswith("spam:")]
    assert [(name, data["spam_id"]) for name, data in told] == [("spam:message", junk)]
    await spam(api, house, junk, is_spam=False)
    assert set(await listed("")) == {junk, good}
    assert (await facts(api, house))[-1][1]["action"] == "accept"
    audited = [one["action"] for one in (await get(api, house, f"/audit?subject={junk}"))["data"]]
    assert audited == ["conversation.no_spam", "conversation.spam"]


async def test_the_visitor_of_spam_notices_nothing(api: Api, house: House) -> None:
    junk, visitor = await api.talk(house, "Cheap watches")
    await spam(api, house, junk)

    def own(tx: Any) -> list[str]:
        page = conversations.list_conversations(tx, visitor_actor(visitor), Filter(), None, 10)
        return [one.id for one in page.conversations]

    assert await api.halloo.database.read(house.workspace_id, own) == [junk]
    public = [one for one in catalogue.EVENTS if one.name.startswith("spam:")]
    assert all(one.emitted for one in public)


async def test_spam_that_is_searched_before_it_is_indexed_and_after_is_not_found(api: Api, house: House) -> None:
    junk, _ = await api.talk(house, "Cheap watches")
    await spam(api, house, junk)
    assert (await get(api, house, "/search?q=watches&in=messages"))["data"] == []
    while await api.halloo.database.write(house.workspace_id, conversations.index_words, 500):
        pass
    assert (await get(api, house, "/search?q=watches&in=messages"))["data"] == []


# ── deletion with proof, export ───────────────────────────────────────────────────────────────────────────────────────


async def test_everything_of_a_person_goes_and_the_proof_says_what(api: Api, house: House) -> None:
    conversation_id, visitor = await api.talk(house, "Hello", "Is anybody there?")
    other, _ = await api.talk(house, "I stay")
    database = api.halloo.database
    await database.write(house.workspace_id, furnish_files, visitor_actor(visitor), conversation_id, "acme")
    await spam(api, house, conversation_id)
    contact = (await get(api, house, f"/conversations/{conversation_id}"))["contact"]
    await post(api, house, "/blocks", {"visitor": contact["id"]})
    export = await get(api, house, f"/contacts/{contact['id']}/export")
    assert len(export["conversations"]) == 1, "spam is theirs, too"
    deleted = await api.client.delete(f"/core/contacts/{contact['id']}?everything=true", headers=house.bearer)
    assert deleted.status_code == 204
    proof = await get(api, house, deleted.headers["location"].removeprefix("/core"))
    assert proof["counts"] == {"contact": 1, "visitor": 1, "conversation": 1, "message": 3, "file": 2, "mail": 0}
    # two files: one was sent, one was uploaded and kept
    assert (proof["subject"], proof["finished_at"]) == (contact["id"], None)
    messages = export["conversations"][0]["messages"]
    lines = [
        f"contact {contact['id']}",
        f"visitor {visitor.id}",
        f"conversation {conversation_id}",
        *(f"message {one['id']}" for one in messages),
        *(f"file {one['content']['file_id']}" for one in messages if one["type"] == "file"),
    ]
    assert proof["digest"] == sha256("\n".join(sorted(lines)).encode()).hexdigest()
    gone = await api.client.get(f"/core/conversations/{conversation_id}", headers=house.bearer)
    assert gone.json()["error"] == "conversation_not_found"
    assert await database.read(house.workspace_id, _visitor, visitor.id) is None
    assert (await get(api, house, "/blocks"))["data"] == []
    assert [one["id"] for one in (await get(api, house, "/conversations"))["data"]] == [other]
    said = str([data for _, data in await facts(api, house)])
    assert "Is anybody there?" not in said
    assert "acme sent" not in said


async def test_what_somebody_was_about_to_send_goes_with_them(api: Api, house: House) -> None:
    conversation_id, visitor = await api.talk(house, "Hello")
    database = api.halloo.database
    await database.write(house.workspace_id, begin_upload, visitor_actor(visitor), "passport of Ada.pdf")
    contact = (await get(api, house, f"/conversations/{conversation_id}"))["contact"]
    deleted = await api.client.delete(f"/core/contacts/{contact['id']}?everything=true", headers=house.bearer)
    where = deleted.headers["location"].removeprefix("/core")
    assert (await get(api, house, where))["finished_at"] is None, "some of its bytes may be here"
    assert "passport" not in str(await database.read(house.workspace_id, _uploads))
    await database.write(house.workspace_id, sweep_erasures, 10)
    assert (await get(api, house, where))["finished_at"] is None
    await api.halloo.files.sweeper.sweep()
    assert (await get(api, house, where))["finished_at"] is not None
    assert await database.read(house.workspace_id, _uploads) == []


def _uploads(tx: Any) -> list[Any]:
    return tx.all(uploads.select())


async def test_a_proof_is_finished_when_the_last_bytes_are_gone(api: Api, house: House) -> None:
    conversation_id, visitor = await api.talk(house, "Hello")
    database = api.halloo.database
    await database.write(house.workspace_id, furnish_files, visitor_actor(visitor), conversation_id, "acme")
    contact = (await get(api, house, f"/conversations/{conversation_id}"))["contact"]
    deleted = await api.client.delete(f"/core/contacts/{contact['id']}?everything=true", headers=house.bearer)
    where = deleted.headers["location"].removeprefix("/core")
    await database.write(house.workspace_id, sweep_erasures, 10)
    assert (await get(api, house, where))["finished_at"] is None
    swept = await database.write(house.workspace_id, files.claim_swept, 100)
    await database.write(house.workspace_id, files.forget_swept, swept)
    await database.write(house.workspace_id, sweep_erasures, 10)
    assert (await get(api, house, where))["finished_at"] is not None
    assert [one["id"] for one in (await get(api, house, "/erasures"))["data"]] == [where.rpartition("/")[2]]


async def test_to_delete_conversations_with_a_person_needs_the_right_to(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    contact = (await get(api, house, f"/conversations/{conversation_id}"))["contact"]
    half = await api.token(house, "contacts:delete")
    answer = await api.client.delete(f"/core/contacts/{contact['id']}?everything=true", headers=half)
    assert (answer.status_code, answer.json()["error"]) == (403, "missing_scope")
    assert (await get(api, house, "/erasures"))["data"] == []
    assert (await get(api, house, f"/conversations/{conversation_id}"))["id"] == conversation_id


# ── retention, audit ──────────────────────────────────────────────────────────────────────────────────────────────────


async def keep(api: Api, house: House, **days: int | None) -> httpx.Response:
    body = {"config": {"v1": {"retention": days}}}
    return await api.client.put(f"/core/web-widgets/{house.widget_id}", json=body, headers=house.bearer)


async def test_what_a_widget_keeps_no_longer_goes(api: Api, house: House) -> None:
    database = api.halloo.database
    old, visitor = await api.talk(house, "Long ago")
    await database.write(house.workspace_id, furnish_files, visitor_actor(visitor), old, "acme")
    assert (await keep(api, house, conversations_days=None, files_days=10)).status_code == 200
    api.clock.shift = 10 * DAY - HOUR
    await database.write(house.workspace_id, sweep_retention, 10)
    assert len(await database.read(house.workspace_id, files.list_of_conversation, old)) == 1
    api.clock.shift = 11 * DAY
    fresh, _ = await api.talk(house, "Today")
    assert not await database.write(house.workspace_id, sweep_retention, 10)
    assert await database.read(house.workspace_id, files.list_of_conversation, old) == []
    assert len((await get(api, house, "/conversations"))["data"]) == 2
    await keep(api, house, conversations_days=5, files_days=10)
    assert await database.write(house.workspace_id, sweep_retention, 1), "there may be more"
    assert not await database.write(house.workspace_id, sweep_retention, 1)
    assert [one["id"] for one in (await get(api, house, "/conversations"))["data"]] == [fresh]
    entries = (await get(api, house, "/audit?action=retention.applied"))["data"]
    assert [one["details"] for one in entries] == [{"conversations": 1, "files": 0}, {"conversations": 0, "files": 1}]


@pytest.mark.parametrize("days", [0, -1, 3_651, 1.5, "30", True])
async def test_days_that_are_none_are_refused(api: Api, house: House, days: Any) -> None:
    answer = await keep(api, house, conversations_days=days)
    assert answer.status_code == 422, answer.text


async def test_how_long_things_are_kept_stands_in_no_public_record(api: Api, house: House) -> None:
    await keep(api, house, conversations_days=30)
    record = await api.client.get(f"/core/public/web-widgets/{house.widget_id}")
    assert record.status_code == 200
    assert "retention" not in record.text


async def test_the_audit_log_is_filtered(api: Api, house: House) -> None:
    await keep(api, house, conversations_days=30)
    await post(api, house, "/blocks", {"network": HALF})

    async def found(query: str) -> list[str]:
        return [one["action"] for one in (await get(api, house, f"/audit{query}"))["data"]]

    assert await found("?action=block") == ["block.created"]
    assert await found("?action=block.created") == ["block.created"]
    assert await found("?action=bloc") == []
    assert await found("?action=%25") == []
    assert await found(f"?actor={house.token_id}&limit=2") == ["block.created", "widget.changed"]
    assert await found("?actor=system&action=widget") == ["widget.created"]
    assert await found("?until=2001-01-01T00:00:00Z") == []
    assert "block.created" in await found("?since=2001-01-01T00:00:00Z")
    wrong = await api.client.get("/core/audit?since=yesterday", headers=house.bearer)
    assert (wrong.status_code, wrong.json()["error"]) == (422, "field_invalid")
