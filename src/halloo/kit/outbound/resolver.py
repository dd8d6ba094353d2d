"""The port to name servers, and its twins: the machine's own resolver configuration by c-ares, and a table."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import aiodns
import pycares

_TIMEOUT_S = 0.6
_TRIES = 3
_CNAMES_MAX = 8
_ENODATA, _ENOTFOUND, _ECONNREFUSED, _ETIMEOUT = 1, 4, 11, 12
_ENV_HOSTS = 1 << 8
"""Of c-ares; the flag lets `CARES_HOSTS` name another file than /etc/hosts."""
NOT_FOUND = "The name does not exist, or has no address."


class NotResolved(Exception):
    """A name has no address, or nobody could say; the message is a sentence for people."""


class Resolver(Protocol):
    """Finds the addresses of a name.

    Guarantee: `resolve` gives every address of either family that the answers held, at least one, CNAMEs followed, as canonical text
    without a zone; it neither judges nor remembers beyond what the name's owner allows. Raises `NotResolved`, and nothing else.
    """

    async def resolve(self, host: str) -> Sequence[str]:
        """Every A and AAAA of a name."""
        ...

    async def close(self) -> None:
        """Let go of sockets; who still waits gets `NotResolved`."""
        ...


class DnsResolver:
    """The twin for real: name servers and `search` of the machine's resolv.conf, and /etc/hosts before them."""

    def __init__(self, servers: Sequence[str] = ()) -> None:
        """`servers`: others than the machine's, such as `127.0.0.1:5353`. Opens nothing before the first question."""
        self._servers = servers
        self._dns: aiodns.DNSResolver | None = None

    async def resolve(self, host: str) -> Sequence[str]:
        """Every A and AAAA of a name."""
        try:
            if self._dns is None:
                self._dns = aiodns.DNSResolver(self._servers or None, timeout=_TIMEOUT_S, tries=_TRIES)
            answer: Any = await self._dns.getaddrinfo(host, socket.AF_UNSPEC, type=socket.SOCK_STREAM, flags=_ENV_HOSTS)
        except (aiodns.error.DNSError, pycares.AresError, UnicodeError, ValueError) as error:
            raise NotResolved(_sentence(error)) from None
        found: list[bytes] = [node.addr[0] for node in answer.nodes]
        if not found:
            raise NotResolved(NOT_FOUND)
        return [address.decode() for address in dict.fromkeys(found)]

    async def close(self) -> None:
        """Let go of the channel."""
        if self._dns is not None:
            await self._dns.close()
            self._dns = None


def _sentence(error: Exception) -> str:
    code = error.args[0] if error.args else None
    if code in (_ENOTFOUND, _ENODATA):
        return NOT_FOUND
    if code in (_ETIMEOUT, _ECONNREFUSED):
        return "No name server answered."
    return f"The name could not be looked up: {error.args[-1] if error.args else error}."


class TableResolver:
    """The twin without a network: a table that may be changed at any time."""

    def __init__(self, table: Mapping[str, Sequence[str]] | None = None) -> None:
        """`table`: addresses by name; a name among the addresses is a CNAME."""
        self.table: dict[str, Sequence[str]] = dict(table or {})
        self.asked: list[str] = []
        """Every name that was asked for, in order."""
        self.delay_s = 0.0
        """How long an answer takes."""

    async def resolve(self, host: str) -> Sequence[str]:
        """Every address of a name."""
        self.asked.append(host)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        found = self._follow(host, _CNAMES_MAX)
        if not found:
            raise NotResolved(NOT_FOUND)
        return list(dict.fromkeys(found))

    async def close(self) -> None:
        """Nothing is open."""

    def _follow(self, name: str, further: int) -> list[str]:
        found: list[str] = []
        for entry in self.table.get(name, ()):
            if entry in self.table and further:
                found.extend(self._follow(entry, further - 1))
            elif entry[-1:].isdigit() or ":" in entry:
                found.append(entry)
        return found
