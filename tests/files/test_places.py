"""Uploads under way at once: slow senders, however many, leave most of the server's descriptors to others."""

import asyncio
import json
import resource
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from halloo.files import places
from halloo.files.local import LocalStorage
from tests.files.test_receiving import DATA, QUERY, error, say
from tests.support.pace import until
from tests.support.storage_host import UPLOAD, House, Said


def hold(house: House, upload: str, address: str, ended: asyncio.Event) -> asyncio.Task[Said]:
    """A sender who brings a little and then nothing until `ended`."""
    given, told = [b"little"], list[Any]()

    async def receive() -> dict[str, Any]:
        if given:
            return {"type": "http.request", "body": given.pop(), "more_body": True}
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        told.append(message)

    async def all_of_it() -> Said:
        scope = {"type": "http", "method": "PUT", "path": f"/uploads/{upload}", "query_string": QUERY.encode()}
        await house({**scope, "headers": [], "client": (address, 1)}, receive, send)
        headers = {name.decode(): value.decode() for name, value in told[0]["headers"]} if told else {}
        return Said(told[0]["status"] if told else 0, headers, b"".join(one["body"] for one in told[1:]))

    return asyncio.create_task(all_of_it())


def several(house: House, senders: list[str]) -> list[str]:
    """An upload of each sender; their ids."""
    house.expect(len(DATA))
    ids = [f"0195f0c2-7b1e-7c54-9d0a-{number:012}" for number in range(10, 10 + len(senders))]
    for upload_id, sender in zip(ids, senders, strict=True):
        house.uploads[upload_id] = replace(house.uploads[UPLOAD], id=upload_id, visitor_id=sender)
    return ids


def seen_from(scope: Any) -> str | None:
    """The address of whoever asks."""
    return scope["client"][0] if "client" in scope else None


def descriptors() -> int:
    """How many files the process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def held(house: House, senders: list[str], addresses: list[str]) -> tuple[list[Said], int]:
    """What is said to as many slow senders at once, and how many files they hold."""
    ended, before = asyncio.Event(), descriptors()
    uploads = several(house, senders)
    tasks = [hold(house, *given, ended) for given in zip(uploads, addresses, strict=True)]
    kept = house.storage.append
    begun = 0

    async def noted(*given: Any) -> int:
        nonlocal begun
        begun += 1
        return await kept(*given)

    house.storage.append = noted  # pyright: ignore[reportAttributeAccessIssue] - to see who is under way
    await until(lambda: begun + sum(one.done() for one in tasks) == len(tasks))
    await asyncio.sleep(0.3)
    more = descriptors() - before
    ended.set()
    said = await asyncio.gather(*tasks)
    return [one for one in said if one.status], more


async def test_a_thousand_slow_senders_leave_most_descriptors_to_others(tmp_path: Path) -> None:
    house = House(LocalStorage(tmp_path), whence=seen_from)
    most = places.most_of_all()
    number = max(1000, most + 100)
    refused, more = await held(
        house, [f"v{one}" for one in range(number)], [f"192.0.2.{one % 250}" for one in range(number)]
    )
    assert len(refused) == number - most
    assert more <= most, "one for each that is under way; what is refused has none"
    assert {error(one) for one in refused} == {(429, "rate_limited")}
    assert refused[0].headers["retry-after"] == "5"
    assert "let some of them end" in json.loads(refused[0].body)["message"]
    house.expect(len(DATA))
    assert (await say(house, "PUT", DATA)).status == 200, "their places are free again"
    await house.storage.close()


def test_a_process_with_few_descriptors_takes_fewer_uploads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", Mock(return_value=(1024, 4096)))
    assert places.most_of_all() == 128


async def test_one_address_leaves_half_of_the_places_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", Mock(return_value=(1024, 1024)))
    house = House(LocalStorage(tmp_path), whence=seen_from)
    addresses = ["192.0.2.1"] * 100 + ["192.0.2.2"] * 60
    refused, _ = await held(house, [f"v{one}" for one in range(160)], addresses)
    assert len(refused) == 100 - 64, "and none of the other address"
    await house.storage.close()


async def test_a_sender_has_few_uploads_under_way_and_an_address_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(LocalStorage(tmp_path), whence=seen_from)
    refused, _ = await held(house, ["one"] * 12, ["192.0.2.1"] * 12)
    assert len(refused) == 12 - places.OF_SENDER
    refused, _ = await held(house, [f"v{one}" for one in range(60)], ["192.0.2.2"] * 60)
    assert refused == [], "an office"
    monkeypatch.setattr(places, "OF_ADDRESS", 40)
    refused, _ = await held(house, [f"w{one}" for one in range(60)], ["192.0.2.2"] * 60)
    assert len(refused) == 20
    assert (await say(house, "HEAD")).status == 204
    await house.storage.close()
