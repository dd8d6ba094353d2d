"""What a hook is, what is planned to be told to it, and what came of that (hooks contract 1, 6, 11 and 17). Values and pure rules."""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from halloo.kit.clock import DAY, MINUTE, SECOND
from halloo.kit.outbound.model import Exchange, Outcome

HookKind = Literal["website", "plugin"]
Environment = Literal["production", "development"]
Signing = Literal["none", "signed"]
Ordered = Literal["none", "conversation", "all"]
Retry = Literal["standard", "none"]
DisabledReason = Literal["operator", "failing", "gone"]
HookState = Literal["active", "failing", "open", "disabled"]
LastCall = Literal["not_called", "succeeded", "failed"]
DeliveryState = Literal["pending", "delivered", "exhausted", "held", "cancelled", "too_large"]

ReplayKind = Literal["range", "recover"]
ReplayState = Literal["running", "done", "cancelled"]

PARKED = 2**62
"""When a delivery is due that waits for another one of its line."""
LEASE = 60 * SECOND
ATTEMPTS_MAX = 10
AGE_MAX = 5 * DAY
"""After which a delivery is given up, and a hook without one success disabled."""
WARN_AFTER = DAY
"""Of only failures."""
_DELIVERY = re.compile("([1-9][0-9]{0,17})-(0|[1-9][0-9]{0,8})")
READER = "hooks"
"""The planner's name among the readers of the log."""


class Secret(Struct, frozen=True):
    """A signing secret, opened: `whsec_` and base64 of 32 bytes."""

    id: str
    role: Literal["current", "next"]
    secret: str
    hint: str
    created_at: int
    promotes_at: int | None


def in_force(secrets: Sequence[Secret], now: int) -> tuple[Secret, ...]:
    """The secrets that count at a time, the current one first: a next one whose time has come is current, and alone."""
    due = [one for one in secrets if one.role == "next" and one.promotes_at is not None and one.promotes_at <= now]
    if due:
        return (replace(due[-1], role="current", promotes_at=None),)
    return tuple(sorted(secrets, key=lambda one: one.role))


class Health(Struct, frozen=True):
    """How the last calls of a hook went. `failing_since` and `failures`: since the last success; `probe_at`: the breaker is open."""

    last_call: LastCall = "not_called"
    last_call_at: int | None = None
    last_status: int | None = None
    last_error: str | None = None
    failing_since: int | None = None
    failures: int = 0
    warned_at: int | None = None
    probes: int = 0
    probe_at: int | None = None


class Hook(Struct, frozen=True):
    """A hook as it is stored; `headers` are its own, opened."""

    workspace_id: str
    id: str
    kind: HookKind
    environment: Environment
    name: str
    url: str
    events: tuple[str, ...]
    signing: Signing
    timeout_ms: int
    max_in_flight: int
    ordered: Ordered
    retry: Retry
    headers: dict[str, str]
    enabled: bool
    disabled_reason: DisabledReason | None
    version: int
    created_at: int
    updated_at: int

    @property
    def attempts_max(self) -> int:
        """Attempts in a series."""
        return ATTEMPTS_MAX if self.retry == "standard" else 1

    @property
    def is_signed(self) -> bool:
        """Plugin hooks always are."""
        return self.kind == "plugin" or self.signing == "signed"


class Target(Struct, frozen=True):
    """A hook with all that posting to it needs."""

    hook: Hook
    secrets: tuple[Secret, ...]
    health: Health


def state_of(hook: Hook, health: Health) -> HookState:
    """The state that is shown."""
    if not hook.enabled:
        return "disabled"
    if health.probe_at is not None:
        return "open"
    return "failing" if health.failing_since is not None else "active"


class Claimed(Struct, frozen=True, gc=False):
    """A delivery that a dispatcher holds the lease of, with what it says."""

    workspace_id: str
    hook_id: str
    seq: int
    series: int
    attempts: int
    """Attempts so far."""
    created_at: int
    fact_id: str
    event: str
    at: int
    """When the fact was recorded."""
    data: bytes
    conversation_id: str | None
    line: str | None = None
    """What it waits in order in."""
    replay_id: str | None = None

    @property
    def is_replay(self) -> bool:
        """A series behind the first."""
        return self.series > 0


