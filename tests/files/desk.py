"""Files as browsers send them: ask, put, name in a message; over the whole server in this process."""

import hashlib
import json
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image

from halloo.kit.ids import new_id
from tests.public.shop import Json, Shop, Visitor

PNG = "image/png"


def png(width: int = 8, height: int = 6, **save: Any) -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 40, 30)).save(out, "PNG", **save)
    return out.getvalue()


def path_of(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def ask(shop: Shop, visitor: Visitor, name: str, data: bytes, type_: str, **more: Any) -> httpx.Response:
    """Ask for a target."""
    body = {"name": name, "size": len(data), "type": type_, **more}
    headers = {**visitor.headers, "Content-Type": "application/json"}
    return await shop.api.client.post(f"{shop.base}/uploads", content=json.dumps(body), headers=headers)


async def put(shop: Shop, target: Json, data: bytes) -> httpx.Response:
    """Send the bytes to their target."""
    return await shop.api.client.put(path_of(target["put"]["url"]), content=data)


async def upload(shop: Shop, visitor: Visitor, name: str, data: bytes, type_: str = "") -> str:
    """Ask and send; the upload's id."""
    asked = await ask(shop, visitor, name, data, type_, sha256=hashlib.sha256(data).hexdigest())
    assert asked.status_code == 201, asked.text
    done = await put(shop, asked.json(), data)
    assert done.status_code == 200, done.text
    return asked.json()["upload_id"]


def filed(upload_id: str, type_: str = "file", **more: Any) -> Json:
    """A message that names an upload."""
    return {"client_id": new_id(), "type": type_, "content": {"upload_id": upload_id, **more}}


async def send(shop: Shop, visitor: Visitor, cid: str, message: Json) -> httpx.Response:
    """Send a message."""
    return await shop.call("POST", f"/conversations/{cid}/messages", message, visitor.headers)


async def sent_file(shop: Shop, visitor: Visitor, cid: str, name: str, data: bytes, type_: str = "") -> Json:
    """Upload and send a file; the message's content."""
    answer = await send(shop, visitor, cid, filed(await upload(shop, visitor, name, data, type_)))
    assert answer.status_code == 201, answer.text
    return answer.json()["message"]["content"]


async def fetch(shop: Shop, url: str, **headers: str) -> httpx.Response:
    """Read a file at its address."""
    return await shop.api.client.get(path_of(url), headers=headers)
