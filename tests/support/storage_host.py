"""The storage host without a database: uploads and files in memory, over any storage, as bare ASGI or on a port."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from msgspec.structs import replace

from halloo.csp.own import FILE_POLICY
from halloo.edge.http import BoundedProtocol
from halloo.files.errors import UploadNotFound
from halloo.files.images.processes import Images
from halloo.files.model import StoredFile, Upload, file_key
from halloo.files.receiving import Receiving
from halloo.files.serving import Serving
from halloo.files.smaller import SmallPictures
from halloo.files.storage import Storage
from halloo.kit.refusals import Refusal
from tests.support.pace import until
from tests.support.ports import free_port

CLIENT = "https://chat.example"
UNTIL = "1900000000"
TOKEN = "hup_token"
WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
UPLOAD = "0195f0c2-7b1e-7c54-9d0a-000000000001"
FILE = "0195f0c2-7b1e-7c54-9d0a-000000000002"


@dataclass
class House:
    """Both applications, and what their database would know."""

    storage: Storage
    files: dict[str, StoredFile] = field(default_factory=dict[str, StoredFile])
    uploads: dict[str, Upload] = field(default_factory=dict[str, Upload])
    refusal: Exception | None = None
    renewed: int = 0
    finished: int = 0
    cancelled: list[int] = field(default_factory=list[int])
    whence: Callable[[Any], str | None] = lambda _: None

    def __post_init__(self) -> None:
        self.images = Images()
        self.small = SmallPictures(self.images, self.storage)
        self._serving = Serving(self.storage, self._Shelf(self), self.small, FILE_POLICY, [CLIENT])
        self._receiving = Receiving(self.storage, self, FILE_POLICY, [CLIENT], self.whence)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        app = self._serving if scope["path"].startswith("/files/") else self._receiving
        await app(scope, receive, send)

    async def keep(self, name: str, type: str, data: bytes, **changes: Any) -> str:
        """A file; its address."""
        digest = hashlib.sha256(data).hexdigest()
        made = StoredFile(
            WORKSPACE, FILE, "secret", "files/kept", None, None, "visitor:v", name, type, len(data), digest, {}, 0, None
        )
        self.files[FILE] = replace(made, **changes)
        await self.storage.put("files/kept", data)
        return f"/files/{FILE}/{file_key('secret', FILE, UNTIL)}/{name}"

    def expect(self, size: int) -> str:
        """An upload; its target."""
        made = Upload(
            WORKSPACE, UPLOAD, None, "v", None, "message", "a.bin", "", size, None, "", "open", FILE, 0, 1 << 50
        )
        self.uploads[UPLOAD] = made
        return f"/uploads/{UPLOAD}"

    @dataclass
    class _Shelf:
        house: "House"

        async def find(self, file_id: str, key: str, until: str, name: str) -> StoredFile | None:
            if self.house.refusal is not None:
                raise self.house.refusal
            found = self.house.files.get(file_id)
            return found if found is not None and found.opens(key, until, name, 1_700_000_000_000) else None

    async def find(self, upload_id: str, token: str) -> Upload:
        found = self.uploads.get(upload_id)
        if found is None or token != TOKEN:
            raise UploadNotFound
        return found

    async def renew(self, upload: Upload) -> bool:
        self.renewed += 1
        return upload.id in self.uploads

    async def cancel(self, upload: Upload, received: int) -> None:
        self.cancelled.append(received)
        del self.uploads[upload.id]

    async def finish(self, upload: Upload) -> dict[str, Any]:
        if upload.id not in self.uploads:
            raise UploadNotFound
        found = await self.storage.assemble(upload.id, upload.key)
        if isinstance(self.refusal, Refusal):
            raise self.refusal
        self.finished += 1
        self.uploads[upload.id] = replace(upload, state="stored")
        return {"upload_id": upload.id, "size": found.size, "sha256": found.sha256}


@dataclass
class Said:
    """An answer, as ASGI messages told it."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask(
    app: Any, method: str, path: str, query: str = "", body: bytes | list[bytes] = b"", **headers: str
) -> Said:
    """One request. A list of pieces is a body whose line breaks behind the last."""
    pieces = [body] if isinstance(body, bytes) else [*body]
    told: list[Any] = []

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": isinstance(body, list)}

    async def send(message: Any) -> None:
        told.append(message)

    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": named}
    await app(scope, receive, send)
    if not told:
        return Said(0, {}, b"")
    start = told[0]
    assert len({name for name, _ in start["headers"]}) == len(start["headers"])
    found = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    return Said(start["status"], found, b"".join(one["body"] for one in told[1:]))


@asynccontextmanager
async def listening(app: Any) -> AsyncGenerator[int, None]:
    """The application on a port, behind the product's own HTTP."""
    port = free_port()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, http=BoundedProtocol, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield port
    finally:
        server.should_exit = server.force_exit = True
        await task
