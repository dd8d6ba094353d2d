"""Signing in and out (manage contract): cookie, rotation, ends, forged requests, guessing."""

import json
from typing import Any

import pytest

from halloo.config import Config
from halloo.edge import door
from halloo.edge.auth import COOKIE
from halloo.kit.clock import DAY, MINUTE
from halloo.widgets.settings import HostSettings
from tests.support.api import BROWSER, ORIGIN, PASSWORD, Api, House, serving
from tests.support.product import Store


def wrong(_stored: str | None, _password: str) -> bool:
    """A check that is quick and always fails."""
    return False


async def sign_in(api: Api, email: str, password: str = PASSWORD, **headers: str) -> Any:
    return await api.client.post("/core/session", json={"email": email, "password": password}, headers=headers)


async def test_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(api: Api, house: House) -> None:
    answer = await sign_in(api, "ADA@halloo.example")
    assert answer.status_code == 200
    name, _, rest = answer.headers["set-cookie"].partition("=")
    value, *flags = [part.strip() for part in rest.split(";")]
    assert name == "__Host-halloo"
    assert len(value) >= 43
    assert sorted(flags) == ["HttpOnly", "Max-Age=7776000", "Path=/", "SameSite=Lax", "Secure"]
    assert answer.json()["operator"]["email"] == house.owner_email
    assert answer.json()["workspace"] == {"id": house.workspace_id, "name": "Acme"}
    assert value not in answer.text


async def test_wrong_password_and_unknown_address_get_the_same_answer_for_the_same_work(
    api: Api, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bool] = []

    def verify(stored: str | None, _password: str) -> bool:
        checked.append(stored is not None)
        return False

    monkeypatch.setattr(door, "verify_password", verify)
    known = await sign_in(api, house.owner_email, "wrong password")
    unknown = await sign_in(api, "nobody@halloo.example", "wrong password")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (401, known.content)
    assert known.json()["error"] == "sign_in_failed"
    assert set(known.headers) == set(unknown.headers)
    assert checked == [True, False]


async def test_guessing_has_to_wait_per_account_and_per_address(
    api: Api, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "verify_password", wrong)
    answers = [await sign_in(api, house.owner_email, "wrong password") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].json()["error"] == "rate_limited"
    assert int(answers[-1].headers["retry-after"]) >= 1
    spread = [await sign_in(api, f"nobody{n}@halloo.example", "wrong password") for n in range(52)]
    assert [answer.status_code for answer in spread] == [401] * 49 + [429] * 3
    api.clock.shift += 10 * MINUTE
    assert (await sign_in(api, house.owner_email, "wrong password")).status_code == 401


async def test_unknown_accounts_are_throttled_alike(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "verify_password", wrong)
    answers = [await sign_in(api, "nobody@halloo.example", "wrong password") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]


