"""Killed between handing a mail over and noting it, the server sends it once more at most, and never loses it."""

import asyncio
import time
from collections.abc import Callable

import pytest
from aiosmtpd.smtp import Envelope
from sqlalchemy import text

from halloo.contacts import store as contact_store
from halloo.db.connect import open_database
from halloo.db.tx import Tx
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from tests.mail.test_commands import to
from tests.support.postbox import postbox
from tests.support.product import Product, Store


@pytest.mark.slow
async def test_a_kill_between_sending_and_noting_repeats_once(
    bare_store: Store, make_product: Callable[..., Product]
) -> None:
    async with postbox() as box:
        product = await asyncio.to_thread(make_product, bare_store, **to(box, HALLOO_MAIL_ANSWER_DELAY_S="1"))

        async def take_and_kill(envelope: Envelope) -> str:
            box.envelopes.append(envelope)
            await asyncio.to_thread(product.kill)
            return "451 too late to hear"

        box.answers = [take_and_kill]
        await asyncio.to_thread(_talk, product)
        await box.arrived(1)
        await _lease_is_over(product)
        await asyncio.to_thread(product.start)
        await box.arrived(2)
        first, second = box.mails
        assert first["Message-ID"] == second["Message-ID"]
        await asyncio.sleep(4)
        assert len(box.mails) == 2
        assert "sent" in await asyncio.to_thread(product.halloo, "mail", "list", "--data", str(product.store.folder))


def _talk(product: Product) -> None:
    """A visitor with an address asks, and an operator answers."""
    base = f"/core/public/web-widgets/{product.facts['widget_id']}"
    hello = product.public("POST", f"{base}/visitor", {"user_id": f"guest_{new_id().replace('-', '')}"})
    message = {"client_id": new_id(), "type": "text", "content": "Hello"}
    token = hello["visitor"]["visitor_token"]
    started = product.public("POST", f"{base}/conversations", {"message": message}, token)
    asyncio.run(_know(product, hello["visitor"]["id"]))
    answer = {"client_id": new_id(), "type": "text", "content": "Good day"}
    product.call("POST", f"/core/conversations/{started['conversation']['id']}/messages", answer)


async def _know(product: Product, visitor_id: str) -> None:
    workspace_id = product.facts["workspace_id"]
    database = open_database(product.store.url, system_clock)
    values = {"email": "ada@visitors.example"}
    await database.write(workspace_id, contact_store.update_visitor, workspace_id, visitor_id, values)
    await database.close()


async def _lease_is_over(product: Product) -> None:
    """What five minutes would do, at once."""

    def move(tx: Tx, workspace_id: str) -> None:
        now = int(time.time() * 1000)
        (row,) = tx.all(text("SELECT id FROM mails WHERE workspace_id = :ws"), ws=workspace_id)
        tx.run(text("UPDATE mails SET due_at = :now WHERE workspace_id = :ws"), now=now, ws=workspace_id)
        tx.run(text("UPDATE directory SET key = :key WHERE kind = 'mail'"), key=f"{now:015d} {row['id']}")

    database = open_database(product.store.url, system_clock)
    await database.write(product.facts["workspace_id"], move, product.facts["workspace_id"])
    await database.close()
