"""Notes on their way through the broker: a version, who sent it, its number, and the note as MessagePack.

The number orders what one node published, so that whatever a broker that hung for a while brings late is told to nobody.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from halloo.relay.broker import GARBLED, Note

_VERSION = b"H1"
_NODE = 36
_NUMBER = 8
_HEAD = len(_VERSION) + _NODE + _NUMBER
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Note).decode

PULSE: Final = b"pulse"
"""I am there."""
BYE: Final = b"bye"
"""I stop."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What came from another node. `number` is 0 where it is no note."""

    node: str
    number: int
    body: bytes

    def note(self) -> Note | None:
        """What it says, or None where this release does not know such a note, or it is none."""
        try:
            return _decode(self.body)
        except GARBLED:
            return None


def pack(node: str, number: int, body: bytes) -> bytes:
    """The message as it goes over the wire."""
    return b"".join((_VERSION, node.encode("ascii"), number.to_bytes(_NUMBER, "big"), body))


def pack_note(node: str, number: int, note: Note) -> bytes:
    """A note as a message."""
    return pack(node, number, _encode(note))


def unpack(message: bytes) -> Envelope | None:
    """The envelope of a message, or None for one of another version, or of somebody else."""
    if len(message) < _HEAD or not message.startswith(_VERSION):
        return None
    node = message[len(_VERSION) : len(_VERSION) + _NODE]
    if not node.isascii():
        return None
    return Envelope(node.decode("ascii"), int.from_bytes(message[_HEAD - _NUMBER : _HEAD], "big"), message[_HEAD:])
