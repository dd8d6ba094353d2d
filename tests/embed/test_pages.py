import hashlib
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from halloo.db.engine import Database
from halloo.embed.assets import AssetsError, load_assets
from halloo.embed.routes import routes
from halloo.kit.clock import system_clock
from halloo.widgets.records import PublicRecords
from halloo.widgets.settings import Hosts

PAGE = {
    "permissions-policy": "camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "content-type": "text/html; charset=utf-8",
}

RECORDING = PAGE["permissions-policy"].replace("microphone=()", "microphone=(self)")
"""Operators record; nothing is recorded in the preview."""


async def test_the_inbox_answers_every_path_below_it(client: httpx.AsyncClient) -> None:
    answers = [await client.get(path) for path in ("/inbox", "/inbox/", "/inbox/conversations/1", "/inbox/join")]
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        assert answer.status_code == 200
        assert {**PAGE, "permissions-policy": RECORDING}.items() <= dict(answer.headers).items()
        assert answer.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
            "media-src 'self'; connect-src 'self' wss://chat.example; worker-src 'self'; frame-src 'self'; "
            "manifest-src 'self'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'; trusted-types halloo; "
            "report-to halloo; report-uri https://chat.example/core/public/csp-reports"
        )
        assert "etag" not in answer.headers
    assert '<div id="inbox"></div>' in answers[0].text
    assert '<link rel="stylesheet" href="/public/assets/inbox.dddddddd.css">' in answers[0].text
    assert re.findall(r"<script[^>]*>", answers[0].text) == [
        '<script type="module" src="/public/assets/inbox.bbbbbbbb.js">'
    ]


async def test_the_preview_is_framed_by_the_inbox_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/inbox/preview")
    assert PAGE.items() <= dict(answer.headers).items()
    assert "frame-ancestors 'self';" in answer.headers["content-security-policy"]
    assert "/public/assets/preview.cccccccc.js" in answer.text


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("boot.aaaaaaaa.js", "text/javascript; charset=utf-8"),
        ("inbox.dddddddd.css", "text/css; charset=utf-8"),
        ("inter.eeeeeeee.woff2", "font/woff2"),
    ],
)
async def test_files(client: httpx.AsyncClient, name: str, kind: str) -> None:
    answer = await client.get(f"/public/assets/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    packed = await client.get(f"/public/assets/{name}", headers={"accept-encoding": "gzip"})
    assert packed.content == answer.content
    assert ("content-encoding" in packed.headers) == (name.endswith(".js"))


@pytest.mark.parametrize(
    "name", ["", "x.js", "notes.md", "..%2floader.js", "%2e%2e%2fmanifest.json", "boot.aaaaaaaa.js/"]
)
async def test_nothing_but_the_build_s_files(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/public/assets/{name}")
    assert answer.status_code == 404
    assert answer.json() == {"error": "route_not_found", "message": "There is no such address.", "details": {}}
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_favicon(client: httpx.AsyncClient) -> None:
    for path in ("/favicon.svg", "/favicon.ico"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert (await client.get("/favicon.svg/x")).status_code == 404


def test_a_build_that_does_not_fit_is_refused_by_name(folder: Path) -> None:
    (folder / "files" / "inbox.bbbbbbbb.js").unlink()
    with pytest.raises(AssetsError, match=r"inbox\.bbbbbbbb\.js"):
        load_assets(folder)
    (folder / "loader.js").write_text("var r=1;")
    with pytest.raises(AssetsError, match='"%%"'):
        load_assets(folder)


async def test_without_a_build_pages_say_so(tmp_path: Path, database: Database, hosts: Hosts, publish: Any) -> None:
    widget = await publish()
    apps = dict(routes(PublicRecords(database, hosts, system_clock), load_assets(tmp_path), hosts))
    for prefix, path in (("/inbox", ""), ("/public/widget", f"/{widget.id}"), ("/public/embed", f"/{widget.id}")):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=apps[prefix]), base_url="https://x") as client:
            answer = await client.get(prefix + path)
            assert answer.status_code == 503
            assert "not built" in answer.text


def test_an_earlier_loader_must_be_what_its_name_says(folder: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    name = f"{hashlib.sha384(b'old').hexdigest()}.js"
    (earlier / name).write_bytes(b"old")
    assert load_assets(folder, earlier).earlier[name].body == b"old"
    (earlier / name).write_bytes(b"older")
    with pytest.raises(AssetsError, match=name):
        load_assets(folder, earlier)


def test_a_page_that_is_not_built_yet_is_none(folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps({"widget": {"js": "boot.aaaaaaaa.js", "css": []}}))
    assert load_assets(folder).inbox is None
