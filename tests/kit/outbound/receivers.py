"""Receivers as bad as a test wants them: a script speaks on every connection, in a thread of its own, and everything is counted."""

import asyncio
import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.guard import Guard
from halloo.kit.outbound.model import Limits, Request
from halloo.kit.outbound.resolver import TableResolver
from halloo.kit.outbound.url import parse_url

HOST = "receiver.test"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Line:
    """The receiver's end of one connection."""

    def __init__(self, sock: socket.socket, receiver: "Receiver") -> None:
        self.sock = sock
        self._receiver = receiver
        self._left = b""

    def request(self) -> bytes:
        """Read one request, and note it. Raises `ConnectionError` at the end."""
        text = bytearray(self._left)
        whole = 0
        while not whole or len(text) < whole:
            end = text.find(b"\r\n\r\n") + 4
            if end >= 4 and not whole:
                length = _LENGTH.search(text, 0, end)
                whole = end + (int(length[1]) if length else 0)
                continue
            piece = self.sock.recv(1 << 20)
            if not piece:
                raise ConnectionResetError
            text += piece
        self._left = bytes(text[whole:])
        self._receiver.requests.append(bytes(text[:whole]))
        return self._receiver.requests[-1]

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def reset(self) -> None:
        """End as a lost machine would."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.sock.close()

    def wait(self, seconds: float) -> bool:
        """Let time pass; whether the test is over."""
        return self._receiver.over.wait(seconds)


Script = Callable[[Line], None]


class Receiver:
    """Listens; see `receiving`."""

    def __init__(self, script: Script, context: ssl.SSLContext | None, *, everywhere: bool) -> None:
        family = socket.AF_INET6 if everywhere else socket.AF_INET
        self._listener = socket.create_server(
            ("::" if everywhere else "127.0.0.1", 0), family=family, dualstack_ipv6=everywhere, backlog=512
        )
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self.requests: list[bytes] = []
        self.trouble: list[BaseException] = []
        """What went wrong on connections, which is what most tests want."""
        self.over = threading.Event()
        self._script = script
        self._context = context
        self._socks: list[socket.socket] = []

    def url(self, host: str = HOST, path: str = "/hook?key=KEY") -> str:
        scheme = "http" if self._context is None else "https"
        return f"{scheme}://{host}:{self.port}{path}"

    def listen(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        self._socks.append(sock)
        try:
            sock.settimeout(60)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.ExitStack() as stack:
                stack.enter_context(sock)
                if self._context is not None:
                    sock = stack.enter_context(self._context.wrap_socket(sock, server_side=True))
                    self._socks.append(sock)
                self._script(Line(sock, self))
        except (OSError, ValueError) as error:
            self.trouble.append(error)

    def stop(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self._socks):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def receiving(
    script: Script, context: ssl.SSLContext | None = None, *, everywhere: bool = False
) -> Generator[Receiver]:
    """Listen on loopback; `everywhere`: on every address of both families."""
    receiver = Receiver(script, context, everywhere=everywhere)
    thread = threading.Thread(target=receiver.listen, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stop()
        thread.join(5)


def hanging(line: Line) -> None:
    """Read a request and say nothing."""
    line.request()
    line.wait(60)


def deaf(line: Line) -> None:
    """Not even read."""
    line.wait(60)


def resetting(line: Line) -> None:
    """Read a request and be gone."""
    line.request()
    line.reset()


def answering(*answers: bytes) -> Script:
    """One answer for each request in turn, the last one for all that come after."""

    def script(line: Line) -> None:
        at = 0
        while True:
            line.request()
            line.send(answers[min(at, len(answers) - 1)])
            at += 1

    return script


def answering_once(answer: bytes) -> Script:
    """Read a request, send something, close."""

    def script(line: Line) -> None:
        line.request()
        line.send(answer)

    return script


def post(url: str, body: bytes = b'{"a":1}') -> Request:
    """A request as hooks make them."""
    parsed = parse_url(url)
    head = f"POST {parsed.target} HTTP/1.1\r\nHost: {parsed.authority}\r\nContent-Length: {len(body)}\r\n\r\n"
    return Request(parsed, head.encode(), body)


@asynccontextmanager
async def outbound(
    allow: tuple[str, ...] = ("127.0.0.1",), resolver: TableResolver | None = None, ca_file: str = ""
) -> AsyncGenerator[Outbound]:
    """A client that may reach loopback, where `receiver.test` is; every attempt asks anew."""
    client = Outbound(
        Guard(allow), resolver or TableResolver({HOST: ["127.0.0.1"], f"a.{HOST}": [HOST]}), ca_file, shared_s=0
    )
    try:
        yield client
    finally:
        await client.close()
        await asyncio.sleep(0.01)


async def until(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait for something to become true."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come about"
        await asyncio.sleep(0.01)


PATIENT = Limits(connect_s=10, answer_s=10, body_s=10)
"""Clocks for tests that are about something else."""
