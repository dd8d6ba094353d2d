"""Downloads: what an address opens, in whole and in parts, and that nobody takes half an answer for a whole one."""

import asyncio
import json
import random
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from halloo.files import serving
from halloo.files.local import LocalStorage
from halloo.files.opening import open_storage
from halloo.files.storage import NotStored, StoreUnreachable
from halloo.files.types import KINDS
from halloo.kit.refusals import Unavailable
from tests.support.bucket import bucket_settings
from tests.support.ports import free_port
from tests.support.storage_host import CLIENT, FILE, UNTIL, House, Said, ask, listening

DATA = random.Random(1).randbytes(600_000)
QUERY = f"until={UNTIL}"
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    storage = LocalStorage(tmp_path)
    yield House(storage)
    await storage.close()


async def get(house: House, address: str, method: str = "GET", **headers: str) -> Said:
    return await ask(house, method, address, QUERY, b"", **headers)


async def test_an_address_opens_its_file_with_every_header_that_keeps_it_from_running(house: House) -> None:
    said = await get(house, await house.keep("photo.png", "image/png", DATA))
    assert said.status == 200
    assert said.body == DATA
    tag = said.headers.pop("etag")
    assert tag == f'"{house.files[FILE].sha256}"'
    assert said.headers == {
        "content-security-policy": POLICY,
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "vary": "origin",
        "cache-control": "private, max-age=60, must-revalidate",
        "accept-ranges": "bytes",
        "content-type": "image/png",
        "content-length": "600000",
        "content-disposition": "inline; filename=\"photo.png\"; filename*=UTF-8''photo.png",
    }


async def test_head_says_the_same_without_the_bytes(house: House) -> None:
    address = await house.keep("photo.png", "image/png", DATA)
    whole, head = await get(house, address), await get(house, address, "HEAD", range="bytes=0-1")
    assert (head.status, head.headers, head.body) == (200, whole.headers, b"")


async def test_whatever_is_no_address_that_holds_is_one_and_the_same_answer(house: House) -> None:
    address = await house.keep("photo.png", "image/png", DATA)
    folder, _, name = address.rpartition("/")
    wrong = [
        (address, "until=1900000001"),
        (address, "until=1600000000"),
        (address, ""),
        (address, f"{QUERY}&{QUERY}"),
        (address, f"{QUERY}&a=b"),
        (address, "until=-1"),
        (address, "until=1900000000%00"),
        (address, "until=" + "9" * 400),
        (f"{folder}/other.png", QUERY),
        (f"{folder}/", QUERY),
        (folder, QUERY),
        (f"{address}/", QUERY),
        (f"{folder}/../{name}", QUERY),
        (address.replace(FILE, "0195f0c2-7b1e-7c54-9d0a-000000000009"), QUERY),
        (address.replace(FILE, FILE.upper()), QUERY),
        (f"{folder[:-1]}{'A' if folder[-1] != 'A' else 'B'}/{name}", QUERY),
        (f"{folder}=/{name}", QUERY),
        ("/files/", QUERY),
        ("/files/\0/\0/\0", QUERY),
        ("/files/" + "a" * 70_000, QUERY),
        (f"/files/{FILE}/{'🦊' * 43}/photo.png", QUERY),
    ]
    answers = [await ask(house, "GET", path, query) for path, query in wrong]
    house.files.clear()
    answers.append(await get(house, address))
    assert {one.status for one in answers} == {404}
    assert len({(one.body, tuple(one.headers.items())) for one in answers}) == 1
    assert json.loads(answers[0].body)["error"] == "not_found"
    assert answers[0].headers["content-security-policy"] == POLICY
    assert answers[0].headers["cache-control"] == "no-store"


