"""An answer that stays unread goes by mail: once, with all that is unread, and never to who is there."""

import re
from typing import Any

import pytest
from sqlalchemy import text as sql

from halloo.conversations import actions
from halloo.db import directory
from halloo.db.connect import open_database
from halloo.kit.ids import digest
from halloo.workspaces.model import SCOPES, Actor
from tests.mail.office import EMAIL, Office
from tests.public.shop import SHOP
from tests.support.postbox import part
from tests.support.product import Store

CODE = re.compile(r"#halloo-continue=([A-Za-z0-9_-]{43})\b")


async def test_an_answer_that_stays_unread_goes_by_mail(office: Office) -> None:
    _, conversation_id = await office.visitor()
    await office.say(conversation_id, "Yes.\n<script>alert(1)</script>")
    await office.say(conversation_id, "Our supplier is late", "note")
    await office.say(conversation_id, "Shall I keep one?")
    await office.planned()
    office.later(119)
    await office.deliver()
    assert office.box.mails == []
    office.later(2)
    await office.deliver()
    (mail,) = office.box.mails
    assert (mail["To"], mail["From"], mail["Reply-To"]) == (
        EMAIL,
        "Acme Support <help@acme.example>",
        "help@acme.example",
    )
    assert mail["Subject"] == "Grace <b> from Acme answered you"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@acme.example>")
    assert mail["Date"].datetime is not None
    text, page = part(mail, "plain"), part(mail, "html")
    assert "> Yes.\n> <script>alert(1)</script>" in text
    assert "Shall I keep one?" in text
    assert "Shall I keep one?" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "Grace &lt;b&gt;" in page
    assert "<b>" not in page
    assert "supplier" not in text + page
    assert "Is it in stock" not in text + page
    assert CODE.search(text) is not None
    assert f"{SHOP}/cart?step=2#halloo-continue=" in text
    assert re.findall(r"(?:src|url|http-equiv|link)\s*=", page) == []


async def test_nothing_comes_again_until_there_is_something_new(office: Office) -> None:
    _, conversation_id = await office.answered()
    await office.deliver()
    office.later(100_000)
    await office.deliver()
    assert len(office.box.mails) == 1
    await office.say(conversation_id, "And a fourth was found.")
    await office.planned()
    office.later(121)
    await office.deliver()
    assert len(office.box.mails) == 2
    again = part(office.box.mails[1], "plain")
    assert "fourth" in again
    assert "three" not in again


async def test_a_further_mail_waits_longer_while_nobody_came_back(office: Office) -> None:
    visitor, conversation_id = await office.answered()
    await office.deliver()
    await office.say(conversation_id, "One more thing.")
    await office.planned()
    office.later(300)
    await office.deliver()
    assert len(office.box.mails) == 1
    office.later(620)
    await office.deliver()
    assert len(office.box.mails) == 2
    await office.shop.call("POST", f"/conversations/{conversation_id}/read", {"seq": 3}, visitor.headers)
    await office.say(conversation_id, "Welcome back.")
    await office.planned()
    office.later(121)
    await office.deliver()
    assert len(office.box.mails) == 3


async def test_what_was_read_in_time_is_not_mailed(office: Office) -> None:
    visitor, conversation_id = await office.answered()
    await office.shop.call("POST", f"/conversations/{conversation_id}/read", {"seq": 2}, visitor.headers)
    await office.deliver()
    assert office.box.mails == []
    assert await office.outbox() == []


async def test_who_is_online_gets_no_mail_until_they_left(office: Office) -> None:
    visitor, _ = await office.answered()
    office.online.add(visitor.id)
    for _ in range(3):
        await office.deliver()
        office.later(121)
    assert office.box.mails == []
    office.online.clear()
    await office.deliver()
    assert len(office.box.mails) == 1


@pytest.mark.parametrize("values", [{"email": None}, {"blocked": True}])
async def test_without_an_address_or_blocked_nothing_is_planned(office: Office, values: dict[str, Any]) -> None:
    _, conversation_id = await office.visitor(**values)
    await office.say(conversation_id)
    await office.planned()
    assert await office.outbox() == []


async def test_who_was_blocked_meanwhile_gets_nothing(office: Office) -> None:
    visitor, _ = await office.answered()
    await office.know(visitor.id, blocked=True)
    await office.deliver()
    assert office.box.mails == []
    assert await office.outbox() == []


