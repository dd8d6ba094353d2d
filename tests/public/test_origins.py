"""`Origin` and CORS (embedding contract 8.1, 3.2; acceptance test 13)."""

import httpx
import pytest

from halloo.api.public.routes import ROUTES
from halloo.kit.ids import new_id
from tests.isolation.rows import FOR_BROWSERS
from tests.public.shop import OWN, SHOP, Shop, error, text
from tests.support.api import ORIGIN

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # what comes before the database

BELOW = [
    (route.method, route.path.replace("{cid}", new_id()))
    for route in ROUTES
    if route.path and f"{route.method} {route.path}" not in FOR_BROWSERS
]
FOREIGN = (
    "https://evil.example",
    "null",
    "",
    "https://shop.example.evil.example",
    "https://evil-shop.example",
    "http://shop.example",
    "https://shop.example:444",
    "https://SHOP.example",
    "https://shop.example/",
    "https://www.shop.example",
    "https://shop.example https://evil.example",
    "file://",
    "chrome-extension://abcdef",
)
CORS = ("allow-origin", "allow-credentials", "allow-methods", "allow-headers", "max-age")


def cors(answer: httpx.Response) -> dict[str, str]:
    return {
        name: answer.headers[f"access-control-{name}"] for name in CORS if f"access-control-{name}" in answer.headers
    }


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_page_that_the_list_denies_is_refused_without_cors(shop: Shop, origin: str) -> None:
    for method, path in BELOW:
        answer = await shop.call(method, path, {}, {"Origin": origin})
        assert error(answer) == (403, "origin_not_allowed"), (method, path)
        assert cors(answer) == {}
        preflight = {"Origin": origin, "Access-Control-Request-Method": method}
        asked = await shop.call("OPTIONS", path, headers=preflight)
        assert error(asked) == (403, "origin_not_allowed")
        assert cors(asked) == {}


async def test_a_repeated_origin_is_refused(shop: Shop) -> None:
    for origins in ([SHOP, SHOP], [ORIGIN, "https://evil.example"], [SHOP, "null"]):
        headers = httpx.Headers([("Origin", origin) for origin in origins])
        answer = await shop.api.client.get(f"{shop.base}/conversations", headers=headers)
        assert error(answer) == (403, "origin_not_allowed")
        assert cors(answer) == {}


@pytest.mark.parametrize("origin", [SHOP, ORIGIN])
async def test_a_listed_page_and_the_frame_itself_pass(shop: Shop, origin: str) -> None:
    visitor = await shop.arrive()
    headers = {"Origin": origin, "X-Halloo-Visitor": visitor.token}
    started = await shop.call("POST", "/conversations", {"message": text()}, headers)
    assert started.status_code == 201
    assert cors(started) == {"allow-origin": origin}
    assert started.headers["vary"] == "Origin"
    refused = await shop.call("POST", "/conversations", {"wrong": 1}, headers)
    assert (refused.status_code, cors(refused)) == (422, {"allow-origin": origin})
    asked = await shop.call(
        "OPTIONS", "/conversations", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
    )
    assert asked.status_code == 204
    assert cors(asked) == {
        "allow-origin": origin,
        "allow-methods": "GET, POST, OPTIONS",
        "allow-headers": "content-type, x-halloo-visitor",
        "max-age": "600",
    }


async def test_without_origin_nothing_is_refused_for_that(shop: Shop) -> None:
    answer = await shop.call("GET", "/conversations", headers={})
    assert (answer.status_code, cors(answer)) == (200, {})


async def test_an_empty_list_allows_every_web_page_and_nothing_else(shop: Shop) -> None:
    await shop.widget(domains=[])
    for origin in ("https://anything.example", "http://localhost:3000", "https://xn--mnchen-3ya.de"):
        answer = await shop.call("GET", "/conversations", headers={"Origin": origin})
        assert (answer.status_code, cors(answer)) == (200, {"allow-origin": origin})
    for origin in (
        "null",
        "file://",
        "chrome-extension://abcdef",
        "capacitor://localhost",
        "",
        "https://",
        "https://a b",
    ):
        assert error(await shop.call("GET", "/conversations", headers={"Origin": origin})) == (
            403,
            "origin_not_allowed",
        )


@pytest.mark.parametrize("origin", [*FOREIGN, SHOP, ORIGIN, None])
async def test_the_record_answers_every_origin(shop: Shop, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    for method in ("GET", "HEAD"):
        answer = await shop.call(method, "", headers=headers)
        assert (answer.status_code, cors(answer)) == (200, {"allow-origin": "*"})
    asked = await shop.call("OPTIONS", "", headers={**headers, "Access-Control-Request-Method": "GET"})
    assert asked.status_code == 204
    assert cors(asked)["allow-origin"] == "*"


async def test_a_page_that_was_removed_is_refused_at_once(shop: Shop) -> None:
    assert (await shop.call("GET", "/conversations", headers={"Origin": SHOP})).status_code == 200
    await shop.widget(domains=["https://other.example"])
    assert error(await shop.call("GET", "/conversations", headers={"Origin": SHOP})) == (403, "origin_not_allowed")


@pytest.mark.parametrize("claimed", [origin for origin in FOREIGN if origin])
async def test_a_claimed_page_is_checked_like_a_real_one(shop: Shop, claimed: str) -> None:
    answer = await shop.call("POST", "/visitor", {"user_id": f"guest_{'a' * 22}", "parent_origin": claimed})
    assert error(answer) == (403, "origin_not_allowed")


async def test_a_claimed_page_never_becomes_proof(shop: Shop) -> None:
    for claimed, embedding in ((SHOP, "claimed"), (None, "none")):
        user_id = f"guest_{'c' * 22}" if claimed else f"guest_{'n' * 22}"
        answer = await shop.call("POST", "/visitor", {"user_id": user_id, "parent_origin": claimed}, OWN)
        assert answer.json()["embedding"] == embedding


async def test_a_long_claimed_page_is_none(shop: Shop) -> None:
    await shop.widget(domains=[])
    claimed = f"https://{'a' * 5000}.example"
    answer = await shop.call("POST", "/visitor", {"user_id": f"guest_{'a' * 22}", "parent_origin": claimed})
    assert error(answer) == (403, "origin_not_allowed")
