"""Signed values: small claims that travel through a browser and come back unaltered."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Signer:
    """Signs and opens claims of one purpose with HMAC-SHA256; another purpose's value never opens."""

    def __init__(self, key: bytes, purpose: str) -> None:
        """Derive a key of its own for `purpose` from the server's secret (32 bytes or more)."""
        self._key = hmac.digest(key, purpose.encode(), "sha256")

    def seal(self, claims: object) -> str:
        """`base64url(json).base64url(mac)` of a struct or plain value."""
        body = urlsafe_b64encode(msgspec.json.encode(claims)).rstrip(b"=")
        mac = urlsafe_b64encode(hmac.digest(self._key, body, hashlib.sha256)).rstrip(b"=")
        return f"{body.decode()}.{mac.decode()}"

    def open(self, text: str, shape: type[T]) -> T | None:
        """The claims, or None for anything that this signer did not seal. Expiry is the caller's to check."""
        body, dot, mac = text.partition(".")
        if not dot or not text.isascii():
            return None
        expected = urlsafe_b64encode(hmac.digest(self._key, body.encode(), hashlib.sha256)).rstrip(b"=").decode()
        if not hmac.compare_digest(mac, expected):
            return None
        try:
            return msgspec.json.decode(urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=shape)
        except (msgspec.DecodeError, ValueError):
            return None
