"""Bodies and addresses: size, type, JSON, keys (embedding contract 8.1, 16)."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.public.shop import OWN, SHOP, Json, Shop, error, guest, text

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # what comes before the database

LIMIT = 64 * 1024
INTERNAL = (
    "workspace_id",
    "state",
    "from",
    "user",
    "verified",
    "visitor_id",
    "__proto__",
    "id",
    "fingerprint",
    "timestamp",
)


async def places(shop: Shop) -> list[tuple[str, Json, dict[str, str]]]:
    """Every route that takes a body, with one that passes."""
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    return [
        ("/visitor", {"user_id": guest(), "parent_origin": SHOP}, OWN),
        ("/conversations", {"message": text()}, visitor.headers),
        (f"/conversations/{cid}/messages", text(), visitor.headers),
        (f"/conversations/{cid}/read", {"seq": 1}, visitor.headers),
        (f"/conversations/{cid}/end", {}, visitor.headers),
    ]


@pytest.mark.parametrize("key", INTERNAL)
async def test_keys_that_only_the_server_sets_are_refused(shop: Shop, key: str) -> None:
    for path, body, headers in await places(shop):
        answer = await shop.call("POST", path, {**body, key: "operator"}, headers)
        assert error(answer) == (422, "field_unknown"), path
        assert answer.json()["details"] == {"field": key}
    message = {"message": {**text(), key: "operator"}}
    visitor = await shop.arrive()
    assert error(await shop.call("POST", "/conversations", message, visitor.headers)) == (422, "field_unknown")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"1",
        b"{} {}",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"seq": 1, "seq": 2}',
        b'{"message": {"type": "text", "type": "note"}}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a":' * 50_00 + b"1" + b"}" * 50_00,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
async def test_what_is_no_plain_json_object_is_refused(shop: Shop, body: bytes) -> None:
    for path, _, headers in await places(shop):
        answer = await shop.api.client.post(
            shop.base + path, content=body, headers={**headers, "Content-Type": "application/json"}
        )
        assert error(answer) == (400, "bad_json"), path


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", "json"],
)
async def test_another_content_type_is_refused(shop: Shop, content_type: str | None) -> None:
    for path, body, headers in await places(shop):
        sent = {**headers} if content_type is None else {**headers, "Content-Type": content_type}
        answer = await shop.api.client.post(shop.base + path, content=json.dumps(body).encode(), headers=sent)
        assert error(answer) == (415, "content_type"), path


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", " application/json ;x=1"]
)
async def test_json_may_be_spelled_as_http_allows(shop: Shop, content_type: str) -> None:
    for path, body, headers in await places(shop):
        sent = {**headers, "Content-Type": content_type}
        answer = await shop.api.client.post(shop.base + path, content=json.dumps(body).encode(), headers=sent)
        assert answer.status_code < 300, (path, answer.text)


async def pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024):
        yield b" " * 1024


async def test_a_body_has_at_most_64_kib_announced_or_not(shop: Shop) -> None:
    for path, body, headers in await places(shop):
        sent = {**headers, "Content-Type": "application/json"}
        whole = json.dumps(body).encode()
        address = shop.base + path
        fits = whole + b" " * (LIMIT - len(whole))
        assert (await shop.api.client.post(address, content=fits, headers=sent)).status_code < 300, path
        assert error(await shop.api.client.post(address, content=fits + b" ", headers=sent)) == (413, "body_too_large")
        streamed = await shop.api.client.post(address, content=pieces(LIMIT + 1024), headers=sent)
        assert error(streamed) == (413, "body_too_large")
        lying = {**sent, "Content-Length": "9" * 30}
        assert error(await shop.api.client.post(address, content=whole, headers=lying)) == (413, "body_too_large")


@pytest.mark.parametrize(
    "query",
    [
        "token=x",
        "TOKEN=x",
        "visitor_token=x",
        "x-halloo-visitor=x",
        "access_token=x",
        "embed_ticket=x",
        "hmac=x",
        "ticket=x",
        "jwt=x",
        "a=hvt_abc",
        "t%6Fken=x",
    ],
)
async def test_a_token_has_no_place_in_the_address(shop: Shop, query: str) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    for method, path in (
        ("GET", ""),
        ("GET", "/conversations"),
        ("POST", "/visitor"),
        ("DELETE", "/visitor"),
        ("POST", "/conversations"),
        ("GET", f"/conversations/{cid}/messages"),
        ("POST", f"/conversations/{cid}/end"),
    ):
        answer = await shop.call(method, f"{path}?{query}", {}, visitor.headers)
        assert error(answer) == (400, "token_in_url"), path
    listed = await shop.call("GET", "/conversations", headers=visitor.headers)
    assert listed.json()["data"][0]["state"] == "pending"


@pytest.mark.parametrize("value", [0, True, [], {}, 1.5, ["a"]])
async def test_a_value_of_another_type_is_refused_and_never_converted(shop: Shop, value: object) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    tries: list[tuple[str, Json, dict[str, str]]] = [
        ("/visitor", {"user_id": value}, OWN),
        ("/visitor", {"user_id": guest(), "parent_origin": value}, OWN),
        ("/visitor", {"user_id": guest(), "locale": value}, OWN),
        ("/conversations", {"user_id": value, "message": text()}, OWN),
        ("/conversations", {"client_id": value, "message": text()}, visitor.headers),
        ("/conversations", {"message": text(client_id=value)}, visitor.headers),
        ("/conversations", {"page": {"url": value}}, visitor.headers),
        (f"/conversations/{cid}/messages", text(content=value), visitor.headers),  # type: ignore[arg-type] - wider than its stub says
        (f"/conversations/{cid}/messages", text(type=value), visitor.headers),
        (f"/conversations/{cid}/messages", text(client_id=value), visitor.headers),
    ]
    if value != 0 or value is True:
        tries.append((f"/conversations/{cid}/read", {"seq": value}, visitor.headers))
    for path, body, headers in tries:
        assert error(await shop.call("POST", path, body, headers)) == (422, "field_invalid"), (path, body)