async def test_a_removed_file_is_gone(house: House) -> None:
    address = await house.keep("a.txt", "text/plain", b"x", removed_at=1)
    assert (await get(house, address)).status == 404


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-", 5, 600_000),
        ("bytes=-5", 599_995, 600_000),
        ("bytes=-900000", 0, 600_000),
        ("bytes=100-99999999999", 100, 600_000),
        ("BYTES = 300000 - 300009", 300_000, 300_010),
    ],
)
async def test_a_part_is_answered_as_that_part(house: House, asked: str, start: int, end: int) -> None:
    said = await get(house, await house.keep("a.mp4", "video/mp4", DATA), range=asked)
    assert said.status == 206
    assert said.body == DATA[start:end]
    assert said.headers["content-range"] == f"bytes {start}-{end - 1}/600000"
    assert said.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=600000-", "bytes=999999999999999999-", "bytes=-0"])
async def test_a_part_behind_the_end_is_refused(house: House, asked: str) -> None:
    said = await get(house, await house.keep("a.mp4", "video/mp4", DATA), range=asked)
    assert (said.status, said.headers["content-range"], said.body) == (416, "bytes */600000", b"")


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,3-4",
        "bytes=5-4",
        "bytes=-",
        "bytes=a-b",
        "items=0-1",
        "bytes=" + "9" * 50 + "-",
        "bytes=0x1-",
        "",
        "bytes=٣-",
    ],
)
async def test_what_is_no_single_range_meanseverything(house: House, asked: str) -> None:
    said = await get(house, await house.keep("a.mp4", "video/mp4", DATA), range=asked.encode().decode("latin-1"))
    assert (said.status, said.body) == (200, DATA)


async def test_a_browser_that_has_it_is_told_so_and_one_that_has_another_gets_all_of_it(house: House) -> None:
    address = await house.keep("a.mp4", "video/mp4", DATA)
    tag = (await get(house, address)).headers["etag"]
    for condition in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        said = await get(house, address, if_none_match=condition, range="bytes=0-1")
        assert (said.status, said.body, said.headers["etag"]) == (304, b"", tag)
        assert "content-length" not in said.headers
    assert (await get(house, address, if_none_match='"other"')).status == 200
    assert (await get(house, address, if_range=tag, range="bytes=0-1")).status == 206
    for condition in ('"other"', f"W/{tag}", "Sun, 29 Nov 2026 08:00:00 GMT"):
        assert (await get(house, address, if_range=condition, range="bytes=0-1")).body == DATA


async def test_another_method_is_refused_and_scripts_of_others_read_nothing(house: House) -> None:
    address = await house.keep("a.mp4", "video/mp4", DATA)
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"):
        said = await get(house, address, method)
        assert (said.status, said.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    own = await get(house, address, origin=CLIENT)
    assert own.headers["access-control-allow-origin"] == CLIENT
    assert "access-control-allow-credentials" not in own.headers
    for origin in ("https://evil.example", "null", CLIENT + ".evil.example", CLIENT.upper()):
        for method in ("GET", "OPTIONS"):
            assert not [name for name in (await get(house, address, method, origin=origin)).headers if "allow-" in name]
    before = await get(house, address, "OPTIONS", origin=CLIENT)
    assert (before.status, before.headers["access-control-allow-methods"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("type_", "said", "how"),
    [
        ("text/html", "application/octet-stream", "attachment"),
        ("image/svg+xml", "application/octet-stream", "attachment"),
        ("text/xml", "application/octet-stream", "attachment"),
        ("application/xhtml+xml", "application/octet-stream", "attachment"),
        ("text/javascript", "application/octet-stream", "attachment"),
        ("text/css", "application/octet-stream", "attachment"),
        ("image/png\r\nset-cookie: a=b", "application/octet-stream", "attachment"),
        ("", "application/octet-stream", "attachment"),
        ("text/plain", "text/plain; charset=utf-8", "attachment"),
        ("application/pdf", "application/pdf", "attachment"),
        ("audio/webm", "audio/webm", "inline"),
        ("video/mp4", "video/mp4", "inline"),
    ],
)
async def test_only_harmless_types_are_said_and_only_media_are_shown(
    house: House, type_: str, said: str, how: str
) -> None:
    headers = (await get(house, await house.keep("name", type_, b"<script>1</script>"))).headers
    assert headers["content-type"] == said
    assert headers["content-disposition"].startswith(f"{how};")


def test_no_type_of_the_list_can_run() -> None:
    for type_ in KINDS:
        assert not any(word in type_ for word in ("html", "script", "svg", "css")), type_
        assert not type_.endswith(("/xml", "+xml")), type_


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ('a"b\\c.txt', "attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%5Cc.txt"),
        ("größe 1.pdf", "attachment; filename=\"gr__e 1.pdf\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%201.pdf"),
        (
            "a\r\nset-cookie: x=y",
            "attachment; filename=\"a__set-cookie: x=y\"; filename*=UTF-8''a%0D%0Aset-cookie%3A%20x%3Dy",
        ),
        ("50%41.txt", "attachment; filename=\"50_41.txt\"; filename*=UTF-8''50%2541.txt"),
        ("\ud800.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%3F.txt"),
    ],
)
def test_a_name_says_nothing_but_a_name(name: str, said: str) -> None:
    assert serving.describe(name, "application/pdf")[1] == (b"content-disposition", said.encode())


