"""Pictures as threads show them: small, made once, with exactly the rights of their file, and the file itself where that is better."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Collection
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image
from PIL.Image import Image as Picture

from halloo.files import serving, smaller, turns
from halloo.files.images import processes
from halloo.files.images.lanes import Lanes
from halloo.files.images.processes import Images
from halloo.files.local import LocalStorage
from halloo.files.model import SMALL_WIDTHS
from halloo.files.opening import open_storage
from halloo.files.storage import NotStored, StoreUnreachable
from halloo.kit.ids import new_id
from tests.files.test_images import moving
from tests.files.test_serving import everything
from tests.support.bucket import bucket_settings, running_bucket
from tests.support.pace import PATIENCE_S, until
from tests.support.storage_host import FILE, UNTIL, House, Said, ask, listening

WEBP = "image/avif,image/webp,*/*;q=0.8"
KEPT = "files/kept.{}.{}"


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(smaller, "WAIT_S", PATIENCE_S)
    storage = LocalStorage(tmp_path)
    made = House(storage)
    yield made
    await made.small.close()
    await made.images.close()
    await storage.close()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The box of each thumbnail that was made."""
    told: list[tuple[int, int]] = []
    real = Images.thumbnail

    async def thumbnail(self: Images, source: Any, width: int, height: int, *rest: Any, **more: Any) -> Any:
        told.append((width, height))
        return await real(self, source, width, height, *rest, **more)

    monkeypatch.setattr(Images, "thumbnail", thumbnail)
    return told


def photograph(width: int, height: int, kind: str = "JPEG") -> bytes:
    """Something with as many details as a photograph."""
    rough = width // 4, height // 4
    drawn: Any = Image.frombytes("RGB", rough, random.Random(7).randbytes(rough[0] * rough[1] * 3))
    out = BytesIO()
    drawn.resize((width, height), Image.Resampling.BICUBIC).save(out, kind, quality=90)
    return out.getvalue()


async def keep(house: House, data: bytes, name: str = "photo.jpg", type_: str = "image/jpeg", **changes: Any) -> str:
    """A picture that was received; its address."""
    with Image.open(BytesIO(data)) as image:
        details = {"width": image.width, "height": image.height, "placeholder": "x"}
    return await house.keep(name, type_, data, details=details, **changes)


