"""The outbox under a mail server that hangs, refuses, drops and comes back: nothing is lost, little is repeated."""

import asyncio
import socket
from pathlib import Path

import pytest
from aiosmtpd.smtp import Envelope

from halloo.mail import actions
from halloo.mail.deliver import Unreachable
from halloo.mail.letters import Terms
from halloo.mail.model import BACKOFF
from halloo.mail.smtp import Smtp
from tests.mail.conftest import Build
from tests.mail.office import EMAIL, Office
from tests.support.certificates import certificate
from tests.support.postbox import Postbox, postbox


async def test_a_server_that_says_later_gets_it_later(office: Office) -> None:
    office.box.answers = ["451 come back later"] * 2
    await office.answered()
    await office.deliver()
    (put_off,) = await office.outbox()
    assert (put_off.state, put_off.attempts) == ("waiting", 1)
    assert put_off.error == "The mail server refused: 451 come back later"
    assert await office.deliver() == 0
    office.later(61)
    await office.deliver()
    office.later(301)
    await office.deliver()
    assert len(office.box.mails) == 1
    assert [one.state for one in await office.outbox()] == ["sent"]


async def test_after_five_attempts_it_has_failed_and_says_why(office: Office) -> None:
    office.box.answers = ["451 no"] * 9
    await office.answered()
    for wait in (0, *BACKOFF):
        office.later(wait / 1000 + 1)
        await office.deliver()
    (failed,) = await office.outbox()
    assert (failed.state, failed.attempts, failed.error) == ("failed", 5, "The mail server refused: 451 no")
    office.later(10**6)
    assert await office.deliver() == 0
    await office.shop.api.halloo.mail.planner.repair()
    assert len(await office.outbox()) == 1


@pytest.mark.parametrize("where", ["recipient", "content"])
async def test_what_is_refused_for_good_is_not_tried_again(office: Office, where: str) -> None:
    if where == "recipient":
        office.box.refused[EMAIL] = "550 no such mailbox"
    else:
        office.box.answers = ["554 spam"]
    await office.answered()
    await office.deliver()
    (failed,) = await office.outbox()
    assert (failed.state, failed.attempts) == ("failed", 1)
    assert "550 no such mailbox" in (failed.error or "") or "554 spam" in (failed.error or "")


async def test_a_recipient_that_is_busy_is_tried_again(office: Office) -> None:
    office.box.refused[EMAIL] = "450 greylisted"
    await office.answered()
    await office.deliver()
    del office.box.refused[EMAIL]
    office.later(61)
    await office.deliver()
    assert len(office.box.mails) == 1


async def test_a_server_that_hangs_is_given_up_in_time(build: Build) -> None:
    enough = asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await enough.wait()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    office = await build(port=server.sockets[0].getsockname()[1], timeout_s=1)
    await office.answered()
    with pytest.raises(Unreachable):
        await office.deliver()
    (put_off,) = await office.outbox()
    assert put_off.state == "waiting"
    assert "imed out" in (put_off.error or "")
    enough.set()
    server.close()
    await server.wait_closed()


async def test_a_server_that_is_not_there_costs_one_attempt_of_one_mail(build: Build) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    office = await build(port=port)
    await office.answered()
    await office.answered()
    with pytest.raises(Unreachable):
        await office.deliver()
    assert sorted(one.attempts for one in await office.outbox()) == [0, 1]


async def test_a_line_that_drops_in_the_middle_means_once_more(office: Office) -> None:
    async def take_and_fall(envelope: Envelope) -> str:
        office.box.envelopes.append(envelope)
        return "421 falling over"

    office.box.answers = [take_and_fall]
    await office.answered()
    await office.deliver()
    office.later(61)
    await office.deliver()
    assert len(office.box.mails) == 2
    first, second = office.box.mails
    assert first["Message-ID"] == second["Message-ID"]
    office.later(10**6)
    await office.deliver()
    assert len(office.box.mails) == 2


