"""The storage in a local folder. Several processes may share the folder.

`objects/ab/key` holds whole files only, `uploads/` what has been received so far, `temporary/` what is being written. An upload is one
file; its size is the number of bytes received, since file systems write data before the size that covers it. Each piece is written under
a lock, after a look whether the file is still the upload and ends where the piece begins: so no two writers mix, and no lock is held
while somebody waits for bytes.
"""

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from halloo.files.budget import KIB, MIB, Budget
from halloo.files.storage import Assembled, NotStored, OffsetConflict, StorageFull, StoreUnreachable, checked_key
from halloo.kit.ids import new_id

T = TypeVar("T")
HEAD = 64 * KIB
_SYNC_EVERY = 32 * MIB
"""So that the last sync of a large upload has little left to do."""
_LEFT_S = 24 * 3600
"""A temporary file as old as this was left by a process that was killed."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NOWAIT: int | None = getattr(os, "RWF_NOWAIT", None)
"""Reads what is in the page cache, and nothing else: such a read needs no thread."""


class LocalStorage:
    """A folder as `Storage`."""

    def __init__(self, root: Path) -> None:
        """Make the folders where they are missing. Raises `OSError`."""
        self._root = root
        self._objects, self._uploads, self._temporary = (root / name for name in ("objects", "uploads", "temporary"))
        for folder in (self._objects, self._uploads, self._temporary):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync(root)
        self._sweep()
        self._threads = ThreadPoolExecutor(8, "files")
        self._writing = Budget(16 * MIB, least=32 * KIB, most=256 * KIB)
        self._reading = Budget(64 * MIB, least=64 * KIB, most=256 * KIB)
        self._nowait = _NOWAIT

    async def append(self, upload: str, offset: int, chunks: AsyncIterator[bytes], limit: int) -> int:
        """As the port says."""
        path = self._upload(upload)
        with self._writing.used():
            file = await self._run(_open_upload, path, offset)
            piece = bytearray()
            at = synced = offset
            try:
                try:
                    async for chunk in chunks:
                        if at + len(piece) + len(chunk) > limit:
                            raise ValueError(f"An upload of {limit} bytes would have more.")
                        piece += chunk
                        if len(piece) >= self._writing.piece():
                            data, piece = piece, bytearray()
                            at = await self._run(_write, file, path, at, data)
                        if at - synced >= _SYNC_EVERY:
                            await self._run(os.fdatasync, file)
                            synced = at
                finally:
                    at = await self._run(_finish, file, path, at, piece)
            finally:
                await self._run(os.close, file)
        return at

    async def received(self, upload: str) -> int:
        """As the port says."""
        return await self._run(_size, self._upload(upload)) or 0

    async def assemble(self, upload: str, key: str) -> Assembled:
        """As the port says."""
        return await self._run(self._assemble, self._upload(upload), self._object(key))

    async def put(self, key: str, data: bytes) -> None:
        """As the port says."""
        await self._run(self._put, self._object(key), data)

    async def size(self, key: str) -> int | None:
        """As the port says."""
        return await self._run(_size, self._object(key))

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """As the port says."""
        path = self._object(key)
        with self._reading.used():
            file, data = await self._run(_open_object, path, start, self._wanted(start, end))
            try:
                while data:
                    yield data
                    start += len(data)
                    wanted = self._wanted(start, end)
                    data = self._read_now(file, wanted, start)
                    if data is None:
                        data = await self._run(os.pread, file, wanted, start)
            finally:
                os.close(file)

    async def delete(self, keys: Collection[str]) -> None:
        """As the port says."""
        await self._run(_unlink, [self._object(key) for key in keys])

    async def drop(self, upload: str) -> None:
        """As the port says."""
        await self._run(_unlink, [self._upload(upload)])

    async def check(self) -> str | None:
        """As the port says."""
        try:
            await self._run(self._probe)
        except (OSError, NotStored) as error:
            return f"Files cannot be kept in {self._root}: {error}. Give the folder to the user that Halloo runs as, or make room."
        return None

    async def close(self) -> None:
        """As the port says."""
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        """Blocking work in a thread of ours; what the system refuses is `NotStored`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        except FileNotFoundError as error:
            raise NotStored("There are no such bytes.") from error
        except OSError as error:
            if error.errno in _FULL:
                raise StorageFull("The disk is full.") from error
            raise StoreUnreachable(f"The folder does not answer: {error}.") from error

    def _wanted(self, start: int, end: int | None) -> int:
        piece = self._reading.piece()
        return piece if end is None else max(0, min(piece, end - start))

    def _read_now(self, file: int, size: int, start: int) -> bytes | None:
        """What needs no waiting for the disk; None where it has to be waited for."""
        if self._nowait is None or not size:
            return None if size else b""
        data = bytearray(size)
        try:
            read = os.preadv(file, [data], start, self._nowait)
        except BlockingIOError:
            return None
        except OSError:  # a file system that cannot: nothing is lost by asking a thread
            self._nowait = None
            return None
        return bytes(data) if read == size else bytes(memoryview(data)[:read])

    def _object(self, key: str) -> Path:
        """Keys may be folders of others; file names may not, so that a key is one name."""
        name = checked_key(key).replace("/", ",")
        return self._objects / hashlib.sha256(name.encode()).hexdigest()[:2] / name

    def _upload(self, upload: str) -> Path:
        return self._uploads / checked_key(upload).replace("/", ",")

    def _assemble(self, source: Path, target: Path) -> Assembled:
        with contextlib.suppress(FileNotFoundError), _opened(source, os.O_RDWR) as file, _locked(file):
            if _is(file, source) and not target.exists():
                found = _digest(file)
                os.fsync(file)
                self._move(source, target)
                return found
        with _opened(target, os.O_RDONLY) as file:
            found = _digest(file)
        _unlink([source])
        return found

    def _put(self, target: Path, data: bytes) -> None:
        temporary = self._temporary / new_id()
        try:
            with _opened(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
                _write_all(file, 0, data)
                os.fsync(file)
            self._move(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)

    def _move(self, source: Path, target: Path) -> None:
        if not target.parent.is_dir():
            target.parent.mkdir(exist_ok=True, mode=0o700)
            _sync(self._objects)
        source.replace(target)
        _sync(target.parent)
        _sync(source.parent)

    def _probe(self) -> None:
        target = self._object("probe/" + new_id())
        self._put(target, b"probe")
        if target.read_bytes() != b"probe":
            raise NotStored("what was written is not what is read")
        _unlink([target])

    def _sweep(self) -> None:
        before = time.time() - _LEFT_S
        for left in self._temporary.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if left.stat().st_mtime < before:
                    left.unlink()


def _open_upload(path: Path, offset: int) -> int:
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        file = os.open(path, flags)
    except FileNotFoundError:
        if offset:
            raise OffsetConflict(0) from None
        file = os.open(path, flags | os.O_CREAT, 0o600)
        _sync(path.parent)
    received = os.fstat(file).st_size
    if received != offset:
        os.close(file)
        raise OffsetConflict(received)
    return file


def _open_object(path: Path, start: int, size: int) -> tuple[int, bytes]:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        return file, os.pread(file, size, start)
    except BaseException:
        os.close(file)
        raise


def _write(file: int, path: Path, at: int, data: bytes | bytearray) -> int:
    """Add a piece where the upload ends, if it still ends there: the new end."""
    if not data:
        return at
    with _locked(file):
        if not _is(file, path):
            raise OffsetConflict(_size(path) or 0)
        received = os.fstat(file).st_size
        if received != at:
            raise OffsetConflict(received)
        try:
            _write_all(file, at, data)
        except BaseException:
            os.ftruncate(file, at)
            raise
    return at + len(data)


def _finish(file: int, path: Path, at: int, data: bytes | bytearray) -> int:
    """The last piece, and the promise that all of it stays."""
    try:
        return _write(file, path, at, data)
    finally:
        os.fsync(file)


def _write_all(file: int, at: int, data: bytes | bytearray) -> None:
    left = memoryview(data)
    while left:
        written = os.pwrite(file, left, at)
        left, at = left[written:], at + written


def _digest(file: int) -> Assembled:
    sha256, head, size = hashlib.sha256(), b"", 0
    while data := os.pread(file, MIB, size):
        head = head or data[:HEAD]
        sha256.update(data)
        size += len(data)
    return Assembled(size, sha256.hexdigest(), head)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _is(file: int, path: Path) -> bool:
    """Whether the open file still has that name: it may have been dropped, or be an object by now."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _unlink(paths: Collection[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in paths}:
        with contextlib.suppress(FileNotFoundError):
            _sync(folder)


def _sync(folder: Path) -> None:
    """Make names in a folder outlive the power."""
    with _opened(folder, os.O_RDONLY | os.O_DIRECTORY) as handle:
        os.fsync(handle)


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Generator[int, None, None]:
    file = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        yield file
    finally:
        os.close(file)


@contextlib.contextmanager
def _locked(file: int) -> Generator[None, None, None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
