"""What there is to compare with: clients that post the same signed bytes, with neither database nor scheduler.

`python -m halloo.cli.bench.hooks.bare <kind> <control port> <scheme> <port> <receivers> [<authorities>]`. Kinds: `connection` is the
same HTTP library with nothing around it, neither guard nor pool; `outbound` the same library with both; `aiohttp` another one. All
requests are made and signed before they are counted.
"""

import asyncio
import importlib.util
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from halloo.cli.bench.control import serve
from halloo.cli.bench.hooks.payload import BODY_BYTES, COMMON, payload
from halloo.cli.bench.hooks.sink import address
from halloo.hooks.model import Hook, Secret, envelope, webhook_id
from halloo.hooks.sign import Letterhead
from halloo.kit.ids import new_id
from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.connection import BUFFER_BYTES, Connection
from halloo.kit.outbound.guard import Guard
from halloo.kit.outbound.model import Limits, Request
from halloo.kit.outbound.tls import Tls, client_context
from halloo.kit.outbound.url import parse_url

_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="  # noqa: S105 - signs what the benchmark sends itself
_PATIENCE_S = 15
Post = Callable[[Request], Awaitable[bool]]


def kinds() -> list[str]:
    """The clients that there are on this machine."""
    return ["connection", "outbound", *(["aiohttp"] if importlib.util.find_spec("aiohttp") else [])]


class Bare:
    """The commands."""

    def __init__(self, opener: "Opener", urls: list[str]) -> None:
        """`opener` gives each worker what it posts with."""
        self._opener = opener
        self._urls = urls
        self._requests: list[list[Request]] = []
        self._posts: list[list[Post]] = []

    async def prepare(self, count: int, at_once: int) -> int:
        """Make and sign so many requests, and open so many connections, spread over the receivers evenly."""
        letters = [_letterhead(url) for url in self._urls]
        data = payload(new_id(), COMMON)
        self._requests = [[] for _ in self._urls]
        for number in range(count):
            now, fact = time.time_ns() // 1_000_000, new_id()
            to = number % len(self._urls)
            body = envelope(fact, COMMON, data, now)
            marks = b"X-Halloo-Sequence: %d\r\n" % (number + 1)
            head = letters[to].write(webhook_id(fact).encode(), body, now, 1, 10, marks)
            request = Request(parse_url(self._urls[to]), head.written, body)
            self._opener.ready(request)
            self._requests[to].append(request)
        if not self._posts:
            each = max(1, at_once // len(self._urls))
            self._posts = [[await self._opener.open(url) for _ in range(each)] for url in self._urls]
        return BODY_BYTES

    async def run(self) -> int:
        """Post everything that was prepared; how many were taken."""
        workers = [
            _work(requests, post) for requests, posts in zip(self._requests, self._posts, strict=True) for post in posts
        ]
        return sum(await asyncio.gather(*workers))


async def _work(requests: list[Request], post: Post) -> int:
    done = 0
    while requests:
        done += await post(requests.pop())
    return done


class Opener:
    """Opens what one worker posts with."""

    def ready(self, request: Request) -> None:
        """Do beforehand what can be done of a request."""

    async def open(self, url: str) -> Post:
        """To one receiver."""
        raise NotImplementedError


class OfConnections(Opener):
    """Connections of `kit/outbound`, each of which a worker holds on to."""

    def __init__(self, authorities: str) -> None:
        """`authorities`: a file of those that are trusted."""
        self._context = client_context(authorities)
        self._buffer = memoryview(bytearray(BUFFER_BYTES))

    async def open(self, url: str) -> Post:
        """See `Opener.open`."""
        to = parse_url(url)

        def make() -> Connection:
            return Connection((to.scheme, to.host, to.port), to.host, self._buffer, _stays, _gone)

        _, connection = await asyncio.get_running_loop().create_connection(make, to.host, to.port)
        if to.scheme == "https":
            await connection.shake(Tls(self._context, to.host))
        limits = Limits()

        async def post(request: Request) -> bool:
            answer = await connection.exchange(request.head, request.body, limits, time.monotonic() + _PATIENCE_S)
            return answer is not None and answer.outcome == "success"

        return post


def _stays(connection: Connection) -> None:
    connection.expire_at(time.monotonic() + _PATIENCE_S)


def _gone(connection: Connection) -> None:
    """Nothing is kept of it."""


class OfOutbound(Opener):
    """The client as the product uses it, guard and pool included."""

    def __init__(self, authorities: str) -> None:
        """`authorities`: a file of those that are trusted."""
        self._outbound = Outbound(Guard(["127.0.1.0/24"], []), ca_file=authorities)

    async def open(self, url: str) -> Post:  # noqa: ARG002 - the client finds connections by itself
        """See `Opener.open`."""

        async def post(request: Request) -> bool:
            return (await self._outbound.send(request)).outcome == "success"

        return post


class OfAiohttp(Opener):
    """A session of aiohttp, with as much switched off as it lets one switch off."""

    def __init__(self, authorities: str) -> None:
        """`authorities`: a file of those that are trusted."""
        self._authorities = authorities
        self._session: Any = None
        self._headers: dict[bytes, dict[str, str]] = {}

    def ready(self, request: Request) -> None:
        """See `Opener.ready`."""
        self._headers[request.head] = _take_apart(request.head)

    async def open(self, url: str) -> Post:
        """See `Opener.open`."""
        import aiohttp

        if self._session is None:
            context = ssl.create_default_context(cafile=self._authorities or None)
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_PATIENCE_S, ssl=context)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
                timeout=aiohttp.ClientTimeout(total=_PATIENCE_S),
            )
        session = self._session

        async def post(request: Request) -> bool:
            async with session.post(
                url, data=request.body, headers=self._headers.pop(request.head), allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status == 200  # noqa: PLR2004 - what the sink answers

        return post


def _take_apart(head: bytes) -> dict[str, str]:
    """A head's headers as aiohttp takes them; those it writes itself are left out."""
    lines = (line.partition(": ") for line in head.decode("ascii").split("\r\n")[1:-2])
    return {name: value for name, _, value in lines if name not in {"Host", "Content-Length"}}


def _letterhead(url: str) -> Letterhead:
    hook = Hook(
        workspace_id="w", id=new_id(), kind="website", environment="production", name="", url=url, events=(COMMON,),
        signing="signed", timeout_ms=2_000, max_in_flight=10, ordered="none", retry="standard", headers={}, enabled=True,
        disabled_reason=None, version=1, created_at=0, updated_at=0,
    )  # fmt: skip
    secret = Secret(id="s", role="current", secret=_SECRET, hint="", created_at=0, promotes_at=None)
    return Letterhead(hook, parse_url(url), [secret])


async def _main(kind: str, control: int, scheme: str, port: int, receivers: int, authorities: str) -> None:
    opener = {"connection": OfConnections, "outbound": OfOutbound, "aiohttp": OfAiohttp}[kind](authorities)
    bare = Bare(opener, [f"{scheme}://{address(number + 1)}:{port}/hooks" for number in range(receivers)])
    await serve(control, {"prepare": bare.prepare, "run": bare.run})
    await asyncio.Event().wait()


if __name__ == "__main__":
    _kind, _control, _scheme, _port, _receivers, *_authorities = sys.argv[1:]
    uvloop.run(_main(_kind, int(_control), _scheme, int(_port), int(_receivers), "".join(_authorities)))
