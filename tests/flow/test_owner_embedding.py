"""The way onto a page: which websites, what is still to do, and the line of code in its two forms."""

import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.support.product import Kind
from tests.support.screens import Windows

pytestmark = pytest.mark.browser


@pytest.fixture
def kind() -> Kind:
    """Give one kind of database: these are about screens."""
    return "sqlite"


def _open(windows: Windows, section: str) -> Page:
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.goto(f"{windows.product.origin}/inbox/widgets/{windows.product.facts['widget_id']}/{section}")
    expect(inbox.page.get_by_role("heading", level=2).first).to_be_visible()
    return inbox.page


def test_2_the_dashboard_warns_in_every_section_while_any_website_may_embed(windows: Windows) -> None:
    windows.product.widget([])
    page = _open(windows, "look")
    expect(page.get_by_text("The list of allowed domains is empty.")).to_be_visible()
    page.get_by_role("button", name="Add domains").click()
    expect(page.get_by_text("Any website may embed this widget", exact=True)).to_be_visible()
    line = page.get_by_role("listitem").filter(has_text="Every website is in the list")
    expect(line.get_by_text("To do")).to_be_visible()


def test_24_one_bad_line_of_three_is_named_and_nothing_is_added(windows: Windows) -> None:
    page = _open(windows, "domains")
    before = windows.product.call("GET", f"/core/web-widgets/{windows.product.facts['widget_id']}")["domains"]
    page.get_by_role("textbox", name="Add a website").fill("a.example *.b.example c.example")
    bad = page.get_by_role("listitem").filter(has_text="Line 2:")
    expect(bad.get_by_text("Wildcards do not work.")).to_be_visible()
    expect(page.get_by_role("button", name="Add", exact=True)).to_be_disabled()
    after = windows.product.call("GET", f"/core/web-widgets/{windows.product.facts['widget_id']}")["domains"]
    assert after == before


def test_a_bare_localhost_is_offered_as_http_and_to_be_removed_before_going_live(windows: Windows) -> None:
    page = _open(windows, "domains")
    page.get_by_role("textbox", name="Add a website").fill("localhost:4000")
    page.get_by_role("button", name="Use http://localhost:4000 instead").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    line = page.get_by_role("listitem").filter(has_text="The list names real sites only")
    expect(line.get_by_text(re.compile(r"Remove .*http://localhost:4000"))).to_be_visible()


def test_the_pinned_line_names_the_file_that_is_served_and_its_policy_asks_for_more(windows: Windows) -> None:
    page = _open(windows, "install")
    policy = page.get_by_role("region", name="Content Security Policy")
    expect(policy).not_to_contain_text("connect-src")
    page.get_by_role("radio", name="Pinned").click()
    line = page.get_by_role("region", name="Your line of code").inner_text()
    source = re.search(r'src="([^"]+)"', line)
    assert source is not None
    assert 'integrity="sha384-' in line
    assert f'data-widget="{windows.product.facts["widget_id"]}"' in line
    with urllib.request.urlopen(source[1]) as answer:
        assert answer.status == 200
    expect(policy).to_contain_text("connect-src")
    for kind, words in (
        ("React", "useEffect"),
        ("Vue", "onMounted"),
        ("Next.js", "next/script"),
        ("WordPress", "wp_footer"),
    ):
        page.get_by_role("tab", name=kind).click()
        expect(page.get_by_role("region", name="Your line of code")).to_contain_text(words)
