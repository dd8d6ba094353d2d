"""What waits to be published to the broker, within bounds, and on which channel."""

import asyncio
import contextlib
from collections import deque
from typing import Any

from halloo.relay.broker import BrokerTally, Note, SendNote, workspace_of

_NOTES = 10_000
_BYTES = 32 * 1024 * 1024
_BATCH = 500


class Names:
    """The channels."""

    def __init__(self, prefix: str) -> None:
        """All begin with `prefix`."""
        self._prefix = prefix
        self.all = f"{prefix}:all"

    def workspace(self, workspace_id: str) -> str:
        """What concerns a workspace."""
        return f"{self._prefix}:w:{workspace_id}"

    def workspace_in(self, channel: str) -> str | None:
        """The workspace of a channel, or None for another kind of channel."""
        start = self.workspace("")
        return channel.removeprefix(start) if channel.startswith(start) else None

    def node(self, node: str) -> str:
        """What is for one node."""
        return f"{self._prefix}:n:{node}"

    def of(self, note: Note) -> str:
        """Where a note goes."""
        if isinstance(note, SendNote):
            return self.node(note.node)
        workspace_id = workspace_of(note)
        return self.all if workspace_id is None else self.workspace(workspace_id)


class Outgoing:
    """A queue that never blocks: what is too much is dropped and counted."""

    def __init__(self, tally: BrokerTally) -> None:
        """Nothing waits. What goes, and what does not, is counted in `tally`."""
        self._tally = tally
        self.idle = True
        """Whether everything was written and answered."""
        self.wake = asyncio.Event()
        self._queue: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._flying = 0

    def put(self, channel: str, message: bytes) -> None:
        """Publish this when its turn comes."""
        if len(self._queue) >= _NOTES or self._bytes + len(message) > _BYTES:
            self._tally.lost_notes += 1
            return
        self._tally.published += 1
        self._queue.append((channel, message))
        self._bytes += len(message)
        self.idle = False
        self.wake.set()

    def write(self, pipe: Any) -> None:
        """Add what waits to a batch, as far as a batch goes."""
        self.wake.clear()
        self._flying = min(len(self._queue), _BATCH)
        for _ in range(self._flying):
            channel, message = self._queue.popleft()
            self._bytes -= len(message)
            pipe.publish(channel, message)

    async def more(self, seconds: float) -> None:
        """Wait until something is to be written, at most so long; what was written before is answered."""
        self._flying = 0
        if self._queue:
            return
        self.idle = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self.wake.wait()

    def drop_all(self) -> None:
        """The line broke."""
        self._tally.lost_notes += len(self._queue) + self._flying
        self._queue.clear()
        self._bytes = self._flying = 0
        self.idle = True
