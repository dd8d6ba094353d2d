"""The deployment as anybody sees it: requests that follow nothing, hide nothing, and name exactly the headers they are told to."""

import http.client
import json
import os
import socket
import ssl
from base64 import b64encode
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from halloo import __version__

TIMEOUT_S = 10
_BODY_MAX = 4 * 1024 * 1024
AGENT = f"halloo-doctor/{__version__}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it came: headers in order, repeated ones too."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name: str) -> str:
        """A header's value, empty where it is missing; repeated ones joined."""
        return ", ".join(self.all(name))

    def error(self) -> str:
        """The code of a refusal of ours, empty for anything else."""
        try:
            return str(json.loads(self.body)["error"])
        except (ValueError, KeyError, TypeError):
            return ""


@dataclass
class Site:
    """The public address, and a published widget there. `record` is its public record once it was read."""

    url: str
    widget_id: str
    record: dict[str, Any] = field(default_factory=dict[str, Any])
    public: str = ""
    """Where the inbox is, once it was asked."""

    @property
    def host(self) -> str:
        """The host with its port, as browsers name it."""
        return urlsplit(self.url).netloc

    @property
    def name(self) -> str:
        """The host's name alone."""
        return urlsplit(self.url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether the address is https."""
        return self.url.startswith("https://")

    @property
    def client(self) -> str:
        """Where widgets are served from: what the server says, the public address before it was asked."""
        hosts: dict[str, Any] = self.record.get("hosts") or {}
        return str(hosts.get("client") or self.url)

    @property
    def api(self) -> str:
        """The public API of the widget, as a path."""
        return f"/core/public/web-widgets/{self.widget_id}"

    def ask(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
        url: str = "",
    ) -> Answer:
        """One request on a connection of its own. Raises `OSError`, `http.client.HTTPException`."""
        connection = self.connection(url or self.url)
        sent = {
            "Host": urlsplit(url or self.url).netloc,
            "User-Agent": AGENT,
            "Accept-Encoding": "identity",
            **(headers or {}),
        }
        if body is not None:
            sent["Content-Length"] = str(len(body))
            sent.setdefault("Content-Type", "application/json")
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read(_BODY_MAX))
        finally:
            connection.close()

    def connection(self, url: str) -> http.client.HTTPConnection:
        """A connection that is not open yet, for what is said a part at a time."""
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)

    def certificate(self) -> dict[str, Any]:
        """The certificate that the host shows, checked. Raises `ssl.SSLError`, `OSError`."""
        parts = urlsplit(self.url)
        with (
            socket.create_connection((parts.hostname or "", parts.port or 443), TIMEOUT_S) as raw,
            ssl.create_default_context().wrap_socket(raw, server_hostname=parts.hostname) as secured,
        ):
            return dict(secured.getpeercert() or {})

    @contextmanager
    def upgrade(self, address: str, origin: str | None) -> Generator[tuple[Answer, socket.socket]]:
        """Ask for a WebSocket at a `ws(s)://` address: the answer, and the connection. Raises `OSError`."""
        parts = urlsplit(address)
        raw = socket.create_connection(
            (parts.hostname or "", parts.port or (443 if parts.scheme == "wss" else 80)), TIMEOUT_S
        )
        with (
            raw
            if parts.scheme == "ws"
            else ssl.create_default_context().wrap_socket(raw, server_hostname=parts.hostname) as line
        ):
            head = {
                "Host": parts.netloc,
                "User-Agent": AGENT,
                "Connection": "Upgrade",
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": b64encode(os.urandom(16)).decode(),
                **({} if origin is None else {"Origin": origin}),
            }
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            line.sendall(f"GET {parts.path or '/'} HTTP/1.1\r\n{lines}\r\n".encode())
            yield _read_head(line), line


def _read_head(line: socket.socket) -> Answer:
    """The head of the answer, byte by byte so that nothing behind it is taken."""
    raw = b""
    while not raw.endswith(b"\r\n\r\n"):
        byte = line.recv(1)
        if not byte or len(raw) > 64 * 1024:
            raise ConnectionResetError("the connection was closed without an answer")
        raw += byte
    first, *rest = raw.decode("latin-1").strip().split("\r\n")
    pairs = [one.partition(":") for one in rest]
    words = first.split(" ")
    if len(words) < 2 or not words[1].isdigit():  # noqa: PLR2004 - version and status
        raise ConnectionResetError("the answer is no HTTP")
    return Answer(int(words[1]), [(name.strip(), value.strip()) for name, _, value in pairs])
