"""Known failures of products like this one, each by its reference (embedding contract 16): what needs no browser.

Beside this file: CVE-2026-48929 in `test_frames.py`, CVE-2017-1000059 in `test_canary_in_chromium.py`, and what a page, a visitor's
browser or a log would show in `test_known_failures_in_chromium.py`.
"""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from halloo.edge.auth import COOKIE
from halloo.kit.ids import new_id
from tests.isolation.grounds import Grounds
from tests.isolation.rows import FOR_BROWSERS, MANAGE, OPEN, VISITOR, filled, text
from tests.isolation.sockets import Port, listening
from tests.isolation.test_frames import visitor_token
from tests.isolation.test_visitors import OWN, PREFIX
from tests.support.api import BROWSER, ORIGIN

JSON = {"Content-Type": "application/json"}
SET_BY_THE_SERVER = ("workspace_id", "state", "from", "user", "verified", "visitor_id", "__proto__")
OFF = {
    "form_off",
    "feedback_off",
    "identity_off",
    "files_off",
    "bot_check_off",
    "end_off",
    "mail_off",
    "conversation_open",
}
"""Why a route may refuse before it looks at the fields."""


@pytest.fixture
async def port(grounds: Grounds) -> AsyncIterator[Port]:
    """The relay of the same server."""
    async with listening(grounds.api.halloo) as made:
        yield made


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json().get("error")) if answer.content else ""


def with_key(body: Any, key: str) -> Iterator[Any]:
    """The body with a further key, at its top and inside of the objects that it holds."""
    yield {**body, key: "x"}
    for name in ("message", "page"):
        if isinstance(body.get(name), dict):
            yield {**body, name: {**body[name], key: "x"}}


async def test_cve_2026_44633_cve_2024_46936_extra_keys_in_any_body_of_a_visitor_are_refused(grounds: Grounds) -> None:
    """With the visitor's own token and their own conversation."""
    guest = grounds.here.guest
    ids = {**grounds.here.ids, "conversation_id": guest.conversation_id, "guest": guest.user_id}
    before = await grounds.stored(grounds.here, uses=False)
    wrong: list[str] = []
    for route, row in VISITOR.items():
        method = route.partition(" ")[0]
        aim = next((aim for aim in row.aims if isinstance(aim.body, dict)), None)
        if method in {"GET", "DELETE"} or aim is None or route in FOR_BROWSERS:
            continue
        address = f"{PREFIX}{guest.widget_id}{filled(aim.path, ids)}"
        for body in (body for key in SET_BY_THE_SERVER for body in with_key(filled(aim.body, ids), key)):
            answer = await grounds.api.client.request(
                method, address, content=json.dumps(body), headers={**OWN, **JSON, **guest.header}
            )
            status, code = error_of(answer)
            if (status, code) != (422, "field_unknown") and not (status >= 400 and code in OFF):
                wrong.append(f"{route} {body}: {status} {answer.text[:200]}")
    assert wrong == []
    assert await grounds.stored(grounds.here, uses=False) == before


TAKEN = {
    ("PATCH /core/conversations/{conversation_id}", "state"),
    ("PUT /core/me/availability", "state"),
    ("POST /core/conversations", "visitor_id"),
    ("POST /core/conversations/{conversation_id}/typing", "state"),
    ("POST /core/hooks/{hook_id}/replays", "from"),
}
"""Keys that operators do set, each with a rule of its own."""


async def test_cve_2026_44633_cve_2024_46936_extra_keys_in_any_body_of_an_operator_are_refused(
    grounds: Grounds,
) -> None:
    here = grounds.here
    before = await grounds.stored(here, uses=False)
    wrong: list[str] = []
    for route, row in MANAGE.items():
        method, keys = route.partition(" ")[0], [key for key in SET_BY_THE_SERVER if (route, key) not in TAKEN]
        for aim in (aim for aim in row.aims if isinstance(aim.body, dict)):
            for body in (body for key in keys for body in with_key(filled(aim.body, here.ids), key)):
                answer = await grounds.api.client.request(
                    method, filled(aim.path, here.ids), content=json.dumps(body), headers={**here.bearer, **JSON}
                )
                if error_of(answer) != (422, "field_unknown"):
                    wrong.append(f"{route} {body}: {answer.status_code} {answer.text[:200]}")
    assert wrong == []
    assert await grounds.stored(here, uses=False) == before


