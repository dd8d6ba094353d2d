"""Has pictures read and made, each in a child process (`child.py`); the door to everything in this folder."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import msgspec
from msgspec.structs import replace

from halloo.files.images.child import ENDED, Report
from halloo.files.images.lanes import LaneFull, Lanes
from halloo.files.images.model import TYPES, Examine, Failed, ImageFacts, ImageRefused, Initials, Job, Made, Thumbnail
from halloo.kit.refusals import RateLimited

QUICK_S = 1.0
"""What a picture may take at first, in seconds: a photograph of 12 megapixels takes a third of it."""
EXAMINED_WAITING, SHOWN_WAITING = 20, 200
"""How many pictures of one asker may wait to be looked at, and to be shown: behind one address may be a whole office."""
AGAIN_MS = 5000
_START_S = 30.0
_GRACE_S = 3.0
_REPORT_BYTES = 16 * 1024
_BEGIN = "import sys; sys.path[:] = {path!r}; from halloo.files.images.child import main; main()"
_report = msgspec.json.Decoder(Report)
_Result = tuple[Made, bytes, int]


class PicturesWait(RateLimited):
    """Many of your pictures wait to be read; send this one again in a few seconds."""


class _Process:
    """One process that forks children, used by one thread at a time; started at its first job, and again after it had to be killed."""

    def __init__(self, *, patient: bool) -> None:
        """`patient`: it waits for whatever a picture may take by its bounds."""
        self.patient = patient
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    @property
    def pid(self) -> int:
        """Its number; 0 while there is none."""
        return self._process.pid if self._process is not None else 0

    def run(self, job: Job, descriptors: list[int]) -> bool:
        """Whether the child came to its end by itself. Raises `ImageRefused` where the process does not answer in time."""
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


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    job: Job
    source: Path | bytes
    target: Path | None
    done: Future[_Result]


class Images:
    """Reads and makes pictures. One a server; its methods are called from the event loop and never hold it up.

    Everybody who asks gets a turn after the other. With two processes and more, one of them at least gives a picture `QUICK_S` only:
    what takes longer is begun again by another, and waits there among its like. So nobody waits for somebody else's heavy picture who
    has a light one. `asker` says who wants it, in words that are the same each time. All raise `PicturesWait` where too much of theirs
    is waiting already.
    """

    def __init__(self, processes: int = 2) -> None:
        """`processes`: how many pictures are read at once; nothing is started before the first."""
        count = max(1, processes)
        patient = max(1, count // 2)
        self._threads = ThreadPoolExecutor(count, "images")
        self._all = [_Process(patient=at < patient) for at in range(count)]
        self._lock = threading.Lock()
        self._free = [*self._all]
        self._lanes: Lanes[_Work] = Lanes()
        self._closed = False

    async def examine(
        self, source: Path | bytes, target: Path | None = None, job: Examine | None = None, *, asker: str = ""
    ) -> ImageFacts:
        """Read a picture whole and write it anew, to `target` or into the facts. Raises `ImageRefused`."""
        made, data, size = await self._run(job or Examine(), source, target, asker, EXAMINED_WAITING)
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
        asker: str = "",
    ) -> tuple[bytes, str]:
        """A picture within a box, and its type. Raises `ImageRefused`. `cover`, `moving` and `still` as `model.Thumbnail` says."""
        job = Thumbnail(width, height, wanted, cover=cover, moving=moving, still=still)
        made, data, _ = await self._run(job, source, None, asker, SHOWN_WAITING)
        return data, TYPES[made.format]

    async def initials(
        self,
        letters: str,
        ground: tuple[int, int, int],
        size: int,
        wanted: Literal["webp", "plain"] = "webp",
        *,
        asker: str = "",
    ) -> tuple[bytes, str]:
        """Letters on a ground, and their type."""
        made, data, _ = await self._run(Initials(letters, ground, size, wanted), b"", None, asker, SHOWN_WAITING)
        return data, TYPES[made.format]

    def pids(self) -> list[int]:
        """The processes that run now."""
        return [process.pid for process in self._all if process.pid]

    async def close(self) -> None:
        """End the processes, once what is being read is done; what waits is given up, and what comes later is to come again."""
        await asyncio.get_running_loop().run_in_executor(None, self._stop)

    def _stop(self) -> None:
        with self._lock:
            self._closed = True  # nothing is added from here on: nobody would do it, or say so
            left = self._lanes.clear()
        for work in left:
            work.done.cancel()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._all:
            process.stop()

    async def _run(self, job: Job, source: Path | bytes, target: Path | None, asker: str, most: int) -> _Result:
        work = _Work(job, source, target, Future())
        try:
            with self._lock:
                if self._closed:
                    raise PicturesWait(AGAIN_MS)
                self._lanes.add(asker, work, most)
        except LaneFull:
            raise PicturesWait(AGAIN_MS) from None
        self._wake(work)
        try:
            return await asyncio.wrap_future(work.done)
        except asyncio.CancelledError:
            with self._lock:
                self._lanes.drop(work)
            raise

    def _serve(self) -> None:
        """Take turns with a process that is free, until none is left for it. One call comes for each work that is added."""
        with self._lock:
            if not self._free:
                return  # those that are at work go on with it
            process = self._free.pop(0)
        while True:
            with self._lock:
                taken = self._lanes.take(dear=process.patient)
                if taken is None:
                    self._free.insert(0 if process.patient else len(self._free), process)
                    return
            asker, work = taken
            again = self._work(process, work)
            with self._lock:
                given_up = again and self._closed
                if again and not given_up:
                    self._lanes.add_dear(asker, work)
                self._lanes.end(asker)
            if given_up:
                work.done.cancel()
            elif again:
                self._wake(work)

    def _wake(self, work: _Work) -> None:
        try:
            self._threads.submit(self._serve)
        except RuntimeError:  # the server ends
            work.done.cancel()

    def _work(self, process: _Process, work: _Work) -> bool:
        """Do it; whether it has to wait for a process that is patient."""
        if work.done.cancelled():
            return False
        try:
            result = _done(process, work)
        except _TooLong:
            return True
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            _tell(work.done, error)
        else:
            _tell(work.done, result)
        return False


class _TooLong(Exception):
    """It takes more than `QUICK_S`, or the process does not answer."""


def _tell(done: Future[_Result], said: _Result | BaseException) -> None:
    with contextlib.suppress(InvalidStateError):  # nobody waits any more
        if isinstance(said, BaseException):
            done.set_exception(said)
        else:
            done.set_result(said)


def _done(process: _Process, work: _Work) -> _Result:
    """One try. Raises `_TooLong` where a process that has no patience ended it."""
    job, bounds = work.job, work.job.bounds
    hurried = not process.patient and bounds.wall_s > QUICK_S
    if hurried:
        job = replace(job, bounds=replace(bounds, wall_s=QUICK_S))
    with contextlib.ExitStack() as open_files:
        given = open_files.enter_context(_source(work.source))
        output = open_files.enter_context(_scratch() if work.target is None else work.target.open("w+b"))
        told = open_files.enter_context(_scratch())
        began = time.monotonic()
        try:
            whole = process.run(job, [given.fileno(), output.fileno(), told.fileno()])
        except ImageRefused:  # the process does not answer, which says little of the picture where the machine is busy
            if hurried:
                raise _TooLong from None
            raise
        if hurried and not whole and time.monotonic() - began >= QUICK_S:
            raise _TooLong
        made = _reported(told, whole=whole)
        size = output.seek(0, os.SEEK_END)
        output.seek(0)
        return made, output.read() if work.target is None else b"", size


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