class Planned(Struct, frozen=True, gc=False):
    """What one round of planning did: facts that were dealt with, whether there may be more, and what was leased at once."""

    facts: int
    more: bool
    claimed: list[Claimed]
    waiting: frozenset[str] = frozenset()
    """Hooks for which something was planned that is due and was not leased."""


class Look(Struct, frozen=True, gc=False):
    """An enabled hook, and when there is something to post to it; None for nothing."""

    hook_id: str
    version: int
    next_due_at: int | None


class Delivery(Struct, frozen=True):
    """A delivery as it is shown. One that is open is held while its hook is disabled."""

    hook_id: str
    seq: int
    series: int
    fact_id: str
    event: str
    conversation_id: str | None
    state: DeliveryState
    attempts: int
    created_at: int
    next_attempt_at: int | None
    """None also while it waits for another one of its line, and while it is being posted."""
    last_outcome: Outcome | None
    last_status: int | None

    @property
    def id(self) -> str:
        """As the API names it."""
        return delivery_id(self.seq, self.series)

    @property
    def is_replay(self) -> bool:
        """A series behind the first."""
        return self.series > 0


class Replay(Struct, frozen=True):
    """What is posted again: facts from `next_seq` to `last_seq` that were recorded from `from_at` on and before `to_at`.

    `planned` deliveries were made of them, of `count` in the end, and `delivered` and `failed` of these have ended.
    """

    workspace_id: str
    id: str
    hook_id: str
    kind: ReplayKind
    state: ReplayState
    events: tuple[str, ...]
    states: tuple[DeliveryState, ...]
    """That the last delivery of a fact may be in; empty for any, and for none."""
    next_seq: int
    last_seq: int
    from_at: int
    to_at: int
    planned: int
    delivered: int
    failed: int
    count: int
    created_at: int

    @property
    def open(self) -> int:
        """Deliveries that have not ended."""
        return self.planned - self.delivered - self.failed

    @property
    def left(self) -> int:
        """Deliveries that have not ended, or are still to be planned."""
        return self.count - self.delivered - self.failed


HEAD_MAX, BODY_MAX = 4 * 1024, 2 * 1024
"""Bytes of an answer that are kept."""


class Attempt(Struct, frozen=True, array_like=True, gc=False):
    """What is kept of one attempt. `request_head` is as it was written, but without the hook's own headers."""

    started_at: int
    url: str
    request_head: bytes
    exchange: Exchange


class Settlement(Struct, frozen=True, gc=False):
    """What an attempt makes of a delivery: its next state, and when it is due again where that is `pending`."""

    delivery: Claimed
    attempt: Attempt
    state: DeliveryState
    due_at: int

    @property
    def outcome(self) -> Outcome:
        """How the attempt ended."""
        return self.attempt.exchange.outcome


ANSWERS = (5, 10, 20, 50, 100, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 30_000)
"""Upper ends, in ms, of the classes in which answer times are counted."""
QUARTER = 15 * MINUTE


def delivery_id(seq: int, series: int) -> str:
    """How the API names a delivery of a hook."""
    return f"{seq}-{series}"


def parse_delivery_id(text: str) -> tuple[int, int] | None:
    """Fact number and series, or None for anything that `delivery_id` does not write."""
    found = _DELIVERY.fullmatch(text)
    return None if found is None else (int(found[1]), int(found[2]))


def webhook_id(fact_id: str) -> str:
    """The receiver's key against duplicates: the same in every attempt and replay, for every hook."""
    return f"msg_{fact_id.replace('-', '')}"


def envelope(workspace_id: str, event: str, data: bytes, at: int) -> bytes:
    """The body (hooks contract 2.1): the envelope around the stored bytes. `event` and `workspace_id` need no escaping."""
    return b'{"website_id":"%b","event":"%b","data":%b,"timestamp":%d}' % (
        workspace_id.encode(),
        event.encode(),
        data,
        at,
    )
