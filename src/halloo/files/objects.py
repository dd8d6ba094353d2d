"""The storage in an object store: S3 and what speaks like it, Google Cloud Storage, Azure.

An object is `objects/key`. What was received of an upload lies in parts, `uploads/upload/offset`, each made with the condition that
there is none yet: the name is the claim, so no two writers mix, whatever machine they are on. Nothing is ever half there: the store shows
an object when all of it has come.
"""

import contextlib
import hashlib
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Generator, Sequence
from typing import TYPE_CHECKING, Any, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import ObjectStore

from halloo.files.budget import KIB, MIB, Budget
from halloo.files.local import HEAD
from halloo.files.storage import Assembled, NotStored, OffsetConflict, StoreUnreachable, checked_key
from halloo.kit.ids import new_id

if TYPE_CHECKING:
    from obstore import GetResult, ObjectMeta

_MULTIPART = 6 * MIB
"""Objects above are sent in pieces of this size, one after the other; one is filled while one is sent. A store takes 10,000: 58 GiB."""

_RANGE = 64 * MIB
"""How much is asked for at a time: a store's answer need not last as long as a slow reader takes."""


class ObjectStorage:
    """A bucket as `Storage`."""

    def __init__(self, store: ObjectStore, where: str, joining: ObjectStore) -> None:
        """`where`: its address, for sentences; `joining`: the same store, asked with more patience."""
        self._store, self._where, self._patient = store, where, joining
        self._writing = Budget(32 * MIB, least=64 * KIB, most=4 * MIB)
        self._reading = Budget(32 * MIB, least=64 * KIB, most=256 * KIB)

    async def append(self, upload: str, offset: int, chunks: AsyncIterator[bytes], limit: int) -> int:
        """As the port says."""
        received = await self.received(upload)
        if received != offset:
            raise OffsetConflict(received)
        with self._writing.used():
            piece = bytearray()
            at = offset
            try:
                try:
                    async for chunk in chunks:
                        if at + len(piece) + len(chunk) > limit:
                            raise ValueError(f"An upload of {limit} bytes would have more.")
                        piece += chunk
                        if len(piece) >= self._writing.piece():
                            data, piece = piece, bytearray()
                            at = await self._add(upload, at, data)
                finally:
                    at = await self._add(upload, at, piece)
            finally:
                received = await self._left(upload, offset, at)
        if received < at:
            raise OffsetConflict(received)
        return at

    async def received(self, upload: str) -> int:
        """As the port says."""
        end = 0
        for offset, size in await self._parts(upload):
            if offset != end:
                break
            end += size
        return end

    async def assemble(self, upload: str, key: str) -> Assembled:
        """As the port says."""
        path = _object(key)
        there = await self.size(key)
        if there is None:
            try:
                found = await self._join(upload, path)
            except NotStored:
                # Somebody else has done it in this moment, or it cannot be done.
                if await self.size(key) is None:
                    raise
                found = await self._look(key)
        else:
            found = await self._look(key)
        await self.drop(upload)
        return found

    async def put(self, key: str, data: bytes) -> None:
        """As the port says."""
        with _told():
            await obstore.put_async(self._store, _object(key), data, use_multipart=False)

    async def size(self, key: str) -> int | None:
        """As the port says."""
        try:
            with _told():
                return (await obstore.head_async(self._store, _object(key)))["size"]
        except StoreUnreachable:
            raise
        except NotStored:
            return None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """As the port says. All pieces are of the same object; where the store ends a line early, it is asked for the rest."""
        with self._reading.used():
            tag: str | None = None
            while end is None or start < end:
                begun = start
                try:
                    with _told():
                        result = await self._get(key, tag, start, end)
                        if result is None:
                            return
                        tag, size = result.meta["e_tag"], result.meta["size"]
                        end = size if end is None else min(end, size)
                        async for piece in result.stream(min_chunk_size=self._reading.piece()):
                            start += len(piece)
                            yield bytes(piece)
                except StoreUnreachable:
                    if start == begun:
                        raise
                if start == begun:
                    raise StoreUnreachable("The store answered with nothing.")
            if tag is None and await self.size(key) is None:
                raise NotStored("There are no such bytes.")

    async def delete(self, keys: Collection[str]) -> None:
        """As the port says."""
        await self._delete([_object(key) for key in keys])

    async def drop(self, upload: str) -> None:
        """As the port says. The first part goes last: as long as anything is left, nobody can begin anew beside it."""
        parts = [_part(upload, offset) for offset, _ in await self._parts(upload)]
        await self._delete(parts[1:])
        await self._delete(parts[:1])

    async def check(self) -> str | None:
        """As the port says. What counts is that the store refuses to write over what is there, where it is asked to."""
        key = "probe/" + new_id()
        try:
            await self.put(key, b"probe")
            read = b"".join([data async for data in self.read(key)])
            kept = await self._refuses(_object(key))
            await self.delete([key])
        except NotStored as error:
            why = str(error).rstrip(".")
            return (
                f"Files cannot be kept at {self._where}: {why}. See that the bucket is there, and the keys are right."
            )
        if read != b"probe":
            return f"Files cannot be kept at {self._where}: what was written is not what is read."
        if not kept:
            return f"Files cannot be kept at {self._where}: it ignores If-None-Match, so that two uploads could mix. Take a newer version."
        return None

    async def close(self) -> None:
        """As the port says: the store's connections end by themselves."""

    async def _add(self, upload: str, at: int, data: bytes | bytearray) -> int:
        """Store a part, if nobody else has one that begins there: the new end."""
        if not data:
            return at
        try:
            with _told():
                await obstore.put_async(self._store, _part(upload, at), bytes(data), mode="create", use_multipart=False)
        except AlreadyExistsError:
            raise OffsetConflict(await self.received(upload)) from None
        return at + len(data)

    async def _left(self, upload: str, offset: int, end: int) -> int:
        """How much there is of an upload that was written from `offset` to `end`.

        Where that is less, it was dropped, or is an object by now: what we stored behind that belongs to nothing, and nobody would look
        for it. It goes.
        """
        received = await self.received(upload)
        if received < end:
            parts = await self._parts(upload)
            await self._delete([_part(upload, at) for at, _ in parts if at >= max(offset, received + 1)])
        return received

    async def _refuses(self, path: str) -> bool:
        try:
            with _told():
                await obstore.put_async(self._store, path, b"other", mode="create", use_multipart=False)
        except AlreadyExistsError:
            return True
        return False

    async def _parts(self, upload: str) -> list[tuple[int, int]]:
        """Offset and size of each part, in order."""
        found: list[tuple[int, int]] = []
        with _told():
            pages: AsyncIterator[Sequence[ObjectMeta]] = obstore.list(self._store, f"uploads/{checked_key(upload)}")  # pyright: ignore[reportUnknownMemberType] - its other form is for pyarrow
            async for page in pages:
                found += [(int(part["path"].rpartition("/")[2]), part["size"]) for part in page]
        return sorted(found)

    async def _join(self, upload: str, path: str) -> Assembled:
        """Read the parts one after the other into an object."""
        total = await self.received(upload)
        if not total:
            raise NotStored("There are no such bytes.")
        watched = _Watched()
        chunks = watched.through(self._read_parts(upload, total))
        with _told():
            if total <= _MULTIPART:
                data = b"".join([chunk async for chunk in chunks])
                await obstore.put_async(self._patient, path, data, use_multipart=False)
            else:
                await obstore.put_async(self._patient, path, chunks, chunk_size=_MULTIPART, max_concurrency=1)
        return watched.assembled()

    async def _read_parts(self, upload: str, total: int) -> AsyncGenerator[bytes, None]:
        end = 0
        for offset, size in await self._parts(upload):
            if offset != end or end >= total:
                break
            pieces = await self._read_part(upload, offset)
            while pieces:
                yield pieces.popleft()
            end += size
        if end != total:
            raise NotStored("There are no such bytes.")

    async def _read_part(self, upload: str, offset: int) -> deque[bytes]:
        """All of it before the first piece goes on: an answer that stays open meanwhile would be cut by its time-out."""
        with _told():
            result = await obstore.get_async(self._patient, _part(upload, offset))
            return deque([bytes(chunk) async for chunk in result.stream(min_chunk_size=256 * KIB)])

    async def _look(self, key: str) -> Assembled:
        watched = _Watched()
        async for _ in watched.through(self.read(key)):
            pass
        return watched.assembled()

    async def _get(self, key: str, tag: str | None, start: int, end: int | None) -> "GetResult | None":
        """Ask for what follows `start`, of the object with this tag; None where nothing does."""
        upto = start + _RANGE if end is None else min(end, start + _RANGE)
        options: dict[str, Any] = {"range": (start, upto)}
        if tag is not None:
            options["if_match"] = tag
        try:
            with _told():
                return await obstore.get_async(self._store, _object(key), options=cast("Any", options))
        except StoreUnreachable:
            # A store refuses a range that begins behind the end; that is no fault of its own.
            size = await self.size(key)
            if size is not None and start >= size:
                return None
            raise

    async def _delete(self, paths: list[str]) -> None:
        if not paths:
            return
        try:
            with _told():
                await obstore.delete_async(self._store, paths)
        except StoreUnreachable:
            raise
        except NotStored:
            if len(paths) > 1:  # one was gone already, and stopped the others
                for path in paths:
                    await self._delete([path])


class _Watched:
    """What passes by: its size, digest and beginning."""

    def __init__(self) -> None:
        self._sha256, self._size, self._head = hashlib.sha256(), 0, b""

    async def through(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        async for chunk in chunks:
            self._sha256.update(chunk)
            self._size += len(chunk)
            if len(self._head) < HEAD:
                self._head += chunk[: HEAD - len(self._head)]
            yield chunk

    def assembled(self) -> Assembled:
        return Assembled(self._size, self._sha256.hexdigest(), self._head)


def _object(key: str) -> str:
    return f"objects/{checked_key(key)}"


def _part(upload: str, offset: int) -> str:
    return f"uploads/{checked_key(upload)}/{offset:016d}"


def _unreachable(error: Exception) -> StoreUnreachable:
    return StoreUnreachable((str(error).splitlines() or ["no reason given"])[0][:300])


@contextlib.contextmanager
def _told() -> Generator[None, None, None]:
    """What the store says as the port says it; `AlreadyExistsError` is an answer, and passes."""
    try:
        yield
    except (NotStored, AlreadyExistsError):
        raise
    except FileNotFoundError as error:
        raise NotStored("There are no such bytes.") from error
    except (BaseError, OSError) as error:
        raise _unreachable(error) from error