async def test_two_servers_send_it_once(office: Office) -> None:
    for _ in range(5):
        await office.answered()
    one, two = office.deliverer, office.deliverer
    await asyncio.gather(one.deliver_due(), two.deliver_due())
    assert len(office.box.mails) == 5
    assert len({mail["Message-ID"] for mail in office.box.mails}) == 5
    for deliverer in (one, two):
        await deliverer.close()


async def test_several_mails_go_over_one_connection(office: Office) -> None:
    for _ in range(4):
        await office.answered()
    await office.deliver()
    assert len(office.box.mails) == 4
    assert office.box.sessions == 1


async def test_what_a_server_had_claimed_when_it_ended_goes_out_after_its_lease(office: Office) -> None:
    await office.answered()
    (mail,) = await office.outbox()
    terms = Terms(office.shop.api.halloo.mail.post.settings, "", online=False, open=lambda _: None)
    assert await office.database.write(office.workspace_id, actions.claim, mail.key, terms) is not None
    assert await office.database.write(office.workspace_id, actions.claim, mail.key, terms) is None
    assert await office.deliver() == 0
    office.later(301)
    await office.deliver()
    assert len(office.box.mails) == 1


async def test_what_ends_its_server_each_time_is_given_up(office: Office) -> None:
    await office.answered()
    terms = Terms(office.shop.api.halloo.mail.post.settings, "", online=False, open=lambda _: None)
    for _ in range(5):
        (mail,) = await office.outbox()
        assert await office.database.write(office.workspace_id, actions.claim, mail.key, terms) is not None
        office.later(301)
    await office.deliver()
    (failed,) = await office.outbox()
    assert failed.state == "failed"
    assert office.box.mails == []
    await office.shop.api.halloo.mail.planner.repair()
    assert len(await office.outbox()) == 1


async def test_the_log_names_no_visitor(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.box.refused[EMAIL] = f"550 <{EMAIL}> is unknown here"
    await office.answered("A secret word")
    await office.deliver()
    (failed,) = await office.outbox()
    assert EMAIL in (failed.error or "")
    logged = "".join(capsys.readouterr())
    assert "mail_failed" in logged
    assert EMAIL not in logged
    assert "secret" not in logged


async def test_the_server_itself_delivers_and_stops(office: Office) -> None:
    room = office.shop.api.halloo.mail
    await office.answered()
    room.start()
    await office.box.arrived(1)
    await room.stop()
    assert [one.state for one in await office.outbox()] == ["sent"]


async def test_a_certificate_that_nobody_vouches_for_is_refused(build: Build, tmp_path: Path) -> None:
    context = certificate(tmp_path)
    async with postbox(context) as box:
        office = await build(port=box.port, security="starttls", timeout_s=5)
        await office.answered()
        with pytest.raises(Unreachable):
            await office.deliver()
        (put_off,) = await office.outbox()
        assert "certificate" in (put_off.error or "").lower()
        assert box.mails == []


async def test_starttls_and_sign_in(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with postbox(context, login=True) as box:
        office = await build(host="localhost", port=box.port, security="starttls", username="halloo", password="wrong")
        await office.answered()
        with pytest.raises(Unreachable):
            await office.deliver()
        (put_off,) = await office.outbox()
        assert put_off.state == "waiting"
        assert "sign-in" in (put_off.error or "")
        assert "wrong" not in (put_off.error or "")
        assert box.mails == []
    async with postbox(context, login=True) as box:
        settings = office.shop.api.halloo.mail.post.settings
        good = type(settings)(
            host="localhost",
            port=box.port,
            security="starttls",
            username="halloo",
            password="sesame",
            sender=settings.sender,
        )
        async with Smtp(good) as smtp:
            assert smtp.describe().startswith("encrypted (TLSv1")
            await smtp.send("help@acme.example", EMAIL, b"Subject: x\r\n\r\nx")
        assert box.logins == [b"halloo"]
        assert len(box.mails) == 1


async def test_a_server_without_starttls_gets_no_password(build: Build, box: Postbox) -> None:
    office = await build(host="localhost", port=box.port, security="starttls", username="halloo", password="sesame")
    await office.answered()
    with pytest.raises(Unreachable):
        await office.deliver()
    (put_off,) = await office.outbox()
    assert put_off.state == "waiting"
    assert box.logins == []
