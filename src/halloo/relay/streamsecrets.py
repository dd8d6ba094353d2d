"""What a stream over HTTP is called: a secret that nobody guesses, and that every node knows for one that a node gave out."""

import hashlib
import hmac
import secrets

SECRET_MAX = 128
_HALF = 16
_HEX = 2 * _HALF


class StreamSecrets:
    """`<node id>.<64 hexadecimal digits>`: the first half of them random, the second half proves the rest with the server's secret."""

    def __init__(self, key: bytes) -> None:
        """Derive a key of its own from the server's secret."""
        self._key = hmac.digest(key, b"relay stream", hashlib.sha256)

    def issue(self, node: str) -> str:
        """A secret for a stream of this node."""
        said = f"{node}.{secrets.token_hex(_HALF)}"
        return said + self._proof(said)

    def node_of(self, secret: str) -> str | None:
        """The node that gave it out; None where none did."""
        said, proof = secret[:-_HEX], secret[-_HEX:]
        if len(secret) > SECRET_MAX or not secret.isascii() or not hmac.compare_digest(proof, self._proof(said)):
            return None
        return said.partition(".")[0]

    def _proof(self, said: str) -> str:
        return hmac.digest(self._key, said.encode(), hashlib.sha256)[:_HALF].hex()
