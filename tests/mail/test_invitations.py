"""An invitation goes by mail too, and its secret lies nowhere in clear."""

import re
from typing import Any

from sqlalchemy import text as sql

from tests.mail.conftest import Build
from tests.mail.office import Office
from tests.support.postbox import part


async def invited(office: Office) -> Any:
    return await office.shop.manage("POST", "/core/invitations", {"email": "Grace@Acme.example", "role": "operator"})


async def test_an_invitation_goes_by_mail(office: Office) -> None:
    made = await invited(office)
    stored = await office.database.read(office.workspace_id, _mails)
    secret = made["url"].partition("#")[2]
    assert secret.startswith("hi_")
    assert secret not in stored
    await office.deliver()
    (mail,) = office.box.mails
    assert (mail["To"], mail["Subject"]) == ("Grace@Acme.example", "Acme invites you to Acme")
    assert made["url"] in part(mail, "plain")
    assert re.search(r"until \d{4}-\d\d-\d\d\.", part(mail, "plain"))
    joined = await office.shop.api.client.post(
        "/core/invitations/accept",
        json={"token": secret, "name": "Grace", "password": "birch-heron-olive-42"},
        headers={"Origin": "https://chat.example", "X-Halloo-Request": "1"},
    )
    assert joined.status_code == 200, joined.text
    assert [one.content for one in await office.outbox()] == [{}]


def _mails(tx: Any) -> str:
    return repr(tx.all(sql("SELECT * FROM mails WHERE workspace_id = :ws"), ws=tx.workspace_id))


async def test_an_invitation_that_was_withdrawn_is_not_mailed(office: Office) -> None:
    made = await invited(office)
    await office.shop.manage("DELETE", f"/core/invitations/{made['id']}")
    await office.deliver()
    assert office.box.mails == []
    assert await office.outbox() == []


async def test_without_mail_the_link_is_shown_all_the_same(build: Build) -> None:
    office = await build(host="")
    assert "/inbox/join#hi_" in (await invited(office))["url"]
    assert await office.outbox() == []


async def test_an_invitation_that_was_refused_sends_nothing(office: Office) -> None:
    await invited(office)
    answer = await office.shop.api.client.post(
        "/core/invitations", json={"email": "ada@halloo.example"}, headers=office.shop.manager
    )
    assert answer.status_code == 409
    assert len(await office.outbox()) == 1
