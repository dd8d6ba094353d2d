"""Every `*.test` name on this machine: a small server of pages and of one thing of each kind (csp contract 7.1)."""

import asyncio
import ssl
import struct
import threading
import wave
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.csp.case import LOADER
from tests.csp.draws import SCRIPT
from tests.support.certificates import certificate

Headers = tuple[tuple[str, str], ...]
Answer = tuple[int, Headers, bytes]

PLAIN_PORTS = (80, 81)
"""Ports of the names that speak http; 443 and every other one speaks https."""
OPEN: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
)
WORKER = b"postMessage('ready');"


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def _wav() -> bytes:
    kept = BytesIO()
    with wave.open(kept, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(8))
    return kept.getvalue()


_KINDS: dict[str, tuple[str, bytes]] = {
    "js": ("text/javascript", SCRIPT.encode()),
    "css": ("text/css", b"body{margin:0}"),
    "png": ("image/png", _png()),
    "wav": ("audio/wav", _wav()),
    "woff2": ("font/woff2", b"wOF2"),
    "json": ("application/json", b"{}"),
    "webmanifest": ("application/manifest+json", b"{}"),
}


def thing(path: str) -> Answer:
    """What a name answers to an address that is no page: by its ending, a redirect for `/go?to=…`, else a document."""
    parts = urlsplit(path)
    if parts.path == "/go":
        return 302, (*OPEN, ("Location", parse_qs(parts.query)["to"][0])), b""
    if parts.path.startswith("/public/embed/") or parts.path.startswith("/public/loader/"):
        return 200, (*OPEN, ("Content-Type", "text/javascript")), LOADER.encode()
    if parts.path == "/worker.js":
        return 200, (*OPEN, ("Content-Type", "text/javascript")), WORKER
    kind, body = _KINDS.get(parts.path.rpartition(".")[2], ("text/html", b"<!doctype html><title>thing</title>"))
    return 200, (*OPEN, ("Content-Type", kind)), body


@dataclass
class Names:
    """The server's two ports, and its pages by (origin, path)."""

    secure: int = 0
    plain: int = 0
    pages: dict[tuple[str, str], tuple[Headers, bytes]] = field(
        default_factory=dict[tuple[str, str], tuple[Headers, bytes]]
    )
    asked: list[str] = field(default_factory=list[str])
    """Addresses that were asked for, in order."""

    def put(self, origin: str, path: str, html: str, headers: Headers = ()) -> str:
        """Serve a page; its address."""
        self.pages[origin, path] = (headers, html.encode())
        return origin + path

    def rules(self) -> str:
        """What Chromium must know: which port of this machine stands for which name and port."""
        plain = [f"MAP *:{port} 127.0.0.1:{self.plain}" for port in PLAIN_PORTS]
        return ", ".join([*plain, f"MAP *.test 127.0.0.1:{self.secure}", f"MAP 127.0.0.1 127.0.0.1:{self.secure}"])

    def answer(self, origin: str, path: str) -> Answer:
        """What is served there."""
        self.asked.append(origin + path)
        page = self.pages.get((origin, path.partition("?")[0]))
        if page is None:
            return thing(path)
        return 200, (("Content-Type", "text/html; charset=utf-8"), *page[0]), page[1]


class _Connection:
    """One connection of a browser, kept alive."""

    def __init__(self, names: Names, scheme: str) -> None:
        self._names, self._scheme = names, scheme

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first = await reader.readexactly(1)
        if not first.isalpha():
            return False  # TLS on a port of plain names
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        sent = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        await reader.readexactly(int(sent.get("content-length", "0")))
        if "upgrade" in sent:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return False
        status, headers, body = self._names.answer(f"{self._scheme}://{sent['host']}", path)
        lines = [f"HTTP/1.1 {status} OK", *(f"{name}: {value}" for name, value in headers)]
        lines += [f"Content-Length: {len(body)}", "Cache-Control: no-store", "", ""]
        writer.write("\r\n".join(lines).encode() + (b"" if method == "HEAD" else body))
        await writer.drain()
        return True


@contextmanager
def serving(folder: Path) -> Generator[Names]:
    """Serve all names until the block ends; certificate and key lie in the folder."""
    names = Names()
    loop = asyncio.new_event_loop()
    secure: ssl.SSLContext = certificate(folder, names=("site.test", "*.test", "*.chat.test"))

    async def begin() -> list[asyncio.Server]:
        plain = await asyncio.start_server(_Connection(names, "http").serve, "127.0.0.1", 0)
        over_tls = await asyncio.start_server(_Connection(names, "https").serve, "127.0.0.1", 0, ssl=secure)
        names.plain = plain.sockets[0].getsockname()[1]
        names.secure = over_tls.sockets[0].getsockname()[1]
        return [plain, over_tls]

    servers = loop.run_until_complete(begin())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield names
    finally:
        asyncio.run_coroutine_threadsafe(_end(servers), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(servers: list[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
