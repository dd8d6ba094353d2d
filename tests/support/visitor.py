"""A visitor without a browser: speaks the public API and the relay as the widget does, and forgets no message."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from tests.support.product import Product

PAGE = "https://shop.example"
_TROUBLE = (OSError, EOFError, WebSocketException, ConnectionClosed, InvalidStatus, TimeoutError)


@dataclass(frozen=True)
class Acknowledged:
    """A message that the server said it holds."""

    client_id: str
    conversation: str
    seq: int
    content: str


@dataclass
class Visitor:
    """Writes one message after another; repeats one with the same `client_id` until it is acknowledged."""

    product: Product
    number: int
    user_id: str = field(default_factory=lambda: f"guest_{uuid.uuid4().hex}")
    acknowledged: list[Acknowledged] = field(default_factory=list[Acknowledged])
    reconnects: int = 0
    conversation: str | None = None
    _token: str = ""
    _socket: ClientConnection | None = None

    def arrive(self) -> None:
        """Make first contact over HTTP."""
        path = f"/core/public/web-widgets/{self.product.facts['widget_id']}/visitor"
        hello = self.product.public("POST", path, {"user_id": self.user_id, "parent_origin": PAGE})
        self._token = hello["relay"]["token"]

    async def write(self, content: str) -> Acknowledged:
        """Send a message and return once it is acknowledged, however often the line breaks."""
        client_id = str(uuid.uuid4())
        while True:
            try:
                answer = await asyncio.wait_for(self._send(client_id, content), 10)
            except _TROUBLE:
                self._socket = None
                await asyncio.sleep(0.1)
                continue
            if answer["t"] == "ack":
                assert answer["message"]["client_id"] == client_id
                assert answer["message"]["content"] == content
                self.conversation = answer["conversation"]
                done = Acknowledged(client_id, answer["conversation"], answer["seq"], content)
                self.acknowledged.append(done)
                return done
            assert answer["code"] in ("rate_limited", "unavailable"), answer
            await asyncio.sleep(answer.get("retry_after_ms", 200) / 1000)

    async def leave(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            await self._socket.close()

    async def _send(self, client_id: str, content: str) -> dict[str, Any]:
        socket = self._socket or await self._connect()
        message = {"type": "text", "content": content}
        frame = {"t": "send", "id": client_id, "conversation": self.conversation, "client_id": client_id}
        await socket.send(json.dumps({**frame, "message": message}))
        while True:
            for answer in await self._read(socket):
                if answer["t"] in ("ack", "error") and answer.get("id") == client_id:
                    return answer

    async def _connect(self) -> ClientConnection:
        address = self.product.origin.replace("http://", "ws://") + "/relay"
        socket = await connect(address, origin=self.product.origin, open_timeout=3, close_timeout=0.2, proxy=None)  # pyright: ignore[reportArgumentType] - wider than its stub says
        hello = {"t": "connect", "v": 1, "role": "visitor", "widget": self.product.facts["widget_id"], "tab": "t"}
        await socket.send(json.dumps({**hello, "token": self._token, "streams": []}))
        while not any(frame["t"] == "connected" for frame in await self._read(socket)):
            pass
        self.reconnects += 1
        self._socket = socket
        return socket

    @staticmethod
    async def _read(socket: ClientConnection) -> list[dict[str, Any]]:
        text = await socket.recv()
        assert isinstance(text, str)
        return [json.loads(line) for line in text.split("\n")]
