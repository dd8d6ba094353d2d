"""Proofs of deletion: finished as soon as the last bytes are gone, by whichever server."""

import asyncio

from halloo.contacts.actions import is_erasure_due, sweep_erasures
from halloo.files.settings import FilesSettings
from halloo.files.sweeper import EVERY_S, FileSweeper
from tests.files.desk import sent_file
from tests.public.shop import Shop
from tests.support.pace import PATIENCE_S

TEXT = b"Dear Ada,\nhere it is.\n"


async def _finished_at(shop: Shop) -> str | None:
    (proof,) = (await shop.manage("GET", "/core/erasures"))["data"]
    return proof["finished_at"]


async def _is_finished(shop: Shop) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await _finished_at(shop) is None:  # noqa: ASYNC110 - another program would ask like this
            await asyncio.sleep(0.05)


async def _erase_one_who_sent_a_file(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    await sent_file(shop, visitor, cid, "a.txt", TEXT)
    contact = (await shop.manage("GET", f"/core/conversations/{cid}"))["contact"]["id"]
    await shop.manage("DELETE", f"/core/contacts/{contact}?everything=true")


async def test_a_proof_is_finished_soon_and_does_not_wait_for_the_next_round(shop: Shop) -> None:
    swept = asyncio.Event()
    sweeper = shop.api.halloo.files.sweeper
    whole = sweeper.sweep

    async def noted() -> None:
        await whole()
        swept.set()

    sweeper.sweep = noted  # pyright: ignore[reportAttributeAccessIssue] - to see the first round end
    sweeping = asyncio.create_task(sweeper.run())
    await swept.wait()
    await _erase_one_who_sent_a_file(shop)
    assert EVERY_S >= 2 * PATIENCE_S, "a round would be too late"
    await _is_finished(shop)
    sweeping.cancel()


async def test_a_proof_whose_server_is_gone_is_finished_by_any_other(shop: Shop) -> None:
    """One erased and did no more, another deleted the bytes and did no more, a third has only just begun."""
    await _erase_one_who_sent_a_file(shop)
    database, storage = shop.api.halloo.database, shop.api.halloo.files.storage
    await FileSweeper(database, storage, FilesSettings()).sweep()
    assert await _finished_at(shop) is None
    third = FileSweeper(database, storage, FilesSettings())
    third.follow(is_erasure_due, sweep_erasures)
    sweeping = asyncio.create_task(third.run())
    await _is_finished(shop)
    sweeping.cancel()
