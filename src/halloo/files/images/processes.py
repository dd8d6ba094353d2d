"""Has pictures read and made, each in a child process (`child.py`); the door to everything in this folder."""

import asyncio
import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Literal

import msgspec

from halloo.files.images.child import ENDED, Report
from halloo.files.images.model import TYPES, Examine, Failed, ImageFacts, ImageRefused, Initials, Job, Made, Thumbnail

_START_S = 30.0
_GRACE_S = 3.0
_REPORT_BYTES = 16 * 1024
_BEGIN = "import sys; sys.path[:] = {path!r}; from halloo.files.images.child import main; main()"
_report = msgspec.json.Decoder(Report)


class _Process:
    """One process that forks children, used by one thread at a time; started at its first job, and again after it had to be killed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    @property
    def pid(self) -> int:
        """Its number; 0 while there is none."""
        return self._process.pid if self._process is not None else 0

    def run(self, job: Job, descriptors: list[int]) -> bool:
        """Whether the child came to its end by itself. Raises `ImageRefused` where it took too long."""
        line = self._line or self._start()
        try:
            line.settimeout(job.bounds.wall_s + _GRACE_S)
            socket.send_fds(line, [msgspec.json.encode(job)], descriptors)
            said = line.recv(1)
        except OSError:
            self.stop()
            raise ImageRefused("heavy") from None
        if not said:
            self.stop()
        return said == ENDED

    def _start(self) -> socket.socket:
        """Raises `OSError` where it does not come up in time; what it says after that is heard by nobody."""
        kind = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
        ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
        self._line = ours
        command = [sys.executable, "-I", "-B", "-c", _BEGIN.format(path=sys.path)]
        try:
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 - ourselves
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env={"LC_ALL": "C.UTF-8"},
                    start_new_session=True,
                )
            ours.settimeout(_START_S)
            begun = ours.recv(1) == ENDED
        except OSError:
            self.stop()
            raise
        if not begun:
            self.stop()
            msg = "The process that reads images did not start."
            raise OSError(msg)
        return ours

    def stop(self) -> None:
        """End it and everything it has begun."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


class Images:
    """Reads and makes pictures. One a server; its methods are called from the event loop and never hold it up."""

    def __init__(self, processes: int = 1) -> None:
        """`processes`: how many pictures are read at once; nothing is started before the first."""
        count = max(1, processes)
        self._threads = ThreadPoolExecutor(count, "images")
        self._free: queue.SimpleQueue[_Process] = queue.SimpleQueue()
        self._all = [_Process() for _ in range(count)]
        for process in self._all:
            self._free.put(process)

    async def examine(self, source: Path | bytes, target: Path | None = None, job: Examine | None = None) -> ImageFacts:
        """Read a picture whole and write it anew, to `target` or into the facts. Raises `ImageRefused`."""
        made, data, size = await self._run(job or Examine(), source, target)
        return ImageFacts(
            made.format, TYPES[made.format], made.width, made.height, made.frames, made.placeholder, size, data
        )

    async def thumbnail(
        self,
        source: Path | bytes,
        width: int,
        height: int,
        wanted: Literal["webp", "plain"] = "webp",
        *,
        cover: bool = False,
        moving: bool = False,
        still: bool = True,
    ) -> tuple[bytes, str]:
        """A picture within a box, and its type. Raises `ImageRefused`. `cover`, `moving` and `still` as `model.Thumbnail` says."""
        job = Thumbnail(width, height, wanted, cover=cover, moving=moving, still=still)
        made, data, _ = await self._run(job, source, None)
        return data, TYPES[made.format]

    async def initials(
        self, letters: str, ground: tuple[int, int, int], size: int, wanted: Literal["webp", "plain"] = "webp"
    ) -> tuple[bytes, str]:
        """Letters on a ground, and their type."""
        made, data, _ = await self._run(Initials(letters, ground, size, wanted), b"", None)
        return data, TYPES[made.format]

    def pids(self) -> list[int]:
        """The processes that run now."""
        return [process.pid for process in self._all if process.pid]

    async def close(self) -> None:
        """End the processes, once what is being read is done; what waits is given up."""
        await asyncio.get_running_loop().run_in_executor(None, self._stop)

    def _stop(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._all:
            process.stop()

    async def _run(self, job: Job, source: Path | bytes, target: Path | None) -> tuple[Made, bytes, int]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, job, source, target)

    def _do(self, job: Job, source: Path | bytes, target: Path | None) -> tuple[Made, bytes, int]:
        with contextlib.ExitStack() as open_files:
            given = open_files.enter_context(_source(source))
            output = open_files.enter_context(_scratch() if target is None else target.open("w+b"))
            told = open_files.enter_context(_scratch())
            process = self._free.get()
            try:
                whole = process.run(job, [given.fileno(), output.fileno(), told.fileno()])
            finally:
                self._free.put(process)
            made = _reported(told, whole=whole)
            size = output.seek(0, os.SEEK_END)
            output.seek(0)
            return made, output.read() if target is None else b"", size


def _reported(told: IO[bytes], *, whole: bool) -> Made:
    told.seek(0)
    said = told.read(_REPORT_BYTES)
    try:
        report = _report.decode(said) if whole else Failed("heavy")
    except msgspec.DecodeError:
        report = Failed("heavy")
    if isinstance(report, Failed):
        raise ImageRefused(report.reason)
    return report


def _source(source: Path | bytes) -> IO[bytes]:
    if isinstance(source, Path):
        return source.open("rb")
    file = _scratch()
    file.write(source)
    file.seek(0)
    return file


def _scratch() -> IO[bytes]:
    """A file without a name: in memory where the system has such, else on the disk."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("picture", os.MFD_CLOEXEC), "w+b")
    return tempfile.TemporaryFile()
