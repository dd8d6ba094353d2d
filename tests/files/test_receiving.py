"""Uploads: in one piece, in several, over lines that break, by hostile senders, and onto a disk that is full."""

import asyncio
import hashlib
import json
import random
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from obstore.store import MemoryStore

from halloo.edge import http
from halloo.files import receiving
from halloo.files.errors import FileType
from halloo.files.local import LocalStorage
from halloo.files.objects import ObjectStorage
from halloo.files.opening import open_storage
from halloo.kit.refusals import Unavailable
from tests.support.bucket import bucket_settings
from tests.support.pace import PATIENCE_S
from tests.support.ports import free_port
from tests.support.storage_host import CLIENT, TOKEN, UPLOAD, House, Said, ask, listening

DATA = random.Random(1).randbytes(1_000_000)
SHA256 = hashlib.sha256(DATA).hexdigest()
QUERY = f"token={TOKEN}"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    storage = LocalStorage(tmp_path)
    yield House(storage)
    await storage.close()


async def say(house: House, method: str, body: bytes | list[bytes] = b"", **headers: str) -> Said:
    return await ask(house, method, f"/uploads/{UPLOAD}", QUERY, body, **headers)


def error(said: Said) -> tuple[int, str]:
    return said.status, json.loads(said.body)["error"]


async def test_the_whole_is_put_and_looked_at(house: House) -> None:
    house.expect(len(DATA))
    said = await say(house, "PUT", DATA, content_length=str(len(DATA)), origin=CLIENT)
    assert said.status == 200
    assert json.loads(said.body) == {"upload_id": UPLOAD, "size": len(DATA), "sha256": SHA256}
    assert (said.headers["upload-offset"], said.headers["upload-complete"]) == ("1000000", "?1")
    assert said.headers["access-control-allow-origin"] == CLIENT
    assert said.headers["cache-control"] == "no-store"
    assert said.headers["content-security-policy"].startswith("default-src 'none'; sandbox")


async def test_an_answer_that_was_lost_is_given_again(house: House) -> None:
    house.expect(len(DATA))
    first = await say(house, "PUT", DATA)
    head = await say(house, "HEAD")
    assert (head.status, head.headers["upload-offset"], head.headers["upload-complete"]) == (204, "1000000", "?1")
    assert (await say(house, "PATCH", b"", upload_offset="1000000")).body == first.body
    assert (await say(house, "PUT", DATA)).body == first.body
    assert error(await say(house, "PATCH", b"more", upload_offset="1000000")) == (413, "file_too_large")


async def test_a_broken_line_is_gone_on_with_where_it_broke(house: House) -> None:
    house.expect(len(DATA))
    assert (await say(house, "HEAD")).headers["upload-offset"] == "0"
    assert (await say(house, "PUT", [DATA[:300_000], DATA[300_000:400_000]])).status == 0
    assert house.renewed == 1
    head = await say(house, "HEAD")
    assert (head.headers["upload-offset"], head.headers["upload-complete"]) == ("400000", "?0")
    assert head.headers["upload-length"] == "1000000"
    said = await say(house, "PATCH", DATA[400_000:500_000], upload_offset="400000")
    assert (said.status, said.headers["upload-offset"], said.headers["upload-complete"]) == (204, "500000", "?0")
    assert (await say(house, "PATCH", [DATA[500_000:600_000]], upload_offset="500000")).status == 0
    said = await say(house, "PATCH", DATA[600_000:], upload_offset="600000")
    assert json.loads(said.body)["sha256"] == SHA256


