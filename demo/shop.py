"""The demo shop: a page on another origin that embeds the widget with the real one-line snippet, under a strict policy.

`make demo` starts it. By hand: python3 demo/shop.py 8001 http://localhost:8000 <widget id> [<key id> <secret>]
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import sys
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

SITE: Final = Path(__file__).parent / "site"

_HOOK_MAX: Final = 70 * 1024
"""Bytes of the largest body that a web hook has."""
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_TITLES: Final = {
    "/": "Kiln & Clay",
    "/pots/morning-mug": "Morning mug – Kiln & Clay",
    "/pots/long-vase": "Long vase – Kiln & Clay",
    "/pots/wide-bowl": "Wide bowl – Kiln & Clay",
}
CUSTOMER: Final = {
    "sub": "customer-1780",
    "name": "Mary Somerville",
    "email": "mary@example.com",
    "company": "Somerville Tea Room",
    "data": {"orders": 3, "newsletter": True},
}
"""Whom the shop signs in; nothing more is asked, for it is only for show."""


@dataclass(frozen=True)
class IdentityKey:
    """An identity key of the widget, with which the shop signs who its customer is."""

    kid: str
    secret: str

    def token(self, widget_id: str) -> str:
        """Sign that the shop's one customer is here: a JWT of ten minutes, as docs/embed/identity.md has it."""
        now = int(time.time())
        claims = {"aud": widget_id, **CUSTOMER, "iat": now, "exp": now + 600}
        signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': self.kid})}.{_part(claims)}"
        secret = base64.urlsafe_b64decode(self.secret + "=" * (-len(self.secret) % 4))
        return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def _part(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value).encode())


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def snippet(product: str, widget_id: str) -> str:
    """Return the one line that a site owner pastes."""
    return f'<script async src="{html.escape(product)}/public/embed/{html.escape(widget_id)}"></script>'


def policy(product: str) -> str:
    """Return the shop's content security policy: its own files, the loader, the frame, and nothing else."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {product}",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            f"frame-src {product}",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


class _Desk(BaseHTTPRequestHandler):
    """Takes what is posted: web hooks, as a shop would that keeps what is said beside its orders; this one keeps nothing."""

    def do_POST(self) -> None:
        if self.path != "/hooks":
            self.close_connection = True  # what was sent along is not read
            self.post()
            return
        length = self.headers.get("Content-Length", "")
        if length.isdecimal() and int(length) <= _HOOK_MAX:
            self.rfile.read(int(length))
            self.send_response(HTTPStatus.NO_CONTENT)
        else:
            self.close_connection = True
            self.send_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            self.send_header("Content-Length", "0")
        self.end_headers()

    def post(self) -> None:
        """Answer what else is posted."""
        raise NotImplementedError


def make_server(
    port: int, product: str, widget_id: str, key: IdentityKey | None = None, host: str = "127.0.0.1"
) -> ThreadingHTTPServer:
    """Return the shop, listening; `serve_forever` serves it. `product` is the origin that serves the widget.

    Without an identity key the shop vouches for nobody, and signing in tells the chat nothing.
    """
    page = (SITE / "index.html").read_text(encoding="utf-8")
    page = page.replace("{{snippet}}", snippet(product, widget_id)).replace(
        "{{inbox}}", f"{html.escape(product)}/inbox"
    )
    headers = {
        "Content-Security-Policy": policy(product),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }

    class Handler(_Desk):
        protocol_version = "HTTP/1.1"
        server_version = "KilnAndClay"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            title = _TITLES.get(path)
            if title is not None:
                self._answer(
                    HTTPStatus.OK, page.replace("{{title}}", html.escape(title)).encode(), "text/html; charset=utf-8"
                )
                return
            file = SITE / path.lstrip("/")
            if file.parent == SITE and file.suffix in _TYPES and file.is_file():
                self._answer(HTTPStatus.OK, file.read_bytes(), _TYPES[file.suffix])
            else:
                self._answer(
                    HTTPStatus.NOT_FOUND, b"There is no such page in this shop.\n", "text/plain; charset=utf-8"
                )

        do_HEAD = do_GET  # noqa: N815 - http.server's own spelling

        def post(self) -> None:
            if self.path != "/chat-token" or key is None:
                self._answer(HTTPStatus.NOT_FOUND, b"There is nothing to post to.\n", "text/plain; charset=utf-8")
                return
            told = json.dumps({"token": key.token(widget_id)}).encode()
            self._answer(HTTPStatus.OK, told, "application/json", {"Cache-Control": "no-store"})

        def _answer(self, status: HTTPStatus, body: bytes, kind: str, more: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in {**headers, **(more or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the demo's terminal is for its addresses."""

    return ThreadingHTTPServer((host, port), Handler)


if __name__ == "__main__":
    given = IdentityKey(*sys.argv[4:6]) if len(sys.argv) > 5 else None  # noqa: PLR2004 - key id and secret
    make_server(int(sys.argv[1]), sys.argv[2], sys.argv[3], given).serve_forever()
