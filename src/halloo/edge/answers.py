"""Every HTTP answer on its way out: counted by class, and logged where that is wished for."""

import time
from typing import cast

import structlog
from litestar.types import HTTPScope, Message, Scope, Send

_log = structlog.get_logger("halloo.access")


class Answers:
    """`counts[2]` is how many answers began with 2, and so on; `counts[0]` is never used."""

    def __init__(self, *, log: bool = False) -> None:
        """`log`: say a line for each."""
        self.counts = [0] * 6
        self._logs = log

    def counted(self, scope: Scope, send: Send) -> Send:
        """`send`, with the status of what passes noted."""
        counts = self.counts

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                counts[message["status"] // 100] += 1
            await send(message)

        return self._logged(scope, send_counted) if self._logs else send_counted

    @staticmethod
    def _logged(scope: Scope, send: Send) -> Send:
        """A line once the head of the answer leaves. The path alone: a query may hold what somebody looked for.

        Of a file's address not even all of that: what stands behind its id opens the file.
        """
        began = time.perf_counter()

        async def send_logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                taken = round((time.perf_counter() - began) * 1000, 1)
                method = cast("HTTPScope", scope)["method"]
                _log.info("request", method=method, path=_place(scope["path"]), status=message["status"], ms=taken)
            await send(message)

        return send_logged


def _place(path: str) -> str:
    return "/".join(path.split("/", 3)[:3]) if path.startswith("/files/") else path
