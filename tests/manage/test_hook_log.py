"""What hooks were told, over the management API: the log, attempts in full, telling again, and test calls (hooks contract 8, 11, 17)."""

import re
from typing import Any

import pytest
from sqlalchemy import text

from halloo.db.tx import Tx
from halloo.hooks import trial
from halloo.hooks.actions import plan
from halloo.kit.clock import MINUTE, rfc3339, system_clock
from halloo.kit.ids import new_id
from tests.support import hooks
from tests.support.api import Api, House
from tests.support.hooks import ADDRESS, Furnished, furnish_hook


async def furnish(api: Api, house: House, word: str = "acme", talk: str | None = None) -> Furnished:
    sealer = api.halloo.services.hook_secrets
    return await api.halloo.database.write(house.workspace_id, furnish_hook, sealer, word, talk)


async def call(api: Api, house: House, method: str, path: str, body: Any = None, **headers: str) -> Any:
    sent = {} if body is None else {"json": body}
    return await api.client.request(method, f"/core/hooks/{path}", headers={**house.bearer, **headers}, **sent)


async def test_a_delivery_is_shown_with_its_attempts(api: Api, house: House) -> None:
    talk = new_id()
    made = await furnish(api, house, talk=talk)
    page = (await call(api, house, "GET", f"{made.hook_id}/deliveries")).json()
    assert page["next_cursor"] is None
    again, first = page["data"]
    assert (first["id"], again["id"]) == (made.delivery_id, made.delivery_id.replace("-0", "-1"))
    fact_id = first["fact_id"]
    assert first == {
        "id": made.delivery_id,
        "fact_id": fact_id,
        "webhook_id": f"msg_{fact_id.replace('-', '')}",
        "event": "message:send",
        "session_id": f"session_{talk}",
        "series": 0,
        "state": "exhausted",
        "attempts": 1,
        "created_at": first["created_at"],
        "next_attempt_at": None,
        "last_outcome": "status",
        "last_status": 500,
        "replay": False,
    }
    assert (again["webhook_id"], again["series"], again["state"], again["replay"]) == (
        first["webhook_id"],
        1,
        "pending",
        True,
    )
    assert again["next_attempt_at"] is not None
    detail = (await call(api, house, "GET", f"{made.hook_id}/deliveries/{made.delivery_id}")).json()
    (brief,) = detail.pop("attempt_list")
    assert detail == first
    assert brief.pop("started_at").endswith("Z")
    assert brief == {
        "n": 1,
        "outcome": "status",
        "status": 500,
        "remote_address": "93.184.215.14",
        "timings": {"resolve": 1, "connect": 2, "tls": 3, "answer": 4, "total": 10},
    }


