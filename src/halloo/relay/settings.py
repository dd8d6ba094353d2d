"""The relay's own few settings."""

from dataclasses import dataclass, field
from typing import Literal

Engine = Literal["picows", "websockets"]


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """Settings of the part `relay`."""

    engine: Engine = field(
        default="picows",
        metadata={"sentence": "What speaks WebSocket: picows (fast), or websockets (pure Python, as a fallback)."},
    )
    visitor_sockets: int = field(default=8, metadata={"sentence": "Connections one visitor may hold at a time."})
    operator_sockets: int = field(
        default=32, metadata={"sentence": "Connections one operator or token may hold at a time."}
    )
    visitor_frames_per_second: int = field(
        default=20, metadata={"sentence": "Frames a visitor's connection may send in a second; twice as many at once."}
    )
    operator_frames_per_second: int = field(
        default=100,
        metadata={"sentence": "Frames an operator's connection may send in a second; twice as many at once."},
    )
    visitor_messages_per_minute: int = field(
        default=60, metadata={"sentence": "Messages a visitor's connection may send in a minute."}
    )
    operator_messages_per_minute: int = field(
        default=600, metadata={"sentence": "Messages an operator's connection may send in a minute."}
    )
    visitor_queue_bytes: int = field(
        default=256 * 1024,
        metadata={"sentence": "Bytes that may wait for a visitor's connection before it is closed as too slow."},
    )
    operator_queue_bytes: int = field(
        default=1024 * 1024,
        metadata={"sentence": "Bytes that may wait for an operator's connection before it is closed as too slow."},
    )
    ping_s: int = field(
        default=25, metadata={"sentence": "Seconds of silence after which the server pings a connection."}
    )
    pong_s: int = field(
        default=8, metadata={"sentence": "Seconds that a pinged connection has to answer before it is given up."}
    )
    broker_url: str = field(
        default="",
        metadata={
            "sentence": "Where several servers on one database tell each other, such as redis://:password@valkey.internal:6379/0; "
            "empty: there is one server.",
            "secret": True,
        },
    )
    broker_prefix: str = field(
        default="halloo",
        metadata={"sentence": "What channels and keys in the broker begin with; servers of one database share it."},
    )
    handshakes_per_second: int = field(
        default=2_000,
        metadata={
            "sentence": "Connections that may begin in a second, four times as many at once, a fourth of them from one "
            "address; others are told to come back in a few seconds. 0: any number."
        },
    )
    rescue_port: int = field(
        default=-1,
        metadata={
            "sentence": "Port of the rescue relay's own listener, which serves widgets and inbox while the first cannot be "
            "reached. -1: two above the server's own, such as 8002 beside 8000; 0: none."
        },
    )
    country_file: str = field(
        default="",
        metadata={
            "sentence": "A file in MaxMind's format (.mmdb) that says in which country an address is, for the list of live "
            "visitors. Empty: no country is shown.",
        },
    )
