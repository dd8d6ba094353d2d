"""An upload that nobody has a right for and nobody keeps: by it `halloo doctor` sees whether a proxy lets uploads through as they come.

`PUT` and `PATCH` at `/uploads/trial` take at most `MOST` bytes and forget each as it comes. They answer `{"received", "offset",
"took_ms"}`: how many came, what `Upload-Offset` said, and how long it took from the first to the last. `HEAD` and `DELETE` answer as
at a target.
"""

import time
from collections.abc import AsyncIterator
from typing import Protocol

from halloo.files.answers import Answer
from halloo.files.errors import FileTooLarge

PATH = "/uploads/trial"
MOST = 4 * 1024 * 1024
SENDER = "trial"
"""All of them together have as many places as one sender: it is for nobody but doctors."""


class Body(Protocol):
    """What a request brings."""

    length: int | None
    offset: int | None

    def behind(self, skipped: int) -> AsyncIterator[bytes]:
        """The bytes behind the first `skipped`."""
        ...


async def answer_trial(method: str, answer: Answer, body: Body) -> None:
    """Take what comes, and say what it was. Raises `FileTooLarge`, and whatever `body` raises."""
    if method in {"HEAD", "DELETE"}:
        await answer.empty(204, [(b"upload-offset", b"0"), (b"cache-control", b"no-store")])
        return
    if body.length is not None and body.length > MOST:
        raise FileTooLarge(max_bytes=MOST)
    received, first, last = 0, 0.0, 0.0
    async for chunk in body.behind(0):
        last = time.monotonic()
        first = first or last
        received += len(chunk)
        if received > MOST:
            raise FileTooLarge(max_bytes=MOST)
    told = {"received": received, "offset": body.offset, "took_ms": round((last - first) * 1000)}
    await answer.json(200, told, [(b"upload-offset", str(received).encode())])
