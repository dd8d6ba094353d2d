"""Roles: what owners, admins and operators may do to each other and to the workspace."""

from typing import Any

import pytest

from halloo.workspaces.model import Role
from tests.support.api import PASSWORD, Api, House

EMAILS: dict[Role, str] = {
    "owner": "olga@halloo.example",
    "admin": "adam@halloo.example",
    "operator": "otto@halloo.example",
}


async def staff(api: Api, house: House) -> dict[Role, str]:
    """One colleague of each role beside the first owner; their ids."""
    return {role: await api.operator(house, email, role) for role, email in EMAILS.items()}


@pytest.mark.parametrize(
    ("actor", "target", "change", "status"),
    [
        ("owner", "owner", {"role": "admin"}, 200),
        ("owner", "admin", {"role": "owner"}, 200),
        ("owner", "operator", {"active": False}, 200),
        ("admin", "owner", {"name": "Other"}, 403),
        ("admin", "owner", {"role": "operator"}, 403),
        ("admin", "owner", {"active": False}, 403),
        ("admin", "admin", {"name": "Other"}, 200),
        ("admin", "operator", {"role": "admin"}, 200),
        ("admin", "operator", {"role": "owner"}, 403),
        ("operator", "operator", {"role": "owner"}, 403),
        ("operator", "admin", {"name": "Other"}, 403),
    ],
)
async def test_who_may_change_whom(
    api: Api, house: House, actor: Role, target: Role, change: dict[str, Any], status: int
) -> None:
    ids = await staff(api, house)
    async with api.browser(EMAILS[actor]) as browser:
        answer = await browser.patch(f"/core/operators/{ids[target]}", json=change)
    assert answer.status_code == status, answer.text
    seen = (await api.client.get(f"/core/operators/{ids[target]}", headers=house.bearer)).json()
    key, value = next(iter(change.items()))
    assert (seen[key] == value) is (status == 200)


@pytest.mark.parametrize(("actor", "status"), [("owner", 201), ("admin", 403), ("operator", 403)])
async def test_only_owners_make_owners(api: Api, house: House, actor: Role, status: int) -> None:
    await staff(api, house)
    async with api.browser(EMAILS[actor]) as browser:
        made = await browser.post(
            "/core/operators",
            json={"email": "new@halloo.example", "name": "New", "password": PASSWORD, "role": "owner"},
        )
        invited = await browser.post("/core/invitations", json={"email": "nora@halloo.example", "role": "owner"})
    assert (made.status_code, invited.status_code) == (status, status)


@pytest.mark.parametrize("change", [{"active": False}, {"role": "admin"}])
async def test_the_last_owner_stays(api: Api, house: House, change: dict[str, Any]) -> None:
    async with api.browser(house.owner_email) as browser:
        kept = await browser.patch(f"/core/operators/{house.owner_id}", json=change)
        removed = await browser.delete(f"/core/operators/{house.owner_id}")
    assert [(answer.status_code, answer.json()["error"]) for answer in (kept, removed)] == [(409, "last_owner")] * 2


async def test_admins_cannot_withdraw_what_owners_offered(api: Api, house: House) -> None:
    await staff(api, house)
    async with api.browser(EMAILS["owner"]) as owner, api.browser(EMAILS["admin"]) as admin:
        offered = {"email": "nora@halloo.example", "role": "owner"}
        made = (await owner.post("/core/invitations", json=offered)).json()
        assert (await admin.delete(f"/core/invitations/{made['id']}")).status_code == 403
        replaced = await admin.post("/core/invitations", json={**offered, "role": "operator"})
        assert (replaced.status_code, replaced.json()["error"]) == (403, "owners_only")


async def test_a_new_role_counts_at_the_next_request(api: Api, house: House) -> None:
    ids = await staff(api, house)
    async with api.browser(EMAILS["admin"]) as browser:
        assert (await browser.get("/core/audit")).status_code == 200
        demoted = {"role": "operator"}
        await api.client.patch(f"/core/operators/{ids['admin']}", json=demoted, headers=house.bearer)
        assert (await browser.get("/core/audit")).status_code == 403


async def test_a_removed_operator_frees_the_address(api: Api, house: House) -> None:
    ids = await staff(api, house)
    gone = await api.client.delete(f"/core/operators/{ids['operator']}", headers=house.bearer)
    assert gone.status_code == 204
    again = await api.client.delete(f"/core/operators/{ids['operator']}", headers=house.bearer)
    assert (again.status_code, again.json()["error"]) == (404, "operator_not_found")
    body = {"email": EMAILS["operator"], "name": "Next", "password": PASSWORD}
    assert (await api.client.post("/core/operators", json=body, headers=house.bearer)).status_code == 201
    async with api.browser(EMAILS["operator"]) as browser:
        assert (await browser.get("/core/me")).json()["operator"]["name"] == "Next"


async def test_an_address_is_one_operator_whatever_its_case(api: Api, house: House) -> None:
    body = {"email": "ADA@Halloo.Example", "name": "Other", "password": PASSWORD}
    answer = await api.client.post("/core/operators", json=body, headers=house.bearer)
    assert (answer.status_code, answer.json()["error"]) == (409, "email_taken")


async def test_an_invitation_works_once(api: Api, house: House) -> None:
    invited = {"email": "nora@halloo.example", "role": "admin"}
    made = (await api.client.post("/core/invitations", json=invited, headers=house.bearer)).json()
    address, _, secret = made["url"].partition("#")
    assert address.endswith("/inbox/join")
    async with api.browser() as browser:
        body = {"token": secret, "name": "Nora", "password": PASSWORD}
        accepted = await browser.post("/core/invitations/accept", json=body)
        assert accepted.status_code == 200
        assert accepted.json()["operator"]["role"] == "admin"
        assert (await browser.get("/core/me")).json()["operator"]["email"] == "nora@halloo.example"
        again = await browser.post("/core/invitations/accept", json=body)
        assert (again.status_code, again.json()["error"]) == (404, "invitation_not_found")
    open_ones = await api.client.get("/core/invitations", headers=house.bearer)
    assert open_ones.json()["data"] == []


async def test_an_invitation_ends_after_a_week_and_by_a_newer_one(api: Api, house: House) -> None:
    invited = {"email": "nora@halloo.example"}
    urls = [
        (await api.client.post("/core/invitations", json=invited, headers=house.bearer)).json()["url"] for _ in range(2)
    ]
    bodies = [{"token": url.partition("#")[2], "name": "Nora", "password": PASSWORD} for url in urls]
    assert (await api.client.post("/core/invitations/accept", json=bodies[0])).status_code == 404
    api.clock.shift += 7 * 86_400_000
    assert (await api.client.post("/core/invitations/accept", json=bodies[1])).status_code == 404
