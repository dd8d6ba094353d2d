"""Files that nobody should send (`corpus.py`): each is refused, or served so that nothing in it can run."""

import re
import time
from pathlib import Path

from halloo.files.types import KINDS
from tests.files.corpus import Hostile, corpus
from tests.files.desk import ask, fetch, filed, put, send
from tests.public.shop import Build, Shop, Visitor

CANARY = "https://canary.example/ran"
ALL_KINDS = ["image", "pdf", "text", "office", "audio", "video", "archive"]
WITHIN_S = 2.0
WITHIN_BYTES = 50 * 1024 * 1024
REFUSED = {400, 413, 415, 422}
SAFE_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:\u200b-\u200f\u202a-\u202e\u2066-\u2069]{1,190}\.[a-z0-9]{2,4}")


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def _hostile_shop(build: Build) -> tuple[Shop, Visitor, str]:
    shop = await build(
        uploads_per_ten_minutes=10_000, upload_mib_per_day=10_000, messages_per_minute=10_000, messages_burst=1_000
    )
    await shop.config(files={"enabled": True, "types": ALL_KINDS})
    visitor = await shop.arrive()
    return shop, visitor, await shop.start(visitor)


async def _brought(shop: Shop, visitor: Visitor, cid: str, one: Hostile) -> str | None:
    """The address of a file that was sent; None where it was refused, with a clear code."""
    asked = await ask(shop, visitor, one.name, one.data, one.type)
    if asked.status_code != 201:
        assert asked.status_code in REFUSED, f"{one.label}: {asked.status_code} {asked.text}"
        assert asked.json()["error"] in {"file_type", "field_invalid", "file_too_large", "bad_json"}, one.label
        return None
    done = await put(shop, asked.json(), one.data)
    if done.status_code != 200:
        assert done.status_code == 415, f"{one.label}: {done.status_code} {done.text}"
        assert done.json()["error"] in {"file_type", "image_refused"}, one.label
        assert (await send(shop, visitor, cid, filed(asked.json()["upload_id"]))).status_code == 409, one.label
        return None
    answer = await send(shop, visitor, cid, filed(asked.json()["upload_id"]))
    assert answer.status_code == 201, f"{one.label}: {answer.text}"
    content = answer.json()["message"]["content"]
    assert SAFE_NAME.fullmatch(content["name"]), f"{one.label}: {content['name']!r}"
    return content["url"]


def _faults(one: Hostile, headers: dict[str, str], body: bytes) -> list[str]:
    """What of an answer could let something run."""
    type_ = headers["content-type"].partition(";")[0]
    wrong: list[str] = []
    if KINDS.get(type_) is None:
        wrong.append(f"served as {type_}")
    if KINDS.get(type_) not in {"image", "audio", "video"} and not headers["content-disposition"].startswith(
        "attachment;"
    ):
        wrong.append("shown")
    if headers["content-security-policy"] != "default-src 'none'; sandbox; frame-ancestors 'none'":
        wrong.append("no sandbox")
    if headers["x-content-type-options"] != "nosniff" or "set-cookie" in headers or "location" in headers:
        wrong.append("headers")
    if KINDS.get(type_) == "image" and (CANARY.encode() in body or b"SECRET-POSITION" in body):
        wrong.append("the picture carries what came with it")
    return [f"{one.label}: {fault}" for fault in wrong]


async def test_nothing_hostile_gets_through(build: Build) -> None:
    """Each answer comes in time, and the server's memory stays where it was."""
    shop, visitor, cid = await _hostile_shop(build)
    hostile = corpus(CANARY)
    assert len(hostile) >= 60
    await _brought(shop, visitor, cid, hostile[-1])
    start, most, wrong = resident(), 0, list[str]()
    for one in hostile:
        began = time.monotonic()
        url = await _brought(shop, visitor, cid, one)
        took = time.monotonic() - began
        most = max(most, resident() - start)
        if took > WITHIN_S:
            wrong.append(f"{one.label}: took {took:.1f} s")
        if one.fate != "either" and (one.fate == "served") != (url is not None):
            wrong.append(f"{one.label}: {'served' if url else 'refused'}")
        if url is not None:
            read = await fetch(shop, url)
            assert read.status_code == 200, one.label
            wrong += _faults(one, dict(read.headers), read.content)
    assert wrong == []
    assert most < WITHIN_BYTES
