"""Tests in lanes side by side: dealt by how long each file took once, every lane's words kept apart until one fails."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from setup import PYTHON
from steps import ROOT, paint

UNKNOWN_S = 2.0
"""What a file that was never measured is taken for."""

_LIVE = sys.stdout.isatty()
_LOOK_S = 0.5
_SAY_S = 30.0
_END_S = 60.0
"""How long an interrupted lane may take to stop what it started."""

_STUCK_S = 300
"""A test that takes longer leaves its stack in the lane's output."""

_MOST = 6
_ALONE_MAX = 5
"""So many failures may be the machine's; more are looked into."""

_NO_TESTS = 5
_SCRIPTS = Path(__file__).resolve().parent


def many() -> int:
    """How many lanes this machine gets: one more than it has cores, since tests of a wire wait half of their time."""
    return min((os.cpu_count() or 1) + 1, _MOST)


def deal(seconds: Mapping[str, float], together: Collection[str], count: int) -> list[list[str]]:
    """Deal files out so that the lanes end at about the same time, and those in `together` share as few as that allows."""
    lanes: list[list[str]] = [[] for _ in range(count)]
    loads = [0.0] * count
    share = sum(seconds.values()) / count
    for file in sorted(seconds, key=lambda file: (file not in together, -seconds[file], file)):
        roomy = [lane for lane in range(count) if loads[lane] + seconds[file] <= share and file in together]
        lane = roomy[0] if roomy else loads.index(min(loads))
        lanes[lane].append(file)
        loads[lane] += seconds[file]
    return [sorted(files) for files in lanes if files]


@dataclass
class Lane:
    """A pytest of its own over some files: what it was asked, and what its journal has told so far."""

    name: str
    files: Sequence[str]
    due: int = 0
    current: str = ""
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    """Of each test that ended."""
    failed: list[str] = field(default_factory=list[str])
    code: int | None = None
    took: float = 0.0

    @property
    def good(self) -> bool:
        """Whether it ended and nothing failed; files without a test of the wanted kind are no failure."""
        return self.code == 0 or (self.code == _NO_TESTS and not self.failed)

    def read(self, journal: Path, code: int) -> None:
        """Note what the journal tells of a run that has ended with `code`; there is none where it did not begin."""
        self.code = code
        with contextlib.suppress(FileNotFoundError):
            for line in journal.read_text(encoding="utf-8").splitlines():
                self.take(line)

    def take(self, line: str) -> str | None:
        """Note a line of the journal, and return the test that it says failed."""
        said: dict[str, Any] = json.loads(line)
        self.due = said.get("due", self.due)
        self.current = said.get("begun", self.current)
        if "ended" not in said:
            return None
        self.current = ""
        self.seconds[said["ended"]] = said["seconds"]
        if not said["failed"]:
            return None
        self.failed.append(said["ended"])
        return self.failed[-1]


@dataclass
class _Running:
    """A lane's process and its two files."""

    lane: Lane
    process: subprocess.Popen[bytes]
    journal: Path
    output: Path
    _at: int = 0
    _rest: str = ""

    def look(self) -> Iterator[str]:
        """Read what is new in the journal; gives the tests that failed."""
        with self.journal.open(encoding="utf-8") as file:
            file.seek(self._at)
            text = self._rest + file.read()
            self._at = file.tell()
        *lines, self._rest = text.split("\n")
        yield from (failed for line in lines if (failed := self.lane.take(line)))


def run(lanes: Sequence[Lane], options: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT) -> bool:
    """Run lanes side by side, telling how far they are, then the output of those that failed; say whether all is well.

    Whatever ends it, an interrupt too, no lane is left behind.
    """
    started = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="halloo-lanes-"))
    running: list[_Running] = []
    try:
        running.extend(_start(lane, options, environment, folder, home) for lane in lanes)
        _follow(running, started)
        for one in running:
            if not one.lane.good:
                title = f"{one.lane.name} ended with {one.lane.code}"
                print(f"\n{paint(f'── {title} ', '1;31')}{'─' * max(0, 100 - len(title))}")
                print(one.output.read_text(encoding="utf-8", errors="replace").rstrip())
    except BaseException:
        for one in running:
            list(one.look())
            print(f"{one.lane.name} was stopped{f' in {one.lane.current}' if one.lane.current else ''}", flush=True)
        raise
    finally:
        _end(running)
        shutil.rmtree(home, ignore_errors=True)
    return all(lane.good for lane in lanes)


