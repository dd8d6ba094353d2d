"""What the composition root sees of files: where they lie, who receives and serves them, who sweeps."""

from collections.abc import Callable, Collection
from pathlib import Path

from halloo.db.engine import Database
from halloo.files.answers import Scope
from halloo.files.desk import FileShelf, KindsOf, UploadDesk
from halloo.files.images.addresses import PictureAddresses
from halloo.files.images.processes import Images
from halloo.files.model import FileAddresses
from halloo.files.opening import open_storage
from halloo.files.receiving import Receiving
from halloo.files.serving import Serving
from halloo.files.settings import FilesSettings
from halloo.files.smaller import SmallPictures
from halloo.files.sweeper import FileSweeper


class FileRoom:
    """Everything of files that lives as long as the server."""

    def __init__(  # noqa: PLR0913 - what the composition root has built, by name
        self,
        database: Database,
        settings: FilesSettings,
        folder: Path,
        *,
        host: str,
        pictures: PictureAddresses,
        policy: str,
        origins: Collection[str],
        kinds_of: KindsOf,
        whence: Callable[[Scope], str | None],
    ) -> None:
        """`folder`: the data folder. `host`: the storage host's origin. `policy`: of every answer there, which `origins` may read.

        `pictures`: addresses of the image host. `whence`: the address that an upload is counted with; None: with none.

        Raises `ValueError` with a sentence for a storage that cannot be used.
        """
        self.addresses = FileAddresses(host, settings.address_hours, pictures)
        self.max_bytes = settings.max_bytes
        self.storage = open_storage(settings, folder)
        self.images = Images(settings.image_processes)
        desk = UploadDesk(database, self.storage, self.images, settings, kinds_of)
        self.receiving = Receiving(self.storage, desk, policy, origins, whence)
        self._small = SmallPictures(self.images, self.storage)
        self.serving = Serving(self.storage, FileShelf(database), self._small, policy, origins)
        self.sweeper = FileSweeper(database, self.storage, settings)

    async def close(self) -> None:
        """Let go of everything."""
        await self._small.close()
        await self.images.close()
        await self.storage.close()
