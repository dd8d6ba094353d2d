import json
import re
from typing import Any

import httpx
import pytest

from halloo.csp.own import ERROR_POLICY
from halloo.embed.routes import parent_origin

UNKNOWN = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self' wss://chat.example; worker-src 'self'; frame-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors {}; require-trusted-types-for 'script'; trusted-types halloo; "
    "report-to halloo; report-uri {}"
)


def ancestors(answer: httpx.Response) -> str:
    found = re.search(r"frame-ancestors ([^;]*);", answer.headers["content-security-policy"])
    assert found is not None
    return found[1]


async def test_headers_to_the_letter(client: httpx.AsyncClient, publish: Any) -> None:
    widget = await publish(domains=["shop.example", "http://localhost:3000"])
    answer = await client.get(f"/public/widget/{widget.id}?parentOrigin=https%3A%2F%2Fshop.example")
    assert answer.status_code == 200
    tag = answer.headers.pop("etag")
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    reports = f"https://chat.example/core/public/web-widgets/{widget.id}/csp-reports"
    assert dict(answer.headers) == {
        "content-security-policy": POLICY.format("https://shop.example http://localhost:3000", reports),
        "reporting-endpoints": f'halloo="{reports}"',
        "permissions-policy": "camera=(), microphone=(self), display-capture=(), geolocation=(), payment=(), usb=()",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "cross-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "public, max-age=60",
        "vary": "accept-encoding",
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(answer.content)),
    }
    assert len(answer.headers.get_list("content-security-policy")) == 1


async def test_an_empty_list_admits_any_website(client: httpx.AsyncClient, publish: Any) -> None:
    widget = await publish()
    assert ancestors(await client.get(f"/public/widget/{widget.id}")) == "http: https:"


@pytest.mark.parametrize("files", [{"enabled": False}, {"types": ["image", "video"]}])
async def test_without_voice_messages_there_is_no_microphone(
    client: httpx.AsyncClient, publish: Any, files: dict[str, Any]
) -> None:
    widget = await publish(config={"v1": {"files": files}})
    answer = await client.get(f"/public/widget/{widget.id}")
    assert answer.headers["permissions-policy"].startswith("camera=(), microphone=(), display-capture=(), ")


async def test_calls_open_the_three_devices(client: httpx.AsyncClient, publish: Any) -> None:
    widget = await publish(config={"v1": {"features": {"calls": True}}})
    answer = await client.get(f"/public/widget/{widget.id}")
    assert answer.headers["permissions-policy"].startswith("camera=(self), microphone=(self), display-capture=(self), ")


async def test_above_3_kib_only_the_listed_parent(client: httpx.AsyncClient, publish: Any) -> None:
    domains = [f"https://{number:03}{'a' * 30}.example" for number in range(100)]
    widget = await publish(domains=domains)
    path = f"/public/widget/{widget.id}"
    assert ancestors(await client.get(f"{path}?locale=de&parentOrigin={domains[7]}")) == domains[7]
    for query in (
        "",
        "?parentOrigin=https://evil.example",
        f"?parentOrigin={domains[7]}&parentOrigin={domains[7]}",
        f"?parentorigin={domains[7]}",
        f"?parentOrigin={domains[7]};script-src%20*",
    ):
        assert ancestors(await client.get(path + query)) == "'none'"
    tags = {(await client.get(f"{path}?parentOrigin={domains[n]}")).headers["etag"] for n in (1, 2, 2)}
    assert len(tags) == 2


async def test_unknown_and_unpublished_are_one_page_that_nobody_frames(client: httpx.AsyncClient, publish: Any) -> None:
    widget = await publish(published=False)
    answers = [await client.get(f"/public/widget/{name}") for name in (UNKNOWN, widget.id, "x", "")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({(answer.content, tuple(answer.headers.items())) for answer in answers}) == 1
    assert answers[0].headers["content-security-policy"] == ERROR_POLICY
    assert "x-frame-options" not in answers[0].headers


async def test_the_document_holds_the_record_and_no_inline_code(client: httpx.AsyncClient, publish: Any) -> None:
    title = "A & B </title><script>alert(1)</script> \u2028 💬"
    widget = await publish(config={"v1": {"chat": {"title": title}, "locale": "ar"}})
    text = (await client.get(f"/public/widget/{widget.id}")).text
    block = re.search(r'<script type="application/json" id="halloo-record">(.*?)</script>', text)
    assert block is not None
    assert json.loads(block[1])["config"]["v1"]["chat"]["title"] == title
    assert re.findall(r"<script[^>]*>", text) == [
        '<script type="module" src="/public/assets/boot.aaaaaaaa.js">',
        '<script type="application/json" id="halloo-record">',
    ]
    assert "<title>A &amp; B &lt;/title&gt;" in text
    assert '<html lang="ar" dir="rtl">' in text
    assert '<div id="halloo"></div>' in text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<meta http-equiv", text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"parentOrigin=https%3A%2F%2Fa.example", "https://a.example"),
        (b"a=1&parentOrigin=x&b=2", "x"),
        (b"", None),
        (b"parentOrigin=x&parentOrigin=x", None),
        (b"ParentOrigin=x", None),
        (b"parentOrigin=%ff%zz&\xff", "\ufffd%zz"),
    ],
)
def test_the_parent_stands_there_once(query: bytes, expected: str | None) -> None:
    assert parent_origin(query) == expected