async def test_what_the_old_line_still_brings_moves_the_offset_and_nothing_is_mixed(house: House) -> None:
    """A server may notice late that a line broke: HEAD has named an offset, and the old line's last piece is stored after it."""
    house.expect(len(DATA))
    cut, held = asyncio.Event(), asyncio.Event()
    pieces = [DATA[:600_000], DATA[600_000:700_000]]

    async def receive() -> dict[str, Any]:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": True}
        held.set()
        await cut.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError(message)  # nobody is there to be answered

    headers: list[tuple[bytes, bytes]] = []
    scope = {"type": "http", "method": "PUT", "path": f"/uploads/{UPLOAD}", "headers": headers}
    old = asyncio.create_task(house({**scope, "query_string": QUERY.encode()}, receive, send))
    await held.wait()
    named = int((await say(house, "HEAD")).headers["upload-offset"])
    assert named < 700_000, "the last piece waits in memory"
    cut.set()
    await old
    late = await say(house, "PATCH", DATA[named:], upload_offset=str(named))
    assert (*error(late), late.headers["upload-offset"]) == (409, "upload_offset", "700000")
    assert json.loads(late.body)["details"] == {"received": 700_000}
    said = await say(house, "PATCH", DATA[700_000:], upload_offset="700000")
    assert json.loads(said.body)["sha256"] == SHA256


async def test_a_sender_that_only_knows_put_gets_there_as_well(house: House) -> None:
    house.expect(len(DATA))
    assert (await say(house, "PUT", [DATA[:300_000]])).status == 0
    assert (await say(house, "PUT", [DATA[:100_000]])).status == 0
    assert (await say(house, "HEAD")).headers["upload-offset"] == "300000"
    assert (await say(house, "PUT", [DATA[:250_000], DATA[250_000:350_000]])).status == 0
    said = await say(house, "PUT", DATA)
    assert json.loads(said.body)["sha256"] == SHA256


async def test_a_wrong_offset_says_the_right_one(house: House) -> None:
    house.expect(len(DATA))
    await say(house, "PUT", [DATA[:1000]])
    for offset in ("0", "999", "1001", "999999999999999999"):
        said = await say(house, "PATCH", b"x", upload_offset=offset)
        assert (*error(said), said.headers["upload-offset"]) == (409, "upload_offset", "1000")
    for offset in ("", "-1", "1e3", "0x0", "9" * 30, "1000, 1000"):
        assert error(await say(house, "PATCH", b"x", upload_offset=offset)) == (400, "bad_request")
    assert error(await say(house, "PATCH", b"x")) == (400, "bad_request")
    assert (await say(house, "HEAD")).headers["upload-offset"] == "1000"


async def test_bytes_that_are_packed_are_refused_before_any_is_kept(house: House) -> None:
    """Kept as they came, whoever goes on at the offset of their length would mix two files."""
    house.expect(len(DATA))
    for method in ("PUT", "PATCH"):
        said = await say(house, method, DATA[:500], upload_offset="0", content_encoding="gzip")
        assert error(said) == (400, "bad_request")
    assert (await say(house, "HEAD")).headers["upload-offset"] == "0"
    assert (await say(house, "PUT", DATA, content_encoding="identity")).status == 200


async def test_more_than_was_announced_is_refused_and_less_is_no_file(house: House) -> None:
    house.expect(1000)
    assert error(await say(house, "PUT", DATA, content_length="1000000")) == (413, "file_too_large")
    assert (await say(house, "HEAD")).headers["upload-offset"] == "0"
    assert error(await say(house, "PUT", DATA)) == (413, "file_too_large")
    house.expect(1000)
    await house.storage.drop(UPLOAD)
    said = await say(house, "PUT", DATA[:999])
    assert (*error(said), said.headers["upload-offset"]) == (409, "upload_incomplete", "999")
    assert error(await say(house, "PATCH", b"xy", upload_offset="999")) == (413, "file_too_large")
    assert error(await say(house, "PATCH", b"xy", upload_offset="999", content_length="2")) == (413, "file_too_large")
    assert house.finished == 0
    assert (await say(house, "PATCH", DATA[999:1000], upload_offset="999")).status == 200


