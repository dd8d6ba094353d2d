"""One connection as a value machine: bytes and time go in, decisions come out. No I/O, no `await`, no clock of its own.

    opening ──connect──▶ joining ──joined──▶ live ──▶ closed
       └────────── every limit, fault and expiry ─────────▲

The shell around it (`socket.py`) carries the decisions out, in order, and tells it what came of `Join` and `Renew`.
Times are milliseconds of a clock that never goes back; `wall` is UNIX milliseconds, for the expiry of tokens alone.
"""

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from halloo.kit.limits import Bucket
from halloo.relay.decisions import Act, Answer, Decision, End, Follow, Join, PingNow, Renew, Tell, Unfollow
from halloo.relay.frames import (
    BAD_FRAME,
    FORBIDDEN,
    FRAME_TOO_LARGE,
    NO_CONNECT,
    TOO_FAST,
    UNAUTHORIZED,
    VERSION,
    ClientFrame,
    Close,
    Connect,
    Edit,
    ErrorFrame,
    Id,
    Page,
    Ping,
    Presence,
    Read,
    Refresh,
    Remove,
    Role,
    Send,
    Subscribe,
    Typing,
    Unsubscribe,
    Want,
    Watch,
)
from halloo.relay.limits import VISITOR_FRAME_BYTES, Limits, Timing
from halloo.relay.parsing import Malformed, frame_id, parse
from halloo.relay.tokens import Claims
from halloo.relay.wire import Out

Stage = Literal["opening", "joining", "live", "closed"]
_WATCHED = re.compile(r"visitors|visitor:[0-9A-Za-z_-]{1,64}")
_ENDS_MAX = 2
"""Times that typing may end after it began: one of them may be in the conversation that was open before."""
_PONG = Answer(Out(b'{"t":"pong"}'))
_encode = msgspec.json.encode


class Rules:
    """What every session of a server shares: limits by role, times, and how a token is opened."""

    __slots__ = ("limits", "open_token", "timing")

    def __init__(self, limits: dict[Role, Limits], timing: Timing, open_token: Callable[[str], Claims | None]) -> None:
        """Put the rules together once."""
        self.limits = limits
        self.timing = timing
        self.open_token = open_token


