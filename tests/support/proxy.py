"""A reverse proxy on loopback that makes one mistake: it takes away, adds, rewrites, redirects, blocks or hangs up."""

import contextlib
import select
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Headers = list[tuple[str, str]]


@dataclass
class Request:
    """What a client asks, before it goes on."""

    method: str
    path: str
    headers: Headers

    def drop(self, name: str) -> None:
        self.headers = [(key, value) for key, value in self.headers if key.lower() != name.lower()]

    def set(self, name: str, value: str) -> None:
        self.drop(name)
        self.headers.append((name, value))

    def has(self, name: str) -> bool:
        return any(key.lower() == name for key, _ in self.headers)


@dataclass
class Reply:
    """What the server answers, before it goes back."""

    status: int
    headers: Headers
    body: bytes = b""

    def drop(self, name: str) -> None:
        self.headers = [(key, value) for key, value in self.headers if key.lower() != name.lower()]

    def add(self, name: str, value: str) -> None:
        self.headers.append((name, value))

    def set(self, name: str, value: str) -> None:
        self.drop(name)
        self.add(name, value)

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass
class Faults:
    """What the proxy does wrong; nothing by itself."""

    request: Callable[[Request], Reply | None] = lambda _: None
    """Changes a request, or answers it itself."""
    reply: Callable[[Request, Reply], None] = lambda _request, _reply: None
    upgrades: bool = True
    streams: bool = True
    """Hands on what `/relay/stream` answers as it comes, instead of when it has ended."""
    collects: bool = False
    """Hands on what is sent when all of it is there, instead of as it comes."""
    idle_s: float = 60
    tls: ssl.SSLContext | None = None
    seen: list[Request] = field(default_factory=list[Request])


@contextmanager
def proxied(port: int, upstream: int, faults: Faults) -> Generator[None]:
    """Serve `port` with what `upstream` answers."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError, EOFError):
                line: Any = self.request
                if faults.tls is not None:
                    line = faults.tls.wrap_socket(line, server_side=True)
                with line:
                    _serve(line, upstream, faults)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _serve(line: socket.socket, upstream: int, faults: Faults) -> None:
    head, rest = _head(line)
    method, path, _ = head[0].split(" ")
    request = Request(method, path, _pairs(head[1:]))
    faults.seen.append(request)
    own = faults.request(request)
    if own is not None:
        line.sendall(_render(own))
        return
    if request.has("upgrade") and faults.upgrades:
        _tunnel(line, upstream, _request(request, "Upgrade"), faults.idle_s)
        return
    if request.method == "POST" and request.path == "/relay/stream" and faults.streams:
        _tunnel(line, upstream, _request(request, "close") + rest, faults.idle_s)
        return
    for name in ("upgrade", "connection"):
        request.drop(name)
    size = int(next((value for key, value in request.headers if key.lower() == "content-length"), "0"))
    while faults.collects and len(rest) < size:
        rest += line.recv(65536)
    with socket.create_connection(("127.0.0.1", upstream), 10) as back:
        back.sendall(_request(request, "close") + rest)
        left = size - len(rest)
        while left > 0 and (part := line.recv(65536)):
            back.sendall(part)
            left -= len(part)
        answer = b""
        while part := back.recv(65536):
            answer += part
    raw, _, body = answer.partition(b"\r\n\r\n")
    lines = raw.decode("latin-1").split("\r\n")
    reply = Reply(int(lines[0].split(" ")[1]), _pairs(lines[1:]), body)
    for name in ("connection", "content-length"):
        reply.drop(name)
    faults.reply(request, reply)
    line.sendall(_render(reply))


def _tunnel(line: socket.socket, upstream: int, begin: bytes, idle_s: float) -> None:
    with socket.create_connection(("127.0.0.1", upstream), 10) as back:
        back.sendall(begin)
        ends = time.monotonic() + idle_s
        while (left := ends - time.monotonic()) > 0:
            ready, _, _ = select.select([line, back], [], [], left)
            for one in ready:
                part = one.recv(65536)
                if not part:
                    return
                (back if one is line else line).sendall(part)
                ends = time.monotonic() + idle_s


def _head(line: socket.socket) -> tuple[list[str], bytes]:
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = line.recv(65536)
        if not part:
            raise EOFError
        raw += part
    head, _, rest = raw.partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), rest


def _pairs(lines: list[str]) -> Headers:
    return [(name.strip(), value.strip()) for name, _, value in (one.partition(":") for one in lines if one)]


def _request(request: Request, connection: str) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers if name.lower() != "connection")
    return f"{request.method} {request.path} HTTP/1.1\r\n{lines}Connection: {connection}\r\n\r\n".encode("latin-1")


def _render(reply: Reply) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in reply.headers)
    head = f"HTTP/1.1 {reply.status} X\r\n{lines}Content-Length: {len(reply.body)}\r\nConnection: close\r\n\r\n"
    return head.encode("latin-1") + reply.body
