"""People at a product who put down everything that happens to them: visitors and operators who write, and readers who look.

A message is kept until it is acknowledged and repeated with the same `client_id`, as the browser's outbox does
(`web/packages/core/src/outbox.ts`); what is on screen comes from events and snapshots, as in the browser.
"""

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.history import History, Stored
from tests.support.line import Frame, Line, Offline
from tests.support.reach import QUICK, TROUBLE, Manner, Reach, Trouble

PAGE = "https://shop.example"
PASSING = frozenset({"rate_limited", "unavailable"})
"""Refusals that the browser's outbox tries again; any other is shown to who wrote."""
_SAID = ("message:send", "message:received")
LIMITS = {
    "HALLOO_PUBLIC_API_CONTACTS_PER_MINUTE": "10000",
    "HALLOO_PUBLIC_API_CONTACTS_PER_HOUR": "10000",
    "HALLOO_PUBLIC_API_READS_PER_MINUTE": "10000",
    "HALLOO_PUBLIC_API_STARTS_PER_HOUR_AND_ADDRESS": "10000",
    "HALLOO_PUBLIC_API_MESSAGES_PER_MINUTE": "60000",
    "HALLOO_PUBLIC_API_MESSAGES_BURST": "10000",
    "HALLOO_RELAY_VISITOR_MESSAGES_PER_MINUTE": "60000",
    "HALLOO_RELAY_OPERATOR_MESSAGES_PER_MINUTE": "60000",
}
"""All people of a test come from one address, and write as fast as they are answered."""


@dataclass
class Person:
    """A line, a screen, and an outbox of one message at a time."""

    name: str
    reach: Reach
    history: History
    chance: random.Random
    manner: Manner = QUICK
    waits: list[float] = field(default_factory=list[float])
    """From writing a message to its acknowledgement, in seconds."""
    errors: list[str] = field(default_factory=list[str])
    """What the person was told went wrong."""
    _known: dict[str, set[int]] = field(default_factory=dict[str, set[int]])
    _snapshots: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _running: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        """Not connected yet."""
        at = self.chance.randrange(len(self.reach.ports))
        self.line = Line(self, self.name, self.reach, self._hello(), self.history, self.chance, self.manner, at)

    def _hello(self) -> Frame:
        raise NotImplementedError

    async def relay_token(self, port: int) -> str:
        """See `line.Owner`."""
        raise NotImplementedError

    def lost(self, stream: str) -> None:
        """See `line.Owner`."""
        task = asyncio.create_task(self._load_until_there(stream))
        self._snapshots.add(task)
        task.add_done_callback(self._snapshots.discard)

    async def _load_until_there(self, stream: str) -> None:
        while True:
            try:
                self.line.follow(stream, await self.load(stream))
            except (*TROUBLE, Trouble):
                await asyncio.sleep(self.manner.base)
            else:
                return

    async def load(self, stream: str) -> Frame:
        """Show what the API has of a stream, and return the position that it is valid at."""
        raise NotImplementedError

    def connect(self) -> None:
        """Begin to connect."""
        self._running = asyncio.create_task(self.line.run())

    async def leave(self) -> None:
        """Cut the line and stop."""
        for task in (self._running, *self._snapshots):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    # ── the screen ────────────────────────────────────────────────────────────────────────────────────────────────

    def took(self, frame: Frame) -> None:
        """See `line.Owner`."""
        if frame["name"] in _SAID:
            conversation = frame["data"]["session_id"].removeprefix("session_")
            self._show(conversation, frame["data"], f"offset {frame['offset']}")

    def _show(self, conversation: str, message: Frame, place: str) -> None:
        if message["type"] == "note":
            return
        self._known.setdefault(conversation, set()).add(message["fingerprint"])
        self.history.add(self.name, "shown", conversation=conversation, place=place, **_said(message))

    def _show_missing(self, conversation: str, messages: Sequence[Frame]) -> None:
        """A snapshot: what is not on the screen yet."""
        for message in messages:
            if message["fingerprint"] not in self._known.get(conversation, ()):
                self._show(conversation, message, "snapshot")

    # ── the outbox ────────────────────────────────────────────────────────────────────────────────────────────────

    async def write(self, content: str, conversation: str | None, over: str = "relay") -> str:
        """Send a message until it is acknowledged, and return its conversation."""
        client_id = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        began = time.monotonic()
        said = {"client_id": client_id, "content": content}
        while True:
            if over == "relay":
                await self.line.live.wait()
            self.history.add(self.name, "attempt", conversation=conversation or "", **said)
            try:
                deliver = self._over_http if over == "http" and conversation is not None else self._over_relay
                place, message = await deliver(client_id, content, conversation)
            except Offline:
                if over == "http":
                    self.line.at += 1
                    await asyncio.sleep(self.manner.base)
                continue
            except Later as later:
                await asyncio.sleep(self.manner.retry if later.seconds is None else later.seconds)
                continue
            self.waits.append(time.monotonic() - began)
            self.history.add(self.name, "ack", conversation=place, **_said(message))
            return place

    async def _over_relay(self, client_id: str, content: str, conversation: str | None) -> tuple[str, Frame]:
        message = {"type": "text", "content": content}
        answer = await self.line.ask(
            {"t": "send", "conversation": conversation, "client_id": client_id, "message": message}
        )
        if answer["t"] == "ack":
            return answer["conversation"], answer["message"]
        self._judge(answer["code"], answer)
        wait = answer.get("retry_after_ms")
        raise Later(None if wait is None else wait / 1000)

    async def _over_http(self, client_id: str, content: str, conversation: str | None) -> tuple[str, Frame]:
        body = {"client_id": client_id, "type": "text", "content": content}
        path, headers = self._door(conversation or "")
        try:
            status, answer = await self.reach.http(self.line.port, "POST", path, body, headers)
        except TROUBLE:
            raise Offline from None
        if status in (200, 201):
            return conversation or "", answer["message"]
        self._judge("unavailable" if status >= 500 else answer["error"], answer)
        raise Offline

    def _judge(self, code: str, answer: Any) -> None:
        if code not in PASSING:
            self.errors.append(code)
            raise AssertionError(f"{self.name} was told {answer}")

    def _door(self, conversation: str) -> tuple[str, dict[str, str]]:
        raise NotImplementedError


