"""Pictures as threads show them: made smaller once, kept beside the file whose they are, and deleted with it."""

import asyncio
import contextlib
import re
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Protocol, cast

from msgspec import Struct

from halloo.files.budget import KIB
from halloo.files.images.model import ImageRefused, Wanted
from halloo.files.images.processes import PicturesWait
from halloo.files.model import SMALL_WIDTHS, StoredFile
from halloo.files.storage import NotStored, Storage, StoreUnreachable, copy_out
from halloo.files.turns import NoTurn, Turns

WAIT_S = 10.0
"""Who asks waits so long for a picture that is being made; then the file itself is there sooner."""
SMALL_BYTES = 32 * KIB
"""A file of no more than this, and no more pixels than are wanted, is small already."""
_TALLEST, _LEAST_WIDE, _LEAST_HIGH = 320, 72, 56
"""The room of a picture in a thread, beside its first width; what is longer than fits is cut to the least."""
BACK_S = 20.0
"""How soon it is tried again to delete what must not stay."""
_AGAIN_S = 600.0
_MISSED_MOST = 4096
MOST_BYTES = 512 * KIB
"""What takes more is not small, whatever its file takes: then the file itself is shown."""
_ITSELF = b"\n"
"""Kept where nothing smaller can be made than the file is."""
_HEAD_BYTES = 32
_HEAD = re.compile(rb"(image/[a-z]{1,8}) ([1-9][0-9]{0,7})\n")
"""What is kept begins with its type and how many bytes stand behind this line."""
Still = Callable[[], Awaitable[bool]]
"""Whether the address that was asked for opens the file still."""


class Smaller:
    """A smaller picture of `size` bytes, which are read once, piece by piece; whoever has it closes it."""

    def __init__(self, type_: str, size: int, first: bytes, rest: AsyncGenerator[bytes, None]) -> None:
        """`first`: what was read already, `rest`: what was not."""
        self.type, self.size = type_, size
        self._first, self._rest = first, rest

    def __aiter__(self) -> "Smaller":
        """Itself."""
        return self

    async def __anext__(self) -> bytes:
        """The next piece, of which nothing is held here."""
        first, self._first = self._first, b""
        return first or await anext(self._rest)

    async def aclose(self) -> None:
        """Read no more."""
        await self._rest.aclose()


class Reader(Protocol):
    """Makes pictures smaller in a process of its own."""

    async def thumbnail(  # noqa: D102 - as `Images` has it
        self,
        source: Path | bytes,
        width: int,
        height: int,
        wanted: Wanted = "webp",
        *,
        cover: bool = False,
        moving: bool = False,
        still: bool = True,
        asker: str = "",
    ) -> tuple[bytes, str]: ...


