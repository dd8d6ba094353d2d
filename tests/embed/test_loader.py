import base64
import gzip
import hashlib
import json
import re
from typing import Any

import httpx
import pytest

from halloo.db.engine import Database
from halloo.embed.assets import Assets
from halloo.widgets.actions import update_widget
from halloo.widgets.model import Widget, WidgetChange
from halloo.workspaces.model import system_actor

UNKNOWN = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


async def change(database: Database, widget: Widget, **values: Any) -> None:
    await database.write(WORKSPACE, update_widget, system_actor(WORKSPACE), widget.id, WidgetChange(**values))


def record_in(text: str) -> Any:
    found = re.search(r"JSON\.parse\((\".*?\")\)", text)
    assert found is not None
    return json.loads(json.loads(found[1]))


def shared(answer: httpx.Response) -> None:
    """The headers of everything that any website may load."""
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for never in ("set-cookie", "content-security-policy", "x-frame-options", "location"):
        assert never not in answer.headers


async def test_the_loader_holds_the_record(client: httpx.AsyncClient, publish: Any) -> None:
    widget = await publish(domains=["shop.example"])
    answer = await client.get(f"/public/embed/{widget.id}?locale=de&token=x")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=60"
    shared(answer)
    assert answer.text.isascii()
    assert "%%" not in answer.text
    record = record_in(answer.text)
    assert (record["id"], record["domains"]) == (widget.id, ["https://shop.example"])
    assert WORKSPACE not in answer.text


async def test_markup_in_texts_stays_data(client: httpx.AsyncClient, publish: Any) -> None:
    text = "</script><script>alert(1)//\u2028\u2029'\"\\ &amp; 💬 __proto__"
    widget = await publish(config={"v1": {"greeting": {"text": text}}})
    answer = await client.get(f"/public/embed/{widget.id}")
    assert record_in(answer.text)["config"]["v1"]["greeting"]["text"] == text
    assert answer.text.lower().count("</script") == 0


async def test_unchanged_is_304_and_changed_is_not(client: httpx.AsyncClient, publish: Any, database: Database) -> None:
    widget = await publish()
    first = await client.get(f"/public/embed/{widget.id}")
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for named in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = await client.get(f"/public/embed/{widget.id}", headers={"if-none-match": named})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == "public, max-age=60"
        assert "content-length" not in again.headers
        shared(again)
    await change(database, widget, domains=["shop.example"])
    after = await client.get(f"/public/embed/{widget.id}", headers={"if-none-match": tag})
    assert after.status_code == 200
    assert after.headers["etag"] != tag


@pytest.mark.parametrize("accept", ["gzip", "br, gzip;q=0.5", "gzip, deflate, br"])
async def test_compressed_for_who_takes_it(client: httpx.AsyncClient, publish: Any, accept: str) -> None:
    widget = await publish()
    plain = await client.get(f"/public/embed/{widget.id}")
    async with client.stream("GET", f"/public/embed/{widget.id}", headers={"accept-encoding": accept}) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == answer.headers["vary"] == "accept-encoding"
    assert answer.headers["etag"] != plain.headers["etag"]
    assert gzip.decompress(raw) == plain.content
    assert int(answer.headers["content-length"]) == len(raw)


@pytest.mark.parametrize("accept", ["identity", "", "br", "gzip;q=0", "gzip;q=0.0, br", "notgzip"])
async def test_plain_for_who_does_not(client: httpx.AsyncClient, publish: Any, accept: str) -> None:
    widget = await publish()
    answer = await client.get(f"/public/embed/{widget.id}", headers={"accept-encoding": accept})
    assert "content-encoding" not in answer.headers


async def test_unknown_and_unpublished_are_one_comment(client: httpx.AsyncClient, publish: Any) -> None:
    widget = await publish(published=False)
    answers = [await client.get(f"/public/embed/{name}") for name in (UNKNOWN, widget.id, widget.id.upper(), "x", "")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({(answer.content, tuple(answer.headers.items())) for answer in answers}) == 1
    for line in answers[0].text.strip().splitlines():
        assert line.startswith("// ")
    assert answers[0].headers["content-type"] == "text/javascript; charset=utf-8"
    assert answers[0].headers["cache-control"] == "no-store"
    shared(answers[0])


async def test_head_and_other_methods(client: httpx.AsyncClient, publish: Any) -> None:
    widget = await publish()
    full = await client.get(f"/public/embed/{widget.id}")
    head = await client.head(f"/public/embed/{widget.id}")
    assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(full.headers))
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        for path in (f"/public/embed/{widget.id}", f"/public/widget/{widget.id}", "/public/assets/x", "/inbox"):
            answer = await client.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
            assert answer.json()["error"] == "method_not_allowed"


async def test_the_pinned_loader_never_changes(client: httpx.AsyncClient, assets: Assets) -> None:
    digest = assets.pinned_digest()
    answer = await client.get(f"/public/loader/{digest.hex()}.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    shared(answer)
    assert "var r=null;" in answer.text
    assert base64.b64encode(hashlib.sha384(answer.content).digest()) == base64.b64encode(digest)
    for other in ("0" * 96, digest.hex().upper(), ""):
        missing = await client.get(f"/public/loader/{other}.js")
        assert (missing.status_code, missing.json()["error"]) == (404, "route_not_found")