class Later(Exception):
    """Refused for now."""

    def __init__(self, seconds: float | None) -> None:
        """Wait that long, where the server said so."""
        self.seconds = seconds


def _said(message: Frame) -> dict[str, Any]:
    return {
        "client_id": message["client_id"] or "",
        "seq": message["seq"],
        "fingerprint": message["fingerprint"],
        "content": message["content"],
    }


@dataclass
class Visitor(Person):
    """A browser on a page; `tab_of` makes another tab of it. It reads its own conversation from the beginning."""

    user_id: str = field(default_factory=lambda: f"guest_{uuid.uuid4().hex}")
    token: str = ""
    conversation: str | None = None

    def _hello(self) -> Frame:
        return {"role": "visitor", "widget": self.reach.widget_id, "tab": self.name}

    def _path(self, rest: str) -> str:
        return f"/core/public/web-widgets/{self.reach.widget_id}/{rest}"

    def _headers(self) -> dict[str, str]:
        return {"Origin": self.reach.origin, **({"X-Halloo-Visitor": self.token} if self.token else {})}

    async def relay_token(self, port: int) -> str:
        """See `line.Owner`."""
        body = {"user_id": self.user_id, "parent_origin": PAGE}
        status, answer = await self.reach.http(port, "POST", self._path("visitor"), body, self._headers())
        if status not in (200, 201):
            self._judge("unavailable" if status >= 500 else answer["error"], answer)
            raise Trouble(str(answer))
        self.token = answer["visitor"]["visitor_token"] or self.token
        return answer["relay"]["token"]

    async def say(self, content: str, over: str = "relay") -> None:
        """Write in the own conversation; the first message starts it, and from then on it is read."""
        place = await self.write(content, self.conversation, over)
        if self.conversation is None:
            self.read(place)

    def read(self, conversation: str) -> None:
        """Look at this conversation from its beginning."""
        self.conversation = conversation
        self.history.reads(self.name, conversation)
        self.lost(f"c:{conversation}")

    def tab(self, name: str) -> "Visitor":
        """Another tab of the same browser, looking at the same conversation."""
        other = Visitor(
            name, self.reach, self.history, self.chance, self.manner, user_id=self.user_id, token=self.token
        )
        if self.conversation is not None:
            other.read(self.conversation)
        return other

    async def load(self, stream: str) -> Frame:
        """See `Person.load`: page by page; the last one's position is the whole's."""
        after = 0
        while True:
            path = self._path(f"conversations/{stream[2:]}/messages?after={after}&limit=100")
            status, page = await self.reach.http(self.line.port, "GET", path, headers=self._headers())
            if status != 200:
                raise Trouble(str(page))
            self._show_missing(stream[2:], page["data"])
            if not page["has_more"]:
                return page["position"]
            after = page["data"][-1]["seq"]

    def _door(self, conversation: str) -> tuple[str, dict[str, str]]:
        return self._path(f"conversations/{conversation}/messages"), self._headers()


