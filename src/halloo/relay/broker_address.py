"""The address of a broker, checked before anything is built on it."""

from typing import Protocol
from urllib.parse import urlsplit

_SCHEMES = {"redis": "redis", "rediss": "rediss", "unix": "unix", "valkey": "redis", "valkeys": "rediss"}


def check_address(url: str) -> str:
    """The address as the client library takes it. Raises `ValueError` with a sentence that does not repeat the password."""
    said = "relay.broker_url: "
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"{said}the port is not a number from 1 to 65535.") from None
    scheme = _SCHEMES.get(parts.scheme)
    if scheme is None:
        raise ValueError(f"{said}it begins with redis://, rediss:// or unix://, not with “{parts.scheme}:”.")
    if scheme == "unix":
        if not parts.path.strip("/"):
            raise ValueError(f"{said}the path of the socket is missing, such as unix:///run/valkey.sock.")
        return url
    if not parts.hostname or port == 0:
        raise ValueError(f"{said}the host is missing, such as redis://valkey.internal:6379/0.")
    if parts.path.strip("/") and not parts.path.strip("/").isdigit():
        raise ValueError(f"{said}behind the host stands the number of a database, such as /0.")
    return scheme + url[len(parts.scheme) :]


class _Pool(Protocol):
    def make_connection(self) -> object:
        """Build a connection, without connecting."""
        ...


def check_options(pool: _Pool) -> None:
    """Refuse options behind the address that the client library does not know. Raises `ValueError` with a sentence."""
    try:
        pool.make_connection()
    except (TypeError, ValueError):
        raise ValueError(
            "relay.broker_url: an option behind the “?” is unknown, or has a value it cannot have."
        ) from None
