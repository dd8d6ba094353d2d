"""TLS as a machine of values: bytes of the wire go in and out of two buffers, no socket (hooks contract 5)."""

import contextlib
import ssl
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_CHUNK = 16 * 1024
_SLICE = 4 * 1024
"""OpenSSL's buffers keep the size they once had: it is fed little at a time."""


def client_context(ca_file: str = "") -> ssl.SSLContext:
    """TLS 1.2 or newer, the system's authorities and those of a file, names checked. Raises `OSError` for a file that is none."""
    try:
        return _context(Path(ca_file).read_text("ascii") if ca_file else "")
    except ValueError as error:
        raise OSError(f"{ca_file} holds no certificates in PEM") from error


@lru_cache(maxsize=4)
def _context(authorities: str) -> ssl.SSLContext:
    """Reading the system's authorities takes a tenth of a second: it is done once."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    if authorities:
        context.load_verify_locations(cadata=authorities)
    return context


class Tls:
    """One side of one connection. After every call `outgoing` may hold bytes for the wire."""

    __slots__ = ("_incoming", "_object", "outgoing")

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        """`host`: whose certificate it has to be; sent as SNI where it is no address."""
        self._incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self.outgoing, server_hostname=host)

    def shake(self, data: bytes | memoryview = b"") -> bool:
        """Go on with the handshake; whether it is complete. Raises `ssl.SSLError`."""
        if data:
            self._incoming.write(data)
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def encrypt(self, data: bytes | memoryview) -> bytes:
        """What to write for some plain bytes."""
        self._object.write(data)
        return self.outgoing.read()

    def decrypt(self, data: bytes | memoryview) -> Iterator[bytes]:
        """Plain bytes, piece by piece; an empty piece is the end. Raises `ssl.SSLError`."""
        for at in range(0, len(data), _SLICE):
            self._incoming.write(data[at : at + _SLICE])
            while self._incoming.pending or self._object.pending():
                try:
                    plain = self._object.read(_CHUNK)
                except ssl.SSLWantReadError:
                    break
                yield plain
                if not plain:
                    return

    def farewell(self) -> bytes:
        """What to write before closing."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._object.unwrap()
        return self.outgoing.read()


def explain(error: Exception) -> str:
    """A failed handshake as a sentence for people."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate is not accepted: {error.verify_message.rstrip('.')}."
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {(error.reason or str(error)).replace('_', ' ').lower()}."
    return "The connection was closed during the TLS handshake."
