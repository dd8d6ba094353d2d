"""Owners and administrators hear by mail that a page's policy keeps the chat away (csp contract 5), as of hooks that fail."""

import pytest

from halloo.csp.actions.reports import keep_reports, settle_group
from halloo.csp.facts import BLOCKED
from halloo.csp.model import Deployment
from halloo.csp.reports import read_reports, sort_reports
from halloo.db.tx import Tx
from halloo.kit.clock import DAY
from halloo.mail.texts import LANGUAGES, RIGHT_TO_LEFT
from tests.mail.office import Office
from tests.public.shop import SHOP
from tests.support.api import ORIGIN
from tests.support.csp import OLD, Violation, body_of
from tests.support.postbox import part

OURS = Violation(page=f"{SHOP}/<b>cart</b>?token=secret", blocked=ORIGIN, source="")


async def report(office: Office, violation: Violation = OURS) -> None:
    at = f"{office.shop.base}/csp-reports"
    answer = await office.shop.api.client.post(at, content=body_of(violation), headers=OLD)
    assert answer.status_code == 204


async def test_administrators_are_told_where_to_look_and_nobody_else(office: Office) -> None:
    api, house = office.shop.api, office.shop.house
    await api.operator(house, "grace@acme.example", "admin")
    await api.operator(house, "low@acme.example", "operator")
    for _ in range(3):
        await report(office)
    await office.deliver()
    assert sorted(str(mail["To"]) for mail in office.box.mails) == ["ada@halloo.example", "grace@acme.example"]
    mail = office.box.mails[0]
    for text in (str(mail["Subject"]), part(mail, "plain"), part(mail, "html")):
        assert SHOP in text
        assert "secret" not in text
        assert "cart" not in text, "no more of a stranger's text than the origin, which is an allowed domain"
    assert f"{ORIGIN}/inbox/widgets/{house.widget_id}/csp" in part(mail, "plain")
    served = await api.client.get(f"/inbox/widgets/{house.widget_id}/csp")
    assert served.status_code == 200


async def test_once_a_day_whatever_strangers_send(office: Office) -> None:
    for number in range(5):
        await report(office, Violation(policy=f"frame-src 'none'; img-src a{number}.example", blocked=ORIGIN))
    await office.deliver()
    assert len(office.box.mails) == 1
    office.later(DAY // 1_000 + 1)
    await report(office, Violation(policy="frame-src 'none'; img-src a4.example", blocked=ORIGIN))
    await office.deliver()
    assert len(office.box.mails) == 2


async def test_what_a_server_left_unplanned_is_mailed_by_the_next_one(office: Office) -> None:
    """Also of a workspace that has no hook."""
    await office.database.write(office.workspace_id, _unseen, office.shop.house.widget_id)
    planner = office.shop.api.halloo.mail.planner
    await planner.repair()
    await planner.repair()
    await office.deliver()
    assert len(office.box.mails) == 1


def _unseen(tx: Tx, widget_id: str) -> None:
    deployment = Deployment({"client": ORIGIN, "relay": ORIGIN}, frozenset({"chat"}), widget_id=widget_id)
    kept = sort_reports(read_reports(body_of(OURS)) or [], deployment, lambda _: True)
    (group,) = keep_reports(tx, widget_id, kept)
    assert settle_group(tx, widget_id, group.id, blocks=True)
    tx.after.clear()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_it_speaks_the_language_of_who_reads_it(office: Office) -> None:
    subjects: set[str] = set()
    async with office.shop.api.browser(office.shop.house.owner_email) as browser:
        for language in LANGUAGES:
            assert (await browser.patch("/core/me", json={"locale": language})).status_code == 200
            office.later(DAY // 1_000 + 1)
            await report(office, Violation(policy=f"frame-src 'none'; img-src {language}", blocked=ORIGIN))
            await office.deliver()
            mail = office.box.mails[-1]
            subjects.add(str(mail["Subject"]))
            assert ('dir="rtl"' in part(mail, "html")) == (language in RIGHT_TO_LEFT)
    assert len(subjects) == len(LANGUAGES)
    assert BLOCKED not in "".join(subjects)
