"""How refusals and mishaps look in HTTP."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar, get

from halloo.edge.errors import EXCEPTION_HANDLERS
from halloo.kit import refusals
from halloo.kit.refusals import RateLimited, Refusal, Unavailable
from halloo.kit.status import STATUS
from tests.support.api import Api, House, serving
from tests.support.stores import empty_store


@pytest.fixture
async def api(tmp_path: Any) -> AsyncIterator[Api]:
    """A server over SQLite: the edge does not depend on the database."""
    with empty_store("sqlite", tmp_path, None) as store:
        async with serving(store) as made:
            yield made


@pytest.fixture
async def house(api: Api) -> House:
    return await api.house()


async def raised(error: Exception) -> httpx.Response:
    @get("/boom")
    async def boom() -> None:
        raise error

    app: Any = Litestar([boom], exception_handlers=EXCEPTION_HANDLERS, logging_config=None)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="https://chat.example"
    ) as client:
        return await client.get("/boom")


def test_every_kind_of_refusal_has_its_status() -> None:
    kinds = {cls.kind for cls in vars(refusals).values() if isinstance(cls, type) and issubclass(cls, Refusal)}
    assert kinds - {"refused"} <= set(STATUS)


async def test_a_refusal_has_code_sentence_and_details() -> None:
    answer = await raised(refusals.field_invalid("form.email", "this is not an e-mail address."))
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "field_invalid",
        "message": "form.email: this is not an e-mail address.",
        "details": {"field": "form.email"},
    }


async def test_who_is_too_fast_is_told_when_to_come_back() -> None:
    answer = await raised(RateLimited(1_200))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    answer = await raised(Unavailable())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_a_fault_of_ours_says_nothing_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    answer = await raised(RuntimeError("hal_secret of somebody"))
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "internal",
        "message": "Something went wrong here; it was logged.",
        "details": {},
    }
    printed = capsys.readouterr()
    assert "request_failed" in printed.out + printed.err


async def test_logs_hold_no_values_of_variables(capsys: pytest.CaptureFixture[str]) -> None:
    @get("/boom")
    async def boom() -> None:
        password = "hal_" + "secret"
        if password:
            raise RuntimeError

    app: Any = Litestar([boom], exception_handlers=EXCEPTION_HANDLERS, logging_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://chat.example") as client:
        await client.get("/boom?q=private words", headers={"Authorization": "Bearer hal_secret"})
    printed = capsys.readouterr()
    for secret in ("hal_secret", "private"):
        assert secret not in printed.out + printed.err


async def test_routes_methods_sizes_and_types(api: Api, house: House) -> None:
    json = {**house.bearer, "Content-Type": "application/json"}
    cases: list[tuple[str, str, dict[str, Any], int, str]] = [
        ("GET", "/core/nothing", {}, 404, "route_not_found"),
        ("GET", "/nothing", {}, 404, "route_not_found"),
        ("PUT", "/core/me", {}, 405, "method_not_allowed"),
        ("POST", "/core/tags", {"content": b"{", "headers": json}, 400, "bad_json"),
        ("POST", "/core/tags", {"content": b"", "headers": json}, 400, "bad_json"),
        ("POST", "/core/tags", {"content": b'{"name":"a","name":"b"}', "headers": json}, 400, "bad_json"),
        ("POST", "/core/tags", {"content": b"name=a", "headers": house.bearer}, 415, "content_type"),
        ("POST", "/core/tags", {"content": b" " * 262_145, "headers": json}, 413, "body_too_large"),
        ("POST", "/core/tags", {"json": {}, "headers": house.bearer}, 422, "field_required"),
        ("GET", "/core/tags/x", {"headers": house.bearer}, 405, "method_not_allowed"),
    ]
    for method, path, sent, status, code in cases:
        answer = await api.client.request(method, path, **sent)
        assert (method, path, answer.status_code, answer.json()["error"]) == (method, path, status, code)
        assert set(answer.json()) == {"error", "message", "details"}
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
    refused = await api.client.put("/core/me")
    assert {"GET", "PATCH"} <= {name.strip() for name in refused.headers["allow"].split(",")}


async def test_who_calls_is_asked_before_the_body_is_read(api: Api) -> None:
    answer = await api.client.post("/core/tags", content=b"{" * 300_000)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


async def test_parameters_are_named_as_on_the_wire(api: Api, house: House) -> None:
    cases = {"state=x": "state", "limit=0": "limit", "limit=x": "limit", "order=x": "order", "unread=maybe": "unread"}
    for query, field in cases.items():
        answer = await api.client.get(f"/core/conversations?{query}", headers=house.bearer)
        assert (query, answer.status_code, answer.json()["error"]) == (query, 422, "field_invalid")
        assert answer.json()["details"] == {"field": field}
