"""Proofs of identity as a customer's server makes them."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


def new_private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def public_pem(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def decoded(secret: str) -> bytes:
    """The bytes of a secret as Halloo shows it."""
    return urlsafe_b64decode(secret + "=" * (-len(secret) % 4))


def part(value: Any) -> str:
    """A part of a token, whatever is in it."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def crafted(header: Any, claims: Any, secret: bytes = b"", signature: str | None = None) -> str:
    """A token that no library would make: any header and claims, signed with HMAC-SHA256 under `secret`."""
    said = f"{part(header)}.{part(claims)}"
    return f"{said}.{part(hmac.digest(secret, said.encode(), 'sha256')) if signature is None else signature}"


def plain_hash(secret: str, subject: str) -> str:
    """The hash that other messengers' server-side code makes."""
    return hmac.digest(secret.encode(), subject.encode(), "sha256").hex()


@dataclass(frozen=True)
class Issuer:
    """A customer's server with one key of one widget. `now` in UNIX seconds."""

    kid: str
    widget_id: str
    key: Any
    alg: str = "HS256"
    header: dict[str, Any] = field(default_factory=dict[str, Any])

    def claims(self, now: float, sub: Any = "42", **more: Any) -> dict[str, Any]:
        """Claims as they should be; `more` sets others, and None takes one away."""
        claims = {"aud": self.widget_id, "sub": sub, "iat": int(now), "exp": int(now) + 300, **more}
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, now: float, sub: Any = "42", **more: Any) -> str:
        """A signed token."""
        return self.sign(self.claims(now, sub, **more))

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """These claims, signed."""
        said = json.dumps(claims).encode()
        return jwt.PyJWS().encode(said, self.key, self.alg, headers={"kid": self.kid, **self.header, **header})
