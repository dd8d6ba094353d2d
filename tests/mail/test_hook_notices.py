"""Owners and administrators hear by mail of web hooks that fail, once."""

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.kit.clock import DAY
from halloo.kit.ids import new_id
from halloo.kit.json import dump
from halloo.mail.actions import plan_notice
from halloo.workspaces.actions import operators
from halloo.workspaces.actions.operators import OperatorChange
from halloo.workspaces.model import system_actor
from tests.mail.office import Office
from tests.support.postbox import part

HOOK = new_id()
SINCE = 1_795_600_000_000


def tell(tx: Tx, name: str, reason: str) -> int:
    said = {
        "website_id": tx.workspace_id,
        "hook_id": HOOK,
        "name": "Orders\r\n<b>",
        "reason": reason,
        "last_error": "timeout",
        "since": SINCE,
    }
    return record(tx, name, dump(said)).seq


async def told(office: Office, name: str = "hook:warned", reason: str = "failing") -> int:
    return await office.database.write(office.workspace_id, tell, name, reason)


async def test_owners_and_administrators_are_told_and_nobody_else(office: Office) -> None:
    api, house = office.shop.api, office.shop.house
    await api.operator(house, "grace@acme.example", "admin")
    await api.operator(house, "low@acme.example", "operator")
    gone = await api.operator(house, "gone@acme.example", "admin")
    who = system_actor(house.workspace_id)
    await office.database.write(house.workspace_id, operators.update_operator, who, gone, OperatorChange(active=False))
    await told(office)
    await office.deliver()
    assert sorted(str(mail["To"]) for mail in office.box.mails) == ["ada@halloo.example", "grace@acme.example"]
    mail = office.box.mails[0]
    assert mail["Subject"] == "Acme: no call of the web hook “Orders <b>” succeeds"
    text = part(mail, "plain")
    assert "since 2026-11-25 09:46 UTC. The last error was: timeout." in text
    assert f"https://chat.example/inbox/settings/hooks/{HOOK}" in text
    assert "Orders &lt;b&gt;" in part(mail, "html")


async def test_what_was_switched_off_says_why(office: Office) -> None:
    await told(office, "hook:disabled", "failing")
    await told(office, "hook:disabled", "gone")
    await office.deliver()
    failing, gone = (part(mail, "plain") for mail in office.box.mails)
    assert "The last error was: timeout." in failing
    assert "gone for good (410)" in gone
    assert "410" not in failing
    assert "choose “Recover” on its page" in failing


async def test_a_notice_that_is_planned_again_is_mailed_once(office: Office) -> None:
    seq = await told(office)
    await office.planned()
    await office.database.write(office.workspace_id, plan_notice, seq)
    await office.deliver()
    await office.database.write(office.workspace_id, plan_notice, seq)
    await office.deliver()
    assert len(office.box.mails) == 1


async def test_what_a_server_left_unplanned_is_mailed_by_the_next_one(office: Office) -> None:
    planner = office.shop.api.halloo.mail.planner
    await office.database.write(office.workspace_id, directory.enter, "hook", HOOK)
    await office.database.write(office.workspace_id, tell_unseen)
    await planner.repair()
    await planner.repair()
    await office.deliver()
    assert len(office.box.mails) == 1


def tell_unseen(tx: Tx) -> None:
    """A notice whose server ended before anybody read it, and one that is too old to matter."""
    now, tx.now = tx.now, tx.now - 2 * DAY
    tell(tx, "hook:warned", "failing")
    tx.now = now
    tell(tx, "hook:disabled", "failing")
    tx.after.clear()


async def test_a_notice_speaks_the_language_of_who_reads_it(office: Office) -> None:
    async with office.shop.api.browser(office.shop.house.owner_email) as browser:
        assert (await browser.patch("/core/me", json={"locale": "de-AT"})).status_code == 200
    await told(office)
    await office.deliver()
    assert office.box.mails[0]["Subject"] == "Acme: Kein Aufruf des Web Hooks „Orders <b>“ gelingt"


async def test_who_is_no_administrator_any_more_is_not_told(office: Office) -> None:
    grace = await office.shop.api.operator(office.shop.house, "grace@acme.example", "admin")
    await told(office)
    await office.planned()
    who = system_actor(office.workspace_id)
    await office.database.write(
        office.workspace_id, operators.update_operator, who, grace, OperatorChange(role="operator")
    )
    await office.deliver()
    assert [str(mail["To"]) for mail in office.box.mails] == ["ada@halloo.example"]
