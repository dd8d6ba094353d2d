"""A page is fetched from a real server (csp contract 4, `--url`): redirects, what is never called, caps, clocks, packing, encodings."""

import gzip
import time
import zlib

import pytest

from halloo.csp import fetch
from halloo.csp.fetch import BODY_BYTES, Fetched, PageUnreachable, fetch_page
from halloo.kit.outbound.model import Limits
from halloo.kit.outbound.resolver import TableResolver
from tests.kit.outbound.receivers import HOST, Line, Script, answering, answering_once, hanging, outbound, receiving

META = "<meta http-equiv=Content-Security-Policy content=\"img-src 'self'\">"
NAMES = {HOST: ["127.0.0.1"], "inside.test": ["10.0.0.1"], "rebound.test": ["127.0.0.1", "169.254.169.254"]}


def answer(body: bytes = b"<p>Hello", headers: str = "", kind: str = "text/html", status: str = "200 OK") -> bytes:
    """A whole answer."""
    content_type = f"Content-Type: {kind}\r\n" if kind else ""
    return f"HTTP/1.1 {status}\r\n{content_type}{headers}Content-Length: {len(body)}\r\n\r\n".encode("latin-1") + body


def moved(to: bytes, status: int = 302) -> bytes:
    """A redirect."""
    return b"HTTP/1.1 %d Moved\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % (status, to)


async def got(script: Script, path: str = "/", host: str = HOST) -> tuple[Fetched, list[bytes]]:
    """What is fetched of a server, and the first lines of what it was asked."""
    with receiving(script) as site:
        async with outbound(resolver=TableResolver(NAMES)) as client:
            found = await fetch_page(client, site.url(host, path))
    return found, [request.partition(b" HTTP")[0] for request in site.requests]


async def refused(script: Script, address: str = "") -> tuple[PageUnreachable, int]:
    """Why nothing is fetched, and how often the server was asked."""
    with receiving(script) as site:
        async with outbound(resolver=TableResolver(NAMES)) as client:
            with pytest.raises(PageUnreachable) as caught:
                await fetch_page(client, (address or site.url(path="/")).replace("PORT", str(site.port)))
    return caught.value, len(site.requests)


def why(error: PageUnreachable) -> object:
    return error.details["reason"]


async def test_the_headers_come_in_order_and_the_address_is_the_last_one() -> None:
    policies = "Content-Security-Policy: img-src a.test\r\ncontent-security-policy:\timg-src b.test \r\n"
    found, asked = await got(answering(moved(b"/b#top"), moved(b"c?x=1", 307), answer(headers=policies)), "/a#x")
    assert asked == [b"GET /a", b"GET /b", b"GET /c?x=1"]
    assert (found.url.endswith("/c?x=1"), found.origin) == (True, found.url.removesuffix("/c?x=1"))
    assert found.values("content-security-policy") == ("img-src a.test", "img-src b.test")


async def test_a_location_that_is_not_ascii_is_read_as_utf_8() -> None:
    _, asked = await got(answering(moved("/café".encode()), answer()))
    assert asked[1] == b"GET /caf%C3%A9"


async def test_five_redirects_are_followed_and_no_sixth() -> None:
    found, asked = await got(answering(*[moved(b"/on")] * 5, answer()))
    assert (found.html, len(asked)) == ("<p>Hello", 6)
    error, count = await refused(answering(moved(b"/on")))
    assert (why(error), count) == ("too_many_redirects", 6)


@pytest.mark.parametrize(
    ("onward", "reason"),
    [
        (b"http://127.0.0.2/", "blocked_address"),
        (b"http://169.254.169.254/latest/meta-data/", "blocked_address"),
        (b"//10.0.0.1/", "blocked_address"),
        (b"http://[::1]/", "blocked_address"),
        (b"http://[::ffff:10.0.0.1]/", "blocked_address"),
        (b"http://inside.test/", "blocked_address"),
        (b"http://rebound.test/", "blocked_address"),
        (b"http://0x7f000002/", "address"),
        (b"http://2130706434/", "address"),
        (b"file:///etc/passwd", "address"),
        (b"gopher://127.0.0.1/", "address"),
        (b"http://ada:secret@receiver.test/", "address"),
        (b"http://receiver.test:22/", "address"),
        (b"http://receiver.test:6379/", "address"),
        (b"//[", "address"),
        (b"http://[#", "address"),
        (b"/\xff\x9b31m" + b"a" * 5_000, "address"),
    ],
)
async def test_a_redirect_is_judged_as_the_first_address_is(onward: bytes, reason: str) -> None:
    error, count = await refused(answering(moved(onward), answer()))
    assert (why(error), count) == (reason, 1)
    assert len(error.message) < 600


@pytest.mark.parametrize(
    "address", ["", "shop", "http://[#", "http://[", "http://a]/", "http://a b/", "javascript:1", "http://x\x1b[1m/"]
)
async def test_what_is_no_address_is_refused(address: str) -> None:
    async with outbound() as client:
        with pytest.raises(PageUnreachable) as caught:
            await fetch_page(client, address)
    assert why(caught.value) == "address"