class Session:
    """One connection. `claims` is None until a valid `connect` came."""

    __slots__ = (
        "_ends",
        "_frames",
        "_heard",
        "_messages",
        "_opened",
        "_pinged",
        "_rules",
        "_typed",
        "claims",
        "expires",
        "stage",
    )

    def __init__(self, rules: Rules, now: int) -> None:
        """A connection that was just made."""
        self._rules = rules
        self._opened = now
        self._heard = now
        self._pinged: int | None = None
        self._typed = -(10**9)
        self._ends = 0
        self._frames: Bucket | None = None
        self._messages: Bucket | None = None
        self.claims: Claims | None = None
        self.expires: int | None = None
        self.stage: Stage = "opening"

    @property
    def frame_bytes(self) -> int:
        """The largest message taken now."""
        return VISITOR_FRAME_BYTES if self.claims is None else self._rules.limits[self.claims.role].frame_bytes

    def heard(self, now: int) -> None:
        """Something came from the other side, be it a pong."""
        self._heard = now
        self._pinged = None

    def ping(self, now: int) -> bool:
        """A `ping` came. Whether it is to be answered at once; where not, `receive` says what is to be done with it."""
        self.heard(now)
        return self._frames is not None and self.stage in {"joining", "live"} and not self._frames.take(now)

    def control(self, now: int) -> bool:
        """A ping or pong of the WebSocket protocol came. Whether there were not too many, counted like frames."""
        self.heard(now)
        if self._frames is None:
            self._frames = Bucket(self._rules.limits["visitor"].frames, now)
        return not self._frames.take(now)

    # ── what comes in ─────────────────────────────────────────────────────────────────────────────────────────────

    def receive(self, payload: bytes, now: int, wall: int) -> list[Decision]:
        """One whole text message."""
        self.heard(now)
        if self.stage == "closed":
            return []
        if len(payload) > self.frame_bytes:
            return [self.end(FRAME_TOO_LARGE)]
        decisions: list[Decision] = []
        try:
            for frame in parse(payload):
                decision = self._take(frame, now, wall)
                if decision is not None:
                    decisions.append(decision)
                if isinstance(decision, End):
                    break
        except Malformed:
            decisions.append(self.end(BAD_FRAME))
        return decisions

    def end(self, close: Close) -> End:
        """The connection is over."""
        self.stage = "closed"
        return End(close)

    def _take(self, frame: ClientFrame | ErrorFrame, now: int, wall: int) -> Decision | None:  # noqa: PLR0911 - one line a case
        if self.stage == "opening":
            return self._connect(frame, now, wall) if isinstance(frame, Connect) else self.end(BAD_FRAME)
        if self._frames is not None and self._frames.take(now):
            return self.end(TOO_FAST)
        if isinstance(frame, Ping):
            return _PONG
        if isinstance(frame, ErrorFrame):
            return _answer(frame)
        if isinstance(frame, Connect):
            return self.end(BAD_FRAME)
        id: Id | None = getattr(frame, "id", None)
        if id is not None and frame_id(id) is None:
            return _error(None, "field_invalid", "id: at most 128 characters.")
        return self._ask(frame, now)

    def _connect(self, frame: Connect, now: int, wall: int) -> Decision:
        if frame.v != VERSION:
            return self.end(BAD_FRAME)
        claims = self._rules.open_token(frame.token)
        if claims is None:
            return self.end(UNAUTHORIZED)
        if claims.role != frame.role or (frame.widget is not None and frame.widget != claims.widget_id):
            return self.end(FORBIDDEN)
        limits = self._rules.limits[claims.role]
        wanted = _wanted(frame.streams)
        if len(wanted) > limits.streams:
            return self.end(BAD_FRAME)
        if not all(may_name(claims, want.id) for want in wanted):
            return self.end(FORBIDDEN)
        self._frames = Bucket(limits.frames, now)
        self._messages = Bucket(limits.messages, now)
        self._accept(claims, now, wall)
        self.stage = "joining"
        return Join(claims, frame.tab, wanted)

    def _accept(self, claims: Claims, now: int, wall: int) -> None:
        self.claims = claims
        self.expires = now + claims.expires_at - wall

    def _ask(self, frame: ClientFrame, now: int) -> Decision | None:  # noqa: PLR0911 - one line a case
        match frame:
            case Send():
                wait = self._messages.take(now) if self._messages is not None else 0
                if wait:
                    return _answer(
                        ErrorFrame(frame.id, "rate_limited", "Too many messages; wait a moment.", retry_after_ms=wait)
                    )
                return Act(frame)
            case Edit() | Remove():
                return Act(frame)
            case Subscribe() | Unsubscribe():
                return self._streams(frame)
            case Typing():
                return self._typing(frame, now)
            case Refresh():
                return self._refresh(frame)
            case Page() if self.claims is not None and self.claims.role != "visitor":
                return _error(None, "visitors_only", "Only visitors tell their page.")
            case Watch():
                return self._watch(frame)
            case Read() | Presence() | Page():
                return Tell(frame)
            case _:
                return self.end(BAD_FRAME)

    def _typing(self, frame: Typing, now: int) -> Decision | None:
        """One a second at most; the end of typing passes where its beginning has: all who look are told of it."""
        if frame.state == "start":
            if now - self._typed < self._rules.timing.typing:
                return None
            self._typed = now
            self._ends = _ENDS_MAX
        elif not self._ends:
            return None
        else:
            self._ends -= 1
        return Tell(frame)

    def _watch(self, frame: Watch) -> Decision:
        claims = self.claims
        if claims is None or claims.role != "operator":
            return _error(None, "operators_only", "Only operators see who is on the site.")
        if "visitors:read" not in claims.scopes:
            return _error(None, "missing_scope", "Your token or role lacks the scope visitors:read.")
        if _WATCHED.fullmatch(frame.what) is None:
            return _error(None, "field_invalid", "what: visitors, or visitor: and an id.")
        return Tell(frame)

    def _streams(self, frame: Subscribe | Unsubscribe) -> Decision:
        claims = self.claims
        wanted = _wanted(frame.streams)
        if claims is None:
            return self.end(BAD_FRAME)
        if isinstance(frame, Unsubscribe):
            return Unfollow(frame.id, [want.id for want in wanted])
        if len(wanted) > self._rules.limits[claims.role].streams:
            return _error(frame.id, *TOO_MANY_STREAMS)
        if not all(may_name(claims, want.id) for want in wanted):
            return _error(frame.id, *STREAM_FORBIDDEN)
        return Follow(frame.id, wanted)

    def _refresh(self, frame: Refresh) -> Decision:
        fresh = self._rules.open_token(frame.token)
        if fresh is None or self.claims is None:
            return self.end(UNAUTHORIZED)
        mine = self.claims
        same = (fresh.workspace_id, fresh.role, fresh.identity, fresh.widget_id) == (
            mine.workspace_id,
            mine.role,
            mine.identity,
            mine.widget_id,
        )
        return Renew(frame.id, fresh) if same else self.end(FORBIDDEN)

    # ── what came of decisions ────────────────────────────────────────────────────────────────────────────────────

    def joined(self) -> None:
        """The shell has let it in."""
        if self.stage == "joining":
            self.stage = "live"

    def renewed(self, claims: Claims, now: int, wall: int) -> None:
        """The shell has found the holder of a fresh token still welcome."""
        self._accept(claims, now, wall)

    # ── what time does ────────────────────────────────────────────────────────────────────────────────────────────

    def due(self, now: int) -> tuple[Decision | None, int]:
        """What the time asks for, and when to ask again. `End` without a close means: gone, cut it."""
        timing = self._rules.timing
        if self.stage == "opening":
            ends = self._opened + timing.connect
            return (self.end(NO_CONNECT), now) if now >= ends else (None, ends)
        if self.expires is not None and now >= self.expires:
            return self.end(UNAUTHORIZED), now
        expires = now + timing.ping if self.expires is None else self.expires
        if self._pinged is not None:
            ends = self._pinged + timing.pong
            if now >= ends:
                self.stage = "closed"
                return End(None), now
            return None, min(ends, expires)
        silent = self._heard + timing.ping
        if now >= silent:
            self._pinged = now
            return PingNow(), min(now + timing.pong, expires)
        return None, min(silent, expires)


TOO_MANY_STREAMS = ("too_many_streams", "Too many streams for one connection.")
STREAM_FORBIDDEN = ("stream_forbidden", "This stream is not there, or not yours to follow.")


def may_name(claims: Claims, stream: str) -> bool:
    """Whether the holder may name this stream. Whose a `c:` stream is only the database knows: the shell asks."""
    kind, colon, id = stream.partition(":")
    if not colon or not id or len(stream) > 100:  # noqa: PLR2004 - ids are 36 characters
        return False
    if claims.role == "visitor":
        return kind == "c" or (kind == "v" and id == claims.visitor_id)
    return "conversations:read" in claims.scopes and (kind in {"c", "v"} or (kind == "w" and id == claims.workspace_id))


def _wanted(streams: list[Want | str]) -> list[Want]:
    """Each stream once, the last word counting."""
    named = {want.id: want for want in (Want(item) if isinstance(item, str) else item for item in streams)}
    return list(named.values())


def _error(id: Id | None, code: str, message: str) -> Answer:
    return _answer(ErrorFrame(id, code, message))


def _answer(frame: ErrorFrame) -> Answer:
    return Answer(Out(_encode(frame)))
