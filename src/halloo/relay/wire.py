"""WebSocket frames as bytes, header and payload in one, ready to be written to any number of sockets (RFC 6455)."""

_TEXT = 0x81
_CLOSE = 0x88
_PONG = 0x8A
_SMALL = 126
_MEDIUM = 65_536
PING = b"\x89\x00"
"""A ping without payload."""


def text_frame(payload: bytes) -> bytes:
    """A whole, unmasked text frame."""
    size = len(payload)
    if size < _SMALL:
        return bytes((_TEXT, size)) + payload
    if size < _MEDIUM:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame; `reason` is short and ASCII."""
    body = code.to_bytes(2, "big") + reason.encode()
    return bytes((_CLOSE, len(body))) + body


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping: its payload, at most 125 bytes."""
    return bytes((_PONG, len(payload))) + payload


class Out:
    """Something to send: its JSON, and the frame around it, which is built once however many sockets it goes to."""

    __slots__ = ("_frame", "payload")

    def __init__(self, payload: bytes) -> None:
        """Wrap the JSON of one frame, or of several joined by line feeds."""
        self.payload = payload
        self._frame: bytes | None = None

    @property
    def frame(self) -> bytes:
        """The WebSocket frame."""
        frame = self._frame
        if frame is None:
            frame = self._frame = text_frame(self.payload)
        return frame


def joined(outs: "list[Out]") -> Out:
    """Several as one."""
    return outs[0] if len(outs) == 1 else Out(b"\n".join([out.payload for out in outs]))


def pieces(out: Out, size: int) -> list[Out]:
    """The same frames, joined to about `size` bytes at a time; one that is larger stays whole."""
    found: list[Out] = []
    begin = end = 0
    for line in out.payload.split(b"\n"):
        if end > begin and end + len(line) - begin > size:
            found.append(Out(out.payload[begin : end - 1]))
            begin = end
        end += len(line) + 1
    found.append(Out(out.payload[begin:]))
    return found