async def test_cve_2026_44633_cve_2024_46936_extra_keys_in_any_frame_are_refused(grounds: Grounds, port: Port) -> None:
    guest = grounds.here.guest
    token = await visitor_token(grounds, guest)
    one = {"conversation": guest.conversation_id, "fingerprint": guest.fingerprint}
    message = {"type": "text", "content": "Hello"}
    frames: dict[str, dict[str, Any]] = {
        "subscribe": {"streams": [{"id": f"c:{guest.conversation_id}", "epoch": None, "offset": 0}]},
        "unsubscribe": {"streams": []},
        "send": {"client_id": new_id(), "conversation": guest.conversation_id, "message": message},
        "edit": {**one, "content": "Changed"},
        "remove": one,
        "read": {"conversation": guest.conversation_id, "seq": 1},
        "typing": {"conversation": guest.conversation_id, "state": "start"},
        "presence": {"state": "away"},
        "page": {"url": "https://shop.example/x"},
        "ping": {},
        "refresh": {"token": token},
    }
    before = await grounds.stored(grounds.here, uses=False)
    connection = await port.enter("visitor", token, [f"c:{guest.conversation_id}"])
    wrong: list[str] = []
    for kind, fields in frames.items():
        for key in SET_BY_THE_SERVER:
            for body in with_key(fields, key):
                if body == fields or (kind in {"typing", "presence"} and key == "state"):
                    continue  # these say a state of their own
                await connection.say(t=kind, id="1", **body)
                told = [frame for frame in await connection.answer() if frame["t"] != "pong"]
                if [frame.get("code") for frame in told] != ["field_unknown"]:
                    wrong.append(f"{kind} {key}: {told} {connection.code}")
                    connection = await port.enter("visitor", token, [])
    assert wrong == []
    assert await grounds.stored(grounds.here, uses=False) == before


CHANGES = (
    ("POST", "/core/web-widgets", {"domains": ["https://evil.example"]}),
    ("PUT", "/core/web-widgets/{widget_id}", {"domains": ["https://evil.example"], "published": True}),
    ("PUT", "/core/web-widgets/{widget_id}", {"config": {"v1": {"chat": {"title": "Taken"}}}}),
    ("DELETE", "/core/web-widgets/{widget_id}", None),
)


