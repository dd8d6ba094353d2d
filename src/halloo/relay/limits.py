"""What one connection may do, by role, and the times it lives by (relay contract 6): milliseconds and bytes."""

from dataclasses import dataclass

from halloo.kit.clock import MINUTE, SECOND
from halloo.kit.limits import Rate
from halloo.relay.frames import Role
from halloo.relay.settings import RelaySettings

KIB = 1024
MESSAGE_BURST = 20
VISITOR_FRAME_BYTES = 64 * KIB
OPERATOR_FRAME_BYTES = 256 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one role."""

    sockets: int
    frame_bytes: int
    frames: Rate
    messages: Rate
    queue_bytes: int
    streams: int


@dataclass(frozen=True, slots=True)
class Timing:
    """The times a connection lives by."""

    connect: int = 5 * SECOND
    ping: int = 25 * SECOND
    pong: int = 8 * SECOND
    slow: int = 10 * SECOND
    """How long a full queue may stand still."""
    cut: int = SECOND
    """How long a closing handshake may take."""
    typing: int = SECOND
    read: int = SECOND
    presence: int = 3 * SECOND
    check: int = 25 * SECOND
    """How often the log is asked whether this node fell behind."""
    grace: int = 2 * SECOND
    """How long a node that is behind has to catch up."""


def limits_of(settings: RelaySettings) -> dict[Role, Limits]:
    """The limits of both roles."""
    return {
        "visitor": Limits(
            settings.visitor_sockets,
            VISITOR_FRAME_BYTES,
            _frames(settings.visitor_frames_per_second),
            Rate(settings.visitor_messages_per_minute, MINUTE, MESSAGE_BURST),
            settings.visitor_queue_bytes,
            100,
        ),
        "operator": Limits(
            settings.operator_sockets,
            OPERATOR_FRAME_BYTES,
            _frames(settings.operator_frames_per_second),
            Rate(settings.operator_messages_per_minute, MINUTE, MESSAGE_BURST),
            settings.operator_queue_bytes,
            1_000,
        ),
    }


def timing_of(settings: RelaySettings) -> Timing:
    """The times, as far as they are settings."""
    return Timing(ping=settings.ping_s * SECOND, pong=settings.pong_s * SECOND)


def _frames(a_second: int) -> Rate:
    return Rate(a_second, SECOND, 2 * a_second)
