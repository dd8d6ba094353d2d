"""The process that reads pictures: it waits for jobs, and forks a child for each, which has three open files and bounds, and ends.

Spoken over a Unix socket on its standard input: a message with the job as JSON and three descriptors (picture, what is made of it,
report) comes in; one byte goes out, once the child has ended. The child can open nothing, write no more than its bounds say, and
what it does to itself ends with it.
"""

import contextlib
import gc
import os
import resource
import signal
import socket
from typing import NoReturn

import msgspec

from halloo.files.images import drawing, making, reading
from halloo.files.images.model import Bounds, Failed, ImageRefused, Job, Made, Reason

MESSAGE_BYTES = 16 * 1024
DESCRIPTORS = 3
ENDED, KILLED = b"e", b"k"
_SPENT_S = 1
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    AttributeError,
    ArithmeticError,
)
"""What decoders raise for a damaged file."""
Report = Made | Failed


def main() -> None:
    """Serve until the other side closes the socket."""
    line = socket.socket(fileno=0)
    reading.prepare()
    drawing.prepare()
    decoder = msgspec.json.Decoder(Job)
    gc.collect()
    gc.freeze()
    line.send(ENDED)
    while True:
        message, descriptors, _, _ = socket.recv_fds(line, MESSAGE_BYTES, DESCRIPTORS)
        if not message:
            return
        job = decoder.decode(message)
        pid = os.fork()
        if not pid:
            _work(job, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        line.send(ENDED if status == 0 else KILLED)


def _work(job: Job, descriptors: list[int]) -> NoReturn:
    """What the child does, from its first moment to its last."""
    try:
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        moved = [os.dup(one) for one in descriptors]
        for place, descriptor in enumerate(moved):
            os.dup2(descriptor, place)
        os.closerange(DESCRIPTORS, 64)
        _bound(job.bounds)
        with open(2, "wb", buffering=0) as file:
            file.write(msgspec.json.encode(_report(job)))
        os._exit(0)
    finally:
        os._exit(1)


def _report(job: Job) -> Report:
    try:
        with open(0, "rb") as source, open(1, "wb") as target:
            return making.make(job, source, target)
    except ImageRefused as refused:
        return Failed(refused.reason)
    except MemoryError:
        return Failed("heavy")
    except Exception as error:  # noqa: BLE001 - whatever a decoder does with what a stranger sent
        return Failed(_reason(error))


def _reason(error: Exception) -> Reason:
    """Libraries say in their own ways that there was no room."""
    if type(error).__name__.startswith("Decompression"):
        return "pixels"
    text = str(error).lower()
    return "heavy" if not isinstance(error, _DAMAGED) or "memory" in text else "broken"


def _bound(bounds: Bounds) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.output_bytes, bounds.output_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_s, bounds.cpu_s + _SPENT_S))
    with contextlib.suppress(ValueError, OSError):  # macOS has no such bound
        resource.setrlimit(resource.RLIMIT_AS, (bounds.memory_bytes, bounds.memory_bytes))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, bounds.wall_s)


if __name__ == "__main__":
    main()