async def test_whatever_opens_nothing_is_one_and_the_same_answer(house: House) -> None:
    house.expect(10)
    path = f"/uploads/{UPLOAD}"
    wrong = [
        (path, ""),
        (path, "token="),
        (path, "token=hup_wrong"),
        (path, f"{QUERY}&{QUERY}"),
        (path, f"token={TOKEN}%00"),
        (path, "token=" + "a" * 500),
        (path + "/", QUERY),
        ("/uploads/", QUERY),
        ("/uploads/../files", QUERY),
        (path[:-1] + "9", QUERY),
        ("/uploads/\0", QUERY),
    ]
    for method in ("PUT", "PATCH", "HEAD"):
        answers = [await ask(house, method, *one, b"0123456789", upload_offset="0") for one in wrong]
        assert {one.status for one in answers} == {404}
        assert len({(one.body, tuple(one.headers.items())) for one in answers}) == 1
    assert await house.storage.received(UPLOAD) == 0


async def test_browsers_of_our_own_pages_may_send_and_others_may_not(house: House) -> None:
    house.expect(10)
    said = await say(house, "OPTIONS", origin=CLIENT, access_control_request_method="PATCH")
    assert said.status == 204
    assert said.headers["access-control-allow-methods"] == "PUT, PATCH, HEAD, DELETE, OPTIONS"
    assert "upload-offset" in said.headers["access-control-allow-headers"]
    assert "upload-offset" in (await say(house, "HEAD", origin=CLIENT)).headers["access-control-expose-headers"]
    other = await say(house, "OPTIONS", origin="https://evil.example")
    assert not [name for name in other.headers if name.startswith("access-control")]
    for method in ("GET", "POST", "TRACE"):
        assert (await say(house, method)).status == 405


async def test_a_refusal_of_what_came_is_told_with_its_code(house: House) -> None:
    house.expect(len(DATA))
    house.refusal = FileType(types=["image"])
    said = await say(house, "PUT", DATA)
    assert error(said) == (415, "file_type")
    assert json.loads(said.body)["details"] == {"types": ["image"]}


async def test_who_was_told_to_wait_sends_nothing_again(house: House) -> None:
    house.expect(len(DATA))
    house.refusal = Unavailable()
    said = await say(house, "PUT", DATA)
    assert (said.status, said.headers["retry-after"]) == (503, "5")
    house.refusal = None
    assert (await say(house, "HEAD")).headers["upload-offset"] == "1000000"
    said = await say(house, "PATCH", b"", upload_offset="1000000")
    assert json.loads(said.body)["sha256"] == SHA256


async def test_a_full_disk_is_told_and_what_is_here_stays(house: House) -> None:
    house.expect(len(DATA))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
        said = await say(house, "PUT", DATA)
        assert error(said) == (507, "storage_full")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    offset = (await say(house, "HEAD")).headers["upload-offset"]
    said = await say(house, "PATCH", DATA[int(offset) :], upload_offset=offset)
    assert json.loads(said.body)["sha256"] == SHA256


async def test_a_store_that_does_not_answer_is_told() -> None:
    lost = House(open_storage(bucket_settings(f"http://127.0.0.1:{free_port()}", "x"), Path()))
    lost.expect(len(DATA))
    for method in ("PUT", "PATCH"):
        said = await say(lost, method, DATA, upload_offset="0")
        assert (*error(said), said.headers["retry-after"]) == (503, "storage_unavailable", "5")
    said = await say(lost, "HEAD")
    assert (said.status, said.headers["retry-after"]) == (503, "5")


async def test_a_target_is_renewed_while_bytes_come(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "RENEW_S", -1)
    house.expect(len(DATA))
    assert (await say(house, "PUT", [DATA[:1000], DATA[1000:2000], DATA[2000:3000]])).status == 0
    assert house.renewed == 4