async def test_cve_2021_24914_cve_2021_43353_cve_2024_12541_cve_2026_3506_a_widget_changes_with_a_token_or_from_the_inbox_alone(
    grounds: Grounds,
) -> None:
    """What another website can make an operator's browser send."""
    here, client = grounds.here, grounds.api.client
    async with grounds.api.browser(here.house.owner_email) as browser:
        cookie = {"Cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
    forged: list[dict[str, str]] = [
        {},
        cookie,
        {"X-Halloo-Visitor": here.guest.token},
        {"Authorization": f"Bearer {here.guest.token}"},
        *(
            {**BROWSER, **cookie, "Origin": origin}
            for origin in ("https://evil.example", "https://shop.example", "null")
        ),
        *({**BROWSER, **cookie, "Sec-Fetch-Site": site} for site in ("cross-site", "same-site")),
        *(
            {name: value for name, value in {**BROWSER, **cookie}.items() if name != gone}
            for gone in ("Origin", "X-Halloo-Request")
        ),
    ]
    before = await grounds.stored(here, uses=False)
    for method, path, body in CHANGES:
        for headers in forged:
            for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
                answer = await client.request(
                    method,
                    path.format_map(here.ids),
                    content=json.dumps(body),
                    headers={**headers, "Content-Type": kind},
                )
                assert answer.status_code in {401, 403}, (method, headers, answer.text)
                assert "access-control-allow-origin" not in answer.headers
    assert await grounds.stored(here, uses=False) == before


async def test_cve_2021_24914_cve_2021_43353_cve_2024_12541_cve_2026_3506_every_change_of_a_widget_is_audited(
    grounds: Grounds,
) -> None:
    here, client = grounds.here, grounds.api.client
    inbox = f"/core/web-widgets/{here.ids['widget_id']}"
    async with grounds.api.browser(here.house.owner_email) as browser:
        by_cookie = await browser.put(inbox, json={"domains": ["https://shop.example"]})
    by_token = await client.put(inbox, json={"config": {"v1": {"chat": {"title": "Kiln"}}}}, headers=here.bearer)
    made = await client.post("/core/web-widgets", json={}, headers=here.bearer)
    gone = await client.delete(f"/core/web-widgets/{made.json()['id']}", headers=here.bearer)
    assert [answer.status_code for answer in (by_cookie, by_token, made, gone)] == [200, 200, 201, 204]
    entries = (await client.get("/core/audit", headers=here.bearer)).json()["data"]
    told = [entry for entry in entries if entry["action"].startswith("widget.")][:4]
    assert [entry["action"] for entry in told] == [
        "widget.deleted",
        "widget.created",
        "widget.changed",
        "widget.changed",
    ]
    assert [entry["subject"] for entry in told] == [made.json()["id"]] * 2 + [here.ids["widget_id"]] * 2
    assert all(entry["actor"] and entry["at"] for entry in told)
    assert "https://shop.example" in json.dumps(told[3]["details"])


HOSTS = (
    "evil.example",
    "chat.example.evil.example",
    "evil.example:443",
    "chat.example@evil.example",
    "evil.example#chat.example",
    "",
)


async def test_cve_2022_0935_a_foreign_host_is_refused_on_every_route(grounds: Grounds) -> None:
    here, client = grounds.here, grounds.api.client
    routes = [(key.partition(" ")[0], filled(row.aims[0].path, here.ids), here.bearer) for key, row in MANAGE.items()]
    routes += [
        (
            key.partition(" ")[0],
            f"{PREFIX}{here.guest.widget_id}{filled(row.aims[0].path, here.ids)}",
            here.guest.header,
        )
        for key, row in VISITOR.items()
    ]
    routes += [("GET", path, {}) for path in OPEN]
    before = await grounds.stored(here)
    for method, path, headers in routes:
        for host in HOSTS:
            answer = await client.request(
                method, path, headers={**headers, **BROWSER, "Host": host, "X-Forwarded-Host": "chat.example"}
            )
            assert error_of(answer) == (421, "unknown_host"), (method, path, host)
            assert "access-control-allow-origin" not in answer.headers
    assert await grounds.stored(here) == before


async def test_cve_2022_0935_no_address_is_built_from_the_host(grounds: Grounds) -> None:
    """A port that is not ours, and what a proxy would say, are heard by nobody."""
    here, client = grounds.here, grounds.api.client
    spoiled = {
        "Host": "chat.example:6666",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "6666",
        "Forwarded": "host=evil.example;proto=http",
        "X-Original-Host": "evil.example",
    }
    widget = here.guest.widget_id
    answers = [
        await client.get(f"/public/embed/{widget}", headers=spoiled),
        await client.get(f"/public/widget/{widget}?parentOrigin=https://shop.example", headers=spoiled),
        await client.get(f"{PREFIX}{widget}", headers=spoiled),
        await client.get("/inbox", headers=spoiled),
        await client.get("/docs/openapi.json", headers=spoiled),
        await client.post("/core/web-widgets", json={}, headers={**here.bearer, **spoiled}),
        await client.post(
            "/core/invitations", json={"email": "new@x.example", "role": "operator"}, headers={**here.bearer, **spoiled}
        ),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 201, 201]
    for answer in answers:
        said = answer.text + repr(answer.headers.raw)
        assert "evil.example" not in said, answer.request.url
        assert "6666" not in said, answer.request.url
    assert answers[2].json()["hosts"]["client"] == ORIGIN


TOKEN_NAMES = ("token", "TOKEN", "visitor_token", "access_token", "ticket", "jwt", "x-halloo-visitor")


async def test_cwe_598_a_token_in_an_address_is_refused(grounds: Grounds) -> None:
    here, client = grounds.here, grounds.api.client
    guest = here.guest
    wrong: list[str] = []
    pairs = [*(f"{name}=x" for name in TOKEN_NAMES), f"note={guest.token}", "limit=1&token="]
    for route, row in ((route, row) for route, row in VISITOR.items() if route not in FOR_BROWSERS):
        method, path = (
            route.partition(" ")[0],
            filled(row.aims[0].path, {**here.ids, "conversation_id": guest.conversation_id}),
        )
        for pair in pairs:
            address = f"{PREFIX}{guest.widget_id}{path}{'&' if '?' in path else '?'}{pair}"
            answer = await client.request(
                method, address, content="{}" if method != "GET" else None, headers={**OWN, **JSON, **guest.header}
            )
            if error_of(answer) != (400, "token_in_url"):
                wrong.append(f"{method} {address}: {answer.status_code} {answer.text[:100]}")
    assert wrong == []
    for pair in (f"token={here.owner_token}", f"access_token={here.owner_token}", f"authorization={here.owner_token}"):
        answer = await client.get(f"/core/me?{pair}")
        assert answer.status_code in {400, 401}, pair


async def test_cwe_598_a_message_may_speak_of_tokens(grounds: Grounds) -> None:
    """It is the address that is looked at; what people write is theirs."""
    guest = grounds.here.guest
    answer = await grounds.api.client.post(
        f"{PREFIX}{guest.widget_id}/conversations/{guest.conversation_id}/messages",
        json=text(content="Where do I find ?token=hvt_x"),
        headers={**OWN, **guest.header},
    )
    assert answer.status_code == 201
