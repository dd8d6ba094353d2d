"""Give the demo a conversation that goes on: a picture of the mugs, a question with choices, and the visitor's answer.

python scripts/past_picture.py <data folder> <workspace id> <widget id> <origin>, with the product's own Python, while the product
runs: the picture is uploaded to it as any other. The token is read from workspace.json beside the data folder.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

import past
import seed
from halloo.conversations import actions
from halloo.conversations.model import Change, Draft
from halloo.db.connect import open_database
from halloo.db.tx import Tx
from halloo.files.model import FileAddresses
from halloo.kit.clock import MINUTE
from halloo.workspaces.actions.operators import list_operators
from halloo.workspaces.model import Actor, system_actor

NAME = "mugs-side-by-side.png"
TALK = past.Talk(0, "Clara", "I cannot decide between your glazes. What do they look like side by side?", "", 0, 0, 0)
SHOWN = "Here they are, on one shelf and in the **same light**:"
PICKER: dict[str, Any] = {
    "id": "glaze",
    "text": "Which one shall I put aside for you?",
    "choices": [
        {"value": "celadon", "icon": "🌿", "label": "Celadon", "selected": False},
        {"value": "oat", "icon": "🌾", "label": "Oat", "selected": False},
        {"value": "ember", "icon": "🔥", "label": "Ember", "selected": False},
    ],
}
CHOSEN = "celadon"
THANKS = "It looks like a lake in the morning. Thank you!"

_SIZE = (1280, 880)
_SEEN = (0, 170, 1280, 850)
_FINE = 2
"""How much larger it is drawn than it is sent, so that no edge is ragged."""
_MUGS = ((180, "#8fb5a0", "#6f9a85"), (490, "#e3d6bd", "#c9b896"), (800, "#c4693f", "#9c4326"))


def picture() -> bytes:
    """Draw three mugs on a shelf, as a PNG."""
    width, height = (side * _FINE for side in _SIZE)
    image = Image.new("RGB", (width, height), "#f3e8d8")
    light = Image.new("L", (width, height), 0)
    ImageDraw.Draw(light).ellipse(_at(120, -260, 1160, 780), fill=150)
    image.paste("#fff6e8", mask=light.filter(ImageFilter.GaussianBlur(120 * _FINE)))
    pen = ImageDraw.Draw(image)
    pen.rectangle(_at(0, 690, 1280, 880), fill="#b08a63")
    pen.rectangle(_at(0, 690, 1280, 700), fill="#c39f77")
    shade = Image.new("L", (width, height), 0)
    for left, _, _ in _MUGS:
        ImageDraw.Draw(shade).ellipse(_at(left - 14, 672, left + 236, 726), fill=120)
    image.paste("#4a3423", mask=shade.filter(ImageFilter.GaussianBlur(12 * _FINE)))
    for left, glaze, deep in _MUGS:
        _mug(image, left, glaze, deep)
    out = io.BytesIO()
    image.reduce(_FINE).crop(_SEEN).save(out, "PNG")
    return out.getvalue()


def _mug(image: Image.Image, left: int, glaze: str, deep: str) -> None:
    pen = ImageDraw.Draw(image)
    pen.arc(_at(left + 150, 440, left + 300, 610), -100, 100, fill=deep, width=30 * _FINE)
    body = Image.new("L", image.size, 0)
    shape = ImageDraw.Draw(body)
    shape.rounded_rectangle(_at(left, 400, left + 220, 705), radius=46 * _FINE, fill=255)
    shape.rectangle(_at(left, 400, left + 220, 520), fill=255)
    image.paste("#a98a6d", mask=body)  # the clay, bare at the foot
    coat = ImageDraw.Draw(image)
    dipped = Image.new("L", image.size, 0)
    dip = ImageDraw.Draw(dipped)
    dip.rectangle(_at(left, 400, left + 220, 630), fill=255)
    for at, drop in ((0, 22), (52, 36), (104, 18), (156, 32)):
        dip.ellipse(_at(left + at, 630 - drop, left + at + 64, 630 + drop), fill=255)
    image.paste(glaze, mask=Image.composite(dipped, Image.new("L", image.size, 0), body))
    side = Image.new("L", image.size, 0)
    ImageDraw.Draw(side).rectangle(_at(left + 150, 380, left + 260, 720), fill=36)
    side = side.filter(ImageFilter.GaussianBlur(34 * _FINE))
    image.paste("#3b2a1c", mask=Image.composite(side, Image.new("L", image.size, 0), body))
    shine = Image.new("L", image.size, 0)
    ImageDraw.Draw(shine).rounded_rectangle(_at(left + 34, 450, left + 50, 590), radius=8 * _FINE, fill=120)
    image.paste("#ffffff", mask=shine.filter(ImageFilter.GaussianBlur(5 * _FINE)))
    for number in range(26):  # iron in the clay
        x, y = left + 14 + number * 67 % 190, 440 + number * 97 % 180
        coat.ellipse(_at(x, y, x + 3, y + 3), fill=deep)
    coat.ellipse(_at(left, 372, left + 220, 428), fill=glaze)
    coat.ellipse(_at(left + 12, 379, left + 208, 422), fill=deep)


def _at(*corners: float) -> tuple[float, ...]:
    return tuple(side * _FINE for side in corners)


def upload(api: seed.Api, data: bytes) -> str:
    """Upload the picture as any other file; the upload's id."""
    opened = api.call("POST", "/core/uploads", {"name": NAME, "size": len(data), "type": "image/png"})
    put = opened["put"]
    request = urllib.request.Request(put["url"], data, put["headers"], method="PUT")  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - likewise
        return str(opened["upload_id"])