async def test_a_slow_line_has_as_long_as_it_takes_and_one_that_stands_still_is_cut(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BODY_S", 0.6)
    monkeypatch.setattr(receiving, "PACE", 10_000)
    house.expect(len(DATA))
    head = f"PUT /uploads/{UPLOAD}?{QUERY} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    async with listening(house) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode())
        for at in range(0, 200_000, 20_000):
            writer.write(DATA[at : at + 20_000])
            await asyncio.sleep(0.15)
        assert b"408" in await asyncio.wait_for(reader.read(), 5)
        writer.close()
        said = b"409"
        async with asyncio.timeout(PATIENCE_S):
            while said == b"409":  # the line that was cut lets go in its own time
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(head.encode() + DATA)
                said = (await reader.readuntil(b"\r\n")).split()[1]
                writer.close()
        assert said == b"200"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("ending", ["whole", "part", "broken"])
async def test_what_is_given_up_at_another_server_leaves_nothing_at_this_one(method: str, ending: str) -> None:
    """Over an object store, which holds none of it yet: there is nothing that the other could take away."""
    store = MemoryStore()
    here = House(ObjectStorage(store, "memory", store))
    here.expect(1000)
    there = House(here.storage, uploads=here.uploads)
    pieces = {"whole": [b"x" * 600], "part": [b"x" * 400], "broken": []}[ending]
    rest = [{"type": "http.request", "body": piece, "more_body": False} for piece in pieces]
    messages = [{"type": "http.request", "body": b"x" * 400, "more_body": True}, *rest]
    told: list[Any] = []

    async def receive() -> dict[str, Any]:
        if len(messages) == len(rest):
            assert (await say(there, "DELETE")).status == 204
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        told.append(message)

    headers = [(b"upload-offset", b"0")]
    scope = {"type": "http", "method": method, "path": f"/uploads/{UPLOAD}", "headers": headers}
    await here({**scope, "query_string": QUERY.encode()}, receive, send)
    assert told[0]["status"] == 404
    assert await here.storage.received(UPLOAD) == 0


async def test_a_line_whose_upload_was_ended_is_cut_when_it_would_be_renewed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "RENEW_S", -1)
    house.expect(len(DATA))
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        house.uploads.clear()
        return {"type": "http.request", "body": DATA[:1000], "more_body": True}

    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    headers: list[tuple[bytes, bytes]] = []
    scope = {"type": "http", "method": "PUT", "path": f"/uploads/{UPLOAD}", "headers": headers}
    await house({**scope, "query_string": QUERY.encode()}, receive, send)
    assert (told[0]["status"], taken) == (404, 1)
    assert await house.storage.received(UPLOAD) == 0


async def test_lines_that_are_cut_at_random_bring_the_file_at_last(house: House) -> None:
    chance = random.Random(2)
    house.expect(len(DATA))
    async with listening(house) as port:
        for _ in range(200):
            offset = int((await say(house, "HEAD")).headers["upload-offset"])
            if offset == len(DATA):
                break
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"PATCH /uploads/{UPLOAD}?{QUERY} HTTP/1.1\r\nHost: x\r\nUpload-Offset: {offset}\r\n"
            writer.write(f"{head}Content-Length: {len(DATA) - offset}\r\n\r\n".encode())
            writer.write(DATA[offset : offset + chance.randrange(1, 150_000)])
            await writer.drain()
            if chance.random() < 0.5:
                await asyncio.sleep(0.01)
            writer.transport.abort()
            del reader
        said = await say(house, "PATCH", b"", upload_offset=str(len(DATA)))
        assert json.loads(said.body)["sha256"] == SHA256


async def test_two_senders_at_once_bring_one_file(house: House) -> None:
    house.expect(len(DATA))
    pieces = [DATA[at : at + 10_000] for at in range(0, len(DATA), 10_000)]

    async def send() -> Said:
        left = [*pieces]

        async def receive() -> dict[str, object]:
            await asyncio.sleep(0)
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

        told: list[dict[str, object]] = []

        async def note(message: dict[str, object]) -> None:
            told.append(message)

        scope: dict[str, Any] = {
            "type": "http",
            "method": "PUT",
            "path": f"/uploads/{UPLOAD}",
            "query_string": QUERY.encode(),
            "headers": [],
        }
        await house(scope, receive, note)
        status, body = told[0]["status"], told[1]["body"]
        assert isinstance(status, int)
        assert isinstance(body, bytes)
        return Said(status, {}, body)

    answers = await asyncio.gather(*(send() for _ in range(4)))
    good = [one for one in answers if one.status == 200]
    assert good
    assert {json.loads(one.body)["sha256"] for one in good} == {SHA256}
    assert {error(one) for one in answers if one.status != 200} <= {(409, "upload_offset")}
