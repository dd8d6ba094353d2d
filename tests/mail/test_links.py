"""Links by mail that continue a conversation elsewhere: for who reads the mail, once, and for nobody else."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text as sql

from halloo.contacts import store as contact_store
from halloo.contacts import token_store
from halloo.kit.ids import new_id
from halloo.mail.model import ANSWER_LIFE, ASKED_LIFE
from tests.mail.conftest import Build
from tests.mail.office import EMAIL, PAGE, Office
from tests.public.shop import SHOP, Visitor, error
from tests.support.api import ORIGIN
from tests.support.postbox import part

CODE = re.compile(r"#halloo-continue=([A-Za-z0-9_-]{43})")


async def asked(office: Office, email: str = EMAIL) -> httpx.Response:
    return await office.shop.call("POST", "/continue-link", {"email": email}, {"Origin": SHOP})


async def code_by_mail(office: Office) -> str:
    """Ask, and read the mail."""
    before = len(office.box.mails)
    assert (await asked(office)).status_code == 202
    await office.deliver()
    assert len(office.box.mails) == before + 1
    found = CODE.search(part(office.box.mails[-1], "plain"))
    assert found is not None
    return found[1]


async def redeem(office: Office, code: object, headers: dict[str, str] | None = None, base: str = "") -> httpx.Response:
    return await office.shop.call("POST", "/continue", {"code": code}, headers, base=base)


async def said(office: Office, token: str) -> list[Any]:
    """The conversations that a token opens."""
    headers = {"Origin": SHOP, "X-Halloo-Visitor": token}
    answer = await office.shop.call("GET", "/conversations", None, headers)
    return answer.json()["data"] if answer.status_code == 200 else [answer.json()["error"]]


async def test_a_link_by_mail_continues_the_conversation(office: Office) -> None:
    visitor, conversation_id = await office.visitor()
    assert (await asked(office, "  ADA@Visitors.Example ")).json() == {}
    await office.deliver()
    (mail,) = office.box.mails
    assert (mail["To"], mail["Subject"]) == (EMAIL, "Your conversation with Acme")
    found = CODE.search(part(mail, "plain"))
    assert found is not None
    assert PAGE.partition("#")[0] + f"#halloo-continue={found[1]}" in part(mail, "html")
    answer = await redeem(office, found[1])
    assert answer.status_code == 200
    body = answer.json()
    assert body["visitor"]["id"] == visitor.id
    assert (body["visitor"]["identified"], body["merged"]) == (False, 0)
    assert body["relay"]["streams"] == [f"v:{visitor.id}", f"c:{conversation_id}"]
    token = body["visitor"]["visitor_token"]
    assert [one["id"] for one in await said(office, token)] == [conversation_id]


async def test_a_widget_for_any_website_mails_no_page_that_a_visitor_names(office: Office) -> None:
    """Who claims a stranger's address could have the owner's server mail that stranger any address on the web."""
    await office.shop.widget(domains=[])
    visitor, _ = await office.visitor()
    await office.know(visitor.id, parent_origin="https://evil.example")
    code = await code_by_mail(office)
    alone = f"{ORIGIN}/public/widget/{office.shop.house.widget_id}#halloo-continue={code}"
    for kind in ("plain", "html"):
        found = re.findall(r"https?://[^\s\"<]+", part(office.box.mails[-1], kind))
        assert found == [alone]


async def test_a_link_works_once_even_for_two_at_once(office: Office) -> None:
    await office.visitor()
    code = await code_by_mail(office)
    answers = await asyncio.gather(*(redeem(office, code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403, 403]


async def test_every_wrong_link_is_refused_alike(office: Office) -> None:
    visitor, _ = await office.visitor()
    used = await code_by_mail(office)
    assert (await redeem(office, used)).status_code == 200
    old = await code_by_mail(office)
    office.later(ASKED_LIFE / 1000 + 1)
    foreign = await code_by_mail(office)
    other = f"/core/public/web-widgets/{office.shop.other_widget_id}"
    answers = [
        await redeem(office, used),
        await redeem(office, old),
        await redeem(office, foreign, base=other),
        await redeem(office, "x"),
        await redeem(office, ""),
        await redeem(office, "A" * 43),
    ]
    office.later(61)
    await office.know(visitor.id, blocked=True)
    answers += [await redeem(office, foreign), await redeem(office, "A" * 50_000), await redeem(office, visitor.id)]
    assert {error(answer) for answer in answers} == {(403, "continue_invalid")}
    assert len({answer.content for answer in answers}) == 1
    nonsense: tuple[object, ...] = (None, 0, True, [1], {"a": 1})
    for wrong in nonsense:
        assert error(await redeem(office, wrong))[0] in (422, 429)


async def test_guessing_is_slowed_down(office: Office) -> None:
    answers = [await redeem(office, f"guess {number}", {"Origin": SHOP}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429]


async def test_asking_is_answered_alike_whoever_is_asked_for(office: Office) -> None:
    await office.visitor()
    known, unknown = await asked(office), await asked(office, "nobody@nowhere.example")
    assert (known.status_code, known.content, dict(known.headers)) == (
        unknown.status_code,
        unknown.content,
        dict(unknown.headers),
    )
    assert known.content == b"{}"
    await office.deliver()
    assert [mail["To"] for mail in office.box.mails] == [EMAIL]
    assert len(await office.outbox()) == 1


async def test_asking_has_its_rates(build: Build) -> None:
    office = await build()
    await office.visitor()
    answers = [await asked(office) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert (await asked(office, "b@c.example")).status_code == 202
    assert (await asked(office, "c@c.example")).status_code == 429
    assert error(await asked(office, "c@c.example")) == (429, "rate_limited")


async def test_nobody_without_a_conversation_gets_a_link(office: Office) -> None:
    visitor = await office.shop.arrive()
    await office.know(visitor.id, email=EMAIL)
    await asked(office)
    await office.deliver()
    assert office.box.mails == []


async def test_without_mail_there_are_no_links(build: Build) -> None:
    office = await build(host="")
    assert error(await asked(office)) == (404, "mail_off")
    assert (await hello(office))["mail"] is False
    visitor, conversation_id = await office.visitor()
    await office.say(conversation_id)
    await office.planned()
    assert await office.outbox() == []
    assert visitor.id


async def hello(office: Office) -> Any:
    return (await office.shop.call("POST", "/visitor", {"user_id": f"guest_{new_id().replace('-', '')}"})).json()


async def test_the_frame_is_told_whether_there_is_mail(office: Office) -> None:
    assert (await hello(office))["mail"] is True


@pytest.mark.parametrize("email", ["", "x", "a@b", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"])
async def test_what_is_no_address_is_refused(office: Office, email: str) -> None:
    answer = await asked(office, email)
    assert error(answer) == (422, "field_invalid")


async def test_who_only_claimed_the_address_is_out_once_its_owner_came(office: Office) -> None:
    """Somebody starts a chat under another's address and waits for them to write into it."""
    eve, _ = await office.visitor()
    code = await code_by_mail(office)
    token = (await redeem(office, code)).json()["visitor"]["visitor_token"]
    assert len(await said(office, token)) == 1
    assert await said(office, eve.token) == ["visitor_token_invalid"]
    again = (await redeem(office, await code_by_mail(office))).json()["visitor"]["visitor_token"]
    assert len(await said(office, token)) == len(await said(office, again)) == 1


