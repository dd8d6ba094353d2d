"""The image host: signed addresses only, people and pictures from elsewhere, nothing private called, a cache that stays small."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from halloo.csp.own import FILE_POLICY
from halloo.files.images import processes
from halloo.files.images.addresses import PictureAddresses
from halloo.files.images.cache import DiskCache
from halloo.files.images.gallery import Gallery, Portrait, initials_of
from halloo.files.images.processes import Images
from halloo.files.images.serving import ImageHost
from halloo.files.outward import Outward
from halloo.files.previews import Preview, Previews, read_head
from halloo.kit.clock import DAY
from halloo.kit.ids import new_id
from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.guard import Guard
from tests.files.desk import png
from tests.files.test_images import moving, opened

NOW = 1_760_000_000_000
ORIGIN = "https://image.example"
WORKSPACE, ADA, BOB, EVE = new_id(), new_id(), new_id(), new_id()
PAGE = b"""<!doctype html><html><head><title>Fallback &amp; more</title>
<META content='The "best" &lt;b&gt;shop' property=og:title><meta name="description" content="What it
is."><meta property="og:image" content="/a.png"><script>1</script></head><body><meta property="og:title" content="no">"""


class Site:
    """A website that counts what it is asked."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self.port = 0
        self.asked: list[str] = []
        self.answers: dict[str, tuple[str, bytes]] = {"/a.png": ("image/png", png(300, 200))}
        self.moved: dict[str, str] = {}

    def url(self, path: str) -> str:
        """An address here."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        self.asked.append(path)
        if path in self.moved:
            head, body = f"302 Found\r\nLocation: {self.moved[path]}", b""
        elif path in self.answers:
            type_, body = self.answers[path]
            head = f"200 OK\r\nContent-Type: {type_}"
        else:
            head, body = "404 Not Found", b""
        writer.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


