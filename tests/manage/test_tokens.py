"""API tokens: random, hashed at rest, scoped, shown once; gone at once when revoked."""

from typing import Any

import msgspec

from halloo.db.tx import Tx
from halloo.events.log import list_after
from halloo.kit.clock import DAY, rfc3339
from halloo.kit.ids import digest
from tests.support.api import Api, House, is_listed

DRAFT = {"name": "CI", "scopes": ["conversations:read"]}


async def make(api: Api, house: House, **change: Any) -> Any:
    answer = await api.client.post("/core/tokens", json={**DRAFT, **change}, headers=house.bearer)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_secret_is_shown_once(api: Api, house: House) -> None:
    made = await make(api, house)
    assert made["token"].startswith("hal_")
    assert len(made["token"]) == 47
    assert made["token"].startswith(made["hint"])
    assert len(made["hint"]) == 8
    listed = (await api.client.get("/core/tokens", headers=house.bearer)).text
    audited = (await api.client.get("/core/audit", headers=house.bearer)).text
    assert made["token"] not in listed + audited


async def test_the_database_holds_no_secret(api: Api, house: House) -> None:
    made = await make(api, house)
    async with api.browser(house.owner_email) as browser:
        cookie = next(iter(browser.cookies.values()))
    rows = repr(await api.halloo.database.read(house.workspace_id, _everything))
    assert digest(made["token"]) in rows
    assert digest(cookie) in rows
    for secret in (made["token"], cookie, house.token):
        assert secret not in rows


def _everything(tx: Tx) -> list[Any]:
    from halloo.db.schema import metadata

    return [tx.all(table.select()) for table in metadata.sorted_tables if table.name != "message_words"]


async def test_a_revoked_token_is_refused_at_once(api: Api, house: House) -> None:
    made = await make(api, house)
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert (await api.client.get("/core/conversations", headers=bearer)).status_code == 200
    assert (await api.client.delete(f"/core/tokens/{made['id']}", headers=house.bearer)).status_code == 204
    assert (await api.client.get("/core/conversations", headers=bearer)).status_code == 401
    assert not await is_listed(api, "token", digest(made["token"]))
    facts = await api.halloo.database.read(house.workspace_id, list_after, f"w:{house.workspace_id}", 0, 500)
    told = [msgspec.json.decode(fact.data)["token_id"] for fact in facts if fact.name == "token:revoked"]
    assert told == [made["id"]]


async def test_a_token_expires(api: Api, house: House) -> None:
    made = await make(api, house, expires_at=rfc3339(api.clock() + DAY))
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert (await api.client.get("/core/conversations", headers=bearer)).status_code == 200
    api.clock.shift += DAY
    assert (await api.client.get("/core/conversations", headers=bearer)).status_code == 401


async def test_what_cannot_be_made(api: Api, house: House) -> None:
    wrong = {
        "scopes": [{**DRAFT, "scopes": []}, {**DRAFT, "scopes": ["everything"]}, {**DRAFT, "scopes": "audit:read"}],
        "name": [{**DRAFT, "name": " "}, {**DRAFT, "name": "x" * 81}],
        "expires_at": [{**DRAFT, "expires_at": "tomorrow"}, {**DRAFT, "expires_at": "2001-01-01T00:00:00Z"}],
        "operator_id": [{**DRAFT, "operator_id": house.owner_id}],
    }
    for field, bodies in wrong.items():
        for body in bodies:
            answer = await api.client.post("/core/tokens", json=body, headers=house.bearer)
            assert (answer.status_code, answer.json()["details"]["field"]) == (422, field), body


async def test_nobody_gives_scopes_they_lack(api: Api, house: House) -> None:
    limited = await api.token(house, "tokens:manage", "audit:read")
    answer = await api.client.post("/core/tokens", json=DRAFT, headers=limited)
    assert (answer.status_code, answer.json()["error"]) == (403, "missing_scope")
    assert answer.json()["details"] == {"scopes": ["conversations:read"]}


async def test_a_token_can_act_as_the_operator_who_made_it(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as browser:
        made = (await browser.post("/core/tokens", json={**DRAFT, "operator_id": house.owner_id})).json()
    me = await api.client.get("/core/me", headers={"Authorization": f"Bearer {made['token']}"})
    assert me.json()["operator"]["id"] == house.owner_id
    assert me.json()["scopes"] == ["conversations:read"]


async def test_a_token_never_outlives_or_outranks_who_made_it(api: Api, house: House) -> None:
    operator_id = await api.operator(house, "adam@halloo.example", "admin")
    async with api.browser("adam@halloo.example") as browser:
        made = (
            await browser.post("/core/tokens", json={"name": "CI", "scopes": ["audit:read", "contacts:read"]})
        ).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert (await api.client.get("/core/audit", headers=bearer)).status_code == 200
    address = f"/core/operators/{operator_id}"
    await api.client.patch(address, json={"role": "operator"}, headers=house.bearer)
    assert (await api.client.get("/core/audit", headers=bearer)).status_code == 403
    assert (await api.client.get("/core/contacts", headers=bearer)).status_code == 200
    await api.client.patch(address, json={"active": False}, headers=house.bearer)
    assert (await api.client.get("/core/contacts", headers=bearer)).status_code == 401


async def test_last_use_is_noted(api: Api, house: House) -> None:
    made = await make(api, house)
    assert made["last_used_at"] is None
    await api.client.get("/core/conversations", headers={"Authorization": f"Bearer {made['token']}"})
    listed = (await api.client.get("/core/tokens", headers=house.bearer)).json()["data"]
    assert next(one for one in listed if one["id"] == made["id"])["last_used_at"] is not None


async def test_every_change_is_audited_with_who_what_and_where(api: Api, house: House) -> None:
    made = await make(api, house)
    entries = (await api.client.get("/core/audit?limit=1", headers=house.bearer)).json()
    entry = entries["data"][0]
    assert (entry["actor"], entry["action"], entry["subject"]) == ("all", "token.created", made["id"])
    assert entry["address"] == "127.0.0.1"
    following = await api.client.get(f"/core/audit?limit=1&cursor={entries['next_cursor']}", headers=house.bearer)
    assert following.json()["data"][0]["id"] != entry["id"]