def pass_alone(lanes: Sequence[Lane], environment: Mapping[str, str], folder: Path = ROOT) -> bool:
    """Run the few tests that failed beside others once more with nothing beside them; say whether they pass now, and name them."""
    failed = list(dict.fromkeys(test for lane in lanes for test in lane.failed))
    if len(failed) > _ALONE_MAX or not all(lane.good or (lane.code == 1 and lane.failed) for lane in lanes):
        return False
    print(f"\n{paint('Once more, alone', '1')}: {len(failed)} that failed beside others", flush=True)
    if not run([Lane("Alone", failed)], [], environment, folder):
        return False
    for test in failed:
        print(f"{paint('unsteady', '1;33')} {test}: what it said stands above, and wants a look")
    return True


def slowest(lanes: Sequence[Lane], count: int) -> list[tuple[str, float]]:
    """Return the tests that took longest, the longest first."""
    every = [pair for lane in lanes for pair in lane.seconds.items()]
    return sorted(every, key=lambda pair: -pair[1])[:count]


def by_file(lanes: Sequence[Lane]) -> dict[str, float]:
    """Return how long all tests of each file took."""
    files: dict[str, float] = {}
    for test, seconds in (pair for lane in lanes for pair in lane.seconds.items()):
        file = test.split("::")[0]
        files[file] = files.get(file, 0.0) + seconds
    return files


@contextmanager
def stoppable() -> Generator[None]:
    """Take a request to terminate for an interrupt, so that what was started is stopped then too."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _start(lane: Lane, options: Sequence[str], environment: Mapping[str, str], folder: Path, home: Path) -> _Running:
    journal, output = home / f"{lane.name}.jsonl", home / f"{lane.name}.txt"
    journal.touch()
    # Lanes share no cache; an interrupt of the terminal does not reach them, so that each gets one, from here.
    own = ("-q", "-p", "no:cacheprovider", "-p", "journal", "--journal", str(journal), "-o")
    command = [str(PYTHON), "-m", "pytest", *own, f"faulthandler_timeout={_STUCK_S}", *options, *lane.files]
    paths = os.pathsep.join(filter(None, (environment.get("PYTHONPATH"), str(_SCRIPTS))))
    with output.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return _Running(lane, process, journal, output)


def _follow(running: Sequence[_Running], started: float) -> None:
    said = started
    while any(one.lane.code is None for one in running):
        time.sleep(_LOOK_S)
        for one in running:
            code = one.process.poll()
            for failed in one.look():
                _line(f"{paint('✗', '31')} {failed}")
            if code is not None and one.lane.code is None:
                one.lane.code, one.lane.took = code, time.monotonic() - started
                mark = paint("✓", "32") if one.lane.good else paint("✗", "31")
                title = f"{one.lane.name}: {len(one.lane.seconds)} tests"
                _line(f"{mark} {title:<52} {paint(f'{one.lane.took:5.1f} s', '2')}")
        if _LIVE or time.monotonic() - said >= _SAY_S:
            said = time.monotonic()
            _progress(running, said - started)


def _progress(running: Sequence[_Running], after: float) -> None:
    parts = [f"{one.lane.name} {len(one.lane.seconds)} of {one.lane.due}" for one in running if one.lane.code is None]
    text = f"{paint('·', '33')} {', '.join(parts)} after {after:.0f} s"
    if _LIVE:
        sys.stdout.write(f"\r\033[K{text}")
        sys.stdout.flush()
    elif parts:
        print(text, flush=True)


def _line(text: str) -> None:
    print(f"\r\033[K{text}" if _LIVE else text, flush=True)


def _end(running: Sequence[_Running]) -> None:
    """Interrupt what still runs, so that it stops its servers and browsers; end with force what does not listen."""
    for one in running:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGINT)
    last = time.monotonic() + _END_S
    for one in running:
        try:
            one.process.wait(max(0.0, last - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.process.pid, signal.SIGKILL)
            one.process.wait()
