"""A file on its way: asked for, received, looked at, sent, read, taken back."""

import asyncio
import hashlib
from io import BytesIO

import pytest
from PIL import Image

from halloo.files.model import FILE_KINDS
from halloo.files.settings import FilesSettings
from halloo.kit.clock import DAY, HOUR, MINUTE
from halloo.kit.ids import new_id
from tests.files.desk import ask, fetch, filed, path_of, png, put, send, sent_file, upload
from tests.public.shop import Build, Json, Shop, error

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
TEXT = b"Dear Ada,\nhere it is.\n"


async def test_a_file_is_sent_and_read(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    asked = await ask(shop, visitor, "../Rechnung März.pdf", PDF, "application/pdf")
    assert asked.status_code == 201, asked.text
    assert asked.json()["put"]["expires_in"] == 300
    done = await put(shop, asked.json(), PDF)
    assert done.status_code == 200, done.text
    upload_id = asked.json()["upload_id"]
    assert done.json() == {
        "upload_id": upload_id,
        "name": "Rechnung März.pdf",
        "type": "application/pdf",
        "size": len(PDF),
    }
    answer = await send(shop, visitor, cid, filed(upload_id))
    assert answer.status_code == 201, answer.text
    content = answer.json()["message"]["content"]
    assert {name: content[name] for name in ("name", "type", "size")} == {
        "name": "Rechnung März.pdf",
        "type": "application/pdf",
        "size": len(PDF),
    }
    read = await fetch(shop, content["url"])
    assert (read.status_code, read.content) == (200, PDF)
    assert read.headers["content-type"] == "application/pdf"
    assert read.headers["content-disposition"].startswith("attachment;")
    assert read.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert read.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in read.headers


@pytest.mark.parametrize("said", ["text/csv", "", "text/plain", "application/vnd.ms-excel"])
async def test_a_table_keeps_its_name_whatever_the_system_calls_it(shop: Shop, said: str) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    content = await sent_file(shop, visitor, cid, "Prices.CSV", b"vase,2\nbowl,1\n", said)
    assert (content["name"], content["type"]) == ("Prices.CSV", "text/csv")


@pytest.mark.parametrize("name", ["settings.json", "site.yaml", "notes.md"])
async def test_plain_text_keeps_the_endings_that_run_nowhere(shop: Shop, name: str) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    content = await sent_file(shop, visitor, cid, name, b"key: value\n", "")
    assert (content["name"], content["type"]) == (name, "text/plain")


@pytest.mark.parametrize("said", ["text/plain", ""])
async def test_text_as_windows_saves_it_is_text(shop: Shop, said: str) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    content = await sent_file(shop, visitor, cid, "notes.txt", "Hello, team.\r\n".encode("utf-16"), said)
    assert (content["name"], content["type"]) == ("notes.txt", "text/plain")


async def test_a_picture_is_drawn_anew(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "taken at home"
    Image.new("RGB", (40, 20), (10, 120, 60)).save(out, "JPEG", exif=exif)
    content = await sent_file(shop, visitor, cid, "photo.jpg", out.getvalue(), "image/jpeg")
    assert (content["width"], content["height"], content["type"]) == (20, 40, "image/jpeg")
    assert content["placeholder"]
    read = await fetch(shop, content["url"])
    assert b"taken at home" not in read.content
    assert read.headers["content-disposition"].startswith("inline;")
    assert content["size"] == len(read.content)


async def test_the_same_send_again_is_the_same_message(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    message = filed(await upload(shop, visitor, "a.txt", TEXT))
    first, again = await asyncio.gather(*(send(shop, visitor, cid, message) for _ in range(2)))
    assert sorted([first.status_code, again.status_code]) == [200, 201]
    assert first.json()["message"]["id"] == again.json()["message"]["id"]
    other = {**message, "content": {"upload_id": await upload(shop, visitor, "b.txt", TEXT)}}
    assert error(await send(shop, visitor, cid, other)) == (409, "client_id_conflict")
    twice = {**message, "client_id": new_id()}
    assert error(await send(shop, visitor, cid, twice)) == (409, "upload_incomplete")


async def test_what_is_not_here_whole_cannot_be_sent(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    asked = (await ask(shop, visitor, "a.txt", TEXT, "text/plain")).json()
    assert error(await send(shop, visitor, cid, filed(asked["upload_id"]))) == (409, "upload_incomplete")
    assert error(await send(shop, visitor, cid, filed(new_id()))) == (409, "upload_incomplete")


async def test_a_file_can_be_the_first_message(shop: Shop) -> None:
    visitor = await shop.arrive()
    upload_id = await upload(shop, visitor, "a.txt", TEXT)
    answer = await shop.call("POST", "/conversations", {"message": filed(upload_id)}, visitor.headers)
    assert answer.status_code == 201, answer.text
    cid = answer.json()["conversation"]["id"]
    listed = (await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)).json()["data"]
    assert [one["type"] for one in listed] == ["file"]
    assert (await fetch(shop, listed[0]["content"]["url"])).content == TEXT
    rows = (await shop.manage("GET", "/core/conversations"))["data"]
    assert rows[0]["last_message"]["excerpt"] == "a.txt"


async def test_an_operator_sends_a_file(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    data = png()
    made = await shop.manage("POST", "/core/uploads", {"name": "plan.png", "size": len(data), "type": "image/png"})
    assert (await put(shop, made, data)).status_code == 200
    sent = await shop.manage("POST", f"/core/conversations/{cid}/messages", filed(made["upload_id"]))
    assert sent["message"]["content"]["width"] == 8
    listed = (await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)).json()["data"]
    assert (await fetch(shop, listed[-1]["content"]["url"])).status_code == 200
    content = {"name": "x.pdf", "url": "https://files.example/x", "type": "application/pdf"}
    elsewhere = {"client_id": new_id(), "type": "file", "content": content}
    sent = await shop.manage("POST", f"/core/conversations/{cid}/messages", elsewhere)
    assert sent["message"]["content"] == elsewhere["content"]
    assert error(await send(shop, visitor, cid, {**elsewhere, "client_id": new_id()}))[0] == 422


async def test_a_removed_message_is_gone_at_once(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    data = png()
    made = await shop.manage("POST", "/core/uploads", {"name": "plan.png", "size": len(data), "type": "image/png"})
    await put(shop, made, data)
    sent = (await shop.manage("POST", f"/core/conversations/{cid}/messages", filed(made["upload_id"])))["message"]
    url = sent["content"]["url"]
    assert (await fetch(shop, url)).status_code == 200
    edit = await shop.api.client.patch(
        f"/core/conversations/{cid}/messages/{sent['fingerprint']}", json={"content": "x"}, headers=shop.manager
    )
    assert edit.status_code == 422
    await shop.manage("DELETE", f"/core/conversations/{cid}/messages/{sent['fingerprint']}")
    assert (await fetch(shop, url)).status_code == 404
    fresh = await shop.call("GET", f"/conversations/{cid}/files/{sent['content']['file_id']}", headers=visitor.headers)
    assert error(fresh) == (404, "file_not_found")


async def test_an_address_ends_and_is_given_anew(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    content = await sent_file(shop, visitor, cid, "a.txt", TEXT)
    fresh = f"/conversations/{cid}/files/{content['file_id']}"
    url = (await shop.call("GET", fresh, headers=visitor.headers)).json()["url"]
    assert (await fetch(shop, url)).status_code == 200
    shop.api.clock.shift += HOUR + 10 * MINUTE
    assert (await fetch(shop, url)).status_code == 404
    assert (await fetch(shop, content["url"])).status_code == 200, "what stands in facts holds longer"
    shop.api.clock.shift += 7 * DAY
    assert (await fetch(shop, content["url"])).status_code == 404
    url = (await shop.call("GET", fresh, headers=visitor.headers)).json()["url"]
    assert (await fetch(shop, url)).status_code == 200
    listed = (await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)).json()["data"]
    assert (await fetch(shop, listed[-1]["content"]["url"])).status_code == 200
    managed = await shop.manage("GET", f"/core/conversations/{cid}/files/{content['file_id']}")
    assert (await fetch(shop, managed["url"])).status_code == 200


async def test_sound_says_how_long_it_is(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    sound = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + b"\x00" * 64
    upload_id = await upload(shop, visitor, "voice", sound, "audio/webm;codecs=opus")
    wrong = filed(upload_id, "animation")
    assert error(await send(shop, visitor, cid, wrong)) == (422, "field_invalid")
    answer = await send(shop, visitor, cid, filed(upload_id, "audio", duration=2.5, waveform=[1, 50, 100]))
    assert answer.status_code == 201, answer.text
    content = answer.json()["message"]["content"]
    assert (content["type"], content["duration"], content["waveform"]) == ("audio/webm", 2.5, [1, 50, 100])
    unfit: list[Json] = [
        {"duration": 0},
        {"duration": 3601},
        {"duration": "1"},
        {"waveform": [101]},
        {"waveform": []},
        {"x": 1},
    ]
    for bad in unfit:
        assert (await send(shop, visitor, cid, filed(upload_id, "audio", **bad))).status_code == 422


async def test_what_came_is_what_was_announced(shop: Shop) -> None:
    visitor = await shop.arrive()
    asked = (await ask(shop, visitor, "a.txt", TEXT, "text/plain", sha256=hashlib.sha256(b"other").hexdigest())).json()
    assert error(await put(shop, asked, TEXT)) == (409, "upload_damaged")
    assert error(await put(shop, asked, TEXT)) == (404, "upload_not_found")
    asked = (await ask(shop, visitor, "a.txt", TEXT, "text/plain")).json()
    assert error(await put(shop, asked, TEXT + b"more")) == (413, "file_too_large")


async def test_a_lost_answer_is_given_again(shop: Shop) -> None:
    visitor = await shop.arrive()
    data = png()
    asked = (await ask(shop, visitor, "a.png", data, "image/png")).json()
    answers = await asyncio.gather(*(put(shop, asked, data) for _ in range(3)))
    done = [one for one in answers if one.status_code == 200]
    assert done
    assert all(one.json() == done[0].json() for one in done)
    assert (await put(shop, asked, data)).json() == done[0].json()


async def test_a_target_ends(shop: Shop) -> None:
    visitor = await shop.arrive()
    asked = (await ask(shop, visitor, "a.txt", TEXT, "text/plain")).json()
    url = path_of(asked["put"]["url"])
    assert (await shop.api.client.head(url)).status_code == 204
    shop.api.clock.shift += 4 * MINUTE
    part = await shop.api.client.patch(url, content=TEXT[:5], headers={"Upload-Offset": "0"})
    assert part.status_code == 204, part.text
    shop.api.clock.shift += 4 * MINUTE
    assert (await shop.api.client.head(url)).headers["upload-offset"] == "5"
    shop.api.clock.shift += 2 * MINUTE
    assert (await shop.api.client.head(url)).status_code == 404
    assert error(await put(shop, asked, TEXT)) == (404, "upload_not_found")
    assert (await shop.api.client.head(url.replace("token=hup_", "token=hup_x"))).status_code == 404


async def test_what_a_widget_takes(shop: Shop) -> None:
    visitor = await shop.arrive()
    await shop.config(files={"enabled": True, "max_bytes": 2048, "types": ["image"]})
    assert error(await ask(shop, visitor, "a.pdf", PDF, "application/pdf")) == (415, "file_type")
    assert error(await ask(shop, visitor, "a.png", b"x" * 2049, "image/png")) == (413, "file_too_large")
    assert error(await ask(shop, visitor, "a.html", b"x", "text/html")) == (415, "file_type")
    asked = await ask(shop, visitor, "a", PDF, "")
    assert asked.status_code == 201
    assert error(await put(shop, asked.json(), PDF)) == (415, "file_type")
    lying = await ask(shop, visitor, "a.png", b"<html>" * 9, "image/png")
    refused = await put(shop, lying.json(), b"<html>" * 9)
    assert error(refused) == (415, "file_type")
    assert refused.json()["details"]["types"] == ["image"], "it was told what this widget does not take"
    for bad in ({"size": 0}, {"size": -1}, {"name": ""}, {"sha256": "xyz"}, {"size": 1.5}, {"state": "stored"}):
        answer = await shop.call("POST", "/uploads", {"name": "a.png", "size": 9, "type": "", **bad}, visitor.headers)
        assert answer.status_code == 422, bad
    await shop.config(files={"enabled": False})
    assert error(await ask(shop, visitor, "a.png", png(), "image/png")) == (404, "files_off")
    assert error(await shop.call("POST", "/uploads", {"name": "a", "size": 1})) == (401, "visitor_token_missing")


async def test_an_operator_is_told_what_is_taken(shop: Shop) -> None:
    rules = await shop.manage("GET", "/core/uploads/rules")
    assert rules == {"max_bytes": FilesSettings().max_bytes, "types": list(FILE_KINDS)}
    draft = {"name": "a.txt", "type": "text/plain"}
    assert (await shop.manage("POST", "/core/uploads", {**draft, "size": rules["max_bytes"]}))["upload_id"]
    larger = {**draft, "size": rules["max_bytes"] + 1}
    more = await shop.api.client.post("/core/uploads", json=larger, headers=shop.manager)
    assert error(more) == (413, "file_too_large")


async def test_a_day_has_an_end(build: Build) -> None:
    shop = await build(upload_mib_per_day=1, uploads_per_ten_minutes=100)
    visitor, other = await shop.arrive(), await shop.arrive()
    half = b"x" * (512 * 1024)
    assert (await ask(shop, visitor, "a.txt", half, "text/plain")).status_code == 201
    assert (await ask(shop, visitor, "b.txt", half, "text/plain")).status_code == 201
    full = await ask(shop, visitor, "c.txt", b"x", "text/plain")
    assert error(full) == (429, "rate_limited")
    assert int(full.headers["retry-after"]) <= DAY // 1000
    assert (await ask(shop, other, "c.txt", b"x", "text/plain")).status_code == 201
    shop.api.clock.shift += DAY
    assert (await ask(shop, visitor, "c.txt", b"x", "text/plain")).status_code == 201


async def test_ten_minutes_have_an_end(build: Build) -> None:
    shop = await build(uploads_per_ten_minutes=2)
    visitor = await shop.arrive()
    codes = [(await ask(shop, visitor, "a.txt", b"x", "text/plain")).status_code for _ in range(3)]
    assert codes == [201, 201, 429]