async def test_a_link_in_the_same_browser_ends_nothing(office: Office) -> None:
    visitor, _ = await office.visitor()
    code = await code_by_mail(office)
    answer = await redeem(office, code, {"Origin": SHOP, "X-Halloo-Visitor": visitor.token})
    assert answer.status_code == 200
    assert len(await said(office, visitor.token)) == 1


async def identified(office: Office, visitor: Visitor, *signed: str) -> None:
    """What the customer's server has proven, as identification stores it."""
    await office.know(visitor.id, identified=True, identity="jwt", external_id="ada", signed=list(signed))
    await office.database.write(office.workspace_id, _with_kid, visitor.id)


def _with_kid(tx: Any, visitor_id: str) -> None:
    found = contact_store.find_visitor(tx, tx.workspace_id, visitor_id)
    assert found is not None
    token_store.insert_token(tx, tx.workspace_id, found, new_id(), "key-1")


async def test_an_identified_visitor_continues_where_the_address_is_signed(office: Office) -> None:
    visitor, _ = await office.visitor()
    await identified(office, visitor, "email")
    code = await code_by_mail(office)
    token = (await redeem(office, code)).json()["visitor"]["visitor_token"]
    assert len(await said(office, token)) == 1
    assert len(await said(office, visitor.token)) == 1
    rows = await office.database.read(office.workspace_id, _kids, visitor.id)
    assert sorted(map(str, rows)) == ["None", "key-1", "key-1"]


