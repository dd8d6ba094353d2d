"""The promises of the storage's port, over both twins: a local folder, and an object store that speaks S3."""

import asyncio
import hashlib
import os
import random
import resource
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast

import obstore
import pytest
from obstore.store import MemoryStore

from halloo.files import objects, opening
from halloo.files.objects import ObjectStorage
from halloo.files.opening import open_storage
from halloo.files.settings import FilesSettings
from halloo.files.storage import NotStored, OffsetConflict, Storage, StorageFull, StoreUnreachable
from halloo.kit.ids import new_id
from tests.support.bucket import bucket_settings, running_bucket, sequence, start_writer
from tests.support.pace import Pace, until
from tests.support.ports import free_port
from tests.support.tcp_proxy import proxying

Twin = Literal["local", "objects"]
PLENTY = 1 << 40
KIB, MIB = 1024, 1024 * 1024


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with running_bucket() as address:
        yield address


@pytest.fixture(params=["local", "objects"])
def twin(request: pytest.FixtureRequest) -> Twin:
    chosen: Twin = request.param
    return chosen


@pytest.fixture
def settings(twin: Twin, request: pytest.FixtureRequest) -> FilesSettings:
    if twin == "local":
        return FilesSettings()
    return bucket_settings(request.getfixturevalue("bucket"), new_id())


@pytest.fixture
async def storage(settings: FilesSettings, tmp_path: Path) -> AsyncIterator[Storage]:
    opened = open_storage(settings, tmp_path)
    yield opened
    await opened.close()


async def given(*chunks: bytes, after: Callable[[], object] | None = None) -> AsyncGenerator[bytes, None]:
    for chunk in chunks:
        yield chunk
        await asyncio.sleep(0)
    if after is not None:
        after()


def broken() -> None:
    raise ConnectionResetError