async def test_a_new_sign_in_ends_the_session_it_replaces(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as browser:
        before = browser.cookies[COOKIE]
        await browser.post("/core/session", json={"email": house.owner_email, "password": PASSWORD})
        assert browser.cookies[COOKIE] != before
        assert (await browser.get("/core/me")).status_code == 200
        old = await api.client.get("/core/me", headers={"Cookie": f"{COOKIE}={before}"})
        assert old.status_code == 401


async def test_signing_out_ends_this_session_alone(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as one, api.browser(house.owner_email) as two:
        held = one.cookies[COOKIE]
        gone = await one.delete("/core/session")
        assert gone.status_code == 204
        assert "Max-Age=0" in gone.headers["set-cookie"]
        assert (await api.client.get("/core/me", headers={"Cookie": f"{COOKIE}={held}"})).status_code == 401
        assert (await two.get("/core/me")).status_code == 200


async def test_signing_out_everywhere_ends_all_of_them(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as one, api.browser(house.owner_email) as two:
        assert (await one.delete("/core/sessions")).status_code == 204
        assert (await two.get("/core/me")).status_code == 401


async def test_a_session_ends_after_thirty_idle_days(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as browser:
        for _ in range(2):
            api.clock.shift += 29 * DAY
            assert (await browser.get("/core/me")).status_code == 200
        api.clock.shift += 30 * DAY
        assert (await browser.get("/core/me")).status_code == 401


async def test_a_session_ends_after_ninety_days_however_much_it_is_used(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as browser:
        for _ in range(8):
            api.clock.shift += 11 * DAY
            assert (await browser.get("/core/me")).status_code == 200
        api.clock.shift += 2 * DAY
        assert (await browser.get("/core/me")).status_code == 401


async def test_a_new_password_ends_the_other_sessions(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as one, api.browser(house.owner_email) as two:
        change = {"current_password": PASSWORD, "new_password": "another good one"}
        assert (await one.post("/core/me/password", json=change)).status_code == 204
        assert (await one.get("/core/me")).status_code == 200
        assert (await two.get("/core/me")).status_code == 401
    assert (await sign_in(api, house.owner_email)).status_code == 401
    assert (await sign_in(api, house.owner_email, "another good one")).status_code == 200


async def test_the_current_password_is_needed_for_a_new_one(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as browser:
        other = {"current_password": "not this one", "new_password": "another good one"}
        answer = await browser.post("/core/me/password", json=other)
        assert (answer.status_code, answer.json()["details"]) == (422, {"field": "current_password"})
        short = {"current_password": PASSWORD, "new_password": "short"}
        answer = await browser.post("/core/me/password", json=short)
        assert (answer.status_code, answer.json()["details"]) == (422, {"field": "new_password"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Origin": "https://evil.example"}, "origin_not_allowed"),
        ({"Origin": "null"}, "origin_not_allowed"),
        ({"Origin": f"{ORIGIN}.evil.example"}, "origin_not_allowed"),
        ({"Origin": None}, "origin_not_allowed"),
        ({"Sec-Fetch-Site": "cross-site"}, "origin_not_allowed"),
        ({"Sec-Fetch-Site": "same-site"}, "origin_not_allowed"),
        ({"Sec-Fetch-Site": "none"}, "origin_not_allowed"),
        ({"X-Halloo-Request": None}, "request_header_missing"),
        ({"X-Halloo-Request": "0"}, "request_header_missing"),
        ({"Sec-Fetch-Site": None}, None),
    ],
)
async def test_a_page_elsewhere_cannot_write_with_the_cookie(
    api: Api, house: House, change: dict[str, str | None], code: str | None
) -> None:
    async with api.browser(house.owner_email) as browser:
        held = browser.cookies[COOKIE]
    headers = {name: value for name, value in {**BROWSER, **change}.items() if value is not None}
    headers["Cookie"] = f"{COOKIE}={held}"
    answer = await api.client.post("/core/tags", json={"name": "vip"}, headers=headers)
    if code is None:
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["error"]) == (403, code)
    tags = await api.client.get("/core/tags", headers=house.bearer)
    assert tags.json()["data"] == []


async def test_the_widget_s_own_origin_cannot_write_with_the_cookie(store: Store) -> None:
    hosts = HostSettings(client="https://widget.example")
    async with serving(store, Config(hosts=hosts)) as api:
        house = await api.house()
        async with api.browser(house.owner_email) as browser:
            answer = await browser.post("/core/tags", json={"name": "vip"}, headers={"Origin": hosts.client})
            assert (answer.status_code, answer.json()["error"]) == (403, "origin_not_allowed")
            assert (await browser.post("/core/tags", json={"name": "vip"})).status_code == 201


async def test_a_page_elsewhere_cannot_sign_somebody_in(api: Api, house: House) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await sign_in(api, house.owner_email, **headers)).status_code == 403
    body = json.dumps({"email": house.owner_email, "password": PASSWORD})
    plain = await api.client.post("/core/session", content=body, headers={"Content-Type": "text/plain"})
    assert (plain.status_code, plain.json()["error"]) == (415, "content_type")


async def test_an_operator_who_was_deactivated_is_out_at_once(api: Api, house: House) -> None:
    operator_id = await api.operator(house, "ben@halloo.example", "operator")
    async with api.browser("ben@halloo.example") as browser:
        change = {"active": False}
        await api.client.patch(f"/core/operators/{operator_id}", json=change, headers=house.bearer)
        assert (await browser.get("/core/me")).status_code == 401
    assert (await sign_in(api, "ben@halloo.example")).status_code == 401


async def test_credentials_do_not_work_in_the_address(api: Api, house: House) -> None:
    for name in ("token", "access_token"):
        answer = await api.client.get(f"/core/me?{name}={house.token}")
        assert (answer.status_code, answer.json()["error"]) == (400, "token_in_url")


async def test_a_bad_token_is_refused_although_a_good_cookie_is_there(api: Api, house: House) -> None:
    async with api.browser(house.owner_email) as browser:
        for header in ("Bearer hal_wrong", "Basic YTpi", "Bearer", "Bearer 0", "Bearer null"):
            answer = await browser.get("/core/me", headers={"Authorization": header})
            assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
