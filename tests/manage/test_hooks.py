"""Web hooks over the management API (hooks contract 11 and 17)."""

import asyncio
from typing import Any

import pytest

from halloo.hooks import catalogue
from halloo.kit.ids import is_uuid, new_id
from tests.support.api import Api, House

URL = "https://93.184.215.14/crisp/hooks?key=KEY"
"""A public address: nobody asks a resolver, and nothing is sent there."""
DRAFT: dict[str, Any] = {"name": "Orders", "url": URL, "events": ["message:send", "session:set_state"]}


async def call(api: Api, house: House, method: str, path: str = "", body: Any = None, **more: Any) -> Any:
    headers = {**house.bearer, **more.pop("headers", {})}
    sent = {} if body is None else {"json": body}
    return await api.client.request(method, f"/core/hooks{path}", headers=headers, **sent, **more)


async def make(api: Api, house: House, **said: Any) -> Any:
    answer = await call(api, house, "POST", "", {**DRAFT, **said})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_hook_is_made_with_a_secret_that_is_shown_once(api: Api, house: House) -> None:
    answer = await call(api, house, "POST", "", {**DRAFT, "signing": "signed"})
    assert answer.status_code == 201
    made = answer.json()
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert answer.headers["Location"] == f"/core/hooks/{made['id']}"
    read = await call(api, house, "GET", f"/{made['id']}")
    assert read.json() == made
    assert read.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert (await call(api, house, "GET")).json() == {"data": [made], "next_cursor": None}
    for text in (read.text, (await call(api, house, "GET")).text):
        assert secret not in text
    (one,) = made.pop("secrets")
    assert is_uuid(one.pop("id"))
    assert one.pop("created_at").endswith("Z")
    assert one == {"role": "current", "hint": secret[:10], "promotes_at": None}
    assert is_uuid(made.pop("id"))
    assert made.pop("created_at") == made.pop("updated_at")
    assert made == {
        **DRAFT,
        "kind": "website",
        "environment": "production",
        "enabled": True,
        "state": "active",
        "disabled_reason": None,
        "last_call": "not_called",
        "last_call_at": None,
        "last_status": None,
        "last_error": None,
        "failing_since": None,
        "probe_at": None,
        "signing": "signed",
        "timeout_ms": 2_000,
        "max_in_flight": 10,
        "ordered": "none",
        "retry": "standard",
        "headers": {},
        "waiting": 0,
        "replay_id": None,
        "last_replay_id": None,
        "version": 1,
    }


async def test_keys_are_masked_for_who_may_only_read(api: Api, house: House) -> None:
    made = await make(api, house, headers={"Authorization": "Bearer seven"})
    reader = await api.token(house, "hooks:read")
    assert made["url"] == URL
    assert made["headers"] == {"Authorization": "Bearer seven"}
    for path in ("", f"/{made['id']}"):
        answer = await call(api, house, "GET", path, headers=reader)
        seen = answer.json() if path else answer.json()["data"][0]
        assert seen["url"] == "https://93.184.215.14/crisp/hooks?key=***"
        assert seen["headers"] == {"Authorization": "***"}
        assert "KEY" not in answer.text
    for method, path in (("POST", ""), ("PUT", f"/{made['id']}"), ("DELETE", f"/{made['id']}")):
        answer = await call(api, house, method, path, DRAFT if method != "DELETE" else None, headers=reader)
        assert (answer.status_code, answer.json()["error"]) == (403, "missing_scope")


