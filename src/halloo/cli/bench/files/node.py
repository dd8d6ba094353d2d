"""The storage host as the benchmark runs it: both applications over a real storage, behind the product's own HTTP, without a database.

`python -m halloo.cli.bench.files.node <port> <folder> <storage> <S3 endpoint>`. The token of an upload says how large it is:
`bytes-1048576`. A finished upload is a film under its own id, and any key opens it.
"""

import gc
import hashlib
import sys
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from halloo.csp.own import FILE_POLICY
from halloo.edge.http import BoundedProtocol
from halloo.files.answers import Receive, Scope, Send
from halloo.files.images.processes import Images
from halloo.files.model import StoredFile, Upload
from halloo.files.opening import open_storage
from halloo.files.receiving import Receiving
from halloo.files.serving import Serving
from halloo.files.settings import FilesSettings
from halloo.files.smaller import SmallPictures
from halloo.files.storage import Storage
from halloo.kit.clock import DAY, system_clock

UNTIL = "4000000000"
KEY = hashlib.sha256(b"bench").hexdigest()[:43]


class Registry:
    """What the database would know: nothing is looked up anywhere else."""

    def __init__(self, storage: Storage) -> None:
        """`storage`: where bytes lie."""
        self._storage = storage
        self.done: dict[str, tuple[Upload, StoredFile]] = {}

    async def find(self, upload_id: str, token: str) -> Upload:
        """The upload that is as large as the token says, of a visitor of its own."""
        if upload_id in self.done:
            return self.done[upload_id][0]
        now, size = system_clock(), int(token.rpartition("-")[2])
        return Upload(
            "bench", upload_id, None, upload_id, None, "message", "film.mp4", "", size, None, "", "open", upload_id, now, now + DAY
        )  # fmt: skip

    async def renew(self, upload: Upload) -> bool:
        """It holds anyway."""
        del upload
        return True

    async def cancel(self, upload: Upload, received: int) -> None:
        """What came of it goes."""
        del received
        await self._storage.drop(upload.id)

    async def finish(self, upload: Upload) -> dict[str, Any]:
        """Assemble it."""
        found = await self._storage.assemble(upload.id, upload.raw_key)
        file = StoredFile(
            "bench", upload.id, "", upload.raw_key, None, None, "visitor:v", upload.name, "video/mp4", found.size, found.sha256,
            {}, upload.created_at, None,
        )  # fmt: skip
        self.done[upload.id] = (upload, file)
        return {"size": found.size, "sha256": found.sha256}


class Shelf:
    """Files of a registry."""

    def __init__(self, registry: Registry) -> None:
        """What was received there."""
        self._done = registry.done

    async def find(self, file_id: str, key: str, until: str, name: str) -> StoredFile | None:
        """The file, for whoever asks."""
        del key, until, name
        found = self._done.get(file_id)
        return None if found is None else found[1]


async def _main(port: int, folder: Path, address: str, endpoint: str) -> None:
    settings = FilesSettings(storage=address, s3_endpoint=endpoint, access_key="key", secret_key="secret")  # noqa: S106 - a bucket of its own
    storage = open_storage(settings if address else FilesSettings(), folder)
    registry = Registry(storage)
    images = Images()
    serving = Serving(storage, Shelf(registry), SmallPictures(images, storage), FILE_POLICY, [])
    receiving = Receiving(storage, registry, FILE_POLICY, [])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (serving if scope["path"].startswith("/files/") else receiving)(scope, receive, send)

    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # as `app.collect_seldom`, without loading the whole server
    await uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            http=BoundedProtocol,
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
        )
    ).serve()
    await images.close()
    await storage.close()


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
