"""What frames ask for, one after another for each connection: joining, following, acting."""

import logging
from collections.abc import Callable
from typing import Protocol

import msgspec

from halloo.kit.refusals import RateLimited, Refusal
from halloo.relay.decisions import Act, Decision, Follow, Join, Renew, Tell, Unfollow
from halloo.relay.frames import (
    FORBIDDEN,
    RESTART,
    Ack,
    Connected,
    Edit,
    ErrorFrame,
    Hint,
    Id,
    Ok,
    Page,
    Presence,
    Read,
    Remove,
    Send,
    Typing,
    Want,
    Watch,
)
from halloo.relay.hints import hint_typing
from halloo.relay.peer import Link, Owner, Peer
from halloo.relay.room import Room
from halloo.relay.session import STREAM_FORBIDDEN, TOO_MANY_STREAMS, Session
from halloo.relay.shared import Shared
from halloo.relay.tokens import Claims
from halloo.relay.wheel import Once
from halloo.relay.wire import Out
from halloo.workspaces.model import Actor

logger = logging.getLogger("halloo.relay")
_encode = msgspec.json.encode
_LIVE = b'{"t":"live"}'


class Host(Owner, Protocol):
    """The connection that a worker works for."""

    shared: Shared
    link: Link
    session: Session
    peer: Peer | None
    room: Room | None
    over: bool

    def answer(self, frame: msgspec.Struct) -> None:
        """Send a frame."""
        ...

    def expires_soon(self) -> None:
        """A token was accepted."""
        ...

    def enqueue(self, decision: Decision) -> None:
        """Have the worker do it when its turn comes."""
        ...

    def introduce(self) -> str:
        """What `connected` calls this connection."""
        ...