async def test_a_store_that_does_not_answer_is_said_before_anything_else(house: House) -> None:
    address = await house.keep("a.mp4", "video/mp4", DATA)
    lost = House(open_storage(bucket_settings(f"http://127.0.0.1:{free_port()}", "x"), Path()), house.files)
    said = await get(lost, address)
    assert (said.status, json.loads(said.body)["error"]) == (503, "storage_unavailable")
    assert said.headers["retry-after"] == "5"
    assert "content-disposition" not in said.headers
    assert "etag" not in said.headers
    house.refusal = Unavailable()
    said = await get(house, address)
    assert (said.status, said.headers["retry-after"]) == (503, "5")
    house.refusal = RuntimeError("secret")
    said = await get(house, address)
    assert (said.status, json.loads(said.body)["error"]) == (500, "internal")
    assert b"secret" not in said.body


@pytest.mark.parametrize("how", [StoreUnreachable("gone"), NotStored("gone"), None, RuntimeError("fault")])
async def test_half_an_answer_never_looks_whole(
    house: House, monkeypatch: pytest.MonkeyPatch, how: Exception | None
) -> None:
    address = await house.keep("a.mp4", "video/mp4", DATA)

    async def failing(*_: object) -> Any:
        yield b"x" * 100_000
        if how is not None:
            raise how

    monkeypatch.setattr(house.storage, "read", failing)
    async with listening(house) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {address}?{QUERY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"content-length: 600000" in head
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readexactly(600_000)
        writer.close()


async def test_an_object_shorter_than_its_file_is_no_answer_and_a_longer_one_not_more(house: House) -> None:
    address = await house.keep("a.mp4", "video/mp4", DATA)
    await house.storage.put("files/kept", DATA + b"more")
    assert (await get(house, address)).body == DATA
    await house.storage.put("files/kept", b"")
    assert (await get(house, address)).status == 503
    await house.storage.delete(["files/kept"])
    assert (await get(house, address)).status == 503


async def test_who_does_not_read_is_let_go_and_holds_little_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "STALL_S", 0.3)
    data = random.Random(2).randbytes(20_000_000)
    address = await house.keep("a.mp4", "video/mp4", data)
    read = 0
    before = house.storage.read

    async def counted(key: str, start: int = 0, end: int | None = None) -> Any:
        nonlocal read
        async for piece in before(key, start, end):
            read += len(piece)
            yield piece

    monkeypatch.setattr(house.storage, "read", counted)
    async with listening(house) as port:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        line.connect(("127.0.0.1", port))
        line.sendall(f"GET {address}?{QUERY} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await asyncio.sleep(1.2)
        assert read < 10_000_000
        line.settimeout(5)
        got = await asyncio.to_thread(everything, line)
        assert len(got) < len(data)
        line.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {address}?{QUERY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert (await reader.read()).endswith(data[-100:])
        writer.close()


def everything(line: socket.socket) -> bytes:
    """What a line brings until it ends or is cut."""
    found = b""
    try:
        while piece := line.recv(1 << 20):
            found += piece
    except OSError:
        pass
    return found
