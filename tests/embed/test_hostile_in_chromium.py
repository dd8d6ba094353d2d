"""The pages of an attacker, each served on its origin: every attempt is made, and fails as the contract says.

A page notes what it tried and what came of it; its title says when it is through, so that a page that never ran is noticed.
"""

import base64
import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import jwt
import pytest
from playwright.sync_api import Browser, expect
from websockets.sync.client import connect

from tests.embed.pages import Sites
from tests.embed.visits import Visit, not_allowed, snippet, visiting
from tests.support.product import OWNER_EMAIL, OWNER_PASSWORD, Product

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent / "hostile"
SHOP = "shop"
BARRED = "TypeError"
"""What a browser tells a script that a server does not share its answer with."""
FORBIDDEN = "403 conversation_forbidden"
UNLISTED = [
    ["the page's API", "undefined"],
    ["elements", "0"],
    ["the record, which is public", "200"],
    ["a visitor", BARRED],
    ["a conversation", BARRED],
    ["a ticket", BARRED],
]
NOTHING_HEARD = ["messages heard", "0"]


@dataclass(frozen=True)
class Victim:
    """Somebody with a conversation."""

    guest: str
    token: str
    relay: str
    conversation: str


@pytest.fixture(scope="module")
def listed(product: Product, web: Sites) -> str:
    """The one origin in the list."""
    web.put(SHOP, snippet(product))
    return web.origin(SHOP)


@pytest.fixture(scope="module")
def victim(product: Product, listed: str) -> Victim:
    product.widget([listed])
    public = f"{product.origin}/core/public/web-widgets/{product.facts['widget_id']}"
    origin = {"Origin": product.origin}
    guest = f"guest_{uuid.uuid4().hex}"
    hello = httpx.post(f"{public}/visitor", json={"user_id": guest, "parent_origin": listed}, headers=origin).json()
    headers = {**origin, "X-Halloo-Visitor": hello["visitor"]["visitor_token"]}
    message = {"client_id": str(uuid.uuid4()), "type": "text", "content": "Between us"}
    body = {"client_id": str(uuid.uuid4()), "message": message}
    begun = httpx.post(f"{public}/conversations", json=body, headers=headers).json()
    return Victim(guest, headers["X-Halloo-Visitor"], hello["relay"]["token"], begun["conversation"]["id"])


def prepare(product: Product, web: Sites, page: str, name: str, headers: Any = None, **given: Any) -> str:
    """Serve a hostile page on a host of its own; its address."""
    values = {
        "host": product.origin,
        "widget": product.facts["widget_id"],
        "listed": web.origin(SHOP),
        "given": json.dumps({"relay": f"ws://localhost:{product.port}/relay", **given}),
    }
    html = (FOLDER / f"{page}.html").read_text()
    for key, value in values.items():
        html = html.replace(f"{{{{{key}}}}}", value)
    web.put_file(name, (FOLDER / "attack.js").read_text(), {"Content-Type": "text/javascript"}, "/attack.js")
    return web.put_file(name, html, headers, f"/{page}")


def attempts(visit: Visit) -> list[list[str]]:
    """What the page tried, once it is through."""
    try:
        expect(visit.page).to_have_title("done", timeout=5_000)
    except AssertionError:
        raise AssertionError(f"the page got stuck: {visit.page.evaluate('attempts')} {visit.crashes}") from None
    tried: list[list[str]] = visit.page.evaluate("attempts")
    assert visit.crashes == []
    return tried


def test_every_page_of_the_folder_has_its_test() -> None:
    tests = Path(__file__).read_text()
    pages = [path.stem for path in FOLDER.glob("*.html")]
    assert len(pages) == 15
    assert [page for page in pages if f'"{page}"' not in tests] == []


