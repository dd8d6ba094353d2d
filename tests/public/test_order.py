"""The order of checks (embedding contract 8.1): the first that fails answers, whatever else is wrong."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations

import httpx
import pytest

from halloo.kit.ids import new_id
from tests.public.people import hmac_issuer, identify
from tests.public.shop import OWN, SHOP, Build, Json, Shop, Visitor, error, guest, text

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)  # what comes before the database


@dataclass
class Request:
    """A request that would pass; each fault spoils one part of it."""

    shop: Shop
    visitor: Visitor
    path: str
    body: Json
    headers: dict[str, str] = field(default_factory=dict[str, str])
    method: str = "POST"
    base: str = ""
    query: str = ""
    content: bytes | None = None

    async def send(self) -> httpx.Response:
        content = json.dumps(self.body).encode() if self.content is None else self.content
        headers = {**OWN, "Content-Type": "application/json", "X-Halloo-Visitor": self.visitor.token, **self.headers}
        address = (self.base or self.shop.base) + self.path + self.query
        return await self.shop.api.client.request(self.method, address, content=content, headers=headers)


def spoil_host(request: Request) -> None:
    request.headers["Host"] = "evil.example"


def spoil_widget(request: Request) -> None:
    request.base = f"/core/public/web-widgets/{new_id()}"


def spoil_route(request: Request) -> None:
    request.path += "/nothing"


def spoil_origin(request: Request) -> None:
    request.headers["Origin"] = "https://evil.example"


def spoil_address(request: Request) -> None:
    request.query = "?token=hvt_x"


def spoil_size(request: Request) -> None:
    request.content = b"{" + b" " * 70_000


def spoil_type(request: Request) -> None:
    request.headers["Content-Type"] = "text/plain"


def spoil_json(request: Request) -> None:
    request.content = request.content or b"{"


def spoil_visitor(request: Request) -> None:
    request.headers["X-Halloo-Visitor"] = "hvt_wrong"


def spoil_conversation(request: Request) -> None:
    if request.path.startswith("/conversations/"):
        request.path = request.path.replace(request.path.split("/")[2], new_id())
    else:
        request.body["conversation_id"] = new_id()


def spoil_fields(request: Request) -> None:
    request.body["state"] = "resolved"


FAULTS: tuple[tuple[Callable[[Request], None], tuple[int, str]], ...] = (
    (spoil_host, (421, "unknown_host")),
    (spoil_widget, (404, "widget_not_found")),
    (spoil_route, (404, "route_not_found")),
    (spoil_origin, (403, "origin_not_allowed")),
    (spoil_address, (400, "token_in_url")),
    (spoil_size, (413, "body_too_large")),
    (spoil_type, (415, "content_type")),
    (spoil_json, (400, "bad_json")),
    (spoil_visitor, (401, "visitor_token_invalid")),
    (spoil_conversation, (403, "conversation_forbidden")),
    (spoil_fields, (422, "field_unknown")),
)


async def answers(make: Callable[[], Request], *without: Callable[[Request], None]) -> list[str]:
    """Every pair of faults, and what did not answer as the first of the two."""
    wrong: list[str] = []
    faults = [fault for fault in FAULTS if fault[0] not in without]
    for (spoil, due), (further, _) in [*combinations(faults, 2), *((fault, fault) for fault in faults)]:
        request = make()
        for fault in {spoil: None, further: None}:
            fault(request)
        answer = await request.send()
        if error(answer) != due:
            wrong.append(f"{spoil.__name__} with {further.__name__}: {answer.status_code} {answer.text}, due {due}")
    return wrong


async def test_the_first_fault_answers(build: Build) -> None:
    shop = await build(
        reads_per_minute=10_000, messages_per_minute=10_000, messages_burst=10_000, forms_per_hour=10_000
    )
    visitor = await shop.arrive()
    cid, over = await shop.start(visitor), await shop.start(visitor)
    form = {"fields": [{"id": "why", "type": "text"}]}
    await shop.config(post_conversation_feedback={"enabled": True, "form": form})
    await shop.call("POST", f"/conversations/{over}/end", {}, visitor.headers)
    requests: list[Callable[[], Request]] = [
        lambda: Request(shop, visitor, f"/conversations/{cid}/messages", text()),
        lambda: Request(shop, visitor, f"/conversations/{cid}/read", {"seq": 1}),
        lambda: Request(shop, visitor, f"/conversations/{cid}/end", {}),
        lambda: Request(shop, visitor, "/conversations", {"message": text(), "conversation_id": cid}),
        lambda: Request(shop, visitor, f"/conversations/{over}/feedback", {"fields": {}}),
    ]
    for make in requests:
        assert (await make().send()).status_code in {200, 201, 204}
        assert await answers(make) == []


async def test_the_first_fault_answers_where_no_conversation_is_named(build: Build) -> None:
    shop = await build(
        reads_per_minute=10_000,
        identifications_per_hour=10_000,
        identity_failures_per_minute=10_000,
        tickets_per_minute=10_000,
    )
    issuer = await hmac_issuer(shop)
    known = (await identify(shop, await shop.arrive(), issuer)).visitor
    token = issuer.token(shop.api.clock() / 1000)
    page = {"Origin": SHOP}
    requests: list[tuple[Callable[[], Request], tuple[Callable[[Request], None], ...]]] = [
        (lambda: Request(shop, known, "/visitor", {"name": "Ada"}, method="PATCH"), (spoil_conversation,)),
        (lambda: Request(shop, known, "/identify", {"token": token + "x"}), (spoil_conversation,)),
        (lambda: Request(shop, known, "/embed-ticket", {}, {**page}), (spoil_conversation, spoil_visitor)),
    ]
    for make, without in requests:
        assert (await make().send()).status_code in {200, 401}
        assert await answers(make, *without) == []


async def test_a_proof_is_looked_at_after_visitor_policy_and_feature(shop: Shop) -> None:
    visitor = await shop.arrive()
    bad = {"token": "x"}
    assert error(await shop.call("POST", "/identify", bad)) == (401, "visitor_token_missing")
    await shop.config(security={"require_verified_embedding": True})
    assert error(await shop.call("POST", "/identify", bad, visitor.headers)) == (403, "embedding_unverified")
    await shop.config(security={})
    assert error(await shop.call("POST", "/identify", {"wrong": 1}, visitor.headers)) == (409, "identity_off")
    await hmac_issuer(shop)
    assert error(await shop.call("POST", "/identify", {"wrong": 1}, visitor.headers)) == (422, "field_unknown")
    assert error(await shop.call("POST", "/identify", bad, visitor.headers)) == (401, "identity_invalid")


async def test_a_ticket_is_told_before_the_fields_and_kept_where_those_are_refused(shop: Shop) -> None:
    await shop.config(security={"require_verified_embedding": True})
    ticket = (await shop.call("POST", "/embed-ticket", {}, {"Origin": SHOP})).json()["ticket"]
    wrong = {"embed_ticket": "x", "wrong": 1}
    assert error(await shop.call("POST", "/visitor", wrong)) == (403, "ticket_invalid")
    for body in (
        {"embed_ticket": ticket, "wrong": 1},
        {"embed_ticket": ticket},
        {"embed_ticket": ticket, "user_id": "x"},
    ):
        assert error(await shop.call("POST", "/visitor", body))[0] == 422
    assert (await shop.call("POST", "/visitor", {"embed_ticket": ticket, "user_id": guest()})).status_code == 201


async def test_who_is_unverified_and_unknown_is_told_of_the_page_first(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    await shop.config(security={"require_verified_embedding": True, "identity": "required"})
    path = f"/conversations/{cid}/messages"
    assert error(await shop.call("POST", path, {"wrong": 1}, visitor.headers)) == (403, "embedding_unverified")
    foreign = f"/conversations/{new_id()}/messages"
    assert error(await shop.call("POST", foreign, {"wrong": 1}, visitor.headers)) == (403, "conversation_forbidden")


async def test_policy_and_feature_come_between_conversation_and_fields(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    foreign = f"/conversations/{new_id()}"
    await shop.config(security={"identity": "required"}, visitor_can_end=False)
    headers = visitor.headers
    for path, body, due in (
        (f"/conversations/{cid}/messages", {"wrong": 1}, (403, "identity_required")),
        (f"{foreign}/messages", {"wrong": 1}, (403, "conversation_forbidden")),
        ("/conversations", {"wrong": 1}, (403, "identity_required")),
        ("/conversations", {"wrong": 1, "conversation_id": new_id()}, (403, "conversation_forbidden")),
        (f"/conversations/{cid}/end", {"wrong": 1}, (404, "end_off")),
        (f"{foreign}/end", {"wrong": 1}, (403, "conversation_forbidden")),
    ):
        assert error(await shop.call("POST", path, body, headers)) == due, path


async def test_an_unverified_embedding_is_told_before_the_fields(shop: Shop) -> None:
    visitor = await shop.arrive()
    await shop.config(security={"require_verified_embedding": True})
    assert error(await shop.call("POST", "/visitor", {"wrong": 1})) == (403, "embedding_unverified")
    assert error(await shop.call("POST", "/conversations", {"wrong": 1})) == (403, "embedding_unverified")
    assert error(await shop.call("POST", "/visitor", {"wrong": 1}, {**visitor.headers, "X-Halloo-Visitor": "x"})) == (
        401,
        "visitor_token_invalid",
    )


async def test_the_rate_comes_after_the_origin_and_before_the_address(build: Build) -> None:
    shop = await build(contacts_per_minute=1, reads_per_minute=1)
    await shop.config(bot_check={"guard_level": "off"})
    await shop.arrive()
    assert error(await shop.call("POST", "/visitor?token=x", {})) == (429, "rate_limited")
    foreign = {"Origin": "https://evil.example"}
    assert error(await shop.call("POST", "/visitor", {}, foreign)) == (403, "origin_not_allowed")
    assert (await shop.call("GET", "")).status_code == 200
    assert error(await shop.call("GET", "?token=x")) == (429, "rate_limited")
    shop.api.clock.shift += 60_000
    assert error(await shop.call("GET", "?token=x")) == (400, "token_in_url")