def hold_back(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Nothing is made smaller before the event is set."""
    go_on = asyncio.Event()
    real = Images.thumbnail

    async def slow(self: Images, *given: Any, **more: Any) -> Any:
        await go_on.wait()
        return await real(self, *given, **more)

    monkeypatch.setattr(Images, "thumbnail", slow)
    return go_on


async def get(house: House, address: str, width: object = 280, accept: str = WEBP, **more: Any) -> Said:
    return await ask(house, more.pop("method", "GET"), address, f"until={UNTIL}&width={width}", accept=accept, **more)


async def asked_elsewhere(house: House, address: str) -> Said:
    """What another process of the server answers."""
    other = House(house.storage, house.files)
    try:
        return await get(other, address)
    finally:
        await other.images.close()


def opened(said: Said) -> Picture:
    return Image.open(BytesIO(said.body))


@pytest.mark.parametrize(("width", "size"), [(280, (280, 210)), (560, (560, 420))])
async def test_a_photograph_is_shown_small_in_what_the_browser_takes(
    house: House, width: int, size: tuple[int, int]
) -> None:
    data = photograph(2000, 1500)
    address = await keep(house, data)
    said = await get(house, address, width)
    assert said.status == 200
    assert (opened(said).format, opened(said).size) == ("WEBP", size)
    assert len(said.body) < len(data) / 10
    assert said.headers == {
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "vary": "origin, accept",
        "cache-control": "private, max-age=60, must-revalidate",
        "etag": f'"{house.files[FILE].sha256}-{width}-webp"',
        "content-type": "image/webp",
        "content-length": str(len(said.body)),
        "content-disposition": "inline; filename=\"photo.webp\"; filename*=UTF-8''photo.webp",
    }
    plain = await get(house, address, width, "image/png,*/*")
    assert (opened(plain).format, opened(plain).size) == ("JPEG", size)
    assert plain.headers["etag"] != said.headers["etag"]
    whole = await ask(house, "GET", address, f"until={UNTIL}")
    assert (whole.body, whole.headers["vary"]) == (data, "origin")


async def test_it_is_made_once_and_kept_beside_its_file(house: House, made: list[Any]) -> None:
    address = await keep(house, photograph(900, 600))
    first = await asyncio.gather(*(get(house, address) for _ in range(5)))
    assert {one.body for one in first} == {first[0].body}
    assert len(made) == 1
    assert await house.storage.size(KEPT.format(280, "webp"))
    assert (await asked_elsewhere(house, address)).body == first[0].body
    assert len(made) == 1, "another process finds it there"


async def test_head_and_conditions_are_answered_for_the_small_one(house: House, made: list[Any]) -> None:
    address = await keep(house, photograph(900, 600))
    said = await get(house, address)
    head = await get(house, address, method="HEAD")
    assert (head.status, head.headers, head.body) == (200, said.headers, b"")
    part = await get(house, address, range="bytes=0-9")
    assert (part.status, part.body) == (200, said.body), "nobody takes a part of one for a part of the other"
    known = await get(house, address, if_none_match=said.headers["etag"])
    assert (known.status, known.body, known.headers["vary"]) == (304, b"", "origin, accept")
    assert (await get(house, address, accept="image/png", if_none_match=said.headers["etag"])).status == 200
    assert len(made) == 2


async def test_no_other_width_and_nothing_but_a_picture_is_there(house: House, made: list[Any]) -> None:
    """Each answer is the one for what nothing has, byte for byte."""
    address = await keep(house, photograph(900, 600))
    nothing = await ask(house, "GET", f"/files/{FILE}/{'A' * 43}/photo.jpg", f"until={UNTIL}", accept=WEBP)
    assert nothing.status == 404
    folder, _, name = address.rpartition("/")
    answers = [
        await get(house, address, width) for width in (0, 1, 279, 281, 320, 640, 1120, "280.0", "0280", "", "-280")
    ]
    for path, query in (
        (address, f"until={UNTIL}&width=280&width=560"),
        (address, f"width=280&until={UNTIL}"),
        (address, "until=1900000001&width=280"),
        (address, "until=1600000000&width=280"),
        (address, f"until={UNTIL}&height=320"),
        (address, "width=280"),
        (f"{folder[:-1]}{'A' if folder[-1] != 'A' else 'B'}/{name}", f"until={UNTIL}&width=280"),
        (f"{folder}/other.jpg", f"until={UNTIL}&width=280"),
    ):
        answers.append(await ask(house, "GET", path, query, accept=WEBP))
    answers.append(await get(house, await house.keep("a.pdf", "application/pdf", b"%PDF-1.4")))
    answers.append(await get(house, await keep(house, photograph(900, 600), removed_at=1)))
    assert {(one.status, one.body, tuple(one.headers.items())) for one in answers} == {
        (404, nothing.body, tuple(nothing.headers.items()))
    }
    assert made == []


async def test_a_small_one_ends_when_its_file_does(house: House) -> None:
    address = await keep(house, photograph(900, 600))
    assert (await get(house, address)).status == 200
    house.files.clear()
    assert (await get(house, address)).status == 404


async def test_what_is_small_already_is_shown_itself(house: House, made: list[Any]) -> None:
    data = photograph(240, 160)
    assert len(data) <= smaller.SMALL_BYTES
    address = await keep(house, data)
    for width in SMALL_WIDTHS:
        said = await get(house, address, width)
        assert (said.body, said.headers["content-type"]) == (data, "image/jpeg")
        assert said.headers["etag"] == f'"{house.files[FILE].sha256}"'
        assert said.headers["vary"] == "origin, accept"
    assert made == []


async def test_few_pixels_of_many_bytes_are_written_smaller(house: House) -> None:
    heavy = photograph(260, 300, "PNG")
    assert len(heavy) > smaller.SMALL_BYTES
    said = await get(house, await keep(house, heavy, "a.png", "image/png"))
    assert (opened(said).size, opened(said).format) == ((260, 300), "WEBP")
    assert len(said.body) < len(heavy)


async def test_where_nothing_smaller_can_be_made_the_file_is_shown_and_nobody_tries_again(
    house: House, made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = photograph(900, 600)
    address = await keep(house, data)
    real = Images.thumbnail

    async def padded(self: Images, *given: Any, **more: Any) -> Any:
        found, type_ = await real(self, *given, **more)
        return found + b"\0" * len(data), type_

    monkeypatch.setattr(Images, "thumbnail", padded)
    for _ in range(3):
        assert (await get(house, address)).body == data
    assert len(made) == 1
    assert (await asked_elsewhere(house, address)).body == data
    assert len(made) == 1, "that is kept, too"


async def test_what_would_be_large_itself_is_not_kept(
    house: House, made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = photograph(1600, 1200, "PNG")
    assert len(data) > 2 * smaller.MOST_BYTES
    address = await keep(house, data, "a.png", "image/png")
    real = Images.thumbnail

    async def padded(self: Images, *given: Any, **more: Any) -> Any:
        found, type_ = await real(self, *given, **more)
        return found + b"\0" * (smaller.MOST_BYTES + beyond[given[1]] - len(found)), type_

    monkeypatch.setattr(Images, "thumbnail", padded)
    beyond = {280: 0, 560: 1}
    for width, size in ((280, smaller.MOST_BYTES), (560, len(data))):
        for _ in range(2):
            assert len((await get(house, address, width)).body) == size
    assert len(made) == 2
    assert await house.storage.size(KEPT.format(560, "webp")) == 1, "that is all that is kept of it"


async def test_what_another_version_kept_is_made_anew(house: House, made: list[Any]) -> None:
    address = await keep(house, photograph(900, 600))
    await house.storage.put(KEPT.format(280, "webp"), b"image/webp\n" + b"x" * 900_000)
    for _ in range(2):
        assert opened(await get(house, address)).size == (280, 187)
    assert len(made) == 1


async def test_who_does_not_read_a_small_one_is_let_go_too_and_holds_little_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "STALL_S", 0.3)
    size = 20_000_000
    address = await keep(house, photograph(900, 600), size=size + 1)
    await house.storage.put(KEPT.format(280, "webp"), f"image/webp {size}\n".encode() + bytes(size))
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
        given = f"GET {address}?until={UNTIL}&width=280 HTTP/1.1\r\nHost: x\r\nAccept: {WEBP}\r\n\r\n"
        line.sendall(given.encode())
        await asyncio.sleep(1.2)
        assert 0 < read < size / 2
        line.settimeout(5)
        got = await asyncio.to_thread(everything, line)
        assert got.startswith(b"HTTP/1.1 200")
        assert len(got) < size
        line.close()


async def test_an_animation_moves_or_stays_as_it_is(house: House) -> None:
    drawn: list[Any] = [Image.frombytes("RGB", (150, 120), random.Random(n).randbytes(54_000)) for n in range(5)]
    frames = [one.resize((600, 480)) for one in drawn]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=90, loop=0)
    data = out.getvalue()
    address = await keep(house, data, "spin.gif", "image/gif")
    said = await get(house, address)
    image: Any = opened(said)
    assert (image.format, image.n_frames, image.size) == ("WEBP", 5, (280, 224))
    assert len(said.body) < len(data)
    assert (await get(house, address, accept="image/png")).body == data, "nothing else moves that is small"
    long = moving("gif", 280, (640, 480))
    address = await keep(house, long, "long.gif", "image/gif")
    assert (await get(house, address, 560)).body == long, "better large than still"


async def test_of_a_long_picture_there_is_what_its_room_shows(house: House) -> None:
    for size, small in (((300, 4000), (144, 640)), ((4000, 300), (560, 112))):
        address = await keep(house, photograph(*size))
        said = await get(house, address, 560)
        assert opened(said).size == small
        await house.storage.delete([KEPT.format(560, "webp")])


async def test_who_would_wait_long_gets_the_file(
    house: House, made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = photograph(900, 600)
    address = await keep(house, data)
    go_on = hold_back(monkeypatch)
    monkeypatch.setattr(smaller, "WAIT_S", 0.05)
    said = await get(house, address)
    assert (said.status, said.body) == (200, data)
    monkeypatch.setattr(smaller, "WAIT_S", PATIENCE_S)
    go_on.set()
    assert opened(await get(house, address)).format == "WEBP"
    assert len(made) == 1


async def test_a_picture_that_cannot_be_read_is_shown_itself(house: House, made: list[Any]) -> None:
    data = b"\xff\xd8\xff" + bytes(100_000)
    address = await house.keep("a.jpg", "image/jpeg", data, details={"width": 900, "height": 600})
    for _ in range(2):
        assert (await get(house, address)).body == data
    assert len(made) == 1


async def test_what_fails_for_now_is_not_tried_again_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    data = photograph(900, 600)
    address = await keep(house, data)
    tried: list[int] = []

    async def none_to_be_had(*_: Any, **__: Any) -> Any:
        tried.append(1)
        raise OSError("no process")

    with monkeypatch.context() as patched:
        patched.setattr(Images, "thumbnail", none_to_be_had)
        for _ in range(3):
            assert (await get(house, address)).body == data
    assert len(tried) == 1
    assert await house.storage.size(KEPT.format(280, "webp")) is None
    assert opened(await asked_elsewhere(house, address)).format == "WEBP"


async def test_a_crowd_of_pictures_does_not_queue_without_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "OF_ALL_MOST", 1)
    data = photograph(900, 600)
    address = await keep(house, data)
    go_on = hold_back(monkeypatch)
    first = asyncio.create_task(get(house, address, 280))
    await until(lambda: house.small.turns.waiting == 1)
    assert (await get(house, address, 560)).body == data
    go_on.set()
    assert opened(await first).format == "WEBP"
    assert opened(await get(house, address, 560)).format == "WEBP", "that passes"


async def test_nobodys_picture_waits_for_what_another_has_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as may wait of one sender, none of which ends."""
    data = photograph(900, 600)
    light = await keep(house, data, owner="visitor:other")
    key = house.files[FILE].small_key(280, "webp")
    real, owner = Images.thumbnail, "visitor:heavy"
    begun: list[str] = []

    async def heavy(self: Images, *given: Any, **more: Any) -> Any:
        begun.append(more["asker"])
        if more["asker"] == owner:
            await asyncio.Event().wait()
        return await real(self, *given, **more)

    async def holds() -> bool:
        return True

    monkeypatch.setattr(Images, "thumbnail", heavy)
    file = replace(house.files[FILE], owner=owner)
    crowd: list[asyncio.Task[Any]] = []
    for number in range(turns.OF_OWNER_MOST + 4):
        await house.storage.put(f"files/heavy{number}", data)
        one = replace(file, storage_key=f"files/heavy{number}")
        crowd.append(asyncio.create_task(house.small.find(one, 280, "webp", holds)))
    await until(lambda: len(begun) == turns.OF_OWNER and sum(one.done() for one in crowd) == 4)
    assert house.small.turns.waiting == turns.OF_OWNER_MOST
    assert opened(await get(house, light)).format == "WEBP"
    assert begun == [owner] * turns.OF_OWNER + ["visitor:other"]
    assert await house.storage.size(key)
    await house.small.close()
    await asyncio.gather(*crowd)
    assert house.small.turns.waiting == 0


async def test_pictures_wait_in_the_lane_of_who_sent_them_and_are_shown_whole_where_it_is_full(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    askers: list[str] = []
    real = Lanes[Any].add

    def add(self: Lanes[Any], asker: str, work: Any, most: int) -> None:
        askers.append(asker)
        real(self, asker, work, most)

    monkeypatch.setattr(Lanes, "add", add)
    data = photograph(900, 600)
    address = await keep(house, data)
    monkeypatch.setattr(processes, "SHOWN_WAITING", 0)
    assert (await get(house, address)).body == data
    monkeypatch.undo()
    monkeypatch.setattr(smaller, "WAIT_S", PATIENCE_S)
    assert opened(await get(house, address)).size == (280, 187), "it is asked for again as soon as there is room"
    assert askers == ["visitor:v"]


async def test_what_is_made_of_a_file_that_is_taken_back_meanwhile_is_never_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await keep(house, photograph(900, 600))
    real, put = Images.thumbnail, house.storage.put
    kept: list[str] = []

    async def late(self: Images, *given: Any, **more: Any) -> Any:
        found = await real(self, *given, **more)
        house.files.clear()
        return found

    async def noted(key: str, data: bytes) -> None:
        kept.append(key)
        await put(key, data)

    monkeypatch.setattr(Images, "thumbnail", late)
    monkeypatch.setattr(house.storage, "put", noted)
    await get(house, address)
    assert kept == [], "a process that is killed here leaves nothing"
    assert await house.storage.size(KEPT.format(280, "webp")) is None


@pytest.mark.parametrize("ends", [False, True])
async def test_what_comes_too_late_is_deleted_as_soon_as_the_store_lets_us(
    house: House, monkeypatch: pytest.MonkeyPatch, *, ends: bool
) -> None:
    address = await keep(house, photograph(900, 600))
    file, key = house.files[FILE], KEPT.format(280, "webp")
    put, delete = house.storage.put, house.storage.delete
    tried = 0

    async def late(key: str, data: bytes) -> None:
        await put(key, data)
        house.files.clear()

    async def failing(keys: Collection[str]) -> None:
        nonlocal tried
        tried += 1
        if tried < 3:
            raise StoreUnreachable("Away.")
        await delete(keys)

    monkeypatch.setattr(smaller, "BACK_S", PATIENCE_S if ends else 0.01)
    monkeypatch.setattr(house.storage, "put", late)
    monkeypatch.setattr(house.storage, "delete", failing)
    said = await get(house, address)
    assert said.headers["content-type"] != "image/webp", "nor is it shown"
    if ends:
        house.files[FILE] = file
        assert (await get(house, address)).headers["content-type"] == "image/jpeg"
        assert (tried, bool(await house.storage.size(key))) == (1, True)
        tried = 2
        await house.small.close()
    else:
        await until(lambda: tried == 3)
        await house.small.close()
    assert await house.storage.size(key) is None


async def test_an_object_store_keeps_them_too_and_may_be_away_for_a_while(
    tmp_path: Path, made: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_bucket() as bucket:
        storage = open_storage(bucket_settings(bucket, new_id()), tmp_path)
        house = House(storage)
        monkeypatch.setattr(smaller, "WAIT_S", PATIENCE_S)
        address = await keep(house, photograph(900, 600))
        with monkeypatch.context() as patched:
            patched.setattr(type(storage), "read", away)
            assert (await get(house, address)).status == 503
        for _ in range(2):
            assert opened(await get(house, address)).format == "WEBP"
        assert len(made) == 1
        assert (await asked_elsewhere(house, address)).headers["content-type"] == "image/webp"
        assert len(made) == 1
        await storage.delete(house.files[FILE].keys)
        assert await storage.size(KEPT.format(280, "webp")) is None
        await house.images.close()
        await storage.close()


async def away(*_: object) -> AsyncIterator[bytes]:
    raise StoreUnreachable("Away.")
    yield b""


async def test_without_its_bytes_there_is_no_small_one_either(house: House) -> None:
    address = await keep(house, photograph(900, 600))
    await house.storage.delete(["files/kept"])
    assert (await get(house, address)).status == 503
    with pytest.raises(NotStored):
        await anext(house.storage.read(KEPT.format(280, "webp")))
