"""Ids: time-ordered UUIDs for rows, random secrets for credentials."""

import hashlib
import os
import re
import secrets
import time

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHOWN = 4


def new_id() -> str:
    """A UUIDv7 in lower case: 48 bits of milliseconds, then 74 random bits, so that ids sort by age."""
    value = bytearray((time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(10))
    value[6] = (value[6] & 0x0F) | 0x70
    value[8] = (value[8] & 0x3F) | 0x80
    text = value.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_id_like(other: str) -> str:
    """A new id that ends in the four characters of another: screens name a guest by them, whichever of their ids they have."""
    return new_id()[:-_SHOWN] + other[-_SHOWN:]


def is_uuid(text: object) -> bool:
    """Whether this is a UUID in lower case with hyphens; any other spelling is not one of ours."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def new_secret(prefix: str) -> str:
    """`prefix` and 256 random bits as base64url: a credential that is shown once and stored as `digest`."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 of a random secret, in hex: what the database keeps of it."""
    return hashlib.sha256(secret.encode()).hexdigest()
