"""Whose a file is, and what becomes of it: addresses of others, taking back, sweeping, erasing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from halloo.contacts.actions import sweep_erasures
from halloo.conversations.errors import ConversationForbidden
from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.actions import end_uploads
from halloo.files.desk import UploadDesk
from halloo.files.images.model import ImageFacts, ImageRefused
from halloo.files.images.processes import Images
from halloo.files.model import FILE_KINDS, SMALL_WIDTHS, FileKind, Upload
from halloo.files.room import FileRoom
from halloo.files.settings import FilesSettings
from halloo.kit.clock import DAY, HOUR
from halloo.kit.ids import new_id, new_secret
from halloo.kit.refusals import RateLimited, Unavailable
from tests.files.desk import ask, fetch, filed, path_of, png, put, send, sent_file, upload
from tests.public.shop import Json, Shop, Visitor, error
from tests.support.api import is_listed

TEXT = b"Dear Ada,\nhere it is.\n"


def _rows(tx: Tx) -> tuple[list[Any], list[Any]]:
    return tx.all(store.uploads.select()), tx.all(store.files.select())


async def rows(shop: Shop) -> tuple[list[Any], list[Any]]:
    """Every upload and file of the workspace."""
    return await shop.api.halloo.database.read(shop.house.workspace_id, _rows)


def room(shop: Shop) -> FileRoom:
    """The server's files."""
    return shop.api.halloo.files


async def _one(shop: Shop) -> tuple[Visitor, str, Json]:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    return visitor, cid, await sent_file(shop, visitor, cid, "a.txt", TEXT)


async def test_cve_2026_48616_an_address_opens_one_file_and_nothing_else(shop: Shop) -> None:
    """Every wrong one is answered like one that nothing has, byte for byte."""
    _, _, mine = await _one(shop)
    _, _, other = await _one(shop)
    url = path_of(mine["url"])
    path, _, until = url.partition("?until=")
    _, _, file_id, key, name = path.split("/")
    other_key = path_of(other["url"]).split("/")[3]
    nothing = await fetch(shop, f"/files/{new_id()}/{key}/{name}?until={until}")
    assert nothing.status_code == 404
    wrong = [
        f"/files/{other['file_id']}/{key}/{name}?until={until}",
        f"/files/{file_id}/{other_key}/{name}?until={until}",
        f"/files/{file_id}/{key}/{name}?until={int(until) + 1}",
        f"/files/{file_id}/{key}/{name}?until=0{until}",
        f"/files/{file_id}/{key}/{name}?until=%20{until}",
        f"/files/{file_id}/{key}/{name}",
        f"/files/{file_id}/{key}/b.txt?until={until}",
        f"/files/{file_id}/{key[:-1]}{'E' if key[-1] == 'A' else 'A'}/{name}?until={until}",
        f"/files/{file_id}/{key.lower()}/{name}?until={until}",
        f"/files/{file_id.upper()}/{key}/{name}?until={until}",
        f"/files/{file_id}/{'A' * 43}/{name}?until={until}",
        f"/files/{file_id}/{key}/{name}?until={until}&until={until}",
        f"/files/{file_id}//{name}?until={until}",
        f"/files/x/{key}/{name}?until={until}",
        f"/files/{file_id}/{key}/{name}?until={until}&width=280",
        f"/files/{file_id}/{other_key}/{name}?until={until}&width=280",
    ]
    for one in wrong:
        answer = await fetch(shop, one)
        assert (answer.status_code, answer.content) == (404, nothing.content), one
        kept = {name: value for name, value in answer.headers.items() if name != "date"}
        assert kept == {name: value for name, value in nothing.headers.items() if name != "date"}, one
    assert (await fetch(shop, url)).status_code == 200


