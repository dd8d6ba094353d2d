"""Shapes of the management API: what hooks were told, what came of it, and telling it again (hooks contract 11 and 17)."""

from typing import Literal

from msgspec import Struct

from halloo.hooks.model import DeliveryState


class HookTestPost(Struct, forbid_unknown_fields=True, frozen=True):
    """`POST …/test`. `event`: send the sample of this one; without it `hook:test`."""

    event: str | None = None


class DeliveryView(Struct):
    """One event on its way to one hook. `attempts`: how many there were so far. `replay`: it was asked for again."""

    id: str
    fact_id: str
    webhook_id: str
    event: str
    session_id: str | None
    series: int
    state: DeliveryState
    attempts: int
    created_at: str
    next_attempt_at: str | None
    last_outcome: str | None
    last_status: int | None
    replay: bool


class DeliveryPage(Struct):
    """`GET …/deliveries`."""

    data: list[DeliveryView]
    next_cursor: str | None


class AttemptTimings(Struct):
    """Milliseconds; resolving, connecting and TLS are 0 on a connection that was kept."""

    resolve: int
    connect: int
    tls: int
    answer: int
    total: int


class AttemptBrief(Struct):
    """An attempt in short. `outcome` is `success`, or the name of a failure."""

    n: int
    started_at: str
    outcome: str
    status: int | None
    remote_address: str | None
    timings: AttemptTimings


class DeliveryDetail(DeliveryView):
    """`GET …/deliveries/{delivery_id}`: with its attempts, as far as they are kept."""

    attempt_list: list[AttemptBrief]


class AttemptRequest(Struct):
    """What was sent. Values in the query of `url` are masked; `headers` are pairs in their order. `body` null: kept no longer."""

    method: Literal["POST"]
    url: str
    headers: list[tuple[str, str]]
    body: str | None


class AttemptResponse(Struct):
    """What was answered: head to 4 KiB, body to 2 KiB. `truncated`: there was more of the body."""

    status_line: str
    headers: list[tuple[str, str]]
    body: str
    truncated: bool


class AttemptView(AttemptBrief):
    """An attempt in full; `detail` is a sentence where it failed. `response` null: none came."""

    detail: str
    request: AttemptRequest
    response: AttemptResponse | None


class HookReplayPost(Struct, forbid_unknown_fields=True, rename={"from_": "from"}):
    """`POST …/replays`: what was recorded from `from` on and before `to` (RFC 3339), of these events and states alone where given."""

    from_: str
    to: str
    events: list[str] | None = None
    states: list[DeliveryState] | None = None


class HookRecoverPost(Struct, forbid_unknown_fields=True):
    """`POST …/recover`: what was not delivered since then (RFC 3339)."""

    since: str


class ReplayStarted(Struct):
    """A replay has begun. `count`: how many facts it looks at."""

    replay_id: str
    count: int


class ReplayView(Struct):
    """How far a replay is. `left`: planned, and not ended yet, or still to be planned."""

    id: str
    kind: Literal["range", "recover"]
    state: Literal["running", "done", "cancelled"]
    planned: int
    delivered: int
    failed: int
    left: int
    count: int
    created_at: str


class DeliveryReplayed(Struct):
    """The answer to `POST …/deliveries/{delivery_id}/replay`: the id of the new delivery."""

    id: str


class HookQuarter(Struct):
    """A quarter of an hour: attempts by how they ended, and below how many milliseconds 95 % of the answers came."""

    at: str
    succeeded: int
    failed: int
    p95: int | None


class HookChart(Struct):
    """`GET …/chart`: the last day in quarters of an hour, oldest first; those without a call are in it."""

    data: list[HookQuarter]
