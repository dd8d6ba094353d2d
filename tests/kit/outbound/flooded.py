"""Run as a program: many attempts at once against one receiver; prints what came of them and how much memory each took at most."""

import asyncio
import json
import sys
import threading
from pathlib import Path

import uvloop

from halloo.kit.outbound.model import Limits
from tests.kit.outbound.receivers import outbound, post

_LIMITS = Limits(connect_s=20, answer_s=5, body_s=5)
_PAGE = 4096


def _size() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE


class _Watch(threading.Thread):
    """Looks again and again; `most` is the largest it saw."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.001):
            self.most = max(self.most, _size())


async def main(url: str, count: int, ca_file: str) -> None:
    """Warm up with a few, then measure."""
    async with outbound(ca_file=ca_file) as client:
        request = post(url, b"x" * 1024)
        await asyncio.gather(*(client.send(request, _LIMITS) for _ in range(3)))
        watch = _Watch()
        before = _size()
        watch.start()
        found = await asyncio.gather(*(client.send(request, _LIMITS) for _ in range(count)))
        watch.over.set()
        watch.join()
        result = {
            "each": (max(watch.most, _size()) - before) // count,
            "outcomes": sorted({one.outcome for one in found}),
            "head": max(len(one.response_head) for one in found),
            "body": min(len(one.response_body) for one in found),
        }
        sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
