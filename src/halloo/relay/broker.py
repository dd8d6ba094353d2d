"""The port between nodes, with its guarantees; twin: `MemoryBroker`, for one process.

What crosses it is only what makes the relay fast or quick to obey: hints and revocations. Facts do not need it: the
database log is the truth.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Raw, Struct


class HintNote(Struct, tag="hint"):
    """Send `frame`, a whole `hint` frame, to the followers of any of these streams.

    `v:*` means every visitor of the workspace.
    """

    workspace_id: str
    streams: list[str]
    frame: Raw


class RevokeNote(Struct, tag="revoke"):
    """Close with `code` whoever holds a token of this kind and id that was issued before `at` (UNIX milliseconds).

    For the kind `origins` the id is a widget's, and those stay whose embedding origin `keep` still allows.
    """

    kind: str
    id: str
    code: int
    at: int
    keep: list[str] | None = None


Note = HintNote | RevokeNote
Listener = Callable[[Note], None]


class Broker(Protocol):
    """How nodes tell each other.

    Guarantee of `publish`: it returns at once and never raises. Every listener on every node, the publisher's own
    included, gets a note at most once, on the loop, and those of one publisher in the order of publishing. Notes may be
    lost while a node is cut off; nothing that was acknowledged to a user depends on them.
    """

    def publish(self, note: Note) -> None:
        """Tell all nodes."""
        ...

    def listen(self, listener: Listener) -> None:
        """Be told; one listener a node."""
        ...

    async def start(self) -> None:
        """Connect."""
        ...

    async def stop(self) -> None:
        """Disconnect; nothing is delivered after it returns."""
        ...


class MemoryBroker:
    """One process is all nodes: notes are handed over at once."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._listeners: list[Listener] = []

    def publish(self, note: Note) -> None:
        """See `Broker.publish`."""
        for listener in list(self._listeners):
            listener(note)

    def listen(self, listener: Listener) -> None:
        """See `Broker.listen`."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """See `Broker.start`."""

    async def stop(self) -> None:
        """See `Broker.stop`."""
        self._listeners.clear()
