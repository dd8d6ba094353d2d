"""Host pages on origins of their own, for the browser tests of embedding: any `*.localhost` name of one small server."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Headers = dict[str, str]


@dataclass
class Sites:
    """Pages by (host name, path); a page is its headers and its HTML."""

    port: int
    pages: dict[tuple[str, str], tuple[Headers, str]] = field(
        default_factory=dict[tuple[str, str], tuple[Headers, str]]
    )

    def origin(self, name: str) -> str:
        """The origin of a host name here."""
        return f"http://{name}.localhost:{self.port}"

    def put_file(self, name: str, html: str, headers: Headers | None = None, path: str = "/") -> str:
        """Serve a whole document as it is; its address."""
        self.pages[f"{name}.localhost", path] = (headers or {}, html)
        return self.origin(name) + path

    def put(self, name: str, body: str, headers: Headers | None = None, path: str = "/", head: str = "") -> str:
        """Serve a page; its address."""
        html = f"<!doctype html><html><head><title>{name}</title>{head}</head><body><h1>{name}</h1>{body}</body></html>"
        return self.put_file(name, html, headers, path)


@contextmanager
def sites() -> Generator[Sites]:
    """Serve until the block ends."""
    served = Sites(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.headers["Host"].partition(":")[0]
            headers, html = served.pages.get((name, self.path.partition("?")[0]), ({}, ""))
            body = html.encode()
            self.send_response(200 if html else 404)
            for key, value in {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Length": str(len(body)),
                **headers,
            }.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
