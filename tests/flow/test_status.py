"""How the server is doing, as its owner sees it: well, with something amiss, out of reach, and well again."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.api import PASSWORD
from tests.support.product import Product
from tests.support.screens import Windows

pytestmark = pytest.mark.browser


def opened(windows: Windows) -> Page:
    """Sign in, and go to the status as people do."""
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.get_by_role("link", name="Settings").first.click()
    inbox.page.get_by_role("link", name="Status").click()
    expect(inbox.page.get_by_role("heading", name="Status", level=2)).to_be_visible()
    return inbox.page


def row(page: Page, name: str) -> Locator:
    """Return what a row of figures says."""
    return page.locator("dl > div").filter(has=page.get_by_text(name, exact=True)).locator("dd")


def changed(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """Have the server say something else from now on."""

    def answer(route: Route) -> None:
        told = route.fetch().json()
        change(told)
        route.fulfill(json=told)

    page.route("**/core/status", answer)


def test_an_owner_sees_at_a_glance_that_all_is_well_and_follows_what_happens(windows: Windows) -> None:
    page = opened(windows)
    expect(page.get_by_role("status").filter(has_text="Everything is all right.")).to_be_visible()
    expect(row(page, "Visitors here now")).to_contain_text("0")
    visitor = windows.visit()
    visitor.open()
    visitor.write("Is the vase tight?")
    expect(row(page, "Visitors here now")).to_contain_text("1")
    expect(row(page, "Visitors here now")).to_contain_text("Connected inboxes: 1")
    expect(row(page, "Usual delivery")).to_contain_text("99 of 100 within")
    expect(page.get_by_role("img", name="Messages, minute by minute over the last hour: 1 in all")).to_be_visible()
    kinds = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    expect(page.get_by_text(kinds[windows.product.store.kind], exact=True)).to_be_visible()
    expect(row(page, "Database")).to_contain_text("answers in")
    expect(row(page, "Between servers")).to_have_text("Not needed, there is one server")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_amiss_is_said_with_what_to_do_and_silence_is_said_too(windows: Windows) -> None:
    page = opened(windows)

    def full(told: dict[str, Any]) -> None:
        told["state"] = "bad"
        told["findings"] = [{"code": "disk_full", "level": "bad"}, {"code": "broker_down", "level": "warning"}]
        told["broker"]["state"] = "down"

    changed(page, full)
    page.get_by_role("button", name="Look now").click()
    expect(page.get_by_role("status").filter(has_text="Something is wrong.")).to_be_visible()
    expect(page.get_by_text("The disk is nearly full.")).to_be_visible()
    expect(page.get_by_text("Make room now")).to_be_visible()
    expect(row(page, "Between servers")).to_have_text("Cut off")
    page.unroute("**/core/status")
    refusal = json.dumps({"error": "unavailable", "message": "The database could not do this.", "details": {}})
    page.route("**/core/status", lambda route: route.fulfill(status=503, content_type="application/json", body=refusal))
    expect(page.get_by_role("status").filter(has_text="Halloo does not answer.")).to_be_visible()
    expect(page.get_by_text("The figures below are of")).to_be_visible()
    page.unroute("**/core/status")
    expect(page.get_by_role("status").filter(has_text="Everything is all right.")).to_be_visible()


@pytest.mark.parametrize("kind", ["sqlite"])
def test_on_a_phone_the_chosen_section_is_in_sight(server: Product, make_windows: Callable[..., Windows]) -> None:
    windows = make_windows(server, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.goto(f"{server.origin}/inbox/settings/status")
    expect(inbox.page.get_by_role("link", name="Status")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_page_that_nobody_sees_does_not_ask(windows: Windows) -> None:
    page = opened(windows)
    expect(page.get_by_text("Everything is all right.")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/core/status") else None)
    page.evaluate(
        """() => {
          Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    page.wait_for_timeout(6_000)
    assert asked == []
    with page.expect_response(lambda answer: answer.url.endswith("/core/status")):
        page.evaluate(
            """() => {
              Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    assert len(asked) == 1


@pytest.mark.parametrize("kind", ["sqlite"])
def test_an_operator_does_not_see_it(windows: Windows, server: Product) -> None:
    body = {"email": "cleo@halloo.example", "name": "Cleo", "role": "operator", "password": PASSWORD}
    server.call("POST", "/core/operators", body)
    inbox = windows.inbox()
    inbox.sign_in("cleo@halloo.example", PASSWORD)
    inbox.page.goto(f"{server.origin}/inbox/settings/status")
    expect(inbox.page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(inbox.page.get_by_role("link", name="Status")).to_have_count(0)
    expect(inbox.page.get_by_text("Everything is all right.")).to_have_count(0)
