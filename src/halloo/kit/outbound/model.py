"""What is asked of the outside world, within which bounds, and what came of it. Values only."""

from typing import Literal, NamedTuple

from msgspec import Struct

Failure = Literal[
    "dns",
    "blocked_address",
    "connect",
    "connect_timeout",
    "tls",
    "write",
    "timeout",
    "protocol",
    "head_too_large",
    "redirect",
    "status",
    "too_large",
    "gone",
]
"""Why a request failed (hooks contract 5 and 17)."""
Outcome = Literal["success"] | Failure


class Url(NamedTuple):
    """An address that passed the rules of hooks contract 9. Made by `url.parse_url`."""

    text: str
    """As it was written."""
    scheme: Literal["http", "https"]
    host: str
    """Through IDNA, in lower case, without a trailing dot; an IPv6 address without brackets."""
    port: int
    target: str
    """Path and query as they stand in the request line."""
    is_address: bool
    """Whether the host is an address and no name."""

    @property
    def authority(self) -> str:
        """What `Host` says: with the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


class Limits(NamedTuple):
    """Clocks in seconds and caps in bytes of one request."""

    connect_s: float = 2.0
    """Resolving, connecting and TLS together."""
    answer_s: float = 2.0
    """From the last byte of the request to the end of the answer's head."""
    body_s: float = 1.0
    body_bytes: int = 16 * 1024
    """Beyond either the connection is closed; the status is decided by then."""
    head_bytes: int = 32 * 1024
    head_lines: int = 200
    informational: int = 5
    """Answers 1xx that are passed over."""


class Request(NamedTuple):
    """One request. `head` is everything from the request line to the empty line, as it is written; `body` is sent behind it."""

    url: Url
    head: bytes
    body: bytes


class Timings(Struct, frozen=True, array_like=True, gc=False):
    """Milliseconds; connecting and TLS are 0 on a connection that was kept, resolving where another attempt just did it."""

    resolve: int
    connect: int
    tls: int
    answer: int
    total: int


class Exchange(Struct, frozen=True, array_like=True, gc=False):
    """What came of a request. Whatever the other side does ends as one of these; nothing is raised."""

    outcome: Outcome
    status: int | None
    remote_address: str | None
    timings: Timings
    response_head: bytes
    """Status line and headers as they came, to the cap; empty where there was no answer."""
    response_body: bytes
    truncated: bool
    """Whether there was more of the body than was read."""
    retry_after: str | None
    """The header, where the answer had one."""
    detail: str
    """A sentence for people where it failed, such as which certificate rule; empty otherwise."""