@dataclass
class Operator(Person):
    """A program with an API token, which reads everything of its workspace and may answer."""

    _loaded: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])

    def _hello(self) -> Frame:
        return {"role": "operator", "tab": self.name}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.reach.token}"}

    async def relay_token(self, port: int) -> str:
        """See `line.Owner`."""
        return (await self.call(port, "POST", "/core/relay-token"))["token"]

    async def call(self, port: int, method: str, path: str) -> Any:
        """Call the management API. Raises `Trouble` or what `Reach.http` raises."""
        status, answer = await self.reach.http(port, method, path, headers=self._headers())
        if status != 200:
            self._judge("unavailable" if status >= 500 else answer["error"], answer)
            raise Trouble(str(answer))
        return answer

    def read(self) -> None:
        """Look at everything, from now on; who begins before anybody writes sees all."""
        self.history.reads(self.name)
        self.lost(f"w:{self.reach.workspace_id}")

    def took(self, frame: Frame) -> None:
        """See `line.Owner`. A snapshot of many conversations is younger than its position: what it held is known already."""
        message = (frame["data"].get("session_id", ""), frame["data"].get("fingerprint", 0))
        if frame["name"] in _SAID and message in self._loaded:
            self._loaded.discard(message)
        else:
            super().took(frame)

    async def load(self, stream: str) -> Frame:
        """See `Person.load`."""
        del stream
        list_, position = await conversations(self)
        for conversation in list_:
            messages = await messages_of(self, conversation)
            known = self._known.get(conversation, set())
            fresh = [one["fingerprint"] for one in messages if one["fingerprint"] not in known]
            self._loaded.update((f"session_{conversation}", fingerprint) for fingerprint in fresh)
            self._show_missing(conversation, messages)
        return position

    def _door(self, conversation: str) -> tuple[str, dict[str, str]]:
        return f"/core/conversations/{conversation}/messages", self._headers()


async def conversations(who: Operator) -> tuple[list[str], Frame]:
    """The ids of all conversations, and the position that the list is valid at."""
    found: list[str] = []
    position: Frame | None = None
    cursor = ""
    while True:
        page = await who.call(who.line.port, "GET", f"/core/conversations?limit=100{cursor}")
        position = position or page["position"]
        found += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            return list(dict.fromkeys(found)), position or {}
        cursor = f"&cursor={page['next_cursor']}"


async def messages_of(who: Operator, conversation: str) -> list[Frame]:
    """Every message of a conversation."""
    found: list[Frame] = []
    while True:
        after = found[-1]["seq"] if found else 0
        path = f"/core/conversations/{conversation}/messages?after={after}&limit=100"
        page = await who.call(who.line.port, "GET", path)
        found += page["data"]
        if not page["has_more"]:
            return [one for one in found if one["type"] != "note"]


async def stored(who: Operator) -> dict[str, list[Stored]]:
    """Return everything that the API holds."""
    held: dict[str, list[Stored]] = {}
    for conversation in (await conversations(who))[0]:
        held[conversation] = [Stored(**_said(message)) for message in await messages_of(who, conversation)]
    return held
