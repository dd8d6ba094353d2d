"""Voice messages without a microphone: a beep as a file, sent by an operator over the API."""

import math
import struct
import wave
from io import BytesIO
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from halloo.kit.ids import new_id
from tests.support.pace import PATIENCE_S
from tests.support.product import Product

RATE = 8_000


def beep(seconds: float = 1.0) -> bytes:
    """A tone as a WAV file."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        samples = (round(9_000 * math.sin(2 * math.pi * 440 * at / RATE)) for at in range(round(RATE * seconds)))
        file.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return out.getvalue()


def say(product: Product, seconds: float = 1.0) -> None:
    """An operator says something in the newest conversation."""
    data = beep(seconds)
    draft = {"name": "beep.wav", "size": len(data), "type": "audio/wav"}
    opened = product.call("POST", "/core/uploads", draft)
    url: str = opened["put"]["url"]
    at = urlsplit(url)
    address = f"http://localhost:{product.port}{at.path}?{at.query}"
    put = Request(address, data, opened["put"]["headers"], method="PUT")
    with urlopen(put, timeout=PATIENCE_S) as answer:
        assert answer.status == 200
    newest = product.call("GET", "/core/conversations?limit=1")["data"][0]
    content = {"upload_id": opened["upload_id"], "duration": seconds, "waveform": [40, 80, 60, 20]}
    message = {"client_id": new_id(), "type": "audio", "content": content}
    product.call("POST", f"/core/conversations/{newest['id']}/messages", message)