@pytest.mark.parametrize(
    ("status", "reason"), [("404 No", 404), ("500 No", 500), ("304 Same", 304), ("302 Nowhere", 302)]
)
async def test_an_answer_that_is_no_page(status: str, reason: int) -> None:
    error, _ = await refused(answering_once(answer(status=status)))
    assert (why(error), error.details["status"]) == ("status", reason)


@pytest.mark.parametrize(
    "script",
    [
        answering_once(b""),
        answering_once(b"SSH-2.0-x\r\n\r\n"),
        answering_once(b"HTTP/1.1 200 OK\r\nX: a\x1b[31m\r\n\r\n"),
    ],
)
async def test_an_answer_that_is_none_of_http(script: Script) -> None:
    error, _ = await refused(script)
    assert why(error) == "protocol"


async def test_headers_that_are_too_large() -> None:
    error, _ = await refused(answering_once(answer(headers=f"X: {'a' * 70_000}\r\n")))
    assert why(error) == "head_too_large"


async def test_what_waits_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "TIME_S", 0.3)
    began = time.monotonic()
    error, _ = await refused(hanging)
    assert (why(error), time.monotonic() - began < 5) == ("timeout", True)


async def test_redirects_share_one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "TIME_S", 0.5)

    def slow(line: Line) -> None:
        while True:
            line.request()
            line.wait(0.2)
            line.send(moved(b"/on"))

    error, count = await refused(slow)
    assert (why(error), count <= 3) == ("timeout", True)


async def test_two_mebibytes_are_read_and_no_more() -> None:
    whole, _ = await got(answering_once(answer(b"a" * (BODY_BYTES - 1))))
    assert (len(whole.html), whole.notes) == (BODY_BYTES - 1, ())
    cut, _ = await got(answering_once(answer(META.encode() + b"a" * BODY_BYTES)))
    assert (len(cut.html), cut.notes) == (BODY_BYTES, ("Only the first 2 MiB of the page were read.",))


async def test_a_page_that_breaks_off_is_said_to() -> None:
    broken = answer(META.encode() + b"x" * 100)[:-50]
    found, _ = await got(answering_once(broken))
    assert META in found.html
    assert found.notes == ("The page broke off, or its end took too long: only what had come was read.",)


async def test_a_page_that_drips_is_read_as_far_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_LIMITS", Limits(connect_s=1, answer_s=1, body_s=0.2, body_bytes=BODY_BYTES))

    def dripping(line: Line) -> None:
        line.request()
        line.send(answer(META.encode() + b"x" * 10_000)[:-9_000])
        line.wait(5)

    found, _ = await got(dripping)
    assert META in found.html
    assert found.notes[0].startswith("The page broke off")


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", "deflate", "GZIP"])
async def test_a_packed_page_is_unpacked_though_none_was_asked_for(packing: str) -> None:
    body = zlib.compress(META.encode()) if packing == "deflate" else gzip.compress(META.encode())
    found, _ = await got(answering_once(answer(body, f"Content-Encoding: {packing}\r\n")))
    assert (found.html, found.notes) == (META, ())


async def test_a_bomb_is_unpacked_to_the_same_two_mebibytes() -> None:
    bomb = gzip.compress(META.encode() + b"\0" * (64 * 1024 * 1024), 1)
    found, _ = await got(answering_once(answer(bomb, "Content-Encoding: gzip\r\n")))
    assert (len(found.html), found.notes) == (BODY_BYTES, ("Only the first 2 MiB of the page were read.",))


@pytest.mark.parametrize(("packing", "body"), [("br", b"\x0b\x02"), ("gzip", b"no gzip"), ("gzip, gzip", b"x")])
async def test_what_cannot_be_unpacked_is_said_to(packing: str, body: bytes) -> None:
    policy = "Content-Security-Policy: img-src a.test\r\n"
    found, _ = await got(answering_once(answer(body, f"{policy}Content-Encoding: {packing}\r\n")))
    assert (found.html, len(found.notes)) == ("", 1)
    assert found.values("content-security-policy") == ("img-src a.test",)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", META.encode()),
        ("text/html; charset=latin-1", META.encode()),
        ("text/html; charset=utf-8", b"\xff\xe9" + META.encode()),
        ("text/html; charset=no-such-thing", b"\xe9" + META.encode()),
        ("text/html; charset=utf-7", META.encode()),
        ("text/html; charset=zlib_codec", META.encode()),
        ("text/html; charset=utf-8", META.encode("utf-8-sig")),
        ("text/html; charset=utf-8", b"\xff\xfe" + META.encode("utf-16-le")),
        ("text/html", b"\xfe\xff" + META.encode("utf-16-be")),
        ('TEXT/HTML; Charset="UTF-16LE"', META.encode("utf-16-le")),
        ("text/html; charset=shift_jis", "表".encode("shift_jis") + META.encode()),
        ("", META.encode()),
    ],
)
async def test_a_policy_is_found_in_whatever_encoding(kind: str, body: bytes) -> None:
    found, _ = await got(answering_once(answer(body, kind=kind)))
    assert META in found.html


async def test_of_what_is_no_html_the_headers_are_read() -> None:
    found, _ = await got(answering_once(answer(META.encode(), kind=f"image/png{'x' * 200}")))
    assert (found.html, len(found.notes[0]) < 200) == ("", True)