def test_wrong_origin(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    assert victim
    with visiting(browser, product, prepare(product, web, "wrong-origin", "evil")) as visit:
        assert attempts(visit) == UNLISTED
        assert not_allowed(product, web.origin("evil")) in visit.errors
        assert (visit.frames, visit.sockets) == ([], [])


@pytest.mark.parametrize("name", ["shop.localhost.evil", "evilshop", "sub.shop", "sho"])
def test_prefix_and_suffix_look_alikes(
    name: str, browser: Browser, product: Product, web: Sites, victim: Victim
) -> None:
    assert victim
    with visiting(browser, product, prepare(product, web, "look-alikes", name)) as visit:
        assert attempts(visit) == UNLISTED
        assert not_allowed(product, web.origin(name)) in visit.errors
        assert (visit.frames, visit.sockets) == ([], [])


def test_direct_framing(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    assert victim
    with visiting(browser, product, prepare(product, web, "direct-framing", "evil")) as visit:
        assert attempts(visit) == [NOTHING_HEARD, ["its document", "SecurityError"]]
        assert (visit.frames, visit.sockets) == ([], [])


def test_nested_framing(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    assert victim
    with visiting(browser, product, prepare(product, web, "nested-framing", "evil")) as visit:
        assert attempts(visit) == [NOTHING_HEARD, ["the page's API", "SecurityError"]]
        assert any("/public/widget/" in path for path in visit.paths), "the listed page has tried"
        assert (visit.frames, visit.sockets) == ([], [])


def test_forged_parent_origin(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    assert victim
    with visiting(browser, product, prepare(product, web, "forged-parent-origin", "evil")) as visit:
        assert attempts(visit) == [["the page's API", "undefined"], ["elements", "0"], NOTHING_HEARD]
        assert (visit.frames, visit.sockets) == ([], [])


def test_post_message_flood(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    assert victim
    flood = prepare(product, web, "post-message-flood", "ad")
    queue = "<script>forged = []; halloo = [['on', 'message_sent', (detail) => detail.forged && forged.push(detail)]]</script>"
    with visiting(browser, product, web.put(SHOP, queue + snippet(product), path="/with-an-ad")) as visit:
        visit.settle()
        visit.page.evaluate(
            "source => document.body.append(Object.assign(document.createElement('iframe'), {src: source}))", flood
        )
        visit.page.wait_for_function("document.querySelector('iframe').contentWindow.length === 0")
        ad = next(frame for frame in visit.page.frames if frame.url == flood)
        ad.wait_for_function("document.title === 'done'")
        assert ad.evaluate("attempts") == [["messages sent", "4900"], ["the page's API", "SecurityError"]]
        assert visit.page.evaluate("forged") == []
        assert visit.widget.launcher().attributes["aria-expanded"] == "false"
        visit.open().write("Still here")


def test_null_origin(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    assert victim
    sandbox = {"Content-Security-Policy": "sandbox allow-scripts"}
    web.put_file(SHOP, "", path="/attack.js")
    address = prepare(product, web, "null-origin", SHOP, sandbox)
    with visiting(browser, product, address) as visit:
        assert attempts(visit) == [
            ["origin", "null"],
            ["the page's API", "undefined"],
            ["the record, which is public", "200"],
            ["a visitor", BARRED],
            ["a ticket", BARRED],
            ["a socket", "close"],
        ]
        assert not_allowed(product, "null") in visit.errors


def test_stolen_guest_id(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    given = {"guest": victim.guest, "conversation": victim.conversation}
    with visiting(browser, product, prepare(product, web, "stolen-guest-id", SHOP, **given)) as visit:
        assert attempts(visit) == [
            ["their conversations", "200"],
            ["how many", "0"],
            ["resume", FORBIDDEN],
            ["to be them", "201"],
            ["the same guest", "false"],
            ["with a token of one's own", "200"],
            ["how many then", "0"],
        ]


def test_stolen_conversation_id(browser: Browser, product: Product, web: Sites, victim: Victim, listed: str) -> None:
    form = {"id": "f", "fields": [{"id": "rate", "type": "rating"}]}
    product.widget([listed], {"post_conversation_feedback": {"enabled": True, "form": form}})
    product.call("PATCH", f"/core/conversations/{victim.conversation}", {"state": "resolved"})
    before = product.call("GET", f"/core/conversations/{victim.conversation}/messages")
    given = {"conversation": victim.conversation}
    with visiting(browser, product, prepare(product, web, "stolen-conversation-id", SHOP, **given)) as visit:
        tried = attempts(visit)
        assert len(tried) == 11
        assert {came for _, came in tried} == {FORBIDDEN}, tried
    assert product.call("GET", f"/core/conversations/{victim.conversation}/messages") == before
    feedback = f"/core/public/web-widgets/{product.facts['widget_id']}/conversations/{victim.conversation}/feedback"
    said = product.public("POST", feedback, {"fields": {"rate": 5}}, victim.token)
    assert said == {"fields": {"rate": 5}}, "the same by whose it is goes through"


def test_22_replayed_ticket(browser: Browser, product: Product, web: Sites, listed: str) -> None:
    product.widget([listed], {"security": {"require_verified_embedding": True}})
    try:
        with visiting(browser, product, prepare(product, web, "replayed-ticket", SHOP)) as visit:
            assert attempts(visit) == [
                ["without a ticket", "403 embedding_unverified"],
                ["a ticket", "200"],
                ["with it", "201"],
                ["with it again", "403 ticket_invalid"],
                ["with a letter changed", "403 ticket_invalid"],
                ["with none of ours", "403 ticket_invalid"],
            ]
        with visiting(browser, product, web.put(SHOP, snippet(product), path="/honest")) as visit:
            visit.open().write("With a ticket of the page's own")
    finally:
        product.widget([listed])


@pytest.fixture(scope="module")
def key(product: Product, victim: Victim) -> dict[str, Any]:
    """A key by which the widget's owner proves who a visitor is."""
    assert victim
    path = f"/core/web-widgets/{product.facts['widget_id']}/identity-keys"
    made: dict[str, Any] = product.call("POST", path, {"alg": "HS256"})
    return made


def secret_of(key: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64decode(key["secret"] + "=" * (-len(key["secret"]) % 4))


def is_known(product: Product, token: str) -> bool:
    """Whether a proof of identity makes a new visitor known."""
    public = f"/core/public/web-widgets/{product.facts['widget_id']}"
    visitor = product.public("POST", f"{public}/visitor", {"user_id": f"guest_{uuid.uuid4().hex}"})["visitor"]
    answer = product.public("POST", f"{public}/identify", {"token": token}, visitor["visitor_token"])
    return bool(answer["visitor"]["identified"])


def claims(product: Product, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"aud": product.facts["widget_id"], "sub": "customer-1", "iat": now, "exp": now + 600, **changed}


def test_23_alg_none(browser: Browser, product: Product, web: Sites, key: dict[str, Any]) -> None:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    body = part(claims(product))
    unsigned = [
        ["none", f"{part({'alg': 'none', 'kid': key['kid']})}.{body}."],
        ["without a signature", f"{part({'alg': 'HS256', 'kid': key['kid']})}.{body}."],
    ]
    with visiting(browser, product, prepare(product, web, "alg-none", SHOP, unsigned=unsigned)) as visit:
        assert attempts(visit) == [
            ["none", "401 identity_invalid algorithm"],
            ["without a signature", "401 identity_invalid signature"],
            ["who it is afterwards", "200"],
            ["identified", "false"],
        ]
    signed = jwt.encode(claims(product), secret_of(key), "HS256", {"kid": key["kid"]})
    assert is_known(product, signed), "the same with a signature goes through"


def test_23_expired_and_foreign_jwt(browser: Browser, product: Product, web: Sites, key: dict[str, Any]) -> None:
    secret = secret_of(key)
    now = int(time.time())

    def sign(secret: bytes = secret, kid: str = key["kid"], **changed: Any) -> str:
        return jwt.encode(claims(product, **changed), secret, "HS256", {"kid": kid})

    stale = [
        ["expired", sign(iat=now - 900, exp=now - 300)],
        ["of tomorrow", sign(iat=now + 86_400, exp=now + 86_700)],
        ["for two hours", sign(exp=now + 7_200)],
        ["for another widget", sign(aud="0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1")],
        ["with another's secret", sign(b"x" * 32)],
        ["with another's key", sign(kid="nobody")],
        ["of nobody", sign(sub="")],
    ]
    address = prepare(product, web, "expired-and-foreign-jwt", SHOP, stale=stale)
    with visiting(browser, product, address) as visit:
        assert attempts(visit) == [
            ["expired", "401 identity_invalid expired"],
            ["of tomorrow", "401 identity_invalid not_yet_valid"],
            ["for two hours", "401 identity_invalid too_long_lived"],
            ["for another widget", "401 identity_invalid audience"],
            ["with another's secret", "401 identity_invalid signature"],
            ["with another's key", "401 identity_invalid unknown_key"],
            ["of nobody", "401 identity_invalid claims"],
            ["who it is afterwards", "200"],
            ["identified", "false"],
        ]
    assert is_known(product, sign()), "a good one goes through"


def test_12_cwe_1385_cross_site_websocket(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    for name in ("evil", SHOP):
        address = prepare(product, web, "cross-site-websocket", name, token=victim.relay)
        with visiting(browser, product, address) as visit:
            assert [came for _, came in attempts(visit)] == ["close 1006"] * 3
    hello: dict[str, Any] = {
        "t": "connect",
        "v": 1,
        "role": "visitor",
        "token": victim.relay,
        "tab": "t",
        "streams": [],
    }
    with connect(f"ws://localhost:{product.port}/relay", origin=cast("Any", product.origin), proxy=None) as socket:
        socket.send(json.dumps(hello))
        assert '"connected"' in str(socket.recv(5)), "the same from the widget host goes through"


def test_cors_probe(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    attacker = {"email": OWNER_EMAIL, "password": OWNER_PASSWORD}

    def state() -> list[Any]:
        paths = ("/core/web-widgets", "/core/conversations/counts", "/core/tokens", "/core/audit")
        return [
            [{**one, "last_used_at": None} for one in found["data"]] if "data" in found else found
            for found in map(product.call, ["GET"] * 4, paths)
        ]

    with visiting(browser, product, "about:blank") as visit:
        inbox = {"Origin": product.origin, "Sec-Fetch-Site": "same-origin", "X-Halloo-Request": "1"}
        signed = visit.page.context.request.post(f"{product.origin}/core/session", data=attacker, headers=inbox)
        assert signed.status == 200
        cookies = visit.page.context.cookies()
        assert [one.get("name") for one in cookies] == ["__Host-halloo"], "there is somebody to act as"
        before = state()
        given = {"guest": victim.guest, "attacker": attacker}
        visit.page.goto(prepare(product, web, "cors-probe", "evil", **given))
        assert attempts(visit) == [
            ["the record, which is public", "200"],
            ["the record with cookies", BARRED],
            ["lists", BARRED],
            ["who is signed in", BARRED],
            ["conversations", BARRED],
            ["the widget", BARRED],
            ["a form to sign in", BARRED],
            ["a form to make a widget", BARRED],
            ["a form to make a token", BARRED],
            ["a form to the visitor's door", "opaque 0"],
        ]
        visit.page.wait_for_timeout(200)
        assert visit.page.context.cookies() == cookies
        assert state() == before


def test_storage_theft(browser: Browser, product: Product, web: Sites, victim: Victim) -> None:
    assert victim
    with visiting(browser, product, prepare(product, web, "storage-theft", SHOP)) as visit:
        assert attempts(visit) == [
            ["the shadow root", "null"],
            ["a frame of one's own", "SecurityError"],
            ["a file of the host", "SecurityError"],
            ["frames by number", "2"],
            ["the page's storage", "0"],
            ["cookies", ""],
            ["databases", "0"],
            ["secrets that the page hears", "false"],
        ]
        kept = visit.widget.frame().evaluate("Object.keys(localStorage).length")
        assert kept > 0, "there is something to steal"
