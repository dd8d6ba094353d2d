"""What the image host shows: pictures of people, initials where there are none, pictures from elsewhere made smaller; each made once."""

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from halloo.files.images.addresses import Elsewhere, Person
from halloo.files.images.cache import DiskCache
from halloo.files.images.model import ImageRefused, Wanted
from halloo.files.images.processes import Images
from halloo.files.outward import Outward, Unreachable
from halloo.files.storage import NotStored, Storage, copy_out
from halloo.kit.clock import DAY
from halloo.kit.text import clean

PICTURE_BYTES = 10 * 1024 * 1024
_ACCEPT = "image/avif,image/webp,image/png,image/jpeg,image/gif"
_MISSED_S = 60.0
_MISSED_MOST = 4096
_AGE_DAYS = 7
_INITIALS = 2
_GROUNDS = (
    *((79, 70, 229), (13, 116, 144), (4, 120, 87), (161, 98, 7), (190, 24, 93), (126, 34, 206)),
    *((185, 28, 28), (3, 105, 161), (77, 124, 15), (194, 65, 12), (15, 118, 110), (71, 85, 105)),
)
"""White is easily read on each (4.5 to 1 and more)."""


class Portrait(Struct, frozen=True):
    """What is known of a person: a name for initials, and a picture, either ours (`key` of the storage) or elsewhere (`url`)."""

    name: str
    key: str = ""
    url: str = ""


class Shown(Struct, frozen=True):
    """A picture to be answered with."""

    type: str
    data: bytes
    etag: str


class Portraits(Protocol):
    """Finds people."""

    def __call__(self, person: Person) -> Awaitable[Portrait | None]:
        """What is known of a person; None for nobody."""
        ...


class Gallery:
    """Makes pictures and keeps them. One a server."""

    def __init__(
        self,
        images: Images,
        outward: Outward,
        storage: Storage,
        cache: DiskCache,
        portraits: Portraits,
        now: Callable[[], int],
    ) -> None:
        """`now` in milliseconds."""
        self._images = images
        self._outward = outward
        self._storage = storage
        self._cache = cache
        self._portraits = portraits
        self._now = now
        self._made: dict[str, asyncio.Task[Shown]] = {}
        self._missed: dict[str, float] = {}

    async def of_person(self, person: Person, wanted: Wanted, asker: str = "") -> Shown | None:
        """A person's picture, or initials; None for nobody. `asker` as `Images` has it. Raises `PicturesWait`."""
        portrait = await self._portraits(person)
        if portrait is None:
            return None
        box = f"{person.size} {wanted}"
        try:
            if portrait.key:
                return await self._once(
                    f"key {portrait.key} {box}", lambda: self._own(portrait.key, person.size, wanted, asker)
                )
            if portrait.url:
                asked = Elsewhere(portrait.url, person.size, person.size)
                return await self._once(
                    f"face {self._week()} {portrait.url} {box}", lambda: self._foreign(asked, wanted, asker, face=True)
                )
        except (ImageRefused, Unreachable, NotStored):
            pass  # the initials stand in
        letters, ground = initials_of(portrait.name), _GROUNDS[person_colour(person.id)]
        return await self._once(
            f"initials {letters} {ground} {box}", lambda: self._drawn(letters, ground, person.size, wanted, asker)
        )

    async def elsewhere(self, asked: Elsewhere, wanted: Wanted, asker: str = "") -> Shown | None:
        """A picture from elsewhere, fitted into its box; animations go on. None where there is none to be had.

        `asker` as `Images` has it. Raises `PicturesWait`.
        """
        key = f"url {self._week()} {asked.width} {asked.height} {wanted} {asked.url}"
        try:
            return await self._once(key, lambda: self._foreign(asked, wanted, asker, face=False))
        except (ImageRefused, Unreachable):
            return None

    async def _own(self, key: str, size: int, wanted: Wanted, asker: str) -> tuple[bytes, str]:
        with tempfile.TemporaryDirectory(prefix="halloo-") as folder:
            source = Path(folder) / "picture"
            await copy_out(self._storage, key, source)
            return await self._images.thumbnail(source, size, size, wanted, cover=True, asker=asker)

    async def _foreign(self, asked: Elsewhere, wanted: Wanted, asker: str, *, face: bool) -> tuple[bytes, str]:
        found = await self._outward.fetch(asked.url, _ACCEPT, PICTURE_BYTES)
        if found.truncated:
            raise Unreachable
        return await self._images.thumbnail(
            found.body, asked.width, asked.height, wanted, cover=face, moving=not face, asker=asker
        )

    async def _drawn(
        self, letters: str, ground: tuple[int, int, int], size: int, wanted: Wanted, asker: str
    ) -> tuple[bytes, str]:
        return await self._images.initials(letters, ground, size, wanted, asker=asker)

    def _week(self) -> int:
        """Pictures from elsewhere are asked for anew each week."""
        return self._now() // (_AGE_DAYS * DAY)

    async def _once(self, key: str, make: Callable[[], Awaitable[tuple[bytes, str]]]) -> Shown:
        """What is kept, or is made now, by one for all who ask. What failed is not tried again for a minute."""
        running = self._made.get(key)
        if running is None:
            if self._missed.get(key, 0.0) > time.monotonic():
                raise Unreachable
            running = self._made[key] = asyncio.create_task(self._kept_or_made(key, make))
            running.add_done_callback(lambda task: self._ended(key, task))
        return await asyncio.shield(running)

    def _ended(self, key: str, task: asyncio.Task[Shown]) -> None:
        del self._made[key]
        if not task.cancelled():
            task.exception()  # asked for, so that nobody complains where all who waited have left

    async def _kept_or_made(self, key: str, make: Callable[[], Awaitable[tuple[bytes, str]]]) -> Shown:
        kept = await asyncio.to_thread(self._cache.get, key)
        if kept is not None:
            type_, _, data = kept.partition(b"\n")
            return _shown(data, type_.decode())
        try:
            data, type_ = await make()
        except (ImageRefused, Unreachable, NotStored):
            if len(self._missed) >= _MISSED_MOST:
                self._missed.clear()
            self._missed[key] = time.monotonic() + _MISSED_S
            raise
        await asyncio.to_thread(self._cache.put, key, type_.encode() + b"\n" + data)
        return _shown(data, type_)


def initials_of(name: str) -> str:
    """The first letters of the first and the last word, at most two; empty where a name begins with none."""
    words = [word for word in clean(name).split() if word[0].isalpha()]
    chosen = words[:1] + words[1:][-1:]
    return "".join(word[0].upper()[:1] for word in chosen)[:_INITIALS]


def person_colour(id: str) -> int:
    """Which ground a person has, for ever the same one."""
    return hashlib.sha256(id.encode()).digest()[0] % len(_GROUNDS)


def _shown(data: bytes, type_: str) -> Shown:
    return Shown(type_, data, f'"{hashlib.sha256(data).hexdigest()[:32]}"')
