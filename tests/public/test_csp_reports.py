"""`POST …/csp-reports` (csp contract 5): what passes, what is answered, what is kept; and the same for the operators' pages."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from halloo.api.public.csp_reports import Reports
from halloo.csp.model import Deployment
from halloo.csp.reports import MANY_MAX, ONE_MAX
from halloo.csp.tally import CspTally
from halloo.events.log import list_payloads
from halloo.kit.clock import DAY, MINUTE
from halloo.kit.ids import new_id
from halloo.kit.refusals import RateLimited
from tests.public.shop import SHOP, Shop, error
from tests.support.api import ORIGIN
from tests.support.csp import NEW, OLD, Violation, body_of

OWN = "/core/public/csp-reports"
OURS = Violation(blocked=ORIGIN, source=f"{ORIGIN}/public/embed/x")
ADDRESS = {"Origin": SHOP}


async def post(
    shop: Shop, body: bytes | AsyncIterator[bytes], headers: dict[str, str] = NEW, path: str = ""
) -> httpx.Response:
    return await shop.api.client.post(path or f"{shop.base}/csp-reports", content=body, headers=headers)


async def seen(shop: Shop, query: str = "") -> dict[str, Any]:
    return await shop.manage("GET", f"/core/web-widgets/{shop.house.widget_id}/csp/reports{query}")


async def told(shop: Shop) -> int:
    payloads = await shop.api.halloo.database.read(shop.house.workspace_id, list_payloads, 0, 1_000)
    return sum(one.name == "csp:blocked" for one in payloads)


def tally(shop: Shop) -> CspTally:
    return shop.api.halloo.watch.csp


async def test_both_formats_are_kept_as_one_group_with_what_to_do(shop: Shop) -> None:
    plain = {"Content-Type": "application/json"}
    for body, headers in (
        (body_of(OURS), OLD),
        (body_of(OURS, OURS), NEW),
        (body_of(OURS), plain),
        (body_of(OURS, OURS), plain),
    ):
        answer = await post(shop, body, headers)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "set-cookie" not in answer.headers
    page = await seen(shop)
    (group,) = page["data"]
    assert (group["count"], group["kind"], group["page"], group["blocked"]) == (6, "ours", f"{SHOP}/cart", ORIGIN)
    assert group["verdict"] == {
        "blocks": True,
        "level": "required",
        "text": f"Blocks the chat: add frame-src {ORIGIN}",
        "line": f"frame-src {ORIGIN}",
    }
    assert page["counts"] == {"ours": 1, "others": 0, "extensions": 0, "muted": 0}
    assert dict(tally(shop).reports) == {"ours": 6, "foreign": 0}


async def test_nothing_that_names_a_person_is_kept(shop: Shop) -> None:
    await post(
        shop, body_of(OURS), {**OLD, "User-Agent": "Secret/1", "Cookie": "a=secret", "Referer": f"{SHOP}/?secret"}
    )
    assert "secret" not in json.dumps(await seen(shop)).lower()


async def test_the_preflight(shop: Shop) -> None:
    for path in (f"{shop.base}/csp-reports", OWN):
        for origin in (SHOP, "https://evil.example", "null"):
            headers = {
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            }
            answer = await shop.api.client.options(path, headers=headers)
            assert answer.status_code == 204
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["access-control-allow-methods"] == "POST"
            assert answer.headers["access-control-allow-headers"] == "content-type"
            assert "access-control-allow-credentials" not in answer.headers


async def test_any_origin_may_send_and_none_is_believed(shop: Shop) -> None:
    for origin in (SHOP, "https://evil.example", "null", "file://", "\\"):
        assert (await post(shop, body_of(OURS), {**OLD, "Origin": origin})).status_code == 204
    forged = Violation(page="https://evil.example/cart", blocked=ORIGIN)
    assert (await post(shop, body_of(forged), {**OLD, "Origin": SHOP})).status_code == 204
    page = await seen(shop)
    assert ([one["page"] for one in page["data"]], page["foreign"]) == ([f"{SHOP}/cart"], 1)


async def test_pages_of_halloo_itself_are_no_strangers(shop: Shop) -> None:
    frame = Violation(page=f"{ORIGIN}/public/widget/{shop.house.widget_id}?t=secret", blocked="https://ads.example")
    await post(shop, body_of(frame), OLD)
    (group,) = (await seen(shop))["data"]
    assert (group["kind"], group["verdict"]["blocks"]) == ("ours", False)
    assert group["verdict"]["text"].startswith("This is a page of Halloo itself.")
    assert await told(shop) == 0


async def test_a_widget_without_domains_takes_reports_of_any_page(shop: Shop) -> None:
    await shop.widget(domains=[])
    await post(shop, body_of(Violation(page="https://anywhere.example/", blocked=ORIGIN)), OLD)
    assert [one["page"] for one in (await seen(shop))["data"]] == ["https://anywhere.example/"]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("content_type", [None, "", "text/plain", "application/csp", "multipart/form-data", "\\"])
async def test_another_type_is_refused(shop: Shop, content_type: str | None) -> None:
    for path in ("", OWN):
        answer = await post(shop, body_of(OURS), {} if content_type is None else {"Content-Type": content_type}, path)
        assert error(answer) == (415, "content_type")
        assert answer.json()["details"]["types"] == [
            "application/csp-report",
            "application/json",
            "application/reports+json",
        ]


async def _pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024 + 1):
        yield b" " * 1024


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_sizes(shop: Shop) -> None:
    large, small = Violation(policy="x" * ONE_MAX, blocked=ORIGIN), Violation(policy="x" * 4_000, blocked=ORIGIN)
    for path in ("", OWN):
        for body, headers in (
            (body_of(large), OLD),
            (body_of(large), NEW),
            (body_of(large), {"Content-Type": "application/json"}),
            (json.dumps([large.new()] * 4).encode(), NEW),
        ):
            assert error(await post(shop, body, headers, path)) == (413, "body_too_large")
        assert error(await post(shop, _pieces(ONE_MAX), OLD, path)) == (413, "body_too_large")
        assert error(await post(shop, _pieces(MANY_MAX), NEW, path)) == (413, "body_too_large")
        assert (await post(shop, json.dumps([small.new()] * 14).encode(), NEW, path)).status_code == 204
        shop.api.clock.shift += MINUTE


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{",
        b"\xff\xfe\x00",
        b'{"csp-report":{"document-uri":"\\ud800"}}',
        b"[" * 16_000,
        b'{"a":' * 3_000,
        b'{"csp-report":' + b"9" * 9_000 + b"}",
        b"[]",
        b"[[],1,null]",
    ],
)
async def test_what_is_no_report_is_dropped_and_nobody_told(shop: Shop, body: bytes) -> None:
    for path in ("", OWN):
        for headers in (OLD, NEW):
            assert (await post(shop, body, headers, path)).status_code == 204
    assert (await seen(shop))["data"] == []
    assert dict(tally(shop).reports)["unreadable"] == 4


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_the_address_and_other_methods(shop: Shop) -> None:
    other = f"/core/public/web-widgets/{new_id()}/csp-reports"
    assert error(await post(shop, body_of(OURS), OLD, other)) == (404, "widget_not_found")
    assert (await post(shop, body_of(OURS), OLD, f"{shop.base}/csp-reports?token=x&a=%ff")).status_code == 204
    for path in (f"{shop.base}/csp-reports", OWN):
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = await shop.api.client.request(method, path, headers=OLD)
            assert error(answer) == (405, "method_not_allowed"), (method, path)
            assert "POST" in answer.headers["allow"]
    assert (await shop.api.client.head(OWN)).content == b""


async def _flood(shop: Shop, times: int, path: str = "") -> list[int]:
    return [(await post(shop, body_of(OURS), OLD, path)).status_code for _ in range(times)]


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_thirty_a_minute_from_an_address_whatever_the_widget(shop: Shop) -> None:
    other = f"/core/public/web-widgets/{shop.other_widget_id}/csp-reports"
    assert await _flood(shop, 31) == [204] * 30 + [429]
    assert await _flood(shop, 1, other) == [429]
    assert await _flood(shop, 1, OWN) == [429]
    answer = await post(shop, body_of(OURS), {**OLD, "X-Forwarded-For": "203.0.113.9"})
    assert error(answer) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["access-control-allow-origin"] == "*"
    shop.api.clock.shift += MINUTE
    assert await _flood(shop, 1) == [204]
    assert (await shop.call("GET", "")).status_code == 200, "the chat has rates of its own"


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_six_hundred_a_minute_for_a_widget(shop: Shop) -> None:
    halloo = shop.api.halloo
    reports = Reports.of(halloo.database, CspTally(), lambda _: Deployment({}, frozenset()), shop.api.clock)
    for number in range(600):
        reports.count(f"address {number // 30}", "one")
    with pytest.raises(RateLimited):
        reports.count("another address", "one")
    reports.count("another address", "two")
    with pytest.raises(RateLimited):
        reports.count("address 0", "two")


async def test_a_flood_of_groups_stays_within_its_bounds(shop: Shop) -> None:
    """What a hostile address can send in a minute, and thousands of distinct policies over many."""
    for minute in range(3):
        for turn in range(30):
            many = [
                Violation(policy=f"img-src https://a{minute}-{turn}-{one}.example", blocked=ORIGIN) for one in range(20)
            ]
            assert (await post(shop, body_of(*many))).status_code == 204
        shop.api.clock.shift += MINUTE
    page = await seen(shop)
    assert page["counts"] == {"ours": 500, "others": 0, "extensions": 0, "muted": 0}
    assert len(page["data"]) == 50
    assert await told(shop) == 0, "no policy of theirs blocks anything"
    await post(shop, body_of(OURS), OLD)
    assert await told(shop) == 1, "and they have hidden nothing"


async def test_reports_at_once_are_one_group(shop: Shop) -> None:
    answers = await asyncio.gather(*[post(shop, body_of(OURS), OLD) for _ in range(25)])
    assert {answer.status_code for answer in answers} == {204}
    assert [one["count"] for one in (await seen(shop))["data"]] == [25]
    assert await told(shop) == 1


async def test_administrators_are_told_of_what_blocks_the_chat_and_of_nothing_else(shop: Shop) -> None:
    optional = Violation(policy="connect-src 'self'", directive="connect-src", blocked="https://ads.example", source="")
    dry = Violation(disposition="report", blocked=ORIGIN)
    fine = Violation(policy="frame-src https:", blocked=ORIGIN)
    cut = Violation(policy=f"frame-src 'none'; img-src {'https://a.example ' * 300}", blocked=ORIGIN)
    for violation in (optional, dry, fine, cut, Violation(page="https://evil.example", blocked=ORIGIN)):
        await post(shop, body_of(violation), OLD)
    assert await told(shop) == 0
    await post(shop, body_of(OURS), OLD)
    await post(shop, body_of(OURS), OLD)
    assert await told(shop) == 1
    script = Violation(policy="script-src 'self'", directive="script-src-elem", blocked=ORIGIN, source="")
    await post(shop, body_of(script), OLD)
    assert await told(shop) == 1, "once a day"
    shop.api.clock.shift += DAY + MINUTE
    await post(shop, body_of(script), OLD)
    assert await told(shop) == 2


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_one_widgets_flood_takes_no_others_notice(shop: Shop) -> None:
    await shop.manage("PUT", f"/core/web-widgets/{shop.other_widget_id}", {"domains": [SHOP]})
    many = [Violation(policy=f"frame-src 'none'; img-src a{one}.example", blocked=ORIGIN) for one in range(20)]
    fine = [Violation(policy=f"frame-src https:; img-src a{one}.example", blocked=ORIGIN) for one in range(20)]
    other = f"/core/public/web-widgets/{shop.other_widget_id}/csp-reports"
    for _ in range(3):
        await post(shop, body_of(*fine))
    await post(shop, body_of(*many), NEW, other)
    assert await told(shop) == 1


async def test_reports_of_the_operators_pages_are_counted_and_logged_for_no_workspace(
    shop: Shop, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = Violation(page=f"{ORIGIN}/inbox/x?token=secret", blocked="https://ads.example/?k=secret\x1b[2J\r\nX: y")
    assert (await post(shop, body_of(hostile), OLD, OWN)).status_code == 204
    assert (await post(shop, body_of(Violation()), OLD, OWN)).status_code == 204
    said = caplog.text + "".join(capsys.readouterr())
    assert said.count("csp_report") == 1
    assert "https://ads.example" in said
    assert "secret" not in said
    assert "[2J" not in said
    assert dict(tally(shop).reports) == {"own": 1, "foreign": 1}
    page = await seen(shop)
    assert (page["data"], page["foreign"]) == ([], 0)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_a_flood_about_the_operators_pages_fills_no_log(
    shop: Shop, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    many = [Violation(page=f"{ORIGIN}/inbox", blocked="https://ads.example")] * 20
    for _ in range(30):
        await post(shop, body_of(*many), NEW, OWN)
    said = caplog.text + "".join(capsys.readouterr())
    assert said.count("csp_report") <= 32
    assert tally(shop).reports["own"] == 600


async def test_a_widget_that_is_deleted_takes_no_more(shop: Shop) -> None:
    await post(shop, body_of(OURS), OLD)
    await shop.manage("DELETE", f"/core/web-widgets/{shop.house.widget_id}")
    assert error(await post(shop, body_of(OURS), OLD)) == (404, "widget_not_found")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_what_half_of_a_connection_sent_is_refused_and_nothing_fails(shop: Shop) -> None:
    for path in (f"{shop.base}/csp-reports", OWN):
        statuses: list[int] = []
        await _cut_off(shop, path, statuses)
        assert statuses == [400]


async def _cut_off(shop: Shop, path: str, statuses: list[int]) -> None:
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    host = ORIGIN.partition("//")[2].encode()
    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", host), (b"content-type", b"application/csp-report")],
        "client": ("127.0.0.1", 1),
        "scheme": "https",
        "server": ("chat.example", 443),
        "http_version": "1.1",
        "root_path": "",
    }
    await shop.api.halloo.asgi(scope, receive, send)
