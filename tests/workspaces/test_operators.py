"""Operators: rules that hold when several people act at once, and the facts that end connections."""

import asyncio
from typing import Any

import msgspec
import pytest

from halloo.events.log import list_after
from halloo.workspaces.actions import operators, sessions, tokens
from halloo.workspaces.actions.operators import OperatorChange
from halloo.workspaces.errors import LastOwner
from halloo.workspaces.model import Actor, system_actor
from tests.support.api import Api, House


def who(house: House) -> Actor:
    return system_actor(house.workspace_id)


async def facts(api: Api, house: House, name: str) -> list[dict[str, Any]]:
    found = await api.halloo.database.read(house.workspace_id, list_after, f"w:{house.workspace_id}", 0, 1_000)
    return [msgspec.json.decode(fact.data) for fact in found if fact.name == name]


async def test_two_owners_cannot_both_leave_at_once(api: Api, house: House) -> None:
    other = await api.operator(house, "olga@halloo.example", "owner")
    database, change = api.halloo.database, OperatorChange(active=False)
    done = await asyncio.gather(
        *(
            database.write(house.workspace_id, operators.update_operator, who(house), operator_id, change)
            for operator_id in (house.owner_id, other)
        ),
        return_exceptions=True,
    )
    assert [type(one) for one in done if isinstance(one, Exception)] == [LastOwner]
    left = await database.read(house.workspace_id, operators.list_operators, who(house))
    assert [operator.active for operator in left if operator.role == "owner"].count(True) == 1


async def test_one_address_enrolled_twice_at_once_is_one_operator(api: Api, house: House) -> None:
    draft = operators.OperatorDraft("nora@halloo.example", "Nora", "operator", "hash")
    done = await asyncio.gather(
        *(
            api.halloo.database.write(house.workspace_id, operators.create_operator, who(house), draft)
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    assert len([one for one in done if not isinstance(one, Exception)]) == 1


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        (OperatorChange(name="Other"), []),
        (OperatorChange(role="operator"), ["role_changed"]),
        (OperatorChange(active=False), ["deactivated"]),
        (OperatorChange(role="operator", active=False), ["deactivated"]),
        (OperatorChange(name="Adam"), []),
    ],
)
async def test_whoever_loses_rights_is_cut_off(
    api: Api, house: House, change: OperatorChange, reasons: list[str]
) -> None:
    operator_id = await api.operator(house, "adam@halloo.example", "admin")
    before = len(await facts(api, house, "operator:updated"))
    await api.halloo.database.write(house.workspace_id, operators.update_operator, who(house), operator_id, change)
    told = await facts(api, house, "operator:revoked")
    assert [(one["user_id"], one["reason"]) for one in told] == [(operator_id, reason) for reason in reasons]
    changed = 0 if change.name == "Adam" else 1
    assert len(await facts(api, house, "operator:updated")) == before + changed


async def test_a_signed_proof_of_earlier_is_checked_against_today(api: Api, house: House) -> None:
    operator_id = await api.operator(house, "adam@halloo.example", "admin")
    database = api.halloo.database

    async def standing(operator: str | None, token: str | None) -> bool:
        return await database.read(house.workspace_id, tokens.is_standing, operator, token)

    assert await standing(operator_id, None)
    assert await standing(None, house.token_id)
    gone = OperatorChange(active=False)
    await database.write(house.workspace_id, operators.update_operator, who(house), operator_id, gone)
    await database.write(house.workspace_id, tokens.revoke_token, who(house), house.token_id)
    assert not await standing(operator_id, None)
    assert not await standing(None, house.token_id)
    assert not await standing(None, None)


async def test_deactivating_ends_sessions_and_tokens_for_good(api: Api, house: House) -> None:
    operator_id = await api.operator(house, "adam@halloo.example", "admin")
    async with api.browser("adam@halloo.example") as browser:
        made = (await browser.post("/core/tokens", json={"name": "CI", "scopes": ["audit:read"]})).json()
        for active in (False, True):
            change = OperatorChange(active=active)
            await api.halloo.database.write(
                house.workspace_id, operators.update_operator, who(house), operator_id, change
            )
        assert (await browser.get("/core/me")).status_code == 401
    listed = await api.halloo.database.read(house.workspace_id, tokens.list_tokens, who(house))
    assert made["id"] not in [token.id for token in listed]


async def test_the_first_workspace_of_an_address_is_where_it_signs_in(api: Api, house: House) -> None:
    second = await api.house(house.owner_email, "Second")
    async with api.browser(house.owner_email) as browser:
        assert (await browser.get("/core/me")).json()["workspace"]["id"] == house.workspace_id
    found = await api.halloo.database.read(second.workspace_id, sessions.find_login, house.owner_email)
    assert found is not None
    assert found.operator_id == second.owner_id
