"""Messages of every kind, sent to a conversation through the management API, and files that go with them."""

import io
import urllib.request
from typing import Any, cast
from uuid import uuid4

from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.support.product import Product
from tests.support.screens import InboxScreen, VisitorScreen, Windows

PICKER: dict[str, Any] = {
    "id": "glaze",
    "text": "Which glaze do you like best?",
    "choices": [
        {"value": "sea", "icon": "🌊", "label": "Sea green", "selected": False},
        {"value": "sand", "icon": "🏖️", "label": "Warm sand", "selected": False},
        {"value": "ink", "label": "Ink, fired twice so that it never fades in the dishwasher", "selected": False},
    ],
}
FIELD: dict[str, Any] = {
    "id": "order",
    "text": "What is your **order number**?",
    "explain": "Eight digits, on the slip in the parcel",
    "required": True,
}
CAROUSEL: dict[str, Any] = {
    "text": "These three are in stock:",
    "targets": [
        {
            "title": title,
            "description": f"{title}, thrown by hand. Holds {litres} litres and stands on any table.",
            "image": f"https://pictures.example/{title}.jpg",
            "actions": [{"label": "Have a look", "url": f"https://shop.example/{title.lower()}"}],
        }
        for title, litres in (("Vase", 3), ("Jug", 2), ("Bowl", 1))
    ],
}
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EVENT: dict[str, Any] = {"namespace": "order:shipped", "text": "Your order was shipped"}


def picture(width: int, height: int, hue: int, kind: str = "PNG") -> bytes:
    """A drawing that is told from others by its colour."""
    image = Image.new("RGB", (width, height), f"hsl({hue}, 45%, 80%)")
    pen = ImageDraw.Draw(image)
    for step in range(9, 0, -1):
        shade = f"hsl({hue + 6 * step}, {40 + 4 * step}%, {25 + 6 * step}%)"
        pen.ellipse((width * step // 30, height * step // 26, width * (30 - step) // 30, height), fill=shade)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def moving(width: int, height: int) -> bytes:
    """A GIF of four frames."""
    frames = [Image.new("RGB", (width, height), f"hsl({90 * turn}, 60%, 60%)") for turn in range(4)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=200, loop=0)
    return out.getvalue()


def upload(product: Product, name: str, data: bytes, media: str) -> str:
    """Upload a file as an operator; its upload's id."""
    opened = product.call("POST", "/core/uploads", {"name": name, "size": len(data), "type": media})
    request = urllib.request.Request(opened["put"]["url"], data, opened["put"]["headers"], method="PUT")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
    return cast("str", opened["upload_id"])


def say(product: Product, conversation: str, kind: str, content: object) -> dict[str, Any]:
    """Send a message; what the server made of it."""
    body = {"client_id": str(uuid4()), "type": kind, "content": content}
    sent = product.call("POST", f"/core/conversations/{conversation}/messages", body)
    return cast("dict[str, Any]", sent["message"])


def send_file(product: Product, conversation: str, name: str, data: bytes, media: str, kind: str = "file") -> Any:
    """Send a file."""
    return say(product, conversation, kind, {"upload_id": upload(product, name, data, media)})


def only_conversation(product: Product) -> str:
    """The id of the newest conversation."""
    return cast("str", product.call("GET", "/core/conversations")["data"][0]["id"])


def begin(windows: Windows, words: str = "Is the vase tight?") -> tuple[VisitorScreen, str]:
    """A visitor who wrote, and their conversation."""
    visitor = windows.visit()
    visitor.open()
    visitor.write(words)
    expect(visitor.thread.get_by_text("Sent", exact=True)).to_be_visible()
    return visitor, only_conversation(windows.product)


def in_inbox(windows: Windows, words: str = "Is the vase tight?") -> InboxScreen:
    """The inbox with the newest conversation open."""
    inbox = windows.inbox()
    inbox.sign_in()
    inbox.page.locator("a.in-row-link").first.click()
    expect(inbox.thread).to_contain_text(words)
    return inbox
