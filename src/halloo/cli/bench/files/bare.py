"""The limit in this language: uvicorn with an application that knows nothing but one file, and reads it on the loop.

`python -m halloo.cli.bench.files.bare <port> <folder>`: `GET /name` is the file of that name.
"""

import os
import sys
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

_PIECE = 256 * 1024


async def _main(port: int, folder: Path) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive
        file = os.open(folder / scope["path"][1:], os.O_RDONLY)
        try:
            size, at = os.fstat(file).st_size, 0
            headers = [(b"content-type", b"video/mp4"), (b"content-length", str(size).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while at < size:
                data = os.pread(file, _PIECE, at)
                at += len(data)
                await send({"type": "http.response.body", "body": data, "more_body": at < size})
        finally:
            os.close(file)

    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1]), Path(sys.argv[2])))
