"""Shapes: how the server is doing."""

from typing import Literal

from msgspec import Struct

from halloo.edge.verdict import Code, Level


class StatusFinding(Struct):
    """Something that is amiss."""

    code: Code
    level: Level


class NodeView(Struct):
    """A process that serves. `here`: the one that answered. `sockets`: all of its connections."""

    id: str
    version: str
    started_at: str
    sockets: int
    here: bool


class DatabaseStatus(Struct):
    """`round_trip_ms`: a small question and its answer; null when there was none within two seconds."""

    kind: Literal["sqlite", "postgresql"] | None
    size_bytes: int | None
    round_trip_ms: float | None
    writes_waiting: int


class BrokerStatus(Struct):
    """What joins several nodes. `none`: this node is alone. `drops`: times the connection to it was lost since the start."""

    state: Literal["ok", "down", "none"]
    drops: int


class PeopleStatus(Struct):
    """Connections of this workspace on this node."""

    visitors: int
    operators: int


class ActivityStatus(Struct):
    """What happened in this workspace, a minute each, the oldest of sixty first and the running one last."""

    messages: list[int]
    facts: list[int]


class LagStatus(Struct):
    """From the moment when something was said to the one when its last connection was written to, in the last hour; null without any."""

    p50_ms: float | None
    p99_ms: float | None
    count: int


class RecoveryStatus(Struct):
    """Streams that clients came back to in the last hour: nothing was missed, from memory, from the database, or read afresh."""

    nothing_missed: int
    from_memory: int
    from_database: int
    afresh: int


class CloseStatus(Struct):
    """How often a code closed a connection in the last hour."""

    code: int
    name: str
    count: int


class RelayStatus(Struct):
    """The live connections of this node. `behind`: those that read too slowly just now. `gaps`: times facts had to be fetched later."""

    state: Literal["ok", "starting", "draining"]
    sockets: int
    behind: int
    gaps: int
    recoveries: RecoveryStatus
    closes: list[CloseStatus]
    rescue: str | None


class MailStatus(Struct):
    """This workspace's outbox; `failed`: for good, in the last day."""

    on: bool
    waiting: int
    failed: int


class DiskStatus(Struct):
    """The disk that the data lies on."""

    free_bytes: int
    total_bytes: int


class StatusView(Struct):
    """How the server is doing. `hour_from`: since when the figures of the last hour are counted, an hour ago or at the start."""

    state: Level
    findings: list[StatusFinding]
    at: str
    version: str
    started_at: str
    uptime_s: int
    hour_from: str
    nodes: list[NodeView]
    people: PeopleStatus
    activity: ActivityStatus
    lag: LagStatus
    relay: RelayStatus
    database: DatabaseStatus
    broker: BrokerStatus
    mail: MailStatus
    disk: DiskStatus | None
