"""The demo: its shop, its seed, and what it says when a port is taken."""

import asyncio
import base64
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import jwt
import pytest

import demo as demo_script
import past
import past_hook
import past_picture
import seed
from halloo.cli.place import open_place, read_secret
from halloo.kit.sealing import Sealer
from steps import StepError
from tests.support.ports import free_port
from tests.support.product import Product, Store

PRODUCT = "http://localhost:8000"
WIDGET = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


KEY = demo_script.shop.IdentityKey("key-1", base64.urlsafe_b64encode(b"k" * 32).rstrip(b"=").decode())


@pytest.fixture
def shop() -> Iterator[str]:
    port = free_port()
    site = demo_script.shop.make_server(port, PRODUCT, WIDGET, KEY)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{port}"
    site.shutdown()
    site.server_close()


@pytest.mark.parametrize("path", ["/", "/pots/long-vase", "/pots/morning-mug?from=mail", "/pots/wide-bowl"])
def test_every_page_of_the_shop_has_the_one_line(shop: str, path: str) -> None:
    with urllib.request.urlopen(shop + path) as answer:
        page = answer.read().decode()
        policy = answer.headers["Content-Security-Policy"]
    assert f'<script async src="{PRODUCT}/public/embed/{WIDGET}"></script>' in page
    assert f'href="{PRODUCT}/inbox"' in page
    assert "{{" not in page
    assert "default-src 'none'" in policy
    assert f"frame-src {PRODUCT}" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/shop.css", "/shop.js", "/icon.svg", "/fraunces.woff2"])
def test_the_shop_serves_its_own_files(shop: str, path: str) -> None:
    with urllib.request.urlopen(shop + path) as answer:
        assert answer.status == 200
        assert answer.read()


@pytest.mark.parametrize(
    "path", ["/nothing", "/../shop.py", "/%2e%2e/shop.py", "/index.html", "//etc/passwd", "/pots/"]
)
def test_the_shop_serves_nothing_else(shop: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(shop + path)
    with caught.value as error:
        assert error.code == 404


def test_the_shop_signs_who_its_customer_is(shop: str) -> None:
    with urllib.request.urlopen(urllib.request.Request(f"{shop}/chat-token", method="POST")) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] is None
        token = json.loads(answer.read())["token"]
    assert jwt.get_unverified_header(token)["kid"] == "key-1"
    claims = jwt.decode(token, b"k" * 32, algorithms=["HS256"], audience=WIDGET)
    assert claims["name"] == "Mary Somerville"
    assert claims["exp"] - claims["iat"] == 600


def test_the_product_takes_the_word_of_the_shop(store: Store, make_product: Callable[..., Product]) -> None:
    product = make_product(store)
    widget = product.facts["widget_id"]
    key = demo_script.shop.IdentityKey(
        **seed.make_identity_key(seed.Api(product.origin, product.facts["token"]), widget)
    )
    public = f"/core/public/web-widgets/{widget}"
    guest = product.public("POST", f"{public}/visitor", {"user_id": "guest_q0V9x2mWJ3yTn1c8LZr4Ag"})
    known = product.public(
        "POST", f"{public}/identify", {"token": key.token(widget)}, guest["visitor"]["visitor_token"]
    )
    assert known["visitor"]["user_id"] == "customer-1780"


def test_the_shop_asks_no_foreign_host_for_anything() -> None:
    for file in demo_script.shop.SITE.glob("*.*"):
        if file.suffix in (".html", ".css", ".js", ".svg"):
            text = file.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            assert "http://" not in text, file.name
            assert "https://" not in text, file.name


def test_a_taken_port_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("SHOP_PORT", str(port))
        with pytest.raises(StepError, match=rf"Port {port} is in use.*make demo SHOP_PORT=\d+"):
            demo_script.main()


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "８０８０"])
def test_what_is_no_port_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(StepError, match="is no port"):
        demo_script.Ports.chosen()


def test_product_and_shop_need_a_port_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("SHOP_PORT", "8123")
    with pytest.raises(StepError, match="cannot share port 8123"):
        demo_script.Ports.chosen()


def test_the_seed_may_be_repeated(store: Store, make_product: Callable[..., Product]) -> None:
    product = make_product(store)
    api = seed.Api(product.origin, product.facts["token"])
    for _ in range(2):
        seed.fill(api, "birch-heron-olive-42")
        seed.dress_widget(api, product.facts["widget_id"], "http://localhost:8001")
    assert len(product.call("GET", "/core/operators")["data"]) == 2
    assert len(product.call("GET", "/core/tags")["data"]) == 4
    widget = product.call("GET", f"/core/web-widgets/{product.facts['widget_id']}")
    assert widget["domains"] == ["http://localhost:8001"]
    assert [warning["code"] for warning in widget["warnings"]] == []