class SmallPictures:
    """Makes smaller pictures and keeps them. One a server."""

    def __init__(self, images: Reader, storage: Storage) -> None:
        """Nothing is made before the first is asked for."""
        self._images, self._storage = images, storage
        self._making: dict[str, asyncio.Task[None]] = {}
        self._left: dict[str, asyncio.Task[None]] = {}
        self._missed: dict[str, float] = {}
        self.turns = Turns()
        """Whose file is copied out next; whose picture is made next of those, `Images` says."""

    async def find(self, file: StoredFile, width: int, wanted: Wanted, still: Still) -> Smaller | None:
        """A picture as wide as one of `SMALL_WIDTHS` says; None where the file itself is to be shown.

        That is so where it is small already, moves and cannot be made smaller, cannot be read, or takes too long just now.
        """
        box = box_of(file, width)
        key = file.small_key(width, wanted)
        if box is None or key in self._left or self._missed.get(key, 0.0) > time.monotonic():
            return None
        try:
            if key not in self._making:
                try:
                    return await self._kept(key)
                except StoreUnreachable:
                    raise
                except NotStored:
                    pass
            making = self._making.get(key)
            if making is None:
                making = self._making[key] = asyncio.create_task(self._make(file, key, box, wanted, still))
                making.add_done_callback(lambda task: self._ended(key, task))
            await asyncio.wait({making}, timeout=WAIT_S)
            if not making.done() or making.cancelled():
                return None
            making.result()
            return None if key in self._left else await self._kept(key)
        except NotStored:
            return None

    async def close(self) -> None:
        """Give up what is being made; what must not stay is deleted now if it can be."""
        await _cancelled(self._making)
        await _cancelled(self._left)
        if self._left:
            with contextlib.suppress(NotStored):
                await self._storage.delete([*self._left])

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        del self._making[key]
        if not task.cancelled():
            task.exception()  # asked for, so that nobody complains where all who waited have left

    async def _make(self, file: StoredFile, key: str, box: "Box", wanted: Wanted, still: Still) -> None:
        """Keep what is to be shown, unless it was made a moment ago or cannot be made now."""
        try:
            if await self._is_kept(key):
                return
            async with self.turns.taken(file.owner):
                await self._keep(key, await self._made(file, box, wanted), still)
        except StoreUnreachable:  # nothing was done for it: whoever asks next may find the store
            return
        except (NoTurn, PicturesWait):
            return
        except (ImageRefused, NotStored, OSError):
            self._miss(key)

    async def _is_kept(self, key: str) -> bool:
        try:
            kept = await self._kept(key)
        except StoreUnreachable:
            raise
        except NotStored:
            return False
        if kept is not None:
            await kept.aclose()
        return True

    async def _kept(self, key: str) -> Smaller | None:
        """What was made before; None where the file itself is to be shown. Raises `NotStored`, also `StoreUnreachable`."""
        rest = cast("AsyncGenerator[bytes, None]", self._storage.read(key))
        first = b""
        async for piece in rest:
            first += piece
            if len(first) >= _HEAD_BYTES:
                break
        head = _HEAD.match(first)
        if head is not None:
            return Smaller(head[1].decode(), int(head[2]), first[head.end() :], rest)
        await rest.aclose()
        if first != _ITSELF:
            raise NotStored("It was kept by another version.")
        return None

    async def _made(self, file: StoredFile, box: "Box", wanted: Wanted) -> bytes:
        """What is to be kept. Raises `ImageRefused` where another time may do better."""
        with tempfile.TemporaryDirectory(prefix="halloo-") as folder:
            source = Path(folder) / "picture"
            await copy_out(self._storage, file.storage_key, source)
            try:
                data, type_ = await self._images.thumbnail(
                    source, box.width, box.height, wanted, cover=box.cut, moving=True, still=False, asker=file.owner
                )
            except ImageRefused as refused:
                if refused.reason == "heavy":
                    raise
                return _ITSELF
        return f"{type_} {len(data)}\n".encode() + data if len(data) < min(file.size, MOST_BYTES + 1) else _ITSELF

    async def _keep(self, key: str, kept: bytes, still: Still) -> None:
        """Whoever takes the file back has it deleted with all that is beside it; what comes later is not kept, or deleted here."""
        if not await still():
            return
        holds = False
        try:
            await self._storage.put(key, kept)
            holds = await still()
        finally:
            if not holds:
                await self._take_back(key)

    async def _take_back(self, key: str) -> None:
        """Delete it, now or as soon as the store lets us; nobody is shown it meanwhile."""
        try:
            await self._storage.delete([key])
        except NotStored:
            if key not in self._left:
                self._left[key] = asyncio.create_task(self._take_back_later(key))

    async def _take_back_later(self, key: str) -> None:
        while key in self._left:
            await asyncio.sleep(BACK_S)
            with contextlib.suppress(NotStored):
                await self._storage.delete([key])
                del self._left[key]

    def _miss(self, key: str) -> None:
        if len(self._missed) >= _MISSED_MOST:
            self._missed.clear()
        self._missed[key] = time.monotonic() + _AGAIN_S


async def _cancelled(tasks: Mapping[str, asyncio.Task[None]]) -> None:
    ending = [*tasks.values()]
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


class Box(Struct, frozen=True):
    """What a picture is fitted into, or, with `cut`, what it fills."""

    width: int
    height: int
    cut: bool


def box_of(file: StoredFile, width: int) -> Box | None:
    """The box of a thread that shows pictures so wide; None where the file is small already, or its size is not known."""
    times = width // SMALL_WIDTHS[0]
    wide, high = (file.details.get(name) for name in ("width", "height"))
    if not isinstance(wide, int) or not isinstance(high, int) or wide < 1 or high < 1:
        return None
    box = Box(width, _TALLEST * times, cut=False)
    scale = min(box.width / wide, box.height / high)
    if scale >= 1:
        return None if file.size <= SMALL_BYTES else box
    fitted = round(wide * scale), round(high * scale)
    shown = max(fitted[0], _LEAST_WIDE * times), max(fitted[1], _LEAST_HIGH * times)
    return box if shown == fitted else Box(*shown, cut=True)
