"""One call to the public API on its way through the checks of embedding contract 8.1, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from halloo.contacts.model import Browser
from halloo.edge.body import LIMITS, BadJson, is_json, parse_object
from halloo.edge.errors import error_body
from halloo.kit.refusals import BadRequest, Refusal, TooLarge, UnsupportedType
from halloo.kit.status import STATUS
from halloo.widgets.origins import decide
from halloo.widgets.records import PublicWidget

Receive = Any
Send = Any
Scope = Mapping[str, Any]
Headers = list[tuple[bytes, bytes]]

VISITOR_HEADER = "x-halloo-visitor"
_TOKEN_KEYS = frozenset(
    {"token", "visitor_token", "x-halloo-visitor", "access_token", "ticket", "embed_ticket", "jwt", "hmac"}
)
_READING = frozenset({"GET", "HEAD"})
_DIGITS = 18
_BODILESS = frozenset({204, 304})
_encoder = msgspec.json.Encoder()


class TokenInUrl(BadRequest):
    """Tokens have no place in an address; send the visitor token in the header X-Halloo-Visitor."""

    code = "token_in_url"


@dataclass(slots=True)
class Answer:
    """Status, JSON body (a struct, bytes, or None for none) and further headers."""

    status: int
    body: Any = None
    headers: Headers = field(default_factory=list[tuple[bytes, bytes]])


@dataclass(slots=True)
class Call:
    """A request: its widget, headers by lower-case name, query, and what the path named."""

    scope: Scope
    receive: Receive
    widget: PublicWidget
    headers: dict[str, str]
    origin: str | None
    query: dict[str, str]
    names: dict[str, str]
    address: str
    caller: str | None = None
    """The address itself; `address` is what rates are counted by."""
    browser: Browser | None = None
    """The browser whose visitor token was recognised, and counts for this call."""
    beyond: bool = False
    """The address has passed a rate beyond which a bot check is asked for."""

    @property
    def workspace_id(self) -> str:
        """The workspace that the widget id has fixed."""
        return self.widget.widget.workspace_id

    @property
    def widget_id(self) -> str:
        """The widget that is called."""
        return self.widget.widget.id

    @property
    def config(self) -> dict[str, Any]:
        """`config.v1` with every default filled in."""
        return self.widget.record["config"]["v1"]

    @property
    def guarded(self) -> bool:
        """Whether the widget may ask for a bot check: who passes a rate is asked first, and refused later."""
        return bool(self.config["bot_check"]["guard_level"] != "off")

    @property
    def token(self) -> str | None:
        """The visitor token, if one was sent; a blank one is a wrong one, not none."""
        return self.headers.get(VISITOR_HEADER)

    @property
    def proven_origin(self) -> str | None:
        """The page that this browser has proven, if the widget's list allows it now."""
        origin = None if self.browser is None else self.browser.verified_origin
        return origin if origin is not None and decide(self.widget.widget.domains, origin) == "allow" else None

    @property
    def cost(self) -> int:
        """Callers that send no Origin go at half the rate, unless it is the frame's own `GET`."""
        if self.origin is not None:
            return 1
        own = self.scope["method"] in _READING and self.headers.get("sec-fetch-site") == "same-origin"
        return 1 if own else 2

    def knows(self, etag: str) -> bool:
        """Whether the caller has this state already, as `If-None-Match` says."""
        tags = {tag.strip().removeprefix("W/") for tag in self.headers.get("if-none-match", "").split(",")}
        return etag in tags or "*" in tags

    async def read(self, limit: int = LIMITS["public"]) -> dict[str, Any]:
        """The body's JSON object of at most `limit` bytes; its fields are judged later.

        Raises `TooLarge`, `UnsupportedType`, `BadJson`.
        """
        body = await read_bytes(self.headers, self.receive, limit)
        if not is_json(self.headers.get("content-type", "")):
            raise UnsupportedType
        return parse_object(body)


async def read_bytes(headers: Mapping[str, str], receive: Receive, limit: int) -> bytes:
    """A request's body of at most `limit` bytes. Raises `TooLarge`, `BadJson` for half of one."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:_DIGITS]) > limit:
        raise TooLarge
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadJson
        body += message.get("body", b"")
        if len(body) > limit:
            raise TooLarge
        more = message.get("more_body", False)
    return bytes(body)


def parse_query(raw: bytes) -> dict[str, str]:
    """The query's values. Raises `TokenInUrl` where one looks like a credential."""
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True)
    if any(key.lower() in _TOKEN_KEYS or value.startswith("hvt_") for key, value in pairs):
        raise TokenInUrl
    return dict(pairs)


def header_map(raw: Headers) -> tuple[dict[str, str], list[str]]:
    """Headers by lower-case name, repeated ones joined by commas, and every value of `Origin`."""
    found: dict[str, list[str]] = {}
    for name, value in raw:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return {name: ", ".join(values) for name, values in found.items()}, found.get("origin", [])


def refusal_answer(refusal: Refusal) -> Answer:
    """A refusal as HTTP."""
    answer = Answer(STATUS.get(refusal.kind, 400), error_body(refusal.code, refusal.message, refusal.details))
    if refusal.kind in ("rate_limited", "unavailable"):
        wait = -(-int(refusal.details.get("retry_after_ms", 1000)) // 1000)
        answer.headers.append((b"retry-after", str(max(1, wait)).encode()))
    return answer


async def send_answer(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Write an answer; every one is `no-store` unless it says otherwise."""
    body = (
        b"" if answer.body is None else answer.body if isinstance(answer.body, bytes) else _encoder.encode(answer.body)
    )
    headers: Headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (
            b"content-security-policy",
            b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
        (b"cross-origin-resource-policy", b"cross-origin"),
        *answer.headers,
    ]
    if answer.status not in _BODILESS:
        headers.append((b"content-length", str(len(body)).encode()))
    if answer.body is not None:
        headers.append((b"content-type", b"application/json"))
    if not any(name == b"cache-control" for name, _ in answer.headers):
        headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
