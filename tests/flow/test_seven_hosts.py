"""Chat and inbox with a name for each host, in a real browser: everything works, and nothing is asked of a wrong one."""

import http.client
import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from halloo.edge.names import OWNERS, Owner, owners_of
from tests.support.identity import Issuer, decoded
from tests.support.pace import PATIENCE_S
from tests.support.screens import LOOK, InboxScreen, VisitorScreen, Windows
from tests.support.seven import ROLES, SevenHosts, Traffic, address, seven_hosts
from tests.support.stores import empty_store

pytestmark = pytest.mark.browser

NO_SOCKETS = """(() => {
  window.WebSocket = class {
    constructor() { setTimeout(() => this.onclose?.({ code: 1006 })); }
    send() {}
    close() {}
  };
})()"""
SCREENS = (
    "search?q=vase",
    "visitors",
    "contacts",
    "satisfaction",
    "settings/profile",
    "settings/operators",
    "settings/tokens",
    "settings/audit",
    "settings/status",
    "settings/hooks",
    "widgets",
)
SECTIONS = ("look", "domains", "install", "forms", "security")
SURE = (
    "/inbox",
    "/docs",
    "/core/me",
    "/core/web-widgets",
    "/core/conversations",
    "/public/embed/{widget}",
    "/public/widget/{widget}",
    "/core/public/web-widgets/{widget}",
    "/core/public/web-widgets/{widget}/conversations",
    "/favicon.svg",
    "/relay",
    "/relay/stream",
    "/relay/send",
    "/",
)
OK, NOT_FOUND, FORBIDDEN, SWITCHING = 200, 404, 403, 101


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SevenHosts]:
    """A product with seven hosts and that of the inbox, for the whole module."""
    with empty_store("sqlite", tmp_path_factory.mktemp("seven"), None, migrated=False) as store:
        made = seven_hosts(store)
        made.init()
        made.start()
        yield made
        made.stop()


@pytest.fixture
def windows(seven: SevenHosts, make_windows: Callable[..., Windows]) -> Windows:
    return make_windows(seven)


@pytest.fixture
def traffic(seven: SevenHosts, windows: Windows) -> Traffic:
    """What both windows ask of the product."""
    heard = Traffic(seven.port)
    heard.listen(windows.visitor)
    heard.listen(windows.operator)
    return heard


def _sent(visitor: VisitorScreen, text: str) -> None:
    visitor.write(text)
    expect(visitor.thread.get_by_text(text)).to_have_count(1)
    expect(visitor.thread.get_by_text("Sending")).to_have_count(0)


def _until(page: Page, done: Callable[[], bool]) -> None:
    for _ in range(10 * PATIENCE_S):
        if done():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to that")


def test_the_whole_chat_and_the_inbox_ask_each_host_for_its_own(windows: Windows, traffic: Traffic) -> None:
    inbox = windows.inbox()
    inbox.sign_in()
    visitor = windows.visit()
    visitor.open()
    _sent(visitor, "Is the vase tight?")
    inbox.open("Is the vase tight?")
    inbox.composer.press_sequentially("Yes, it", delay=20)
    expect(visitor.thread.get_by_text(re.compile("is typing"))).to_be_attached()
    inbox.answer("Yes, it is.")
    expect(visitor.thread.get_by_text("Yes, it is.")).to_have_count(1)
    _known(windows, visitor)
    _every_screen(windows, inbox)
    assert (visitor.violations(), visitor.errors, inbox.errors) == ([], [], [])
    assert traffic.astray() == []
    assert traffic.refused == []
    assert traffic.hosts() == {"client", "public", "relay"}
    assert {cookie.get("domain") for cookie in windows.operator.cookies()} == {"public.localhost"}
    assert windows.visitor.cookies() == []


def _known(windows: Windows, visitor: VisitorScreen) -> None:
    """The page says who its visitor is, and loads anew."""
    product = windows.product
    key = product.call("POST", f"/core/web-widgets/{product.facts['widget_id']}/identity-keys", {"alg": "HS256"})
    signer = Issuer(key["kid"], product.facts["widget_id"], decoded(key["secret"]))
    visitor.page.evaluate("proof => halloo.identify(proof)", signer.token(time.time(), "ada", name="Ada"))
    visitor.page.reload()
    visitor.open()
    expect(visitor.composer).to_be_enabled()


def _every_screen(windows: Windows, inbox: InboxScreen) -> None:
    """Each page of the inbox, the preview that it frames, and the API's pages."""
    page, home = inbox.page, windows.product.inbox_origin
    widget = windows.product.facts["widget_id"]
    for path in (*SCREENS, *(f"widgets/{widget}/{section}" for section in SECTIONS)):
        page.goto(f"{home}/inbox/{path}")
        expect(page.get_by_role("heading").first).to_be_visible()
        page.wait_for_load_state("networkidle" if "status" not in path else "load")
        assert page.evaluate("window.policyViolations") == [], path
    page.goto(f"{home}/inbox/widgets/{widget}/install")
    line = page.get_by_role("region", name="Your line of code")
    expect(line).to_contain_text(f"{windows.product.widget_origin}/public/embed/{widget}")
    page.goto(f"{home}/docs")
    expect(page.get_by_role("heading").first).to_be_visible()