async def test_what_was_taken_back_meanwhile_is_not_mailed(office: Office) -> None:
    _, conversation_id = await office.visitor()
    sent = await office.say(conversation_id, "Oops")
    await office.say(conversation_id, "Good day")
    await office.planned()
    office.later(121)
    grace = Actor("operator", office.workspace_id, sent.message.author_id, "Grace", scopes=frozenset(SCOPES))
    place = (conversation_id, sent.message.fingerprint)
    await office.database.write(office.workspace_id, actions.remove_message, grace, *place)
    await office.deliver()
    assert "Oops" not in part(office.box.mails[0], "plain")


async def test_a_mail_speaks_the_visitors_language(office: Office) -> None:
    for locale, subject, direction in (
        ("de-AT", "Grace <b> von Acme hat dir geantwortet", "ltr"),
        ("ar", "ردّ عليك Grace <b> من Acme", "rtl"),
        ("ja-JP", "Acme の Grace <b> から返信がありました", "ltr"),
        ("xx", "Grace <b> from Acme answered you", "ltr"),
    ):
        _, conversation_id = await office.visitor(locale=locale)
        await office.say(conversation_id)
        await office.planned()
        office.later(121)
        await office.deliver()
        mail = office.box.mails[-1]
        assert mail["Subject"] == subject
        assert f'dir="{direction}"' in part(mail, "html")
    await office.shop.config(locale="fr")
    _, conversation_id = await office.visitor(locale="de")
    await office.say(conversation_id)
    await office.planned()
    office.later(121)
    await office.deliver()
    assert office.box.mails[-1]["Subject"] == "Grace <b> de Acme vous a répondu"


async def test_a_widget_that_is_gone_sends_nothing(office: Office) -> None:
    await office.answered()
    await office.shop.widget(published=False)
    await office.deliver()
    assert office.box.mails == []


async def test_a_site_that_left_the_list_is_not_linked_to(office: Office) -> None:
    await office.answered()
    await office.shop.widget(domains=["https://new.example"])
    await office.deliver()
    text = part(office.box.mails[0], "plain")
    assert "three are left" in text
    assert "http" not in text


async def test_a_crash_before_planning_loses_nothing(office: Office, store: Store) -> None:
    """What a server that ended had committed and not planned: this one hears of it at its next start, once."""
    _, conversation_id = await office.visitor()
    gone = open_database(store.url, office.shop.api.clock)
    await office.say(conversation_id, database=gone)
    await gone.close()
    await office.planned()
    assert await office.outbox() == []
    planner = office.shop.api.halloo.mail.planner
    await planner.repair()
    await planner.repair()
    assert len(await office.outbox()) == 1
    office.later(121)
    await office.deliver()
    await planner.repair()
    assert len(office.box.mails) == 1
    assert [one.state for one in await office.outbox()] == ["sent"]


async def test_repair_looks_at_the_last_day_only(office: Office) -> None:
    _, conversation_id = await office.visitor(email=None)
    await office.say(conversation_id)
    await office.planned()
    visitor = (await office.database.read(office.workspace_id, actions.find_unheard, conversation_id)).conversation
    await office.know(visitor.visitor_id, email=EMAIL)
    office.later(25 * 3600)
    await office.shop.api.halloo.mail.planner.repair()
    assert await office.outbox() == []


async def test_the_outbox_holds_no_word_and_no_code(office: Office) -> None:
    await office.answered("A secret word")
    waiting = await office.outbox()
    assert [one.content for one in waiting] == [{}]
    await office.deliver()
    (sent,) = await office.outbox()
    assert (sent.state, sent.content, sent.attempts, sent.error) == ("sent", {}, 1, None)
    found = CODE.search(part(office.box.mails[0], "plain"))
    assert found is not None
    codes = await office.database.read(office.workspace_id, _codes)
    assert codes == [digest(found[1])]
    due = await office.database.read("", directory.list_until, "mail", "~", 10)
    assert due == []


def _codes(tx: Any) -> list[str]:
    rows = tx.all(sql("SELECT digest FROM continue_codes WHERE workspace_id = :ws"), ws=tx.workspace_id)
    return [row["digest"] for row in rows]