async def fill(url: str, workspace_id: str, widget_id: str, upload_id: str, origin: str) -> None:
    """Hold the conversation: it begins some minutes ago, and waits for an answer."""
    clock = past.Past()
    clock.now -= 9 * MINUTE
    database = open_database(url, clock)
    try:
        people = await database.read(workspace_id, _people)
        ada = past.actor(people[0])
        visitor, cid = await database.write(workspace_id, past.ask, widget_id, TALK)
        clock.now += 2 * MINUTE
        files = FileAddresses(origin)
        await database.write(workspace_id, actions.send_message, ada, cid, _draft("text", SHOWN))
        sent = _draft("file", {"upload_id": upload_id}, files)
        await database.write(workspace_id, actions.send_message, ada, cid, sent)
        asked = await database.write(workspace_id, actions.send_message, ada, cid, _draft("picker", PICKER))
        await database.write(workspace_id, _take, ada, cid)
        clock.now += 3 * MINUTE
        answer = {"choices": [{**one, "selected": one["value"] == CHOSEN} for one in PICKER["choices"]]}
        number = asked.message.fingerprint
        await database.write(workspace_id, actions.edit_message, visitor, cid, number, answer)
        await database.write(workspace_id, actions.send_message, visitor, cid, _draft("text", THANKS))
    finally:
        await database.close()


def _people(tx: Tx) -> list[Any]:
    return sorted(list_operators(tx, system_actor(tx.workspace_id)), key=lambda one: one.created_at)


def _take(tx: Tx, who: Actor, conversation_id: str) -> None:
    mine = Change(assignee_id=who.id, given=frozenset({"assignee_id"}))
    actions.change_conversation(tx, who, conversation_id, mine)


def _draft(kind: str, content: object, files: FileAddresses | None = None) -> Draft:
    return Draft(str(uuid.uuid4()), kind, content, files=files)


def main(data: str, workspace_id: str, widget_id: str, origin: str) -> None:
    """Hold it in the database of a data folder."""
    token = json.loads((Path(data).parent / "workspace.json").read_text())["token"]
    upload_id = upload(seed.Api(origin, token), picture())
    asyncio.run(fill(f"sqlite:///{Path(data) / 'halloo.db'}", workspace_id, widget_id, upload_id, origin))


if __name__ == "__main__":
    main(*sys.argv[1:])
