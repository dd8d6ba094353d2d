"""Keeps what was made of pictures on the disk, up to so many bytes; what was not asked for longest goes first.

The folder may be deleted at any time, by people too. Its methods block and are called in threads.
"""

import contextlib
import hashlib
import os
import threading
import time
from collections import OrderedDict
from pathlib import Path

from halloo.kit.ids import new_id

_KEPT_PART = 0.9
"""What is kept, of the cap, when there is no more room."""
_TOUCH_S = 60.0
_PART = ".part"


class DiskCache:
    """Values by key. A value is either there whole or not at all."""

    def __init__(self, folder: Path, most: int) -> None:
        """`most`: bytes; 0 keeps nothing."""
        self._folder = folder
        self._most = most
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] | None = None
        self._bytes = 0

    def get(self, key: str) -> bytes | None:
        """A value that is kept."""
        name = _name(key)
        path = self._folder / name[:2] / name
        try:
            value = path.read_bytes()
            if time.time() - path.stat().st_mtime > _TOUCH_S:
                os.utime(path)
        except OSError:
            return None
        with self._lock:
            if self._sizes is not None and name in self._sizes:
                self._sizes.move_to_end(name)
        return value

    def put(self, key: str, value: bytes) -> None:
        """Keep a value; a disk that is full or cannot be written keeps none."""
        if len(value) > self._most // 8:
            return
        name = _name(key)
        path = self._folder / name[:2] / name
        part = path.with_name(f"{new_id()}{_PART}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(value)
            part.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            return
        with self._lock:
            self._count(name, len(value))

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        with self._lock:
            self._known()
            return self._bytes

    def _count(self, name: str, size: int) -> None:
        sizes = self._known()
        self._bytes += size - sizes.pop(name, 0)
        sizes[name] = size
        if self._bytes <= self._most:
            return
        while sizes and self._bytes > self._most * _KEPT_PART:
            oldest, freed = sizes.popitem(last=False)
            self._bytes -= freed
            with contextlib.suppress(OSError):
                (self._folder / oldest[:2] / oldest).unlink()

    def _known(self) -> OrderedDict[str, int]:
        """What lies in the folder, the longest unused first; looked up once."""
        if self._sizes is None:
            found = sorted(self._lying())
            self._sizes = OrderedDict((name, size) for _, name, size in found)
            self._bytes = sum(self._sizes.values())
        return self._sizes

    def _lying(self) -> list[tuple[float, str, int]]:
        found: list[tuple[float, str, int]] = []
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                if path.suffix == _PART:
                    path.unlink()  # of a server that was ended while it wrote
                else:
                    known = path.stat()
                    found.append((known.st_mtime, path.name, known.st_size))
        return found


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