async def test_an_attempt_is_shown_in_full_to_who_manages_hooks(api: Api, house: House) -> None:
    made = await furnish(api, house)
    path = f"{made.hook_id}/deliveries/{made.delivery_id}/attempts/1"
    shown = (await call(api, house, "GET", path)).json()
    assert (shown["n"], shown["outcome"], shown["detail"]) == (1, "status", "500 Oh no")
    request = shown["request"]
    assert request["method"] == "POST"
    assert request["url"] == f"{ADDRESS}?key=***"
    assert request["headers"] == [
        ["Host", "93.184.215.14"],
        ["X-Crisp-Signature", "079c"],
        ["X-Crisp-Signature-Next", "17ca"],
        ["webhook-id", "msg_1"],
        ["webhook-signature", "v1,z4FJ"],
        ["X-Word", "acmeheader"],
    ]
    assert re.fullmatch(
        r'{"website_id":"[^"]+","event":"message:send","data":{.*"acme said"},"timestamp":\d+}', request["body"]
    )
    assert shown["response"] == {
        "status_line": "HTTP/1.1 500 Oh no",
        "headers": [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"], ["nothing", ""]],
        "body": "acme failed",
        "truncated": False,
    }


async def test_who_may_only_read_sees_no_signature_and_no_own_header(api: Api, house: House) -> None:
    made = await furnish(api, house)
    reader = await api.token(house, "hooks:read")
    path = f"{made.hook_id}/deliveries/{made.delivery_id}/attempts/1"
    answer = await call(api, house, "GET", path, **reader)
    shown = dict(answer.json()["request"]["headers"])
    assert shown == {
        "Host": "93.184.215.14",
        "X-Crisp-Signature": "***",
        "X-Crisp-Signature-Next": "***",
        "webhook-id": "msg_1",
        "webhook-signature": "***",
        "X-Word": "***",
    }
    for word in ("acmekey", "acmeheader", "z4FJ", "079c", "KEY"):
        assert word not in answer.text


async def test_who_may_only_read_sees_no_secret_that_the_receiver_says_back(
    api: Api, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = b"HTTP/1.1 500 no acmekey\r\nLocation: /?key=acmekey\r\nX-Back: z4FJ\r\nacmeheader\r\n\r\n"
    monkeypatch.setattr(hooks, "ANSWER", echo)
    made = await furnish(api, house)
    path = f"{made.hook_id}/deliveries/{made.delivery_id}/attempts/1"
    answer = await call(api, house, "GET", path, **await api.token(house, "hooks:read"))
    assert answer.json()["response"] == {
        "status_line": "HTTP/1.1 500 no ***",
        "headers": [["Location", "/?***"], ["X-Back", "***"], ["***", ""]],
        "body": "acme failed",
        "truncated": False,
    }
    assert "acmekey" in (await call(api, house, "GET", path)).json()["response"]["status_line"]


async def test_a_body_that_is_kept_no_longer_is_null_and_cannot_be_replayed(api: Api, house: House) -> None:
    made = await furnish(api, house)
    await api.halloo.database.write(house.workspace_id, erase)
    path = f"{made.hook_id}/deliveries/{made.delivery_id}"
    assert (await call(api, house, "GET", f"{path}/attempts/1")).json()["request"]["body"] is None
    answer = await call(api, house, "POST", f"{path}/replay")
    assert (answer.status_code, answer.json()["error"]) == (410, "payload_expired")


def erase(tx: Tx) -> None:
    tx.run(text("UPDATE facts SET data = :nothing WHERE name = 'message:send'"), nothing=b"{}")


async def test_the_log_is_filtered(api: Api, house: House) -> None:
    talk = new_id()
    made = await furnish(api, house, talk=talk)
    now = system_clock()

    async def found(query: str) -> list[str]:
        answer = await call(api, house, "GET", f"{made.hook_id}/deliveries?{query}")
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["data"]]

    first, again = made.delivery_id, made.delivery_id.replace("-0", "-1")
    assert await found("state=exhausted") == [first]
    assert await found("state=pending") == [again]
    assert await found("event=message:send") == [again, first]
    assert await found("event=session:removed") == []
    assert await found(f"session_id=session_{talk}&state=exhausted") == [first]
    assert await found(f"session_id=session_{new_id()}") == []
    assert await found(f"from={rfc3339(now - 10 * MINUTE)}&to={rfc3339(now + MINUTE)}") == [again, first]
    assert await found(f"to={rfc3339(now - 10 * MINUTE)}") == []
    page = (await call(api, house, "GET", f"{made.hook_id}/deliveries?limit=1")).json()
    assert [one["id"] for one in page["data"]] == [again]
    assert await found(f"limit=1&cursor={page['next_cursor']}") == [first]
    for query in ("state=some", "from=yesterday", "cursor=x", "limit=0", "limit=201"):
        answer = await call(api, house, "GET", f"{made.hook_id}/deliveries?{query}")
        assert (answer.status_code, answer.json()["error"]) == (422, "field_invalid"), query


async def test_one_delivery_is_told_again(api: Api, house: House) -> None:
    made = await furnish(api, house)
    answer = await call(api, house, "POST", f"{made.hook_id}/deliveries/{made.delivery_id}/replay")
    assert answer.status_code == 202
    again = (await call(api, house, "GET", f"{made.hook_id}/deliveries/{answer.json()['id']}")).json()
    assert (again["series"], again["replay"], again["state"]) == (2, True, "pending")


async def test_a_replay_has_progress_and_can_be_stopped(api: Api, house: House) -> None:
    made = await furnish(api, house)
    hook = (await call(api, house, "GET", made.hook_id)).json()
    assert (hook["replay_id"], hook["last_replay_id"], hook["waiting"]) == (made.replay_id, made.replay_id, 1)
    path = f"{made.hook_id}/replays/{made.replay_id}"
    going = (await call(api, house, "GET", path)).json()
    assert going.pop("created_at").endswith("Z")
    assert going == {
        "id": made.replay_id,
        "kind": "range",
        "state": "running",
        "planned": 1,
        "delivered": 0,
        "failed": 0,
        "left": 1,
        "count": 1,
    }
    since = rfc3339(system_clock() - 10 * MINUTE)
    for more, body in (("replays", {"from": since, "to": rfc3339(system_clock())}), ("recover", {"since": since})):
        refused = await call(api, house, "POST", f"{made.hook_id}/{more}", body)
        assert (refused.status_code, refused.json()["error"]) == (409, "replay_running")
    assert (await call(api, house, "DELETE", path)).status_code == 204
    assert (await call(api, house, "GET", path)).json()["state"] == "cancelled"
    ended = (await call(api, house, "GET", made.hook_id)).json()
    assert (ended["replay_id"], ended["last_replay_id"]) == (None, made.replay_id)
    started = await call(api, house, "POST", f"{made.hook_id}/recover", {"since": since})
    assert started.status_code == 202
    assert set(started.json()) == {"replay_id", "count"}
    assert started.json()["count"] == 1


@pytest.mark.parametrize(
    ("times", "code"),
    [
        (("2026-01-02T10:00:00Z", "2026-01-01T10:00:00Z"), "range_invalid"),
        (("2026-01-01T10:00:00Z", "2026-01-01T10:00:00Z"), "range_invalid"),
        (("2999-01-01T10:00:00Z", "2999-01-02T10:00:00Z"), "range_invalid"),
        (("yesterday", "2026-01-01T10:00:00Z"), "field_invalid"),
    ],
)
async def test_a_range_ends_behind_its_beginning(api: Api, house: House, times: tuple[str, str], code: str) -> None:
    made = await furnish(api, house)
    await call(api, house, "DELETE", f"{made.hook_id}/replays/{made.replay_id}")
    answer = await call(api, house, "POST", f"{made.hook_id}/replays", dict(zip(("from", "to"), times, strict=True)))
    assert (answer.status_code, answer.json()["error"]) == (422, code)


async def test_enabling_can_recover(api: Api, house: House) -> None:
    made = await furnish(api, house)
    await call(api, house, "DELETE", f"{made.hook_id}/replays/{made.replay_id}")
    await call(api, house, "POST", f"{made.hook_id}/disable")
    since = rfc3339(system_clock() - 10 * MINUTE)
    on = await call(api, house, "POST", f"{made.hook_id}/enable", {"recover_since": since})
    assert on.status_code == 200, on.text
    assert on.json()["enabled"] is True
    assert on.json()["replay_id"] is not None


async def test_what_was_open_when_a_hook_was_disabled_is_held_and_stays_so(api: Api, house: House) -> None:
    made = await furnish(api, house)
    off = (await call(api, house, "POST", f"{made.hook_id}/disable")).json()
    assert off["waiting"] == 0
    states = {one["state"] for one in (await call(api, house, "GET", f"{made.hook_id}/deliveries")).json()["data"]}
    assert states == {"exhausted", "held"}
    await call(api, house, "POST", f"{made.hook_id}/enable")
    again = {one["state"] for one in (await call(api, house, "GET", f"{made.hook_id}/deliveries")).json()["data"]}
    assert again == states


async def test_19_ids_of_others_are_nothing_below_an_own_hook(api: Api, house: House) -> None:
    mine, other = await furnish(api, house), await furnish(api, house, "other")
    there = await api.house("eve@halloo.example", "Evil")
    theirs = await furnish(api, there, "evil")
    assert (await call(api, house, "GET", mine.hook_id)).json()["replay_id"] == mine.replay_id
    for one in (other, theirs):
        for method, path, code in (
            ("DELETE", f"secrets/{one.secret_id}", "secret_not_found"),
            ("GET", f"replays/{one.replay_id}", "replay_not_found"),
            ("DELETE", f"replays/{one.replay_id}", "replay_not_found"),
        ):
            answer = await call(api, house, method, f"{mine.hook_id}/{path}")
            assert (answer.status_code, answer.json()["error"]) == (404, code), path
    for path in ("deliveries/999999-0", "deliveries/x", "deliveries/0-0", f"deliveries/{mine.delivery_id}9"):
        answer = await call(api, house, "GET", f"{mine.hook_id}/{path}")
        assert (answer.status_code, answer.json()["error"]) == (404, "delivery_not_found"), path
    for n in ("0", "2", "99999999999999999999"):
        answer = await call(api, house, "GET", f"{mine.hook_id}/deliveries/{mine.delivery_id}/attempts/{n}")
        assert answer.status_code in (404, 422), n


async def test_a_deleted_hook_takes_its_log_along(api: Api, house: House) -> None:
    made = await furnish(api, house)
    assert (await call(api, house, "DELETE", made.hook_id)).status_code == 204
    left = await api.halloo.database.read(house.workspace_id, everything)
    assert made.hook_id not in left
    answer = await call(api, house, "GET", f"{made.hook_id}/deliveries")
    assert (answer.status_code, answer.json()["error"]) == (404, "hook_not_found")


def everything(tx: Tx) -> str:
    tables = ("hooks", "hook_secrets", "hook_health", "deliveries", "hook_attempts", "hook_replays", "hook_hours")
    return repr([tx.all(text(f"SELECT * FROM {table}")) for table in tables])


async def test_the_chart_counts_what_was_called(api: Api, house: House) -> None:
    made = await furnish(api, house)
    last = (await call(api, house, "GET", f"{made.hook_id}/chart")).json()["data"][-2:]
    assert sum(one["failed"] for one in last) == 1
    assert sum(one["succeeded"] for one in last) == 0
    assert [one["p95"] for one in last if one["failed"]] == [5]


async def test_a_test_call_is_answered_at_once_and_shown_as_the_last_call(api: Api, house: House) -> None:
    body = {"name": "Orders", "url": "http://nowhere.invalid/hooks?key=KEY", "events": ["message:send"]}
    made = (await api.client.post("/core/hooks", json=body, headers=house.bearer)).json()
    for event in (None, "session:set_state"):
        answer = await call(api, house, "POST", f"{made['id']}/test", {} if event is None else {"event": event})
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert (shown["n"], shown["outcome"], shown["status"], shown["response"]) == (1, "dns", None, None)
        assert f'"event":"{event or "hook:test"}"' in shown["request"]["body"]
        assert house.workspace_id in shown["request"]["body"]
        assert shown["request"]["url"] == "http://nowhere.invalid/hooks?key=***"
        assert ["X-Halloo-Test", "1"] in shown["request"]["headers"]
        hook = (await call(api, house, "GET", made["id"])).json()
        assert (hook["last_call"], hook["last_error"], hook["state"]) == ("failed", "dns", "active")
    unknown = await call(api, house, "POST", f"{made['id']}/test", {"event": "message:sent"})
    assert (unknown.status_code, unknown.json()["error"]) == (422, "event_unknown")
    reader = await api.token(house, "hooks:read")
    assert (await call(api, house, "POST", f"{made['id']}/test", {}, **reader)).status_code == 403


async def test_a_hook_is_tried_ten_times_a_minute(api: Api, house: House) -> None:
    body = {"name": "Orders", "url": "http://nowhere.invalid/", "events": ["message:send"]}
    made = [(await api.client.post("/core/hooks", json=body, headers=house.bearer)).json()["id"] for _ in range(2)]
    start = system_clock()
    codes = [(await call(api, house, "POST", f"{made[0]}/test", {})).status_code for _ in range(10)]
    assert codes == [200] * 10
    api.clock.shift -= system_clock() - start  # however slow the machine is, no time has passed
    answer = await call(api, house, "POST", f"{made[0]}/test", {})
    assert (answer.status_code, answer.json()["error"]) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) >= 1
    assert (await call(api, house, "POST", f"{made[1]}/test", {})).status_code == 200
    api.clock.shift += MINUTE
    assert (await call(api, house, "POST", f"{made[0]}/test", {})).status_code == 200


