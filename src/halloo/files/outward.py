"""Fetching what is elsewhere, pictures and pages that messages link to, through the guarded client; redirects are judged anew each.

The client that is handed in allows no private network, whatever web hooks may call.
"""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.model import Limits
from halloo.kit.outbound.url import BadUrl, parse_url

REDIRECTS = 3
TIME_S = 6.0
AT_ONCE = 8
_MOVED = frozenset({301, 302, 303, 307, 308})
_OK = 200
_FOLD = re.compile(rb"\r\n[ \t]+")


class Unreachable(Exception):
    """There is nothing to be had at an address, for whatever reason; which one is told to nobody."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an address gave. `url`: where it was found in the end. `type`: as the answer claims, in lower case, whole."""

    url: str
    type: str
    body: bytes
    truncated: bool


class Outward:
    """Fetches with a bound on how much at once. One a server."""

    def __init__(self, outbound: Outbound) -> None:
        """`outbound`: a client whose guard allows no private network."""
        self._outbound = outbound
        self._room = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, address: str, accept: str, most: int) -> Found:
        """What is at an address: at most `most` bytes of it. Raises `Unreachable`."""
        limits = Limits(connect_s=3.0, answer_s=4.0, body_s=4.0, body_bytes=most)
        try:
            async with asyncio.timeout(TIME_S), self._room:
                return await self._follow(address, {"Accept": accept}, limits)
        except TimeoutError:
            raise Unreachable from None

    async def close(self) -> None:
        """Let go of what is kept."""
        await self._outbound.close()

    async def _follow(self, at: str, headers: dict[str, str], limits: Limits) -> Found:
        for _ in range(REDIRECTS + 1):
            try:
                url = parse_url(urldefrag(at).url)
            except (BadUrl, ValueError):  # the latter of a host that is none, in an address with a fragment
                raise Unreachable from None
            got = await self._outbound.get(url, limits, headers)
            if got.status is None:
                raise Unreachable
            said = _headers(got.response_head)
            if got.status == _OK and said.get("content-encoding", "identity").lower() == "identity":
                return Found(url.text, said.get("content-type", "").lower(), got.response_body, got.truncated)
            if got.status not in _MOVED or "location" not in said:
                raise Unreachable
            try:
                at = urljoin(url.text, said["location"])
            except ValueError:
                raise Unreachable from None
        raise Unreachable


def _headers(head: bytes) -> dict[str, str]:
    """The first of each header, its name in lower case."""
    found: dict[str, str] = {}
    for line in _FOLD.sub(b" ", head).decode("latin-1").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        found.setdefault(name.strip().lower(), value.strip(" \t"))
    return found