def _kids(tx: Any, visitor_id: str) -> list[Any]:
    query = sql("SELECT kid FROM visitor_tokens WHERE workspace_id = :ws AND visitor_id = :v")
    return [row["kid"] for row in tx.all(query, ws=tx.workspace_id, v=visitor_id)]


@pytest.mark.parametrize("how", ["claimed", "required", "key gone"])
async def test_otherwise_an_identified_visitor_signs_in_on_the_page(office: Office, how: str) -> None:
    visitor, conversation_id = await office.visitor()
    await identified(office, visitor, *(() if how == "claimed" else ("email",)))
    if how == "required":
        await office.shop.config(security={"require_verified_embedding": False, "identity": "required"})
    if how == "key gone":
        await office.database.write(office.workspace_id, _without_key, visitor.id)
    await office.say(conversation_id)
    await asked(office)
    await office.planned()
    office.later(121)
    await office.deliver()
    assert len(office.box.mails) == 2
    for mail in office.box.mails:
        text = part(mail, "plain")
        assert "halloo-continue" not in text
        assert "Sign in on the page" in text
        assert f"{SHOP}/cart?step=2" in text


def _without_key(tx: Any, visitor_id: str) -> None:
    tx.run(
        sql("DELETE FROM visitor_tokens WHERE workspace_id = :ws AND visitor_id = :v AND kid = 'key-1'"),
        ws=tx.workspace_id,
        v=visitor_id,
    )


async def test_a_link_of_before_does_not_open_what_became_proven(office: Office) -> None:
    visitor, _ = await office.visitor()
    code = await code_by_mail(office)
    await identified(office, visitor)
    assert error(await redeem(office, code)) == (403, "continue_invalid")
    await office.know(visitor.id, signed=["email"])
    await office.shop.config(security={"require_verified_embedding": False, "identity": "required"})
    assert error(await redeem(office, code)) == (403, "continue_invalid")


async def test_a_guests_link_identifies_nobody_where_identity_is_required(office: Office) -> None:
    await office.visitor()
    await office.shop.config(security={"require_verified_embedding": False, "identity": "required"})
    answer = (await redeem(office, await code_by_mail(office))).json()
    assert answer["visitor"]["identified"] is False
    headers = {"Origin": SHOP, "X-Halloo-Visitor": answer["visitor"]["visitor_token"]}
    body = {"message": {"client_id": new_id(), "type": "text", "content": "Hello"}}
    assert error(await office.shop.call("POST", "/conversations", body, headers)) == (403, "identity_required")


async def test_operators_see_nothing_of_it(office: Office) -> None:
    _, conversation_id = await office.visitor()
    path = f"/core/conversations/{conversation_id}"
    before = await office.shop.manage("GET", path)
    await redeem(office, await code_by_mail(office))
    after = await office.shop.manage("GET", path)
    assert after["visitor"] == before["visitor"]


async def test_the_link_of_an_answer_lives_longer(office: Office) -> None:
    visitor, _ = await office.answered()
    await office.deliver()
    found = CODE.search(part(office.box.mails[0], "plain"))
    assert found is not None
    office.later(ANSWER_LIFE / 1000 - 200)
    answer = await redeem(office, found[1])
    assert answer.json()["visitor"]["id"] == visitor.id


async def test_a_link_leads_to_an_allowed_page_only(office: Office) -> None:
    visitor, _ = await office.visitor()
    evil = {"url": "https://evil.example/", "title": "", "referrer": "", "at": 1}
    for pages, parent, leads in (
        ([evil, {**evil, "url": f"{SHOP}/ok"}], SHOP, f"{SHOP}/ok#"),
        ([{**evil, "url": f"{SHOP}@evil.example/"}], SHOP, f"{SHOP}/#"),
        ([{**evil, "url": "https://shop.example.evil.example/"}], SHOP, f"{SHOP}/#"),
        ([{**evil, "url": f"{SHOP}:8443/"}], SHOP, f"{SHOP}/#"),
        ([evil], "https://evil.example", None),
    ):
        office.later(3600)
        before = len(office.box.mails)
        await office.know(visitor.id, pages=pages, parent_origin=parent)
        await asked(office)
        await office.deliver()
        assert len(office.box.mails) == before + (leads is not None)
        if leads is not None:
            assert f"\n{leads}halloo-continue=" in part(office.box.mails[-1], "plain")