async def test_a_hook_that_is_made_anew_is_not_tried_anew_for_ever(
    api: Api, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "WORKSPACE_PER_MINUTE", 3)
    trials = trial.Trials(api.halloo.database, api.halloo.services.hooks, api.halloo.services.hook_secrets, api.clock)
    monkeypatch.setattr(api.halloo.services, "hook_trials", trials)
    body = {"name": "Orders", "url": "http://nowhere.invalid/", "events": ["message:send"]}
    start = system_clock()
    codes: list[int] = []
    for _ in range(4):
        hook_id = (await api.client.post("/core/hooks", json=body, headers=house.bearer)).json()["id"]
        api.clock.shift -= system_clock() - start  # however slow the machine is, no time has passed
        start = system_clock()
        codes.append((await call(api, house, "POST", f"{hook_id}/test", {})).status_code)
        assert (await call(api, house, "DELETE", hook_id)).status_code == 204
    assert codes == [200, 200, 200, 429]


async def test_a_hook_that_does_not_want_an_event_is_not_asked_about_it(api: Api, house: House) -> None:
    made = await furnish(api, house)
    planned = await api.halloo.database.read(house.workspace_id, everything)
    await api.talk(house, "Hello")
    await api.halloo.database.write(house.workspace_id, plan.plan_up_to_head, system_clock())
    assert await api.halloo.database.read(house.workspace_id, everything) != planned
    events = {one["event"] for one in (await call(api, house, "GET", f"{made.hook_id}/deliveries")).json()["data"]}
    assert events == {"message:send"}
