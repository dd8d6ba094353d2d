"""The public record, methods and hosts (embedding contract 2, 8.1)."""

import pytest

from halloo.api.public.routes import ROUTES
from halloo.kit.ids import new_id
from tests.public.shop import OWN, SHOP, Shop, error

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # what comes before the database


async def test_the_record_is_complete_and_holds_nothing_internal(shop: Shop) -> None:
    answer = await shop.call("GET", "")
    record = answer.json()
    assert set(record) == {"id", "published", "domains", "config", "availability", "hosts"}
    assert record["domains"] == [SHOP]
    assert record["config"]["v1"]["theme"] == "system"
    for secret in (shop.house.workspace_id, shop.house.owner_id, "created_at", "updated_at"):
        assert secret not in answer.text
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in answer.headers


async def test_a_known_record_is_not_sent_again(shop: Shop) -> None:
    first = await shop.call("GET", "")
    etag = first.headers["etag"]
    assert etag.startswith('"')
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await shop.call("GET", "", headers={**OWN, "If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert "content-length" not in again.headers
    for unknown in ('"other"', etag.strip('"'), "", etag[:-2] + '"'):
        assert (await shop.call("GET", "", headers={**OWN, "If-None-Match": unknown})).status_code == 200
    await shop.config(theme="dark")
    changed = await shop.call("GET", "", headers={**OWN, "If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_head_is_get_without_its_body(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    for path in ("", "/conversations", f"/conversations/{cid}/messages"):
        whole = await shop.call("GET", path, headers=visitor.headers)
        head = await shop.call("HEAD", path, headers=visitor.headers)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers == whole.headers


async def test_another_method_is_told_which_ones_there_are(shop: Shop) -> None:
    known: dict[str, set[str]] = {}
    for route in ROUTES:
        known.setdefault(route.path, set()).add(route.method)
    for path, methods in known.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - methods:
            answer = await shop.call(method, path.replace("{cid}", new_id()), {})
            assert error(answer) == (405, "method_not_allowed"), (method, path)
            assert set(answer.headers["allow"].split(", ")) == methods
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/visitor/",
        "/Visitor",
        "/conversations/",
        "//visitor",
        "/conversations//messages/x",
        "/visitor%2f",
        "/identify/x",
    ],
)
async def test_an_unknown_address_is_refused(shop: Shop, path: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert error(await shop.call(method, path)) == (404, "route_not_found")


@pytest.mark.parametrize("spelling", ["upper", "braces", "short", "urn", "none", "unpublished"])
async def test_a_widget_is_known_by_its_exact_id_while_it_is_published(shop: Shop, spelling: str) -> None:
    known = shop.house.widget_id
    if spelling == "unpublished":
        await shop.widget(published=False)
    spelled = {
        "upper": known.upper(),
        "braces": f"{{{known}}}",
        "short": known.replace("-", ""),
        "urn": f"urn:uuid:{known}",
    }
    base = f"/core/public/web-widgets/{spelled.get(spelling, known if spelling == 'unpublished' else new_id())}"
    for route in ROUTES:
        answer = await shop.call(route.method, route.path.replace("{cid}", "x"), {}, base=base)
        assert error(answer) == (404, "widget_not_found")
        assert "access-control-allow-origin" not in answer.headers


async def test_a_foreign_host_is_refused_everywhere(shop: Shop) -> None:
    for route in ROUTES:
        for host in ("evil.example", "chat.example.evil.example", "127.0.0.1.evil.example"):
            answer = await shop.call(route.method, route.path.replace("{cid}", "x"), {}, {**OWN, "Host": host})
            assert error(answer) == (421, "unknown_host")
            assert "access-control-allow-origin" not in answer.headers


async def test_answers_are_kept_nowhere(shop: Shop) -> None:
    visitor = await shop.arrive()
    for method, path in (("GET", "/conversations"), ("POST", "/visitor"), ("GET", "/conversations/x/messages")):
        answer = await shop.call(method, path, {} if method == "POST" else None, visitor.headers)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers
