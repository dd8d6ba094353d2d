"""Sealed texts: secrets that have to be read again, encrypted with a key that is not in the database."""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from halloo.kit.json import dump

_NONCE = 12


class Sealer:
    """Seals and opens texts of one purpose with AES-256-GCM; another purpose's text never opens.

    `place` says where the sealed text is kept, such as a workspace's and a row's id: copied to another place it does not open.
    """

    def __init__(self, key: bytes, purpose: str) -> None:
        """Derive a key of its own for `purpose` from the server's secret (32 bytes or more)."""
        self._cipher = AESGCM(hmac.digest(key, f"seal {purpose}".encode(), hashlib.sha256))

    def seal(self, text: str, *place: str) -> str:
        """`text` encrypted, as base64url; the same text never looks the same."""
        nonce = os.urandom(_NONCE)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), dump(place))).decode()

    def open(self, sealed: str, *place: str) -> str | None:
        """The text, or None for anything that this sealer did not seal there, such as before the server got another secret."""
        try:
            raw = urlsafe_b64decode(sealed)
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], dump(place)).decode()
        except (ValueError, InvalidTag):
            return None