async def test_the_catalogue_has_a_sample_of_every_event(api: Api, house: House) -> None:
    listed = (await call(api, house, "GET", "/events")).json()["data"]
    assert len(listed) == len(catalogue.EVENTS) - 1
    for event in listed:
        assert set(event) == {"name", "class", "group", "sentence", "secret", "emitted", "sample"}
        assert event["sample"]["website_id"] == house.workspace_id
    by_name = {event["name"]: event for event in listed}
    assert (by_name["message:send"]["class"], by_name["message:send"]["secret"]) == ("fact", False)
    assert by_name["plugin:settings:saved"]["secret"] is True
    assert by_name["message:compose:send"]["class"] == "light"
    assert by_name["campaign:progress"]["class"] == "reserved"
    everything = await make(api, house, events=list(by_name))
    assert everything["events"] == list(by_name)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"name": " "}, "name_empty"),
        ({"events": []}, "events_empty"),
        ({"events": ["message:sent"]}, "event_unknown"),
        ({"events": ["plugin:settings:saved"], "url": "http://93.184.215.14/"}, "event_needs_https"),
        ({"kind": "plugin", "url": "http://93.184.215.14/"}, "plugin_needs_https"),
        ({"headers": {"Host": "a.example"}}, "header_forbidden"),
        ({"url": "ftp://93.184.215.14/"}, "url_scheme"),
        ({"url": "https://a b/"}, "url_host"),
        ({"url": "https://93.184.215.14:25/"}, "url_port"),
        ({"url": "https://me@93.184.215.14/"}, "url_userinfo"),
        ({"url": "https://93.184.215.14/#x"}, "url_fragment"),
        ({"url": f"https://93.184.215.14/{'a' * 2_048}"}, "url_too_long"),
        ({"url": "http://127.0.0.1/"}, "url_blocked"),
        ({"url": "http://[::ffff:127.0.0.1]/"}, "url_blocked"),
        ({"url": "http://localhost:8080/"}, "url_blocked"),
        ({"enabled": False}, "field_unknown"),
        ({"workspace_id": new_id()}, "field_unknown"),
        ({"secret": "whsec_mine"}, "field_unknown"),
        ({"timeout_ms": "2000"}, "field_invalid"),
        ({"timeout_ms": 100}, "field_invalid"),
        ({"ordered": "some"}, "field_invalid"),
    ],
)
async def test_what_breaks_a_rule_is_refused_and_nothing_stored(
    api: Api, house: House, said: dict[str, Any], code: str
) -> None:
    made = await make(api, house)
    for method, path in (("POST", ""), ("PUT", f"/{made['id']}")):
        body = {**DRAFT, **said}
        if method == "PUT" and "kind" in said:
            continue
        answer = await call(api, house, method, path, body)
        assert (answer.status_code, answer.json()["error"]) == (422, code), answer.text
    listed = (await call(api, house, "GET")).json()["data"]
    assert [{**one, "secrets": None} for one in listed] == [
        {name: value for name, value in {**made, "secrets": None}.items() if name != "secret"}
    ]


