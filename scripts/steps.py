"""Steps of a script: a tidy line each with its time, tools' output only where they fail, and stamps of what is done."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = ROOT / ".stamps"

_LIVE = sys.stdout.isatty()
_SKIPPED = {"__pycache__", "node_modules", "assets", ".DS_Store"}
_COLOUR = _LIVE and "NO_COLOR" not in os.environ


class StepError(Exception):
    """A step failed; the message says what happened and what to do."""


def paint(text: str, code: str) -> str:
    """Return the text in an ANSI style where the terminal shows one."""
    return f"\033[{code}m{text}\033[0m" if _COLOUR else text


@contextmanager
def step(title: str) -> Generator[None]:
    """Show a step while it runs, and its time when it is done."""
    started = time.monotonic()
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, started, done), daemon=True)
    if _LIVE:
        ticker.start()
    try:
        yield
    except BaseException:
        _finish(done, ticker)
        print(f"{paint('✗', '31')} {_line(title, started)}", flush=True)
        raise
    _finish(done, ticker)
    print(f"{paint('✓', '32')} {_line(title, started)}", flush=True)


def run(command: list[str], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a tool and return what it printed; raises StepError with its output where it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise StepError(f"{command[0]} could not be started: {error.strerror}") from error
    if done.returncode != 0:
        shown = " ".join(textwrap.shorten(part, 80, placeholder="…") for part in command).replace(f"{ROOT}/", "")
        raise StepError(f"{done.stdout.rstrip()}\n\n`{shown}` ended with {done.returncode}.")
    return done.stdout


class Stamp:
    """Remembers that something was made from certain files: holds until one of them changes."""

    def __init__(self, name: str, sources: Iterable[Path], extra: str = "") -> None:
        self._file = STAMPS / name
        self._digest = digest(sources, extra)

    def holds(self, *results: Path) -> bool:
        """Say whether all results are there and were made from the sources as they are."""
        return (
            all(result.exists() for result in results)
            and self._file.exists()
            and self._file.read_text() == self._digest
        )

    def set(self) -> None:
        """Remember that the results are made."""
        STAMPS.mkdir(exist_ok=True)
        self._file.write_text(self._digest)


def digest(sources: Iterable[Path], extra: str = "") -> str:
    """Return one hash over names and contents of files and folders."""
    total = hashlib.sha256(extra.encode())
    for source in sources:
        for file in sorted(_files(source)):
            total.update(str(file.relative_to(ROOT)).encode() + b"\0")
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _files(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for folder, folders, names in os.walk(source):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith(".")]
        yield from (Path(folder) / name for name in names if name not in _SKIPPED)


def _line(title: str, started: float) -> str:
    seconds = time.monotonic() - started
    return f"{title:<52} {paint(f'{seconds:5.1f} s', '2')}"


def _tick(title: str, started: float, done: threading.Event) -> None:
    while not done.wait(0.1):
        sys.stdout.write(f"\r{paint('·', '33')} {_line(title, started)}")
        sys.stdout.flush()


def _finish(done: threading.Event, ticker: threading.Thread) -> None:
    done.set()
    if _LIVE:
        ticker.join()
        sys.stdout.write("\r\033[K")