def test_the_rescue_relay_is_a_host_of_its_own(windows: Windows, traffic: Traffic) -> None:
    """Whatever opens a socket at the relay fails; the next address is the rescue host's."""
    port = windows.product.port
    cut = f"""(() => {{
      const Real = window.WebSocket;
      window.WebSocket = function (address, ...rest) {{
        return new Real(address.replace("//relay.localhost:{port}", "//relay.localhost:1"), ...rest);
      }};
    }})()"""
    for context in (windows.visitor, windows.operator):
        context.add_init_script(cut)
    inbox = windows.inbox()
    inbox.sign_in()
    visitor = windows.visit()
    visitor.open()
    _sent(visitor, "By the side door")
    inbox.open("By the side door")
    inbox.answer("I hear you.")
    expect(visitor.thread.get_by_text("I hear you.")).to_have_count(1)
    assert traffic.asked.count(("rescue.localhost", "/relay", "websocket")) >= 2, traffic.hosts()
    assert (traffic.astray(), traffic.refused) == ([], [])


def test_where_no_socket_opens_the_relay_s_own_host_streams(windows: Windows, traffic: Traffic) -> None:
    windows.visitor.add_init_script(NO_SOCKETS)
    inbox = windows.inbox()
    inbox.sign_in()
    visitor = windows.visit()
    visitor.open()
    _sent(visitor, "Through a thick wall")
    inbox.open("Through a thick wall")
    inbox.answer("Loud and clear.")
    expect(visitor.thread.get_by_text("Loud and clear.")).to_have_count(1)
    _until(visitor.page, lambda: ("relay.localhost", "/relay/stream", "fetch") in traffic.asked)
    assert (traffic.astray(), traffic.refused, visitor.violations()) == ([], [], [])


def _ask(product: SevenHosts, owner: Owner, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPConnection("127.0.0.1", product.port, timeout=PATIENCE_S)
    try:
        line.request("GET", path, headers={"Host": f"{owner}.localhost:{product.port}", **headers})
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        line.close()


def test_over_the_wire_a_host_answers_404_to_what_is_another_s(seven: SevenHosts) -> None:
    for path in (one.format(widget=seven.facts["widget_id"]) for one in SURE):
        for owner in OWNERS:
            status, headers, body = _ask(seven, owner, path)
            told = (
                json.loads(body).get("details", {}).get("host")
                if headers["content-type"] == "application/json"
                else None
            )
            if owner in owners_of(path):
                assert told is None, (owner, path)
            else:
                assert (status, told) == (NOT_FOUND, address(owners_of(path)[0], seven.port)), (owner, path)
                assert headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
                assert headers["cross-origin-resource-policy"] == "same-origin"
    assert {_ask(seven, owner, "/healthz")[0] for owner in OWNERS} == {200}


DISGUISED = (
    "/core/public/../me",
    "/core/public/%2e%2e/me",
    "/core/public//../me",
    "/public/../core/me",
    "/public/assets/../../core/me",
    "/public/embed/..%2f..%2finbox",
    "/public/embed/../../inbox",
    "/core/public/csp-reports/../../me",
    "/favicon.svg/../inbox",
    "//core/me",
    "/%63ore/me",
    "/%69nbox",
    "/inbox/",
    "/core/me?x=/core/public/",
    "/healthz/../inbox",
    "/healthz/",
    "/relay/../inbox",
)


@pytest.mark.parametrize("owner", [owner for owner in OWNERS if owner != "public"])
def test_no_spelling_of_a_path_leads_over_the_wall(owner: Owner, seven: SevenHosts) -> None:
    """Asked with a token that the management API takes, so that only the name stands between."""
    mine = {"Authorization": f"Bearer {seven.facts['token']}"}
    assert _ask(seven, "public", "/core/me", **mine)[0] == OK
    for path in DISGUISED:
        status, _, body = _ask(seven, owner, path, **mine)
        assert (status, b"workspace" in body, b"<div id=" in body) == (NOT_FOUND, False, False), path


def test_a_socket_opens_at_the_relays_alone_for_widget_and_inbox_alone(seven: SevenHosts) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    for owner in OWNERS:
        status, _, _ = _ask(seven, owner, "/relay", Origin=seven.widget_origin, **upgrade)
        assert status == (SWITCHING if owner in ("relay", "rescue") else NOT_FOUND), owner
    for whose in OWNERS:
        status, _, _ = _ask(seven, "relay", "/relay", Origin=address(whose, seven.port), **upgrade)
        assert status == (SWITCHING if whose in ("client", "public") else FORBIDDEN), whose


def test_the_widget_s_host_is_at_home_in_the_public_api_and_the_inbox_s_is_not(seven: SevenHosts) -> None:
    seven.widget(["https://shop.example"], LOOK)
    path = f"/core/public/web-widgets/{seven.facts['widget_id']}/conversations"
    found = {owner: _ask(seven, "client", path, Origin=address(owner, seven.port))[0] for owner in OWNERS}
    assert found == {owner: 200 if owner == "client" else FORBIDDEN for owner in OWNERS}


def test_what_init_says_names_each_host(seven: SevenHosts) -> None:
    assert seven.facts["embed_url"] == f"{seven.widget_origin}/public/embed/{seven.facts['widget_id']}"
    assert seven.facts["inbox_url"] == f"{seven.inbox_origin}/inbox"
    record = seven.call("GET", "/core/embed")
    assert record["loader_url"].startswith(seven.widget_origin)
    assert record["pinned_url"].startswith(seven.widget_origin)
    assert len(ROLES) == 7
