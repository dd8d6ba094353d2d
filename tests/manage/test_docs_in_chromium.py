"""The API page in a real browser: read a route, enter the token, try it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import violations
from tests.support.product import OWNER_EMAIL, OWNER_PASSWORD, Product, Store

pytestmark = pytest.mark.browser

LISTEN = (
    "window.refused = [];"
    "document.addEventListener('securitypolicyviolation', e => refused.push(`${e.effectiveDirective} ${e.blockedURI}`))"
)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("docs")
    made = Product(Store("sqlite", folder, f"sqlite:///{folder / 'halloo.db'}"))
    made.init()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    """The page, open; at its end it has refused nothing and failed at nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(LISTEN)
    page.goto(f"{product.origin}/docs")
    expect(page.get_by_role("heading", name="Halloo management API")).to_be_visible()
    yield page
    assert page.evaluate("refused") == []
    assert errors == []
    context.close()


def test_a_call_is_tried_with_the_token(page: Page, product: Product) -> None:
    page.get_by_label("Token", exact=True).fill(product.facts["token"])
    route = page.locator("#create_tag")
    route.locator("> summary").click()
    expect(route.get_by_text("conversations:write")).to_be_visible()
    route.get_by_label("Body").fill('{"name": "urgent"}')
    route.get_by_role("button", name="Send").click()
    expect(route.get_by_text("201 Created")).to_be_visible()
    expect(route.locator(".answer pre")).to_contain_text('"name": "urgent"')
    route.get_by_text("curl", exact=True).click()
    expect(route.get_by_text("$HALLOO_TOKEN")).to_be_visible()
    assert product.facts["token"] not in page.content()


def test_the_inbox_session_serves_where_there_is_no_token(page: Page) -> None:
    route = page.locator("#create_tag")
    route.locator("> summary").click()
    route.get_by_label("Body").fill('{"name": "quiet"}')
    route.get_by_role("button", name="Send").click()
    expect(route.get_by_text("401 Unauthorized")).to_be_visible()
    signed_in = page.evaluate(
        "async (body) => (await fetch('/core/session', {method: 'POST', body: JSON.stringify(body),"
        " headers: {'Content-Type': 'application/json', 'X-Halloo-Request': '1'}})).status",
        {"email": OWNER_EMAIL, "password": OWNER_PASSWORD},
    )
    assert signed_in == 200
    route.get_by_role("button", name="Send").click()
    expect(route.get_by_text("201 Created")).to_be_visible()


def test_routes_are_found_by_word(page: Page) -> None:
    page.get_by_label("Filter routes").fill("invit")
    expect(page.locator("main .route")).to_have_count(5)
    page.get_by_label("Filter routes").fill("nothing like it")
    expect(page.get_by_text("No route fits")).to_be_visible()


@pytest.mark.axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    route = page.locator("#list_conversations")
    route.locator("> summary").click()
    route.get_by_role("button", name="Send").click()
    expect(route.get_by_text("401 Unauthorized")).to_be_visible()
    assert violations(page.main_frame) == []