async def test_cve_2026_48616_nobody_sends_or_opens_what_another_has_uploaded(shop: Shop) -> None:
    visitor, cid, mine = await _one(shop)
    thief = await shop.arrive()
    theirs = await shop.start(thief)
    upload_id = await upload(shop, visitor, "b.txt", TEXT)
    stolen = await send(shop, thief, theirs, filed(upload_id))
    unknown = await send(shop, thief, theirs, filed(new_id()))
    assert (stolen.status_code, stolen.content) == (409, unknown.content)
    assert error(await send(shop, thief, cid, filed(upload_id))) == (403, "conversation_forbidden")
    said = await shop.api.client.post(
        f"/core/conversations/{cid}/messages", json=filed(upload_id), headers=shop.manager
    )
    assert said.content == unknown.content
    for path in (f"/conversations/{cid}/files/{mine['file_id']}", f"/conversations/{new_id()}/files/{mine['file_id']}"):
        answer = await shop.call("GET", path, headers=thief.headers)
        assert error(answer) == (403, "conversation_forbidden")
    answer = await shop.call("GET", f"/conversations/{theirs}/files/{mine['file_id']}", headers=thief.headers)
    assert error(answer) == (404, "file_not_found")
    assert (await send(shop, visitor, cid, filed(upload_id))).status_code == 201, "it is still the visitor's"


