"""What the composition root sees of pictures: their addresses, the host that serves them, previews of pages."""

from collections.abc import Callable
from pathlib import Path

from litestar.types import Scope

from halloo.files.images.addresses import PictureAddresses
from halloo.files.images.cache import DiskCache
from halloo.files.images.gallery import Gallery, Portraits
from halloo.files.images.processes import Images
from halloo.files.images.serving import ImageHost
from halloo.files.outward import Outward
from halloo.files.previews import Previews
from halloo.files.settings import FilesSettings
from halloo.files.storage import Storage
from halloo.kit.outbound.client import Outbound

_MIB = 1024 * 1024


class PictureRoom:
    """Everything of pictures that lives as long as the server; the processes that read them are the files' own."""

    def __init__(  # noqa: PLR0913 - what the composition root has built, by name
        self,
        addresses: PictureAddresses,
        settings: FilesSettings,
        folder: Path,
        *,
        images: Images,
        storage: Storage,
        outbound: Outbound,
        portraits: Portraits,
        now: Callable[[], int],
        whence: Callable[[Scope], str],
    ) -> None:
        """`folder`: the data folder. `outbound`: a client of its own, which allows no private network. `now` in milliseconds.

        `whence`: the address that a request is counted with.
        """
        self.addresses = addresses
        self._outward = Outward(outbound)
        cache = DiskCache(folder / "cache" / "images", settings.image_cache_mib * _MIB)
        gallery = Gallery(images, self._outward, storage, cache, portraits, now)
        self.host = ImageHost(addresses, gallery, now, whence)
        self.previews = Previews(self._outward, addresses, on=settings.previews)

    async def close(self) -> None:
        """Let go of everything."""
        await self._outward.close()