class Worker:
    """Does one decision at a time for a connection."""

    __slots__ = ("_at", "_connection", "_marks", "_scheduled", "_typing", "_who")

    def __init__(self, connection: Host) -> None:
        """Made when the first decision waits."""
        self._connection = connection
        self._marks: dict[str, int] = {}
        self._at = -(10**9)
        self._scheduled = False
        self._typing: str | None = None
        self._who: tuple[Claims, Actor] | None = None

    async def do(self, decision: Decision) -> None:
        """Carry out; nothing that goes wrong in it ends the worker."""
        if self._connection.over and not isinstance(decision, Tell):
            return
        try:
            match decision:
                case Join():
                    await self._join(decision)
                case Follow():
                    await self._follow(decision)
                case Unfollow():
                    self._unfollow(decision)
                case Renew():
                    await self._renew(decision)
                case Act():
                    await self._act(decision.frame)
                case Tell():
                    await self._tell(decision.frame)
                case _:
                    pass
        except Exception:
            logger.exception("A frame could not be handled")
            self._failed(decision)

    def begin(self, decision: Decision, finished: Callable[[], None]) -> bool:
        """Begin with what needs no task, and call `finished` once it is answered. False: it takes `do`."""
        connection = self._connection
        claims = connection.session.claims
        if not isinstance(decision, Act) or not isinstance(decision.frame, Send) or claims is None or connection.over:
            return False
        frame = decision.frame

        def posted(ack: Ack | None, error: BaseException | None) -> None:
            try:
                if ack is not None:
                    connection.answer(ack)
                elif isinstance(error, Refusal):
                    connection.answer(_refused(frame.id, error))
                else:
                    logger.error("A frame could not be handled", exc_info=error)
                    connection.answer(_internal(frame.id))
            finally:
                finished()

        try:
            return connection.shared.actions.post(self._actor(claims), frame, posted)
        except Exception as error:  # noqa: BLE001 - told like what the action raises
            posted(None, error)
            return True

    def _actor(self, claims: Claims) -> Actor:
        """Who acts; made once for each token."""
        if self._who is None or self._who[0] is not claims:
            self._who = claims, claims.actor()
        return self._who[1]

    def _failed(self, decision: Decision) -> None:
        if isinstance(decision, Join | Renew):
            self._connection.end(RESTART)
        elif isinstance(decision, Follow):
            self._connection.answer(_internal(decision.id))
        elif isinstance(decision, Act):
            self._connection.answer(_internal(decision.frame.id))

    # ── joining and following ─────────────────────────────────────────────────────────────────────────────────────

    async def _join(self, join: Join) -> None:
        connection = self._connection
        shared, claims = connection.shared, join.claims
        close = shared.hub.barred(claims) or await shared.actions.standing(claims)
        if close is None and not await self._may_follow(join.streams):
            close = FORBIDDEN
        if close is not None:
            connection.end(close)
            return
        room = await shared.hub.room(claims.workspace_id)
        if connection.over:
            return
        limits = shared.rules.limits[claims.role]
        peer = Peer(connection.link, claims, join.tab, limits.queue_bytes)
        close = shared.hub.enter(room, peer, limits.sockets)
        if close is not None:
            connection.end(close)
            return
        peer.owner = connection
        connection.peer, connection.room = peer, room
        places = await shared.hub.recovery.look(room, join.streams)
        if connection.over:
            shared.hub.recovery.let_go(room, places)
            return
        streams = [place.found for place in places]
        hello = Connected(connection.introduce(), _seconds(shared.timing.ping), shared.wall(), streams)
        shared.hub.recovery.settle(room, peer, places, _encode(hello), _LIVE)
        connection.session.joined()
        connection.expires_soon()
        self._greet()

    def _greet(self) -> None:
        """Who is there now; changes follow as hints."""
        peer, hub = self._connection.peer, self._connection.shared.hub
        if peer is None:
            return
        data = hub.presence.operators(peer.claims.workspace_id)
        hub.outbox.push(peer, Out(_encode(Hint("presence", data))))

    async def _may_follow(self, wants: list[Want]) -> bool:
        claims = self._connection.session.claims
        conversations = [want.id[2:] for want in wants if want.id.startswith("c:")]
        if claims is None:
            return False
        return not conversations or await self._connection.shared.sight.all_visible(claims, conversations)

    async def _follow(self, follow: Follow) -> None:
        connection = self._connection
        if not await self._may_follow(follow.streams):
            connection.answer(ErrorFrame(follow.id, *STREAM_FORBIDDEN))
            return
        peer, room, hub = connection.peer, connection.room, connection.shared.hub
        if peer is None or room is None or connection.over:
            return
        followed = {*peer.subs, *(want.id for want in follow.streams)}
        if len(followed) > connection.shared.rules.limits[peer.claims.role].streams:
            connection.answer(ErrorFrame(follow.id, *TOO_MANY_STREAMS))
            return
        for want in follow.streams:  # nothing of it meanwhile: what passes is fed behind what was missed
            self._drop(peer, want.id)
        places = await hub.recovery.look(room, follow.streams)
        if connection.over:
            hub.recovery.let_go(room, places)
            return
        hub.recovery.settle(room, peer, places, _encode(Ok(follow.id, [place.found for place in places])), None)

    def _drop(self, peer: Peer, stream: str) -> None:
        sub = peer.subs.pop(stream, None)
        if sub is not None and self._connection.room is not None:
            self._connection.room.leave(sub)

    def _unfollow(self, unfollow: Unfollow) -> None:
        if self._connection.peer is not None:
            for stream in unfollow.streams:
                self._drop(self._connection.peer, stream)
        self._connection.answer(Ok(unfollow.id))

    async def _renew(self, renew: Renew) -> None:
        connection = self._connection
        shared = connection.shared
        close = shared.hub.barred(renew.claims) or await shared.actions.standing(renew.claims)
        close = close or shared.hub.barred(renew.claims)  # what ended meanwhile
        if close is not None:
            connection.end(close)
            return
        connection.session.renewed(renew.claims, shared.clock(), shared.wall())
        connection.expires_soon()
        if connection.peer is not None:
            shared.hub.renew(connection.peer, renew.claims)
        connection.answer(Ok(renew.id))

    # ── acting ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _act(self, frame: Send | Edit | Remove) -> None:
        connection = self._connection
        claims, actions = connection.session.claims, connection.shared.actions
        if claims is None:
            return
        who = self._actor(claims)
        try:
            ack: Ack
            match frame:
                case Send():
                    ack = await actions.send(who, frame)
                    connection.shared.sight.saw(claims, ack.conversation)
                case Edit():
                    ack = await actions.edit(who, frame)
                case Remove():
                    ack = await actions.remove(who, frame)
        except Refusal as refusal:
            connection.answer(_refused(frame.id, refusal))
        else:
            connection.answer(ack)

    async def _tell(self, frame: Read | Typing | Presence | Page | Watch) -> None:
        try:
            match frame:
                case Read():
                    await self._read(frame)
                case Typing():
                    await self._type(frame)
                case Presence():
                    if self._connection.peer is not None:
                        away = frame.state == "away"
                        self._connection.shared.hub.presence.set_away(self._connection.peer, away=away)
                        self._connection.shared.hub.visitors.look(self._connection.peer)
                case Page():
                    await self._page(frame)
                case Watch():
                    if self._connection.peer is not None:
                        watching = self._connection.shared.hub.visitors.watching
                        watching.watch(self._connection.peer, frame.what, on=frame.on)
        except Refusal as refusal:
            self._connection.answer(_refused(None, refusal))

    async def _read(self, frame: Read) -> None:
        """At most once a second: the first at once, what comes in between together when the second is over."""
        connection = self._connection
        now = connection.shared.clock()
        self._marks[frame.conversation] = max(frame.seq, self._marks.get(frame.conversation, 0))
        if self._scheduled:
            return
        if now - self._at < connection.shared.timing.read and not connection.over:
            self._scheduled = True
            connection.shared.hub.wheel.add(Once(self._read_now), self._at + connection.shared.timing.read)
            return
        self._at = now
        claims = connection.session.claims
        marks, self._marks = self._marks, {}
        if claims is not None:
            for conversation_id, seq in marks.items():
                await connection.shared.actions.read(claims.actor(), conversation_id, seq)

    def _read_now(self, now: int) -> None:  # noqa: ARG002 - the protocol's
        self._scheduled = False
        if self._marks:
            conversation_id, seq = next(iter(self._marks.items()))
            self._connection.enqueue(Tell(Read(conversation_id, seq)))

    async def _type(self, frame: Typing) -> None:
        connection = self._connection
        claims = connection.session.claims
        if claims is None or connection.over:
            return
        if claims.role == "operator" and "conversations:write" not in claims.scopes:
            return  # who may only read says nothing, also not this
        if await connection.shared.sight.all_visible(claims, [frame.conversation]) and not connection.over:
            self._typing = frame.conversation if frame.state == "start" else None
            excerpt = frame.excerpt if claims.typing_preview else None
            hint_typing(connection.shared.hub, claims.actor(), frame.conversation, frame.state, excerpt)
            self._types(excerpt)

    def _types(self, excerpt: str | None) -> None:
        """The list of live visitors says it, too."""
        peer, visitors = self._connection.peer, self._connection.shared.hub.visitors
        if peer is not None:
            visitors.typing(peer, self._typing or "", excerpt, on=self._typing is not None)

    async def _page(self, frame: Page) -> None:
        connection = self._connection
        claims, peer = connection.session.claims, connection.peer
        if claims is None or peer is None or connection.over:
            return
        page = await connection.shared.actions.tracked(claims.actor(), frame)
        if page is not None:
            connection.shared.hub.visitors.page(peer, page)
            await connection.shared.actions.page(claims.actor(), page)

    def leave(self) -> None:
        """The connection is over: whoever was typing stops."""
        claims = self._connection.session.claims
        if self._typing is not None and claims is not None:
            hint_typing(self._connection.shared.hub, claims.actor(), self._typing, "stop")
            self._typing = None
            self._types(None)
        if self._marks:
            self._read_now(0)


def _refused(id: Id | None, refusal: Refusal) -> ErrorFrame:
    wait = refusal.retry_after_ms if isinstance(refusal, RateLimited) else msgspec.UNSET
    details = {name: value for name, value in refusal.details.items() if name != "retry_after_ms"}
    return ErrorFrame(id, refusal.code, refusal.message, wait, details or msgspec.UNSET)


def _internal(id: Id) -> ErrorFrame:
    return ErrorFrame(id, "internal", "Something went wrong here; try again.")


def _seconds(ms: int) -> float:
    """Whole seconds as a whole number."""
    return ms // 1000 if ms % 1000 == 0 else ms / 1000
