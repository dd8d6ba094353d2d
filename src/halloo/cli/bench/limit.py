"""The limit in this language: a bare picows server that knows nothing but its sockets, with frames built beforehand.

`python -m halloo.cli.bench.limit <port> <control port>`: every message goes to every socket, every frame is answered with a pong.
"""

import sys

import uvloop
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_create_server,  # pyright: ignore[reportUnknownVariableType] - its stub leaves types out
)

from halloo.cli.bench.control import body, breathe, serve
from halloo.relay.peer import Write
from halloo.relay.wire import text_frame

_PONG = text_frame(b'{"t":"pong"}')
_SOCKETS: dict[WSTransport, Write] = {}


class _Everybody(WSListener):
    """One socket."""

    def on_ws_connected(self, transport: WSTransport) -> None:
        """It gets everything."""
        _SOCKETS[transport] = transport.underlying_transport.write

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """It gets nothing more."""
        _SOCKETS.pop(transport, None)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """A ping."""
        if frame.msg_type is WSMsgType.TEXT:
            _SOCKETS[transport](_PONG)


class _Publisher:
    """Numbers the messages."""

    def __init__(self) -> None:
        self._published = 0

    async def publish(self, turns: int, burst: int) -> int:
        """In each of `turns` turns of the loop `burst` messages, a frame each, written together."""
        for _ in range(turns):
            first, self._published = self._published + 1, self._published + burst
            frames = b"".join([text_frame(body(n)) for n in range(first, first + burst)])
            for write in _SOCKETS.values():
                write(frames)
            await breathe(len(_SOCKETS))
        return self._published


async def _sockets() -> int:
    return len(_SOCKETS)


async def _main(port: int, control: int) -> None:
    server = await ws_create_server(  # pyright: ignore[reportUnknownVariableType] - its stub leaves types out
        lambda _: _Everybody(), "127.0.0.1", port, use_aiofastnet=False, read_buffer_init_size=2_048, backlog=4096
    )
    await serve(control, {"publish": _Publisher().publish, "sockets": _sockets})
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1]), int(sys.argv[2])))