async def all_of(storage: Storage, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([piece async for piece in storage.read(key, start, end)])


async def test_parts_become_an_object_and_the_upload_is_gone(storage: Storage) -> None:
    first, second = random.Random(1).randbytes(700_000), b"and the rest"
    assert await storage.received("one") == 0
    assert await storage.append("one", 0, given(first[:300_000], b"", first[300_000:]), PLENTY) == 700_000
    assert await storage.received("one") == 700_000
    assert await storage.size("files/a/one") is None
    assert await storage.append("one", 700_000, given(second), PLENTY) == 700_012
    found = await storage.assemble("one", "files/a/one")
    assert (found.size, found.sha256) == (700_012, hashlib.sha256(first + second).hexdigest())
    assert found.head == first[: 64 * KIB]
    assert await storage.received("one") == 0
    assert await storage.size("files/a/one") == 700_012
    assert await all_of(storage, "files/a/one") == first + second
    assert await storage.assemble("one", "files/a/one") == found


async def test_any_part_of_an_object_is_read_in_pieces_of_a_mebibyte_at_most(storage: Storage) -> None:
    data = random.Random(2).randbytes(3 * MIB + 5)
    await storage.put("some", data)
    assert max([len(piece) async for piece in storage.read("some")]) <= MIB
    for start, end in ((0, 1), (0, None), (MIB - 1, MIB + 1), (5, 3 * MIB), (3 * MIB, None), (100, 10 * MIB)):
        assert await all_of(storage, "some", start, end) == data[start:end]
    assert await all_of(storage, "some", 3 * MIB + 5) == b""
    assert await all_of(storage, "some", 4 * MIB, 5 * MIB) == b""
    assert await all_of(storage, "some", 7, 7) == b""


async def test_what_is_not_there_is_told_at_the_first_piece(storage: Storage) -> None:
    pieces = aiter(storage.read("nothing"))
    with pytest.raises(NotStored) as told:
        await anext(pieces)
    assert not isinstance(told.value, StoreUnreachable)
    with pytest.raises(NotStored):
        await storage.assemble("nothing", "files/nothing")
    assert await storage.size("nothing") is None
    await storage.delete(["nothing", "nor/this"])
    await storage.drop("nothing")


async def test_a_small_object_is_put_in_place_of_another_and_deleted(storage: Storage) -> None:
    await storage.put("a", b"first")
    await storage.put("a/b", b"below")
    await storage.put("a", b"second, and longer")
    await storage.put("empty", b"")
    assert await all_of(storage, "a") == b"second, and longer"
    assert await all_of(storage, "a/b") == b"below"
    assert await all_of(storage, "empty") == b""
    await storage.delete(["a", "gone", "a/b"])
    assert [await storage.size(key) for key in ("a", "a/b", "empty")] == [None, None, 0]


async def test_what_came_before_the_line_broke_is_kept(storage: Storage) -> None:
    with pytest.raises(ConnectionResetError):
        await storage.append("cut", 0, given(b"x" * 1000, b"y" * 1000, after=broken), PLENTY)
    assert await storage.received("cut") == 2000
    with pytest.raises(OffsetConflict) as conflict:
        await storage.append("cut", 1000, given(b"again"), PLENTY)
    assert conflict.value.received == 2000
    with pytest.raises(OffsetConflict):
        await storage.append("cut", 3000, given(b"too far"), PLENTY)
    assert await storage.append("cut", 2000, given(b"z"), PLENTY) == 2001
    await storage.assemble("cut", "whole")
    assert await all_of(storage, "whole") == b"x" * 1000 + b"y" * 1000 + b"z"


async def test_an_upload_never_has_more_than_its_limit(storage: Storage) -> None:
    taken = 0

    async def endless() -> AsyncGenerator[bytes, None]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 1000

    with pytest.raises(ValueError, match="10000"):
        await storage.append("much", 0, endless(), 10_000)
    assert taken == 11
    assert await storage.received("much") == 10_000


async def test_two_writers_never_mix_their_bytes(storage: Storage) -> None:
    chance = random.Random(3)

    async def slowly(letter: bytes) -> AsyncGenerator[bytes, None]:
        for _ in range(60):
            yield letter * 100_000
            await asyncio.sleep(chance.random() / 1000)

    done = await asyncio.gather(
        *(storage.append("shared", 0, slowly(letter), PLENTY) for letter in (b"a", b"b")), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["OffsetConflict", "int"]
    assert 6_000_000 in done
    await storage.assemble("shared", "shared")
    assert set(await all_of(storage, "shared")) in ({ord("a")}, {ord("b")})


async def test_who_comes_back_does_not_wait_for_the_line_that_hangs(storage: Storage) -> None:
    come = asyncio.Event()

    async def hanging() -> AsyncGenerator[bytes, None]:
        yield b"never "
        await come.wait()
        yield b"to be seen"

    old = asyncio.create_task(storage.append("hung", 0, hanging(), PLENTY))
    await asyncio.sleep(0.05)
    assert await storage.append("hung", 0, given(b"the whole"), PLENTY) == 9
    come.set()
    with pytest.raises(OffsetConflict) as conflict:
        await old
    assert conflict.value.received == 9
    await storage.assemble("hung", "hung")
    assert await all_of(storage, "hung") == b"the whole"


async def test_a_late_writer_changes_neither_the_object_nor_what_was_dropped(storage: Storage) -> None:
    come = asyncio.Event()

    async def late(first: bytes) -> AsyncGenerator[bytes, None]:
        yield first
        await come.wait()
        yield b"later" * 100_000

    begun = [
        asyncio.create_task(storage.append(upload, 0, late(b"1" * 5_000_000), PLENTY)) for upload in ("done", "dropped")
    ]
    while not all([await storage.received(upload) >= 4_000_000 for upload in ("done", "dropped")]):  # noqa: ASYNC110 - there is no event
        await asyncio.sleep(0.01)
    found = await storage.assemble("done", "done")
    await storage.drop("dropped")
    come.set()
    ended = await asyncio.gather(*begun, return_exceptions=True)
    assert await storage.size("done") == found.size
    assert await storage.received("dropped") == 0
    assert hashlib.sha256(await all_of(storage, "done")).hexdigest() == found.sha256
    assert [type(one) for one in ended] == [OffsetConflict, OffsetConflict]


@pytest.mark.parametrize(
    ("ending", "raised"),
    [
        (None, OffsetConflict),
        (ConnectionResetError, ConnectionResetError),
        (asyncio.CancelledError, asyncio.CancelledError),
    ],
)
async def test_what_comes_behind_what_was_dropped_stays_nowhere(
    ending: type[BaseException] | None, raised: type[BaseException]
) -> None:
    """Nobody looks for it any more: it would lie in the bucket for good. Also where its line breaks."""
    store = MemoryStore()
    storage = ObjectStorage(store, "memory", store)

    async def chunks() -> AsyncGenerator[bytes, None]:
        for number in range(4):
            yield bytes(4 << 20)
            if number == 1:
                assert await storage.received("upload") > 0
                await storage.drop("upload")
        yield b"the last, too few for a part"
        if ending is not None:
            raise ending

    with pytest.raises(raised):
        await storage.append("upload", 0, chunks(), PLENTY)
    left: Any = cast("Any", obstore).list(store).collect()
    assert left == []


async def test_assembling_at_once_is_assembling_once(storage: Storage) -> None:
    data = random.Random(4).randbytes(20 * MIB)
    await storage.append("both", 0, given(*(data[at : at + MIB] for at in range(0, len(data), MIB))), PLENTY)
    found = await asyncio.gather(*(storage.assemble("both", "both") for _ in range(3)))
    assert {(one.size, one.sha256) for one in found} == {(len(data), hashlib.sha256(data).hexdigest())}
    assert found[0].head == data[: 64 * KIB]
    assert await storage.received("both") == 0
    assert await all_of(storage, "both") == data


@pytest.mark.parametrize(
    "key", ["", "../up", "a/../b", "/root", "UPPER", "sp ace", "nul\0", "ü", "a" * 201, "back\\slash", ".hidden", "a\n"]
)
async def test_a_hostile_key_is_no_key(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        await storage.put(key, b"")
    with pytest.raises(ValueError, match="no key"):
        await storage.append(key, 0, given(b""), 1)
    with pytest.raises(ValueError, match="no key"):
        await all_of(storage, key)


async def test_a_storage_that_works_says_nothing(storage: Storage) -> None:
    assert await storage.check() is None


async def test_killed_while_writing_what_is_here_is_a_beginning(
    storage: Storage, settings: FilesSettings, tmp_path: Path
) -> None:
    chance, before = random.Random(5), 0
    for _ in range(3):
        process = start_writer("append", tmp_path, settings)
        await asyncio.sleep(0.2 + chance.random() / 2)
        process.kill()
        process.communicate()
        received = await storage.received("upload")
        assert received >= before
        before = received
    assert before > 0
    tail = sequence(before, 1000)
    assert await storage.append("upload", before, given(tail), PLENTY) == before + 1000
    found = await storage.assemble("upload", "files/whole")
    assert found.size == before + 1000
    assert await all_of(storage, "files/whole") == sequence(0, found.size)


async def test_killed_while_assembling_the_object_is_there_whole_or_not_at_all(
    storage: Storage, settings: FilesSettings, tmp_path: Path
) -> None:
    size = 24 * MIB
    whole = sequence(0, size)
    await storage.append("upload", 0, given(*(whole[at : at + MIB] for at in range(0, size, MIB))), PLENTY)
    for wait in (0.0, 0.02, 0.05, 0.1):
        process = start_writer("assemble", tmp_path, settings)
        await asyncio.sleep(wait)
        process.kill()
        process.communicate()
        assert await storage.size("files/whole") in {None, size}
    found = await storage.assemble("upload", "files/whole")
    assert (found.size, found.sha256) == (size, hashlib.sha256(whole).hexdigest())
    assert await storage.received("upload") == 0


async def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    storage = open_storage(FilesSettings(), tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    data = random.Random(6).randbytes(2 * MIB)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (MIB + 1000, hard))  # the kernel refuses what goes beyond
        with pytest.raises(StorageFull):
            await storage.append("full", 0, given(data[:900_000], data[900_000:]), PLENTY)
        with pytest.raises(StorageFull):
            await storage.put("full", data)
        received = await storage.received("full")
        assert 0 < received <= MIB + 1000
        assert await storage.size("full") is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert await storage.append("full", received, given(data[received:]), PLENTY) == len(data)
    assert (await storage.assemble("full", "full")).sha256 == hashlib.sha256(data).hexdigest()
    await storage.close()


async def test_a_folder_that_is_lost_is_told(tmp_path: Path) -> None:
    storage = open_storage(FilesSettings(), tmp_path)
    shutil.rmtree(tmp_path / "files")
    told = await storage.check()
    assert told is not None
    assert str(tmp_path / "files") in told
    await storage.close()


async def test_what_a_killed_process_left_is_swept_a_day_later(tmp_path: Path) -> None:
    await open_storage(FilesSettings(), tmp_path).close()
    old, young = (tmp_path / "files" / "temporary" / name for name in ("old", "young"))
    for left in (old, young):
        left.write_bytes(b"half")
    os.utime(old, (1, 1))
    await open_storage(FilesSettings(), tmp_path).close()
    assert (old.exists(), young.exists()) == (False, True)


async def test_reading_works_where_the_kernel_cannot_read_without_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = open_storage(FilesSettings(), tmp_path)
    data = random.Random(7).randbytes(MIB)
    await storage.put("data", data)

    def refused(*_: object) -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "preadv", refused)
    assert await all_of(storage, "data") == data

    def unknown(*_: object) -> int:
        raise OSError(95, "not supported")

    monkeypatch.setattr(os, "preadv", unknown)
    assert await all_of(storage, "data") == data
    await storage.close()


async def test_a_store_that_does_not_answer_is_told_soon() -> None:
    storage = open_storage(bucket_settings(f"http://127.0.0.1:{free_port()}", "x"), Path())
    pace = Pace()
    for act in (
        lambda: storage.size("a"),
        lambda: storage.put("a", b""),
        lambda: storage.append("a", 0, given(b"x"), 1),
        lambda: all_of(storage, "a"),
    ):
        with pytest.raises(StoreUnreachable):
            await act()
    assert pace.seconds() < 60
    told = await storage.check()
    assert told is not None
    assert "s3://" in told


async def test_a_store_that_takes_long_to_join_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """All waits are a thirtieth of what they are; the store takes longer than any other request may."""
    size = 20 * MIB
    whole = sequence(0, size)
    with running_bucket(joining_s=3.5) as address:
        settings = bucket_settings(address, new_id())
        storage = open_storage(settings, Path())
        await storage.append("upload", 0, given(*(whole[at : at + MIB] for at in range(0, size, MIB))), PLENTY)
        for name, waiting in (("SOON", opening.SOON), ("JOINING", opening.JOINING)):
            monkeypatch.setattr(opening, name, replace(waiting, request=waiting.request / 30, again=waiting.again / 30))
        found = await open_storage(settings, Path()).assemble("upload", "files/whole")
        assert (found.size, found.sha256) == (size, hashlib.sha256(whole).hexdigest())
        assert await all_of(storage, "files/whole") == whole
        assert await storage.received("upload") == 0


async def test_a_line_that_breaks_and_hangs_while_joining_loses_nothing(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four cuts, and one silence that is longer than the store's answer to any other request may take."""
    size = 64 * MIB
    whole = sequence(0, size)
    with proxying(int(bucket.rpartition(":")[2]), random.Random(9)) as proxy:
        settings = bucket_settings(f"http://127.0.0.1:{proxy.port}", new_id())
        storage = open_storage(settings, Path())
        await storage.append("upload", 0, given(*(whole[at : at + MIB] for at in range(0, size, MIB))), PLENTY)
        monkeypatch.setattr(opening, "SOON", replace(opening.SOON, request=timedelta(seconds=2), again=timedelta()))
        storage = open_storage(settings, Path())
        before = proxy.passed
        joining = asyncio.create_task(storage.assemble("upload", "files/whole"))
        for mib in (10, 30, 50, 70):
            await until(lambda behind=before + mib * MIB: proxy.passed > behind or joining.done())
            proxy.cut_all()
        await until(lambda: proxy.passed > before + 90 * MIB or joining.done())
        proxy.misbehave("hang")
        await asyncio.sleep(3)
        assert not joining.done()
        proxy.misbehave("none")
        found = await joining
        assert proxy.cuts >= 4
    assert (found.size, found.sha256) == (size, hashlib.sha256(whole).hexdigest())


async def test_an_object_that_is_replaced_while_it_is_read_is_not_mixed(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "_RANGE", MIB)
    storage = open_storage(bucket_settings(bucket, new_id()), Path())
    await storage.put("a", b"1" * (4 * MIB))
    pieces = aiter(storage.read("a"))
    read = [await anext(pieces)]
    await storage.put("a", b"2" * (4 * MIB))
    with pytest.raises(NotStored):
        read += [piece async for piece in pieces]
    assert set(b"".join(read)) == {ord("1")}


@pytest.mark.parametrize(
    "wrong", ["ftp://host/x", "s3://", "s3:///prefix", "s3://bucket?versions", "https://bucket/", "/dev/null/x"]
)
def test_a_wrong_address_is_told_before_anything_is_kept(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^files\.storage: "):
        open_storage(FilesSettings(storage=wrong), tmp_path)


def test_an_address_means_its_store(tmp_path: Path) -> None:
    assert (tmp_path / "files").is_dir() is False
    open_storage(FilesSettings(), tmp_path)
    assert (tmp_path / "files" / "objects").is_dir()
    open_storage(FilesSettings(storage=str(tmp_path / "else")), tmp_path)
    assert (tmp_path / "else" / "uploads").is_dir()
    assert isinstance(
        open_storage(FilesSettings(storage="s3://bucket/a/b", s3_region="eu-central-1"), tmp_path), ObjectStorage
    )
    azure = FilesSettings(storage="az://box", access_key="me", secret_key="bWU=")
    assert isinstance(open_storage(azure, tmp_path), ObjectStorage)


async def test_a_line_to_the_store_that_is_cut_is_taken_up_again(bucket: str) -> None:
    size = 24 * MIB
    whole = sequence(0, size)
    with proxying(int(bucket.rpartition(":")[2]), random.Random(8)) as proxy:
        storage = open_storage(bucket_settings(f"http://127.0.0.1:{proxy.port}", new_id()), Path())
        cuts = 0

        async def chunks(start: int) -> AsyncGenerator[bytes, None]:
            nonlocal cuts
            for at in range(start, size, MIB):
                yield whole[at : at + MIB]
                if at // MIB % 5 == 4 and cuts < 4:
                    cuts += 1
                    asyncio.get_running_loop().call_later(0.005, proxy.cut_all)

        received = 0
        for _ in range(20):
            try:
                received = await storage.append("upload", received, chunks(received), PLENTY)
                break
            except NotStored:
                received = await storage.received("upload")
            except OffsetConflict as conflict:
                received = conflict.received
        found = await storage.assemble("upload", "files/whole")
        assert found.sha256 == hashlib.sha256(whole).hexdigest()
        read = b""
        async for piece in storage.read("files/whole"):
            if len(read) // (8 * MIB) != (len(read) + len(piece)) // (8 * MIB):
                proxy.cut_all()
            read += piece
        assert read == whole
        assert proxy.cuts