async def test_a_change_holds_if_the_hook_is_still_the_same(api: Api, house: House) -> None:
    made = await make(api, house)
    path = f"/{made['id']}"
    first = await call(api, house, "PATCH", path, {"name": "Bills"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.json()["name"], first.headers["ETag"]) == (200, "Bills", '"2"')
    assert "secret" not in first.json()
    for tag in ('"1"', '"never"'):
        stale = await call(api, house, "PUT", path, {"name": "Letters"}, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["error"]) == (412, "stale")
        stale = await call(api, house, "DELETE", path, headers={"If-Match": tag})
        assert (stale.status_code, stale.json()["error"]) == (412, "stale")
    assert (await call(api, house, "DELETE", path, headers={"If-Match": "*"})).status_code == 204
    assert (await call(api, house, "DELETE", path)).status_code == 404


async def test_every_writable_field_can_be_changed(api: Api, house: House) -> None:
    made = await make(api, house)
    change: dict[str, Any] = {
        "name": "Bills",
        "url": "http://93.184.215.14:8080/bills",
        "events": ["session:removed"],
        "signing": "signed",
        "timeout_ms": 30_000,
        "max_in_flight": 100,
        "ordered": "conversation",
        "retry": "none",
        "headers": {"X-Shop": "7"},
    }
    changed = await call(api, house, "PUT", f"/{made['id']}", change)
    assert changed.status_code == 200, changed.text
    assert changed.json()["secret"] != made["secret"]
    read = (await call(api, house, "GET", f"/{made['id']}")).json()
    assert {name: read[name] for name in change} == change
    for field in ("kind", "environment", "enabled", "state", "id", "secrets"):
        refused = await call(api, house, "PUT", f"/{made['id']}", {field: read[field]})
        assert (refused.status_code, refused.json()["error"]) == (422, "field_unknown")


async def test_a_name_that_leads_nowhere_is_stored_with_a_warning(api: Api, house: House) -> None:
    made = await make(api, house, url="https://nowhere.invalid/hooks")
    assert made["warning"] == "dns"
    changed = await call(api, house, "PUT", f"/{made['id']}", {"name": "Bills"})
    assert "warning" not in changed.json()
    changed = await call(api, house, "PUT", f"/{made['id']}", {"url": "https://also.nowhere.invalid/"})
    assert changed.json()["warning"] == "dns"


async def test_a_rotation_over_the_api(api: Api, house: House) -> None:
    made = await make(api, house, signing="signed")
    path = f"/{made['id']}/secrets"
    following = await call(api, house, "POST", path, {"overlap_s": 3_600})
    assert following.status_code == 201
    said = following.json()
    assert set(said) == {"id", "role", "secret", "created_at", "promotes_at"}
    assert said["role"] == "next"
    shown = (await call(api, house, "GET", f"/{made['id']}")).json()["secrets"]
    assert [(one["role"], one["id"] == said["id"]) for one in shown] == [("current", False), ("next", True)]
    again = await call(api, house, "POST", path, {})
    assert (again.status_code, again.json()["error"]) == (409, "rotation_running")
    last = await call(api, house, "DELETE", f"{path}/{shown[0]['id']}")
    assert (last.status_code, last.json()["error"]) == (409, "last_secret")
    assert (await call(api, house, "DELETE", f"{path}/{said['id']}")).status_code == 204
    nobody = await call(api, house, "POST", f"{path}/promote", {})
    assert (nobody.status_code, nobody.json()["error"]) == (409, "no_rotation")
    assert (await call(api, house, "POST", path, {})).status_code == 201
    promoted = await call(api, house, "POST", f"{path}/promote", {})
    assert promoted.status_code == 200
    assert [one["role"] for one in promoted.json()["secrets"]] == ["current"]
    assert "secret" not in promoted.json()
    leaked = await call(api, house, "POST", f"{path}/promote", {"immediately": True})
    assert leaked.json()["secret"].startswith("whsec_")


async def test_disabling_and_enabling(api: Api, house: House) -> None:
    made = await make(api, house)
    for _ in range(2):
        off = await call(api, house, "POST", f"/{made['id']}/disable")
        assert (off.status_code, off.json()["enabled"], off.json()["state"]) == (200, False, "disabled")
        assert off.json()["disabled_reason"] == "operator"
    on = await call(api, house, "POST", f"/{made['id']}/enable", {})
    assert (on.status_code, on.json()["enabled"], on.json()["state"]) == (200, True, "active")
    wrong = await call(api, house, "POST", f"/{made['id']}/enable", {"recover_since": "yesterday"})
    assert (wrong.status_code, wrong.json()["error"]) == (422, "field_invalid")


async def test_the_day_of_a_hook_has_96_quarters(api: Api, house: House) -> None:
    made = await make(api, house)
    quarters = (await call(api, house, "GET", f"/{made['id']}/chart")).json()["data"]
    assert len(quarters) == 96
    assert [one["at"] for one in quarters] == sorted(one["at"] for one in quarters)
    assert {tuple(one.items())[1:] for one in quarters} == {(("succeeded", 0), ("failed", 0), ("p95", None))}


async def test_fifty_hooks_are_the_most_even_at_once(api: Api, house: House) -> None:
    answers = await asyncio.gather(*(call(api, house, "POST", "", DRAFT) for _ in range(53)))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 50 + [409] * 3
    assert {answer.json()["error"] for answer in answers if answer.status_code == 409} == {"hook_limit"}
    page = (await call(api, house, "GET", "?limit=20")).json()
    seen = list(page["data"])
    while page["next_cursor"]:
        page = (await call(api, house, "GET", f"?limit=20&cursor={page['next_cursor']}")).json()
        seen += page["data"]
    assert len({one["id"] for one in seen}) == 50


async def test_who_is_not_signed_in_is_told_nothing(api: Api, house: House) -> None:
    made = await make(api, house)
    for method, path in (("GET", ""), ("GET", f"/{made['id']}"), ("POST", ""), ("DELETE", f"/{made['id']}")):
        answer = await call(api, house, method, path, headers={"Authorization": "Bearer hal_none"})
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