def _said(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer but the moment it was given."""
    kept = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, answer.content, kept


async def test_an_address_that_ran_out_is_one_that_nothing_has(shop: Shop) -> None:
    visitor, cid, mine = await _one(shop)
    asked = f"/conversations/{cid}/files/{mine['file_id']}"
    fresh = (await shop.call("GET", asked, headers=visitor.headers)).json()["url"]
    assert (await fetch(shop, fresh)).status_code == 200
    shop.api.clock.shift += 2 * HOUR
    _, _, _, key, rest = path_of(fresh).split("/")
    nothing = await fetch(shop, f"/files/{new_id()}/{key}/{rest}")
    assert _said(await fetch(shop, fresh)) == _said(nothing)
    assert _said(await fetch(shop, path_of(mine["url"])))[0] == 200, "a fact's holds longer"
    shop.api.clock.shift += 8 * DAY
    assert _said(await fetch(shop, path_of(mine["url"]))) == _said(nothing)


async def test_another_conversation_s_token_learns_nothing(shop: Shop) -> None:
    """Whether a file or a conversation is somebody else's, or is not there at all."""
    _, cid, mine = await _one(shop)
    thief = await shop.arrive()
    theirs = await shop.start(thief)

    async def asked(conversation: str, file: str, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
        return _said(await shop.call("GET", f"/conversations/{conversation}/files/{file}", headers=headers))

    nobody = {"Origin": thief.headers["Origin"]}
    for headers in (thief.headers, nobody, {**nobody, "X-Halloo-Visitor": new_secret("hvt_")}):
        refused = await asked(new_id(), new_id(), headers)
        assert refused[0] in {401, 403}
        for conversation, file in ((cid, mine["file_id"]), (cid, new_id()), (new_id(), mine["file_id"])):
            assert await asked(conversation, file, headers) == refused
    assert await asked(theirs, mine["file_id"], thief.headers) == await asked(theirs, new_id(), thief.headers)


async def test_a_target_is_for_who_asked(shop: Shop) -> None:
    visitor = await shop.arrive()
    first = (await ask(shop, visitor, "a.txt", TEXT, "text/plain")).json()
    second = (await ask(shop, visitor, "b.txt", TEXT, "text/plain")).json()
    token = first["put"]["url"].partition("token=")[2]
    for wrong in (token[:-1], token + "A", new_secret("hup_"), ""):
        target = {"put": {"url": f"/uploads/{second['upload_id']}?token={wrong}"}}
        assert (await put(shop, target, TEXT)).status_code == 404, wrong
    swapped = {"put": {"url": f"/uploads/{second['upload_id']}?token={token}"}}
    assert error(await put(shop, swapped, TEXT)) == (404, "upload_not_found")


async def test_what_nobody_can_name_is_swept(shop: Shop) -> None:
    visitor, _, sent = await _one(shop)
    kept = (await ask(shop, visitor, "never.txt", TEXT, "text/plain")).json()
    await shop.api.client.patch(path_of(kept["put"]["url"]), content=TEXT[:4], headers={"Upload-Offset": "0"})
    whole = await upload(shop, visitor, "never.png", png())
    bad = (await ask(shop, visitor, "x", b"MZ\x90\x00\x03\x00", "")).json()
    assert (await put(shop, bad, b"MZ\x90\x00\x03\x00")).status_code == 415
    await room(shop).sweeper.sweep()
    uploads, files = await rows(shop)
    assert len(uploads) == 3, "what was refused goes at once"
    assert len(files) == 2
    shop.api.clock.shift += 2 * DAY
    assert error(await send(shop, visitor, new_id(), filed(whole)))[0] == 403
    await room(shop).sweeper.sweep()
    await room(shop).sweeper.sweep()
    uploads, files = await rows(shop)
    assert uploads == []
    assert [row["id"] for row in files] == [sent["file_id"]]
    assert await room(shop).storage.received(kept["upload_id"]) == 0
    assert not await is_listed(shop.api, "upload", whole)
    assert (await fetch(shop, sent["url"])).status_code == 200


async def test_small_pictures_go_with_their_file(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    sent = await sent_file(shop, visitor, cid, "a.png", png(900, 600))
    for width in SMALL_WIDTHS:
        for accept in ("image/webp", "image/png"):
            small = await fetch(shop, f"{sent['url']}&width={width}", accept=accept)
            assert small.status_code == 200, small.text
    (row,) = (await rows(shop))[1]
    storage = room(shop).storage
    keys = [row["storage_key"], *(f"{row['storage_key']}.{width}.webp" for width in SMALL_WIDTHS)]
    keys += [f"{row['storage_key']}.{width}.plain" for width in SMALL_WIDTHS]
    assert None not in [await storage.size(key) for key in keys]
    await shop.manage("DELETE", f"/core/conversations/{cid}")
    nothing = await fetch(shop, path_of(sent["url"]).replace(sent["file_id"], new_id()))
    for width in SMALL_WIDTHS:
        assert _said(await fetch(shop, f"{sent['url']}&width={width}")) == _said(nothing), "at once"
    await room(shop).sweeper.sweep()
    assert {await storage.size(key) for key in keys} == {None}


async def _one_byte() -> AsyncIterator[bytes]:
    yield b"x"


async def test_what_came_late_of_a_file_that_was_sent_is_swept_with_its_upload(shop: Shop) -> None:
    """A second sender of the same bytes leaves parts behind; a server that is killed those of a picture."""
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    upload_id = await upload(shop, visitor, "a.png", png())
    sent = (await send(shop, visitor, cid, filed(upload_id))).json()["message"]["content"]
    storage = room(shop).storage
    late = (upload_id, f"{upload_id}.drawn")
    for part in late:
        await storage.append(part, 0, _one_byte(), 10)
    shop.api.clock.shift += 2 * DAY
    await room(shop).sweeper.sweep()
    assert [await storage.received(part) for part in late] == [0, 0]
    assert (await rows(shop))[0] == []
    fresh = (await shop.call("GET", f"/conversations/{cid}/files/{sent['file_id']}", headers=visitor.headers)).json()
    assert (await fetch(shop, fresh["url"])).status_code == 200, "the file stays"


async def test_only_what_is_wrong_with_the_bytes_refuses_an_upload(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever passes leaves it open: asked again, the answer is the file."""
    visitor = await shop.arrive()
    for passing, status in ((Unavailable(), 503), (RateLimited(1000), 429), (ConversationForbidden(), 403)):
        asked = (await ask(shop, visitor, "a.png", data := png(), "image/png")).json()

        async def busy(*_: object, passing: Exception = passing, **_asker: object) -> None:
            raise passing

        with monkeypatch.context() as patched:
            patched.setattr(Images, "examine", busy)
            assert (await put(shop, asked, data)).status_code == status
        head = await shop.api.client.head(path_of(asked["put"]["url"]))
        assert head.headers["upload-offset"] == str(len(data))
        again = await shop.api.client.patch(path_of(asked["put"]["url"]), headers={"Upload-Offset": str(len(data))})
        assert (again.status_code, again.json()["type"]) == (200, "image/png")
    broken = (await ask(shop, visitor, "b.png", data[:40], "image/png")).json()
    assert error(await put(shop, broken, data[:40])) == (415, "image_refused")
    assert error(await put(shop, broken, data[:40])) == (404, "upload_not_found"), "for good"


async def _begun(shop: Shop, visitor: Visitor, name: str) -> Json:
    """A file of which a part has come."""
    asked = (await ask(shop, visitor, name, TEXT, "text/plain")).json()
    await shop.api.client.patch(path_of(asked["put"]["url"]), content=TEXT[:4], headers={"Upload-Offset": "0"})
    assert await room(shop).storage.received(asked["upload_id"]) == 4
    return asked


async def test_nothing_of_somebody_who_was_erased_is_left_not_even_what_was_on_its_way(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    await sent_file(shop, visitor, cid, "ada sent.txt", TEXT)
    await upload(shop, visitor, "ada kept.txt", TEXT)
    begun = await _begun(shop, visitor, "ada began.txt")
    contact = (await shop.manage("GET", f"/core/conversations/{cid}"))["contact"]["id"]
    await shop.manage("DELETE", f"/core/contacts/{contact}?everything=true")
    assert error(await put(shop, begun, TEXT)) == (404, "upload_not_found")
    (proof,) = (await shop.manage("GET", "/core/erasures"))["data"]
    assert (proof["counts"]["file"], proof["finished_at"]) == (3, None)
    assert "ada " not in str(await rows(shop)), "no name of a file outlives its person"
    await shop.api.halloo.database.write(shop.house.workspace_id, sweep_erasures, 10)
    (proof,) = (await shop.manage("GET", "/core/erasures"))["data"]
    assert proof["finished_at"] is None, "its bytes are still here"
    await room(shop).sweeper.sweep()
    (proof,) = (await shop.manage("GET", "/core/erasures"))["data"]
    assert proof["finished_at"] is not None
    assert await room(shop).storage.received(begun["upload_id"]) == 0


async def test_what_is_looked_at_while_its_sender_is_erased_leaves_no_bytes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await shop.arrive()
    asked = (await ask(shop, visitor, "a.png", data := png(), "image/png")).json()
    examine, kept = Images.examine, list[str]()
    put_there = room(shop).storage.assemble

    async def slow(*given: Any, asker: str) -> Any:
        await shop.api.halloo.database.write(shop.house.workspace_id, end_uploads, visitor.id)
        await room(shop).sweeper.sweep()
        return await examine(*given, asker=asker)

    async def noted(part: str, key: str) -> Any:
        kept.append(key)
        return await put_there(part, key)

    monkeypatch.setattr(Images, "examine", slow)
    monkeypatch.setattr(room(shop).storage, "assemble", noted)
    assert error(await put(shop, asked, data)) == (404, "upload_not_found")
    assert len(kept) == 2
    assert [await room(shop).storage.size(key) for key in kept] == [None, None]


async def test_who_is_blocked_brings_nothing_any_more(shop: Shop) -> None:
    visitor = await shop.arrive()
    await shop.start(visitor)
    begun = await _begun(shop, visitor, "a.txt")
    await shop.manage("POST", "/core/blocks", {"visitor": visitor.id})
    assert error(await put(shop, begun, TEXT)) == (404, "upload_not_found")


async def _any_kind(_: Upload) -> tuple[FileKind, ...]:
    return FILE_KINDS


async def _found(shop: Shop, asked: Json) -> tuple[UploadDesk, Upload]:
    """The desk of another server, and an upload there."""
    desk = UploadDesk(shop.api.halloo.database, room(shop).storage, room(shop).images, FilesSettings(), _any_kind)
    return desk, await desk.find(asked["upload_id"], asked["put"]["url"].partition("token=")[2])


async def test_what_another_server_found_to_be_a_picture_stays_one(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both had all the bytes; the slower one, short of memory, would refuse them."""
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    asked = (await ask(shop, visitor, "a.png", data := png(), "image/png")).json()
    desk, found = await _found(shop, asked)
    examine = Images.examine

    async def late(images: Images, source: Path, target: Path, *, asker: str) -> ImageFacts:
        monkeypatch.setattr(Images, "examine", examine)
        await images.examine(source, target, asker=asker)
        await desk.finish(found)
        raise ImageRefused("heavy")

    monkeypatch.setattr(Images, "examine", late)
    assert (answer := await put(shop, asked, data)).status_code == 200, answer.text
    assert answer.json()["type"] == "image/png"
    sent = (await send(shop, visitor, cid, filed(found.id))).json()["message"]["content"]
    assert (await fetch(shop, sent["url"])).status_code == 200


async def test_what_is_drawn_after_its_time_leaves_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = await shop.arrive()
    asked = (await ask(shop, visitor, "a.png", data := png(), "image/png")).json()
    _, found = await _found(shop, asked)
    examine = Images.examine

    async def late(images: Images, source: Path, target: Path, *, asker: str) -> ImageFacts:
        facts = await examine(images, source, target, asker=asker)
        shop.api.clock.shift += 2 * DAY
        await room(shop).sweeper.sweep()
        return facts

    monkeypatch.setattr(Images, "examine", late)
    assert error(await put(shop, asked, data)) == (404, "upload_not_found")
    assert await rows(shop) == ([], [])
    assert [await room(shop).storage.size(key) for key in (found.raw_key, found.key)] == [None, None]


async def test_bytes_go_with_their_message_and_conversation(shop: Shop) -> None:
    visitor, cid, first = await _one(shop)
    second = await sent_file(shop, visitor, cid, "b.png", png(), "image/png")
    _, files = await rows(shop)
    keys = {row["id"]: row["storage_key"] for row in files}
    assert all([await room(shop).storage.size(key) is not None for key in keys.values()])
    listed = (await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)).json()["data"]
    taken_back = next(one for one in listed if one["type"] == "file")
    removed = await shop.api.halloo.database.write(
        shop.house.workspace_id, _remove, visitor, shop.house.widget_id, cid, taken_back["fingerprint"]
    )
    assert removed.removed
    assert (await fetch(shop, first["url"])).status_code == 404
    await shop.manage("DELETE", f"/core/conversations/{cid}")
    assert (await fetch(shop, second["url"])).status_code == 404
    _, files = await rows(shop)
    assert {row["name"] for row in files} == {""}, "the name is gone at once"
    await room(shop).sweeper.sweep()
    assert (await rows(shop))[1] == []
    assert [await room(shop).storage.size(key) for key in keys.values()] == [None, None]
    assert not await is_listed(shop.api, "file", first["file_id"])


def _remove(tx: Tx, visitor: Visitor, widget_id: str, cid: str, fingerprint: int) -> Any:
    from halloo.conversations.actions import remove_message
    from halloo.workspaces.model import Actor

    who = Actor("visitor", tx.workspace_id, visitor.id, "Guest", widget_id=widget_id)
    return remove_message(tx, who, cid, fingerprint)


async def test_a_send_at_the_last_moment_wins_or_is_refused(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    upload_id = await upload(shop, visitor, "a.txt", TEXT)
    shop.api.clock.shift += 24 * HOUR - 5_000
    assert (await send(shop, visitor, cid, filed(upload_id))).status_code == 201
    late = await upload(shop, visitor, "b.txt", TEXT)
    shop.api.clock.shift += 24 * HOUR + 5_000
    assert error(await send(shop, visitor, cid, filed(late))) == (409, "upload_incomplete")


async def test_the_database_holds_no_token(shop: Shop) -> None:
    visitor = await shop.arrive()
    asked = (await ask(shop, visitor, "a.txt", TEXT, "text/plain")).json()
    uploads, _ = await rows(shop)
    assert asked["put"]["url"].partition("token=")[2] not in repr(uploads)
