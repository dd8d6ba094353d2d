"""`/core/web-widgets` (embedding contract 13)."""

from typing import Any

import pytest

from tests.support.api import Api, House

CREATED: dict[str, Any] = {"domains": [], "published": False, "config": {"v1": {}}}


async def make(api: Api, house: House, body: dict[str, Any] | None = None) -> Any:
    answer = await api.client.post("/core/web-widgets", json=body or {}, headers=house.bearer)
    assert answer.status_code == 201, answer.text
    return answer


async def test_every_field_is_optional(api: Api, house: House) -> None:
    answer = await make(api, house)
    made = answer.json()
    assert answer.headers["location"] == f"/core/web-widgets/{made['id']}"
    assert {key: made[key] for key in CREATED} == CREATED
    assert made["workspace_id"] == made["organization_id"] == house.workspace_id
    assert [warning["code"] for warning in made["warnings"]] == ["domains_empty"]


async def test_domains_are_stored_as_origins(api: Api, house: House) -> None:
    made = (await make(api, house, {"domains": ["Shop.Example", "http://localhost:3000"]})).json()
    assert made["domains"] == ["https://shop.example", "http://localhost:3000"]


async def test_one_bad_entry_refuses_all(api: Api, house: House) -> None:
    widget = (await make(api, house, {"domains": ["a.example"]})).json()
    address = f"/core/web-widgets/{widget['id']}"
    body = {"domains": ["b.example", "*.shop.example", "c.example"], "published": True}
    answer = await api.client.put(address, json=body, headers=house.bearer)
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "domain_invalid",
        "message": "domains[1]: wildcards are not supported; add each host.",
        "details": {"index": 1, "input": "*.shop.example", "reason": "wildcard"},
    }
    kept = (await api.client.get(address, headers=house.bearer)).json()
    assert (kept["domains"], kept["published"]) == (["https://a.example"], False)


async def test_a_dry_run_stores_nothing(api: Api, house: House) -> None:
    before = (await api.client.get("/core/web-widgets", headers=house.bearer)).json()["data"]
    tried = await api.client.post(
        "/core/web-widgets?dry_run=true", json={"domains": ["x.example"]}, headers=house.bearer
    )
    assert (tried.status_code, tried.json()["domains"]) == (200, ["https://x.example"])
    assert "location" not in tried.headers
    address = f"/core/web-widgets/{house.widget_id}"
    put = await api.client.put(f"{address}?dry_run=true", json={"domains": ["x.example"]}, headers=house.bearer)
    assert put.json()["domains"] == ["https://x.example"]
    wrong = await api.client.put(f"{address}?dry_run=true", json={"domains": ["x y"]}, headers=house.bearer)
    assert wrong.status_code == 422
    assert (await api.client.get("/core/web-widgets", headers=house.bearer)).json()["data"] == before


async def test_a_stale_change_is_refused(api: Api, house: House) -> None:
    address = f"/core/web-widgets/{house.widget_id}"
    tag = (await api.client.get(address, headers=house.bearer)).headers["etag"]
    first = await api.client.put(address, json={"domains": ["a.example"]}, headers={**house.bearer, "If-Match": tag})
    assert first.status_code == 200
    assert first.headers["etag"] != tag
    second = await api.client.put(address, json={"domains": ["b.example"]}, headers={**house.bearer, "If-Match": tag})
    assert (second.status_code, second.json()["error"]) == (412, "stale")
    assert (await api.client.get(address, headers=house.bearer)).json()["domains"] == ["https://a.example"]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"id": "x"}, "field_unknown", "id"),
        ({"workspace_id": "x"}, "field_unknown", "workspace_id"),
        ({"created_at": "2026-11-20T10:00:00Z"}, "field_unknown", "created_at"),
        ({"name": "x"}, "field_unknown", "name"),
        ({"__proto__": {}}, "field_unknown", "__proto__"),
        ({"published": "true"}, "field_invalid", "published"),
        ({"published": 1}, "field_invalid", "published"),
        ({"domains": "https://a.example"}, "field_invalid", "domains"),
        ({"domains": None}, "field_invalid", "domains"),
        ({"domains": [1]}, "field_invalid", "domains[0]"),
    ],
)
async def test_only_three_fields_are_writable(api: Api, house: House, body: Any, code: str, field: str) -> None:
    answer = await api.client.put(f"/core/web-widgets/{house.widget_id}", json=body, headers=house.bearer)
    assert (answer.status_code, answer.json()["error"]) == (422, code)
    assert answer.json()["details"] == {"field": field}


async def test_a_wrong_configuration_names_its_path(api: Api, house: House) -> None:
    body = {"config": {"v1": {"theme": "purple"}}}
    answer = await api.client.put(f"/core/web-widgets/{house.widget_id}", json=body, headers=house.bearer)
    assert (answer.status_code, answer.json()["error"]) == (422, "config_invalid")
    assert answer.json()["details"] == {"path": "config.v1.theme"}


async def test_the_list_is_newest_first_and_paged(api: Api, house: House) -> None:
    made = [(await make(api, house)).json()["id"] for _ in range(3)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await api.client.get(f"/core/web-widgets?limit=2{cursor}", headers=house.bearer)).json()
        seen += [widget["id"] for widget in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert set(seen) == {*made, house.widget_id}
    assert len(seen) == 4
    for limit in (0, 201, "x"):
        answer = await api.client.get(f"/core/web-widgets?limit={limit}", headers=house.bearer)
        assert (answer.status_code, answer.json()["details"]) == (422, {"field": "limit"})


async def test_deleting_stops_the_widget_and_again_is_404(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    address = f"/core/web-widgets/{house.widget_id}"
    assert (await api.client.get(f"/core/public/web-widgets/{house.widget_id}")).status_code == 200
    assert (await api.client.delete(address, headers=house.bearer)).status_code == 204
    assert (await api.client.delete(address, headers=house.bearer)).json()["error"] == "widget_not_found"
    assert (await api.client.get(f"/core/public/web-widgets/{house.widget_id}")).status_code == 404
    kept = await api.client.get(f"/core/conversations/{conversation_id}", headers=house.bearer)
    assert kept.status_code == 200


async def test_reading_needs_either_scope_and_writing_the_greater(api: Api, house: House) -> None:
    address = f"/core/web-widgets/{house.widget_id}"
    for scope, writes in (("web_widgets:read", 403), ("web_widgets:manage", 200)):
        bearer = await api.token(house, scope)
        assert (await api.client.get(address, headers=bearer)).status_code == 200
        assert (await api.client.put(address, json={}, headers=bearer)).status_code == writes


async def test_a_page_elsewhere_gets_no_cors_headers(api: Api, house: House) -> None:
    headers = {**house.bearer, "Origin": "https://shop.example"}
    answer = await api.client.get("/core/web-widgets", headers=headers)
    asked = await api.client.options("/core/web-widgets", headers={**headers, "Access-Control-Request-Method": "GET"})
    for one in (answer, asked):
        assert not [name for name in one.headers if name.startswith("access-control-")]
