"""Nobody gets more rights than they have: roles, scopes, invitations, tokens, sessions, and two at once."""

import asyncio
from typing import Any

import httpx
import pytest

from halloo.edge.auth import COOKIE
from halloo.kit.clock import DAY
from halloo.workspaces.model import SCOPES, Role
from tests.isolation.grounds import Grounds
from tests.support.api import BROWSER, ORIGIN, PASSWORD

GOOD = "another good one 42"


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"] if answer.content else ""


async def accept(grounds: Grounds, secret: str, name: str = "Eve", **headers: str) -> httpx.Response:
    body = {"token": secret, "name": name, "password": GOOD}
    return await grounds.api.client.post("/core/invitations/accept", json=body, headers=headers)


async def invited(who: httpx.AsyncClient, email: str, role: str, **headers: str) -> str:
    answer = await who.post("/core/invitations", json={"email": email, "role": role}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["url"].partition("#")[2]


@pytest.mark.parametrize("body", [{"role": "owner"}, {"role": "admin"}, {"active": True, "role": "admin"}])
async def test_nobody_raises_themselves(grounds: Grounds, body: dict[str, Any]) -> None:
    here = grounds.here
    async with grounds.api.browser(here.low_email) as low:
        mine = here.ids["operator_id"]
        assert error(await low.patch(f"/core/operators/{mine}", json=body)) == (403, "missing_scope")
        for field, value in (("role", "owner"), ("scopes", list(SCOPES)), ("active", True), ("email", "x@x.example")):
            assert error(await low.patch("/core/me", json={field: value})) == (422, "field_unknown")
        assert (await low.get(f"/core/operators/{mine}")).json()["role"] == "operator"


@pytest.mark.parametrize("role", ["admin", "operator"])
async def test_only_owners_touch_owners(grounds: Grounds, role: Role) -> None:
    here = grounds.here
    await grounds.api.operator(here.house, f"{role}@apricot.example", role)
    owner = f"/core/operators/{here.house.owner_id}"
    due = "owners_only" if role == "admin" else "missing_scope"
    async with grounds.api.browser(f"{role}@apricot.example") as who:
        tries = [
            await who.patch(owner, json={"role": "operator"}),
            await who.patch(owner, json={"active": False}),
            await who.patch(owner, json={"name": "Nobody"}),
            await who.delete(owner),
            await who.patch(f"/core/operators/{here.ids['operator_id']}", json={"role": "owner"}),
            await who.post(
                "/core/operators", json={"email": "o@e.example", "name": "O", "password": GOOD, "role": "owner"}
            ),
            await who.post("/core/invitations", json={"email": "o@e.example", "role": "owner"}),
        ]
        assert [error(answer) for answer in tries] == [(403, due)] * len(tries)


async def test_an_admins_token_is_no_owner(grounds: Grounds) -> None:
    here = grounds.here
    await grounds.api.operator(here.house, "admin@apricot.example", "admin")
    async with grounds.api.browser("admin@apricot.example") as admin:
        mine = (await admin.get("/core/me")).json()["operator"]["id"]
        for owner_id in (None, mine):
            body = {"name": "All", "scopes": list(SCOPES), "operator_id": owner_id}
            secret = (await admin.post("/core/tokens", json=body)).json()["token"]
            headers = {"Authorization": f"Bearer {secret}"}
            raised = await grounds.api.client.patch(f"/core/operators/{mine}", json={"role": "owner"}, headers=headers)
            assert error(raised) == (403, "owners_only")
        as_owner = {"name": "Theirs", "scopes": ["audit:read"], "operator_id": here.house.owner_id}
        assert error(await admin.post("/core/tokens", json=as_owner)) == (422, "field_invalid")


async def test_a_token_gives_no_scope_that_it_lacks(grounds: Grounds) -> None:
    here, client = grounds.here, grounds.api.client
    maker = await grounds.api.token(here.house, "tokens:manage", "audit:read")
    for scopes in (["operators:manage"], ["audit:read", "conversations:read"], list(SCOPES)):
        answer = await client.post("/core/tokens", json={"name": "More", "scopes": scopes}, headers=maker)
        assert error(answer) == (403, "missing_scope")
    for scopes in ([], ["*"], ["owner"], ["audit:read "], ["AUDIT:READ"]):
        answer = await client.post("/core/tokens", json={"name": "Odd", "scopes": scopes}, headers=maker)
        assert error(answer) == (422, "field_invalid")


async def test_what_a_token_made_ends_with_the_person_behind_it(grounds: Grounds) -> None:
    """A token that acts for nobody makes another: that one too ends when its first maker leaves or loses rights."""
    here, client = grounds.here, grounds.api.client
    admin_id = await grounds.api.operator(here.house, "admin@apricot.example", "admin")
    async with grounds.api.browser("admin@apricot.example") as admin:
        made = await admin.post("/core/tokens", json={"name": "First", "scopes": list(SCOPES)})
    first = {"Authorization": f"Bearer {made.json()['token']}"}
    made = await client.post("/core/tokens", json={"name": "Second", "scopes": list(SCOPES)}, headers=first)
    second = {"Authorization": f"Bearer {made.json()['token']}"}
    made = await client.post("/core/tokens", json={"name": "Third", "scopes": list(SCOPES)}, headers=second)
    third = {"Authorization": f"Bearer {made.json()['token']}"}
    demoted = await client.patch(f"/core/operators/{admin_id}", json={"role": "operator"}, headers=here.bearer)
    assert demoted.status_code == 200
    for headers in (first, second, third):
        assert error(await client.get("/core/audit", headers=headers)) == (403, "missing_scope")
    await client.patch(f"/core/operators/{admin_id}", json={"active": False}, headers=here.bearer)
    for headers in (first, second, third):
        assert error(await client.get("/core/me", headers=headers)) == (401, "unauthorized")


@pytest.mark.parametrize("change", [{"active": False}, {"role": "operator"}, None])
async def test_nobody_comes_back_by_an_invitation_of_their_own(grounds: Grounds, change: dict[str, Any] | None) -> None:
    here, client = grounds.here, grounds.api.client
    admin_id = await grounds.api.operator(here.house, "admin@apricot.example", "admin")
    async with grounds.api.browser("admin@apricot.example") as admin:
        secrets = [await invited(admin, "backdoor@e.example", "admin")]
        made = await admin.post("/core/tokens", json={"name": "Mine", "scopes": list(SCOPES)})
    bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    secrets.append(await invited(client, "second@e.example", "admin", **bearer))
    address = f"/core/operators/{admin_id}"
    done = (
        await client.delete(address, headers=here.bearer)
        if change is None
        else await client.patch(address, json=change, headers=here.bearer)
    )
    assert done.status_code in {200, 204}
    for secret in secrets:
        assert error(await accept(grounds, secret)) == (404, "invitation_not_found")


async def test_an_owner_who_is_one_no_more_makes_no_owner(grounds: Grounds) -> None:
    here, client = grounds.here, grounds.api.client
    second = await grounds.api.operator(here.house, "second@apricot.example", "owner")
    async with grounds.api.browser("second@apricot.example") as owner:
        as_owner = await invited(owner, "friend@e.example", "owner")
        as_admin = await invited(owner, "other@e.example", "admin")
    await client.patch(f"/core/operators/{second}", json={"role": "admin"}, headers=here.bearer)
    assert error(await accept(grounds, as_owner)) == (404, "invitation_not_found")
    assert (await accept(grounds, as_admin)).status_code == 200


async def test_an_invitation_works_once_also_for_two_at_once(grounds: Grounds) -> None:
    here = grounds.here
    secret = await invited(grounds.api.client, "new1@e.example", "operator", **here.bearer)
    answers = await asyncio.gather(*(accept(grounds, secret, f"Eve {n}") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
    people = (await grounds.api.client.get("/core/operators", headers=here.bearer)).json()["data"]
    assert len([one for one in people if one["email"] == "new1@e.example"]) == 1
    assert error(await accept(grounds, secret)) == (404, "invitation_not_found")


@pytest.mark.parametrize("secret", ["", "0", "null", "hi_", "hi_x", "a" * 5000])
async def test_a_guessed_invitation_is_none(grounds: Grounds, secret: str) -> None:
    assert error(await accept(grounds, secret)) == (404, "invitation_not_found")


async def test_an_invitation_ends_after_a_week(grounds: Grounds) -> None:
    secret = await invited(grounds.api.client, "late@e.example", "operator", **grounds.here.bearer)
    grounds.api.clock.shift += 7 * DAY
    assert error(await accept(grounds, secret)) == (404, "invitation_not_found")


async def test_one_owner_stays_also_when_both_go_at_once(grounds: Grounds) -> None:
    here, client = grounds.here, grounds.api.client
    second = await grounds.api.operator(here.house, "second@apricot.example", "owner")
    system = await grounds.api.token(here.house, *SCOPES)
    async with grounds.api.browser(here.house.owner_email) as one, grounds.api.browser("second@apricot.example") as two:
        answers = await asyncio.gather(
            one.delete(f"/core/operators/{second}"),
            two.delete(f"/core/operators/{here.house.owner_id}"),
            one.patch(f"/core/operators/{here.house.owner_id}", json={"role": "admin"}),
            two.patch(f"/core/operators/{second}", json={"active": False}),
        )
    assert all(answer.status_code < 500 for answer in answers)
    people = (await client.get("/core/operators", headers=system)).json()["data"]
    assert len([one for one in people if one["role"] == "owner" and one["active"]]) == 1


async def test_a_planted_session_is_not_taken_over(grounds: Grounds) -> None:
    """Signing in never continues a session that was there before, whoever made it."""
    here = grounds.here
    async with grounds.api.browser(here.low_email) as attacker:
        planted = attacker.cookies[COOKIE]
    for cookie in (planted, "hs_chosen", "x"):
        answer = await grounds.api.client.post(
            "/core/session",
            json={"email": here.house.owner_email, "password": PASSWORD},
            headers={**BROWSER, "Cookie": f"{COOKIE}={cookie}"},
        )
        fresh = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
        assert fresh not in {planted, cookie}
        assert len(fresh) >= 43
    me = await grounds.api.client.get("/core/me", headers={"Cookie": f"{COOKIE}={planted}"})
    assert me.json()["operator"]["email"] == here.low_email


async def test_a_copy_of_the_database_opens_nothing(grounds: Grounds) -> None:
    """No session, invitation, token of any kind or password stands in it as it is used."""
    here, client = grounds.here, grounds.api.client
    secrets = [PASSWORD, here.owner_token, here.house.token, here.guest.token]
    secrets.append(await invited(client, "new2@e.example", "operator", **here.bearer))
    async with grounds.api.browser(here.house.owner_email) as owner:
        secrets.append(owner.cookies[COOKIE])
        secrets.append((await owner.post("/core/relay-token")).json()["token"])
    greeted = await client.post(
        f"/core/public/web-widgets/{here.guest.widget_id}/visitor", json={}, headers=here.guest.header
    )
    secrets.append(greeted.json()["relay"]["token"])
    stored = str(await grounds.stored(here))
    assert "argon2id" in stored
    for secret in secrets:
        assert len(secret) > 12
        assert secret not in stored
        assert secret[4:] not in stored


async def test_answers_of_people_are_kept_nowhere(grounds: Grounds) -> None:
    here = grounds.here
    async with grounds.api.browser(here.house.owner_email) as owner:
        for path in ("/core/me", "/core/conversations", "/core/contacts", "/core/tokens", "/core/nothing"):
            answer = await owner.get(path)
            assert answer.headers["cache-control"] == "no-store", path
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert "access-control-allow-origin" not in answer.headers
            assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "chat.example.evil.example", "chat.example@evil.example", "", "chat.example."]
)
async def test_no_address_is_built_from_the_host(grounds: Grounds, host: str) -> None:
    here = grounds.here
    for method, path in (
        ("GET", "/core/me"), ("GET", "/inbox"), ("GET", "/healthz"), ("GET", "/docs"), ("GET", "/relay"),
        ("GET", f"/public/embed/{here.guest.widget_id}"), ("GET", f"/public/widget/{here.guest.widget_id}"),
        ("GET", f"/core/public/web-widgets/{here.guest.widget_id}"), ("POST", "/core/session"), ("GET", "/nothing"),
    ):  # fmt: skip
        answer = await grounds.api.client.request(method, path, headers={"Host": host, **here.bearer})
        assert error(answer) == (421, "unknown_host"), path
    forwarded = {"X-Forwarded-Host": host or "x", "X-Forwarded-Proto": "http", "Forwarded": f"host={host}"}
    made = await grounds.api.client.post(
        "/core/invitations", json={"email": "host@e.example"}, headers={**here.bearer, **forwarded}
    )
    assert made.json()["url"].startswith(f"{ORIGIN}/inbox/join#")


async def test_no_answer_redirects(grounds: Grounds) -> None:
    for path in (
        "//evil.example",
        "/\\evil.example",
        "/inbox//evil.example",
        "/inbox?next=//evil.example",
        "/docs/",
        "/core/",
    ):
        answer = await grounds.api.client.get(f"{ORIGIN}{path}")
        assert not 300 <= answer.status_code < 400, path
        assert "location" not in answer.headers