class NoStorage:
    """A storage with one picture."""

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The picture."""
        assert (key, start, end) == ("files/ada", 0, None)
        yield png(200, 200)


class Host:
    """The host with everything behind it."""

    def __init__(self, folder: Path, site: Site, allow: tuple[str, ...]) -> None:
        """Put it together."""
        self.site = site
        self.addresses = PictureAddresses(ORIGIN, b"s" * 32)
        self.images = Images()
        self.outward = Outward(Outbound(Guard(allow, own=lambda: ())))
        self.cache = DiskCache(folder / "cache", 1024 * 1024)
        self.people = {ADA: Portrait("Ada", key="files/ada"), BOB: Portrait("Bob Öhm")}
        storage: Any = NoStorage()
        gallery = Gallery(self.images, self.outward, storage, self.cache, self.find, lambda: NOW)
        app: Any = ImageHost(self.addresses, gallery, lambda: NOW, lambda _: "192.0.2.7")
        accept = {"accept": "image/avif,image/webp,image/*,*/*;q=0.8"}
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=accept)
        self.previews = Previews(self.outward, self.addresses)

    async def find(self, person: Any) -> Portrait | None:
        """Who it is."""
        return self.people.get(person.id) if person.workspace_id == WORKSPACE else None


@asynccontextmanager
async def opened_host(folder: Path, *allow: str) -> AsyncGenerator[Host]:
    """A host beside a website."""
    site = Site()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    host = Host(folder, site, allow)
    async with server, host.client:
        yield host
    await host.images.close()
    await host.outward.close()


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    """A host that may call the website."""
    async with opened_host(tmp_path, "127.0.0.1/32") as opened_:
        yield opened_


async def test_people_are_shown(host: Host) -> None:
    answer = await host.client.get(host.addresses.person(WORKSPACE, "operator", ADA, "v1", 64))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert opened(answer.content).size == (64, 64)
    assert answer.headers["content-security-policy"] == FILE_POLICY
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    assert not {"set-cookie", "location"} & set(answer.headers)
    again = await host.client.get(answer.url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await host.client.head(answer.url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(answer.content)))
    plain = await host.client.get(answer.url, headers={"accept": "image/png,*/*"})
    assert plain.headers["content-type"] == "image/jpeg"
    assert (await host.client.post(answer.url)).status_code == 405


async def test_a_picture_that_cannot_be_made_now_is_asked_for_again(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(host.images, "initials", full)
    answer = await host.client.get(host.addresses.person(WORKSPACE, "operator", BOB, "v1", 64))
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert (answer.headers["retry-after"], answer.headers["cache-control"]) == ("5", "no-store")
    assert answer.headers["content-security-policy"] == FILE_POLICY


async def test_initials_stand_in(host: Host) -> None:
    host.people[EVE] = Portrait("Eve", url=host.site.url("/gone.png"))
    for who in (BOB, EVE):
        answer = await host.client.get(host.addresses.person(WORKSPACE, "contact", who))
        assert (answer.status_code, opened(answer.content).size) == (200, (128, 128))
    assert [
        initials_of(name) for name in ("Ada King Lovelace", "bob", "", "42", "  é  ß ", "李 雷", "\u202e(x) y")
    ] == [
        *("AL", "B", "", "", "ÉS", "李雷", "Y"),
    ]


async def test_a_picture_of_a_person_may_be_elsewhere(host: Host) -> None:
    host.people[EVE] = Portrait("Eve", url=host.site.url("/a.png"))
    for _ in range(3):
        answer = await host.client.get(host.addresses.person(WORKSPACE, "visitor", EVE, size=48))
        assert opened(answer.content).size == (48, 48)
    assert host.site.asked == ["/a.png"]


async def test_only_what_was_signed_is_answered(host: Host) -> None:
    good = host.addresses.person(WORKSPACE, "operator", ADA, "v1", 64)
    query, until = host.addresses.everybody(WORKSPACE, NOW)
    key = f"{ORIGIN}/avatar/operator/{ADA}/64?{query}"
    assert NOW + DAY < until <= NOW + 2 * DAY
    assert (await host.client.get(key)).status_code == 200
    thumbnail = host.addresses.thumbnail(host.site.url("/a.png"), 100, 100)
    other = PictureAddresses(ORIGIN, b"t" * 32)
    bad = [
        good.replace(ADA, BOB),
        good.replace("operator", "contact"),
        good.replace(WORKSPACE, new_id()),
        good.replace("v=v1", "v=v2"),
        good.replace("/64?", "/65?"),
        good.replace("/64?", "/9999?"),
        good + "&v=v1",
        good + "&x=1",
        good[:-1],
        good.partition("&sig")[0],
        f"{ORIGIN}/avatar/operator/{ADA}/64",
        f"{ORIGIN}/avatar/operator/{ADA}/64?in={WORKSPACE}&v=&sig=",
        f"{ORIGIN}/avatar/operator/../{ADA}/64?{query}",
        key.replace("until=1", "until=2"),
        key.replace(WORKSPACE, new_id()),
        host.addresses.person(WORKSPACE, "operator", new_id()),
        other.person(WORKSPACE, "operator", ADA),
        thumbnail.replace("width=100", "width=101"),
        thumbnail.replace("a.png", "b.png"),
        thumbnail + "&url=" + quote(host.site.url("/b.png"), safe=""),
        other.thumbnail(host.site.url("/a.png"), 100, 100),
        f"{ORIGIN}/process/thumbnail?url={quote(host.site.url('/a.png'), safe='')}&width=9&height=9&sig=%C3%A9",
        f"{ORIGIN}/process/other",
        f"{ORIGIN}/avatar/",
    ]
    refusals = {(one.status_code, one.content) for one in [await host.client.get(url) for url in bad]}
    assert len(refusals) == 1
    assert refusals.pop()[0] == 404
    assert host.site.asked == []


def test_a_key_ends() -> None:
    addresses = PictureAddresses(ORIGIN, b"s" * 32)
    query, until = addresses.everybody(WORKSPACE, NOW)
    path = f"/avatar/visitor/{ADA}/64"
    assert addresses.open(path, query.encode(), until - 1) is not None
    assert addresses.open(path, query.encode(), until) is None
    assert addresses.everybody(WORKSPACE, NOW + 1) == (query, until)


async def test_pictures_from_elsewhere_are_made_smaller_and_kept(host: Host) -> None:
    url = host.addresses.thumbnail(host.site.url("/a.png"), 100, 100)
    answers = await asyncio.gather(*(host.client.get(url) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert opened(answers[0].content).size == (100, 67)
    assert host.site.asked == ["/a.png"]
    host.site.answers["/move.gif"] = ("image/gif", moving("gif"))
    answer = await host.client.get(host.addresses.thumbnail(host.site.url("/move.gif"), 48, 48))
    assert getattr(opened(answer.content), "n_frames", 1) == 6


async def test_what_is_no_picture_elsewhere_is_not_answered(host: Host) -> None:
    host.site.answers |= {
        "/x.svg": ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        "/x.html": ("image/png", b"<script>alert(1)</script>"),
        "/big.png": ("image/png", png() + bytes(11 * 1024 * 1024)),
    }
    for path in ("/x.svg", "/x.html", "/big.png", "/none"):
        url = host.addresses.thumbnail(host.site.url(path), 100, 100)
        assert (await host.client.get(url)).status_code == 404
        assert (await host.client.get(url)).status_code == 404
    assert len(host.site.asked) == 4  # a failure is not tried again at once


async def test_redirects_are_followed_three_times(host: Host) -> None:
    host.site.moved = {"/1": "/2", "/2": host.site.url("/3"), "/3": "/a.png", "/0": "/1", "/loop": "/loop"}
    assert (await host.client.get(host.addresses.thumbnail(host.site.url("/1"), 10, 10))).status_code == 200
    assert (await host.client.get(host.addresses.thumbnail(host.site.url("/0"), 10, 10))).status_code == 404
    assert (await host.client.get(host.addresses.thumbnail(host.site.url("/loop"), 10, 10))).status_code == 404


async def test_nothing_private_is_called(tmp_path: Path) -> None:
    async with opened_host(tmp_path) as host:
        port = host.site.port
        for name in (
            f"127.0.0.1:{port}",
            f"localhost:{port}",
            f"[::1]:{port}",
            f"[::ffff:127.0.0.1]:{port}",
            "10.0.0.1",
        ):
            answer = await host.client.get(host.addresses.thumbnail(f"http://{name}/a.png", 10, 10))
            assert answer.status_code == 404
            assert (await host.previews.of(f"http://{name}/a.png")).image == ""
        for url in ("file:///etc/passwd", "ftp://x.example/a", "data:image/png;base64,AAAA", "http://user@x.example/"):
            assert (await host.client.get(host.addresses.thumbnail(url, 10, 10))).status_code == 404
        assert host.site.asked == []


async def test_a_redirect_into_a_private_network_is_not_followed(tmp_path: Path) -> None:
    async with opened_host(tmp_path, "127.0.0.1/32") as host:
        for target in ("http://10.0.0.1/", "http://[::1]/", "http://169.254.169.254/latest/", "file:///etc/passwd"):
            host.site.moved["/away"] = target
            url = host.addresses.thumbnail(host.site.url("/away") + "?" + quote(target, safe=""), 10, 10)
            host.site.moved["/away?" + quote(target, safe="")] = target
            assert (await host.client.get(url)).status_code == 404


def test_the_cache_keeps_the_newest(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 100_000)
    for i in range(30):
        cache.put(f"key {i}", bytes([i]) * 10_000)
        cache.get("key 0")
    assert cache.size <= 100_000
    lying = [path for path in tmp_path.glob("??/*") if path.is_file()]
    assert sum(path.stat().st_size for path in lying) == cache.size
    assert cache.get("key 29") == bytes([29]) * 10_000
    assert cache.get("key 0") is not None
    assert cache.get("key 5") is None
    cache.put("too large for all others", bytes(50_000))
    assert cache.get("too large for all others") is None
    left = lying[0].parent / "left.part"
    left.write_bytes(b"half")
    again = DiskCache(tmp_path, 100_000)
    assert again.size == cache.size
    assert not left.exists()
    assert again.get("key 29") == bytes([29]) * 10_000


def test_a_cache_that_cannot_write_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    cache = DiskCache(tmp_path / "taken", 1000)
    cache.put("a", b"b")
    assert cache.get("a") is None
    assert cache.size == 0
    nothing = DiskCache(tmp_path / "none", 0)
    nothing.put("a", b"b")
    assert nothing.get("a") is None
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("address", ["https://[::1/#x", "https://a℀b.example/#y", "https://[half"])
async def test_an_address_that_is_none_is_not_there(host: Host, address: str) -> None:
    assert await host.previews.of(address) == Preview(address)


async def test_pages_say_what_they_are(host: Host) -> None:
    host.site.answers["/page"] = ("text/html; charset=utf-8", PAGE)
    seen = await host.previews.of(host.site.url("/page"))
    assert (seen.title, seen.description, seen.site) == ('The "best" <b>shop', "What it is.", "127.0.0.1")
    assert seen.image == host.addresses.thumbnail(host.site.url("/a.png"), 480, 270)
    await host.previews.of(host.site.url("/page"))
    assert host.site.asked == ["/page"]
    picture = await host.previews.of(host.site.url("/a.png"))
    assert picture.image.startswith(f"{ORIGIN}/process/thumbnail?")
    host.site.answers["/bin"] = ("application/octet-stream", PAGE)
    for path in ("/bin", "/none"):
        assert await host.previews.of(host.site.url(path)) == type(seen)(host.site.url(path))
    off = Previews(host.outward, host.addresses, on=False)
    assert (await off.of(host.site.url("/page"))).title == ""
    assert host.site.asked.count("/page") == 1


@pytest.mark.parametrize(
    "part", ["<meta ", '<meta "', "<meta a=", "<title", "<meta content='", "<", "<meta property=og:title content="]
)
def test_no_page_takes_long(part: str) -> None:
    loop = asyncio.new_event_loop()
    started = loop.time()
    read_head(part * (128 * 1024 // len(part)))
    assert loop.time() - started < 0.5
    loop.close()


async def test_who_has_too_many_pictures_waiting_is_told_to_come_back(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = host.addresses.person(WORKSPACE, "operator", BOB, "")
    with monkeypatch.context() as patched:
        patched.setattr(processes, "SHOWN_WAITING", 0)
        later = await host.client.get(address)
    assert (later.status_code, later.json()["error"], later.headers["retry-after"]) == (429, "rate_limited", "5")
    assert later.headers["cache-control"] == "no-store"
    assert (await host.client.get(address)).status_code == 200
