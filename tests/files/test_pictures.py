"""Pictures of operators and previews of links over the whole server, on each kind of database."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from halloo.conversations.actions.links import links_of
from halloo.db.tx import Tx
from halloo.files import store
from halloo.files.actions.pictures import owner_of
from halloo.files.images.addresses import Kind
from halloo.kit.ids import new_id
from tests.files.desk import path_of, png, upload
from tests.files.test_images import opened
from tests.public.shop import Shop

PRIVATE = "http://10.0.0.1/page"


async def test_an_operator_shows_a_picture(shop: Shop) -> None:
    async with shop.api.browser(shop.house.owner_email) as client:
        await _show(client)


async def _put_on(client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    """Show oneself with a picture: its address, and what named the upload."""
    data = png(300, 200)
    asked = await client.post(
        "/core/uploads",
        json={"name": "me.png", "size": len(data), "type": "image/png", "purpose": "avatar"},
    )
    assert asked.status_code == 201, asked.text
    done = await client.put(path_of(asked.json()["put"]["url"]), content=data)
    assert done.status_code == 200, done.text
    body = {"upload_id": asked.json()["upload_id"]}
    me = await client.put("/core/me/avatar", json=body)
    assert me.status_code == 200, me.text
    return me.json()["operator"]["avatar"], body


async def _show(client: httpx.AsyncClient) -> None:
    avatar, body = await _put_on(client)
    shown = await client.get(path_of(avatar), headers={"accept": "image/webp"})
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert opened(shown.content).size == (128, 128)
    assert "sandbox" in shown.headers["content-security-policy"]
    again = await client.put("/core/me/avatar", json=body)
    assert (again.status_code, again.json()["error"]) == (409, "upload_incomplete")
    assert (await client.get("/core/me")).json()["operator"]["avatar"] == avatar
    gone = await client.delete("/core/me/avatar")
    assert (gone.status_code, gone.json()["operator"]["avatar"]) == (200, None)
    initials = await client.get(path_of(avatar), headers={"accept": "image/webp"})
    assert initials.status_code == 200
    assert initials.content != shown.content


async def test_the_picture_of_an_operator_who_is_removed_goes_from_the_storage(shop: Shop) -> None:
    colleague = await shop.api.operator(shop.house, "grace@halloo.example", "operator")
    async with shop.api.browser("grace@halloo.example") as client:
        avatar, _ = await _put_on(client)
    (row,) = await shop.api.halloo.database.read(shop.house.workspace_id, _files)
    storage = shop.api.halloo.files.storage
    assert await storage.size(row["storage_key"]) is not None
    answer = await shop.api.client.delete(f"/core/operators/{colleague}", headers=shop.manager)
    assert answer.status_code == 204, answer.text
    await shop.api.halloo.files.sweeper.sweep()
    assert await storage.size(row["storage_key"]) is None
    assert await shop.api.halloo.database.read(shop.house.workspace_id, _files) == []
    shown = await shop.api.client.get(path_of(avatar), headers={"accept": "image/webp"})
    assert (shown.status_code, opened(shown.content).size) == (200, (128, 128)), "initials, with what they wrote"


@pytest.mark.parametrize("kind", ["contact", "visitor"])
async def test_a_picture_goes_with_the_person(shop: Shop, kind: Kind) -> None:
    visitor = await shop.arrive()
    await shop.start(visitor)
    (contact,) = (await shop.manage("GET", "/core/contacts"))["data"]
    upload_id = await upload(shop, visitor, "me.png", png())
    one = contact["id"] if kind == "contact" else visitor.id
    await shop.api.halloo.database.write(shop.house.workspace_id, _give, upload_id, owner_of(kind, one))
    gone = await shop.api.client.delete(f"/core/contacts/{contact['id']}?everything=true", headers=shop.manager)
    assert gone.status_code == 204, gone.text
    await shop.api.halloo.files.sweeper.sweep()
    assert await shop.api.halloo.database.read(shop.house.workspace_id, _files) == []


def _files(tx: Tx) -> list[Any]:
    return tx.all(store.files.select())


def _give(tx: Tx, upload_id: str, owner: str) -> None:
    found = store.find_upload(tx, tx.workspace_id, upload_id)
    assert found is not None
    store.update_file(tx, tx.workspace_id, found.file_id, owner=owner)


async def test_the_key_opens_everybody(shop: Shop) -> None:
    client, bearer = shop.api.client, shop.house.bearer
    visitor = await shop.arrive()
    await shop.start(visitor)
    key = (await client.get("/core/picture-key", headers=bearer)).json()
    for kind, id, status in (
        ("visitor", visitor.id, 200),
        ("operator", shop.house.owner_id, 200),
        ("operator", new_id(), 404),
        ("contact", visitor.id, 404),
    ):
        answer = await client.get(f"/avatar/{kind}/{id}/64?{key['query']}")
        assert (kind, answer.status_code) == (kind, status)


async def test_only_links_of_the_conversation_are_previewed(shop: Shop) -> None:
    client, bearer = shop.api.client, shop.house.bearer
    visitor, other = await shop.arrive(), await shop.arrive()
    cid = await shop.start(visitor)
    said = {"client_id": new_id(), "type": "text", "content": f"Look: {PRIVATE}."}
    sent = await client.post(f"/core/conversations/{cid}/messages", json=said, headers=bearer)
    assert sent.status_code == 201, sent.text
    note = {"client_id": new_id(), "type": "note", "content": "http://10.0.0.2/secret"}
    await client.post(f"/core/conversations/{cid}/messages", json=note, headers=bearer)

    async def asked(url: str, headers: dict[str, str]) -> tuple[int, str]:
        answer = await shop.call("GET", f"/conversations/{cid}/preview?url={quote(url, safe='')}", None, headers)
        return answer.status_code, answer.json().get("error", answer.json().get("title"))

    assert await asked(PRIVATE, visitor.headers) == (200, "")
    assert await asked("http://10.0.0.1/", visitor.headers) == (404, "link_not_found")
    assert await asked("http://10.0.0.1/page%", visitor.headers) == (404, "link_not_found")
    assert await asked("http://10.0.0.2/secret", visitor.headers) == (404, "link_not_found")
    assert await asked("", visitor.headers) == (404, "link_not_found")
    assert (await asked(PRIVATE, other.headers))[0] == 403
    for url, status in (("http://10.0.0.2/secret", 200), ("http://10.0.0.3/", 404)):
        answer = await client.get(f"/core/conversations/{cid}/preview", params={"url": url}, headers=bearer)
        assert (url, answer.status_code) == (url, status)


def test_links_are_found_as_people_write_them() -> None:
    for text, link in (
        ("see https://a.example/x.", "https://a.example/x"),
        ("(https://a.example/x)", "https://a.example/x"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)"),
        ("[here](https://a.example/x)", "https://a.example/x"),
        ("**https://a.example/x**", "https://a.example/x"),
        ("<https://a.example/x?a=1&b=2>", "https://a.example/x?a=1&b=2"),
        ("[http://a.example](https://b.example/)!", "https://b.example/"),
    ):
        assert link in links_of(text), text
    assert links_of("javascript:alert(1) ftp://a.example") == set()