def test_the_past_is_lived_once_and_fills_the_report(store: Store, make_product: Callable[..., Product]) -> None:
    product = make_product(store)
    api = seed.Api(product.origin, product.facts["token"])
    seed.fill(api, "birch-heron-olive-42")
    seed.dress_widget(api, product.facts["widget_id"], "http://localhost:8001")
    for _ in range(2):
        asyncio.run(past.fill(store.url, product.facts["workspace_id"], product.facts["widget_id"]))
    report = product.call("GET", "/core/feedback/report")
    assert report["count"] == len(past.TALKS)
    assert sum(day["count"] > 0 for day in report["days"]) == len(past.TALKS)
    assert len(report["operators"]) == 2
    public = f"/core/public/web-widgets/{product.facts['widget_id']}"
    hello = product.public("POST", f"{public}/visitor", {"user_id": "guest_q0V9x2mWJ3yTn1c8LZr4Ag"})
    assert hello["team"]["reply_ms"] == 270_000


def test_a_conversation_goes_on_with_a_picture_and_an_answered_choice(
    store: Store, make_product: Callable[..., Product]
) -> None:
    product = make_product(store)
    api, facts = seed.Api(product.origin, product.facts["token"]), product.facts
    sent = past_picture.upload(api, past_picture.picture())
    ids = facts["workspace_id"], facts["widget_id"]
    asyncio.run(past_picture.fill(store.url, *ids, sent, product.origin))
    (row,) = product.call("GET", "/core/conversations")["data"]
    assert (row["contact"]["name"], row["assignee"]["id"], row["unread"]) == ("Clara", facts["operator_id"], 1)
    said = product.call("GET", f"/core/conversations/{row['id']}/messages")["data"]
    assert [one["type"] for one in said] == ["text", "text", "file", "picker", "text"]
    assert (said[2]["content"]["name"], said[2]["content"]["type"]) == (past_picture.NAME, "image/png")
    assert said[2]["content"]["width"] == 1280
    chosen = [one["value"] for one in said[3]["content"]["choices"] if one["selected"]]
    assert chosen == [past_picture.CHOSEN]
    with urllib.request.urlopen(said[2]["content"]["url"]) as answer:
        assert answer.read().startswith(b"\x89PNG")


@pytest.mark.parametrize("length", ["71681", "-1", "many"])
def test_the_shop_takes_web_hooks_and_nothing_endless(shop: str, length: str) -> None:
    body = b'{"event":"message:send"}'
    with urllib.request.urlopen(urllib.request.Request(f"{shop}/hooks", body, method="POST")) as answer:
        assert answer.status == 204
    endless = urllib.request.Request(f"{shop}/hooks", body, {"Content-Length": length}, method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(endless)
    with caught.value as error:
        assert error.code == 413


def test_the_hook_of_the_shop_has_a_day_behind_it_and_goes_on(
    shop: str, store: Store, make_product: Callable[..., Product]
) -> None:
    product = make_product(store, HALLOO_HOOKS_ALLOW_NETWORKS="127.0.0.1/32")
    api = seed.Api(product.origin, product.facts["token"])
    hook = seed.point_hook(api, None, f"http://127.0.0.1:{free_port()}/hooks")
    sealer = Sealer(read_secret(open_place(store.folder)), "hook")
    facts = product.facts
    asyncio.run(past_hook.fill(store.url, sealer, facts["workspace_id"], facts["widget_id"], hook))
    day = product.call("GET", f"/core/hooks/{hook}/chart")["data"]
    failed = sum(quarter["failed"] for quarter in day)
    told = product.call("GET", f"/core/hooks/{hook}/deliveries?limit=100")["data"]
    assert {one["state"] for one in told} == {"delivered"}
    assert {one["last_status"] for one in told} == {204}
    assert len(told) >= 2 * len(past_hook.CALLS)
    assert 0 < failed < sum(quarter["succeeded"] for quarter in day)
    assert product.call("GET", f"/core/hooks/{hook}")["state"] == "active"
    assert seed.point_hook(api, hook, f"{shop}/hooks") == hook
    assert product.call("POST", f"/core/hooks/{hook}/test")["status"] == 204
