"""An object store that speaks S3, in a process of its own, and programs that use a storage and are killed."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from halloo.files.settings import FilesSettings
from tests.support.ports import free_port

_SERVER = """
import logging, sys, time
logging.getLogger("werkzeug").disabled = True
from moto.s3.models import S3Backend
from moto.server import ThreadedMotoServer
join, slow = S3Backend.complete_multipart_upload, float(sys.argv[2])
def complete(*given, **named):
    time.sleep(slow)
    return join(*given, **named)
S3Backend.complete_multipart_upload = complete
server = ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False)
server.start()
sys.stdin.read()
"""
BUCKET = "halloo-files"


@contextmanager
def running_bucket(joining_s: float = 0) -> Generator[str, None, None]:
    """The address of a store with an empty bucket; it says nothing for `joining_s` when it is to make an object of pieces."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(port), str(joining_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        _make_bucket(address)
        yield address
    finally:
        process.kill()
        process.communicate()


def _make_bucket(address: str) -> None:
    """As boto3 would, without its seconds of loading: this store looks at no signature."""
    for _ in range(600):
        try:
            request = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")
            request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request")
            with urllib.request.urlopen(request, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The object store does not begin.")


def bucket_settings(address: str, prefix: str) -> FilesSettings:
    """What a self-hoster would write for it."""
    return FilesSettings(storage=f"s3://{BUCKET}/{prefix}", s3_endpoint=address, access_key="key", secret_key="secret")


_WRITER = """
import asyncio, sys
from pathlib import Path
from halloo.files.opening import open_storage
from halloo.files.settings import FilesSettings
from tests.support.bucket import sequence

async def main(what, folder, address, endpoint):
    settings = FilesSettings(storage=address, s3_endpoint=endpoint, access_key="key", secret_key="secret")
    storage = open_storage(settings, Path(folder))
    async def chunks(offset):
        while True:
            print(offset, flush=True)
            yield sequence(offset, 65536)
            offset += 65536
            await asyncio.sleep(0.001)
    if what == "append":
        offset = await storage.received("upload")
        await storage.append("upload", offset, chunks(offset), 1 << 40)
    else:
        print(0, flush=True)
        await storage.assemble("upload", "files/whole")

asyncio.run(main(*sys.argv[1:]))
"""


def sequence(offset: int, size: int) -> bytes:
    """Bytes of an endless file in which each place is known by its eight bytes."""
    first, last = offset // 8, (offset + size + 7) // 8
    return b"".join(place.to_bytes(8, "big") for place in range(first, last))[offset % 8 :][:size]


def start_writer(what: str, folder: Path, settings: FilesSettings) -> subprocess.Popen[bytes]:
    """A process that appends to `upload` without end, or assembles it as `files/whole`; it says when it has begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, what, str(folder), settings.storage, settings.s3_endpoint],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process
