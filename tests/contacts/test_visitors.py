"""Visitors: first contact, tokens, coming back, pages, leaving."""

from dataclasses import replace

import msgspec
import pytest

from halloo.contacts import actions, store
from halloo.contacts.actions import Hello, visitor_actor
from halloo.contacts.errors import VisitorBlocked, VisitorTokenInvalid
from halloo.contacts.model import PAGES_KEPT, Page, Visitor, check_page, nickname
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events.log import list_after
from halloo.kit.ids import digest, new_id, new_secret
from halloo.kit.refusals import Invalid
from tests.conftest import WORKSPACE
from tests.support.people import arrive


def block(tx: Tx, visitor_id: str) -> None:
    store.update_visitor(tx, tx.workspace_id, visitor_id, {"blocked": True})


async def test_a_taken_guest_id_is_not_handed_over(database: Database) -> None:
    widget = new_id()
    hello = Hello(widget, new_secret("guest_")[:28])
    (first, one), (second, two) = [await database.write(WORKSPACE, actions.first_contact, hello) for _ in range(2)]
    assert first.user_id == hello.user_id
    assert second.user_id != hello.user_id
    assert len(second.user_id) == len(hello.user_id)
    assert one != two
    assert first.id != second.id
    elsewhere, _ = await database.write(WORKSPACE, actions.first_contact, replace(hello, widget_id=new_id()))
    assert elsewhere.user_id == hello.user_id
    other, _ = await database.write(new_id(), actions.first_contact, hello)
    assert other.user_id == hello.user_id


@pytest.mark.parametrize(
    "user_id", ["", "guest_", f"guest_{'a' * 21}", f"guest_{'a' * 65}", f"guest_{'a' * 22}\n", "x"]
)
async def test_a_guest_id_has_its_shape(database: Database, user_id: str) -> None:
    with pytest.raises(Invalid):
        await database.write(WORKSPACE, actions.first_contact, Hello(new_id(), user_id))


async def test_a_token_is_its_visitors_on_its_widget_in_its_workspace(database: Database) -> None:
    visitor, token = await arrive(database, WORKSPACE)
    assert await database.read(WORKSPACE, actions.recognise, visitor.widget_id, token) == visitor
    for workspace_id, widget_id, text in (
        (WORKSPACE, new_id(), token),
        (new_id(), visitor.widget_id, token),
        (WORKSPACE, visitor.widget_id, token + "x"),
        (WORKSPACE, visitor.widget_id, token[:-1]),
        (WORKSPACE, visitor.widget_id, ""),
        (WORKSPACE, visitor.widget_id, visitor.user_id),
    ):
        with pytest.raises(VisitorTokenInvalid):
            await database.read(workspace_id, actions.recognise, widget_id, text)


async def test_a_blocked_visitor_is_told_so(database: Database) -> None:
    visitor, token = await arrive(database, WORKSPACE)
    assert await database.read(WORKSPACE, actions.is_welcome, visitor.id, digest(token))
    await database.write(WORKSPACE, block, visitor.id)
    with pytest.raises(VisitorBlocked):
        await database.read(WORKSPACE, actions.recognise, visitor.widget_id, token)
    assert not await database.read(WORKSPACE, actions.is_welcome, visitor.id, digest(token))


async def test_who_leaves_takes_their_browsers_token_along_and_no_other(database: Database) -> None:
    (visitor, token), (other, others) = await arrive(database, WORKSPACE), await arrive(database, WORKSPACE)
    second = await database.write(WORKSPACE, actions.new_token, visitor)
    await database.write(WORKSPACE, actions.forget_browser, visitor.widget_id, token)
    with pytest.raises(VisitorTokenInvalid):
        await database.read(WORKSPACE, actions.recognise, visitor.widget_id, token)
    with pytest.raises(VisitorTokenInvalid):
        await database.write(WORKSPACE, actions.forget_browser, visitor.widget_id, token)
    for one, held in ((visitor, second), (other, others)):
        assert await database.read(WORKSPACE, actions.recognise, one.widget_id, held) == one
        assert await database.read(WORKSPACE, actions.is_welcome, one.id, digest(held))
    for one, held in (
        (visitor.id, digest(token)),
        (visitor.id, None),
        (visitor.id, digest(others)),
        (new_id(), digest(second)),
    ):
        assert not await database.read(WORKSPACE, actions.is_welcome, one, held)
    facts = await database.read(WORKSPACE, list_after, f"w:{WORKSPACE}", 0, 100)
    ended = [msgspec.json.decode(fact.data) for fact in facts if fact.name == "visitor:revoked"]
    assert [(one["visitor_id"], one["browsers"]) for one in ended] == [(visitor.id, [digest(token)])]


async def test_coming_back_notes_what_the_browser_says_now(database: Database) -> None:
    visitor, token = await arrive(database, WORKSPACE)
    hello = Hello(visitor.widget_id, "", "https://other.example", "fr", "Europe/Paris", "x" * 2_000)
    again = await database.write(WORKSPACE, actions.greet_again, visitor.widget_id, token, hello)
    assert again == await database.read(WORKSPACE, actions.recognise, visitor.widget_id, token)
    assert (again.parent_origin, again.locale, again.timezone) == ("https://other.example", "fr", "Europe/Paris")
    assert len(again.user_agent) == 512
    silent = await database.write(
        WORKSPACE, actions.greet_again, visitor.widget_id, token, Hello(visitor.widget_id, "")
    )
    assert silent.locale == "fr"


async def test_the_newest_ten_pages_are_kept(database: Database) -> None:
    visitor, _ = await arrive(database, WORKSPACE)

    async def see(number: int) -> Visitor | None:
        page = Page(f"https://shop.example/{number}", f"Page {number}", "", number)
        return await database.write(WORKSPACE, actions.see_page, visitor.id, page, None)

    for number in range(PAGES_KEPT + 3):
        await see(number)
    seen = await see(PAGES_KEPT + 2)
    assert seen is not None
    assert [page.url for page in seen.pages] == [f"https://shop.example/{n}" for n in range(PAGES_KEPT + 2, 2, -1)]
    page = Page("https://shop.example/", "", "", 1)
    assert await database.write(WORKSPACE, actions.see_page, new_id(), page, None) is None


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "data:text/html,x", "//x.example", "ftp://x", " https://x", "HTTPS://x"]
)
def test_only_web_addresses_are_pages(url: str) -> None:
    assert check_page(url, "x", "", 1) is None


def test_pages_are_cut_to_size() -> None:
    page = check_page("https://x.example/" + "a" * 5_000, "t\n\x00 t" * 500, "javascript:x", 1)
    assert page is not None
    assert (len(page.url), len(page.title), page.referrer) == (2_048, 256, "")
    assert "\x00" not in page.title
    assert "\n" not in page.title


async def test_a_visitor_has_a_name_for_others_and_no_scope(database: Database) -> None:
    visitor, _ = await arrive(database, WORKSPACE)
    who = visitor_actor(visitor)
    assert who.name == visitor.nickname == nickname(visitor.id)
    assert who.scopes == frozenset()
    assert (who.kind, who.widget_id, who.operator_id) == ("visitor", visitor.widget_id, None)
