"""The outermost layer: host names and headers."""

import json
from typing import Any

import pytest

from halloo.edge.front import Front
from halloo.edge.names import names_of
from halloo.widgets.settings import HostSettings, resolve_hosts

HOSTS = resolve_hosts(
    HostSettings(storage="https://files.example", image="https://images.example"), "https://chat.example"
)
NAMES = names_of(HOSTS, further=["relay.example", "::1"])


class Recorded:
    """What an application was asked and what it answered."""

    def __init__(self) -> None:
        self.asked = 0
        self.sent: list[Any] = []

    async def app(self, scope: Any, _receive: Any, send: Any) -> None:
        self.asked += 1
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"Cache-Control", b"public")]})
            await send({"type": "http.response.body", "body": b"ok"})

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def ask(self, kind: str, *hosts: bytes, path: str = "/healthz") -> Any:
        scope: Any = {"type": kind, "path": path, "headers": [(b"host", host) for host in hosts]}

        async def receive() -> Any:
            return {"type": "http.request"}

        await Front(self.app, NAMES, ("/public/",))(scope, receive, self.send)  # pyright: ignore[reportArgumentType] - a bare scope
        return self.sent[0] if self.sent else None


@pytest.mark.parametrize(
    "host", [b"chat.example", b"CHAT.example", b"chat.example:8443", b"relay.example", b"[::1]:8000"]
)
async def test_our_names_pass_whatever_the_port(host: bytes) -> None:
    assert (await Recorded().ask("http", host))["status"] == 200


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        (b"",),
        (b"evil.example",),
        (b"chat.example.evil.example",),
        (b"evil.example/chat.example",),
        (b"chat.example@evil.example",),
        (b"chat.example ",),
        (b"chat.example", b"evil.example"),
        (b"chat.example", b"chat.example"),
        (b"chat.example:http",),
        (b"\xff",),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_other_names_get_no_further(hosts: tuple[bytes, ...], kind: str) -> None:
    recorded = Recorded()
    first = await recorded.ask(kind, *hosts)
    assert recorded.asked == 0
    assert first["status" if kind == "http" else "code"] == (421 if kind == "http" else 1008)


@pytest.mark.parametrize("path", ["/", "/inbox", "/public/embed/x", "/core/public/web-widgets/x", "/relay", "/core/me"])
@pytest.mark.parametrize("host", [b"files.example", b"images.example:443"])
async def test_a_host_that_serves_nothing_yet_answers_404_under_the_strictest_policy(host: bytes, path: str) -> None:
    recorded = Recorded()
    first = await recorded.ask("http", host, path=path)
    assert (recorded.asked, first["status"]) == (0, 404)
    headers = dict(first["headers"])
    policy = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    assert headers[b"content-security-policy"] == policy
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"] == b"no-store"
    body = json.loads(recorded.sent[1]["body"])
    assert (body["error"], body["details"]) == ("route_not_found", {"host": "https://chat.example"})


async def test_a_host_without_content_says_how_the_server_does() -> None:
    recorded = Recorded()
    assert (await recorded.ask("http", b"files.example"))["status"] == 200


async def test_every_answer_has_a_policy_and_keeps_its_own_headers() -> None:
    headers = dict((await Recorded().ask("http", b"chat.example"))["headers"])
    assert headers[b"Cache-Control"] == b"public"
    assert b"cache-control" not in headers
    assert headers[b"content-security-policy"].startswith(b"default-src 'none'; frame-ancestors 'none'")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"no-referrer"


async def test_starting_and_stopping_pass() -> None:
    recorded = Recorded()
    await recorded.ask("lifespan")
    assert recorded.asked == 1
