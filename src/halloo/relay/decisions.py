"""What a session decides: values that the shell carries out in order."""

from dataclasses import dataclass

from halloo.relay.frames import Close, Edit, Id, Page, Presence, Read, Remove, Send, Typing, Want, Watch
from halloo.relay.tokens import Claims
from halloo.relay.wire import Out


@dataclass(frozen=True, slots=True)
class Answer:
    """Send this."""

    out: Out


@dataclass(frozen=True, slots=True)
class End:
    """Close the connection; without a close, cut it: the other side is gone."""

    close: Close | None


@dataclass(frozen=True, slots=True)
class PingNow:
    """Ask whether the other side is there."""


@dataclass(frozen=True, slots=True)
class Join:
    """A valid `connect`: check the holder's standing and the streams, let it in, recover."""

    claims: Claims
    tab: str
    streams: list[Want]


@dataclass(frozen=True, slots=True)
class Renew:
    """A valid `refresh` of the same holder: check its standing again."""

    id: Id | None
    claims: Claims


@dataclass(frozen=True, slots=True)
class Follow:
    """Follow streams that the holder may name; whose conversations they are is still to be asked."""

    id: Id
    streams: list[Want]


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Follow these streams no longer."""

    id: Id
    streams: list[str]


@dataclass(frozen=True, slots=True)
class Act:
    """Do what the frame asks, and answer `ack` or `error`."""

    frame: Send | Edit | Remove


@dataclass(frozen=True, slots=True)
class Tell:
    """Do what the frame asks; nobody waits for an answer."""

    frame: Read | Typing | Presence | Page | Watch


Decision = Answer | End | PingNow | Join | Renew | Follow | Unfollow | Act | Tell
