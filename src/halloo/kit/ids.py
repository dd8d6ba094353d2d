"""Ids: time-ordered UUIDs for rows, random secrets for credentials."""

import hashlib
import os
import re
import secrets
import threading
import time

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHOWN = 4


class _Ticks:
    """Moments of 1/4096 ms since 1970, each later than the one before, whatever the clock does meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        with self._lock:
            self._last = max(time.time_ns() * 4096 // 1_000_000, self._last + 1)
            return self._last


_ticks = _Ticks()


def new_id() -> str:
    """A UUIDv7 in lower case: 48 bits of milliseconds, 12 of their parts, 62 random ones; one process makes them in their order."""
    tick = _ticks.next()
    high = (tick >> 12 << 16) | 0x7000 | (tick & 0xFFF)
    low = int.from_bytes(os.urandom(8)) >> 2 | 1 << 63
    text = f"{high:016x}{low:016x}"
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
