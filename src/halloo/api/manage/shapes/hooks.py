"""Shapes of the management API: web hooks, their secrets and what they choose (hooks contract 11 and 17)."""

from typing import Any, Literal

from msgspec import Struct

from halloo.hooks.model import Environment, HookKind, Ordered, Retry, Signing
from halloo.hooks.rules import HookChange, HookDraft


class HookEvent(Struct, rename={"class_": "class"}):
    """An event that a hook can be told of. `secret`: it carries one, so only `https` hooks may choose it.

    `class`: `fact` is told at least once, `light` at most once, `reserved` not yet. `emitted`: whether something in Halloo tells it
    now. `sample` is `data` as a hook gets it.
    """

    name: str
    class_: Literal["fact", "light", "reserved"]
    group: str
    sentence: str
    secret: bool
    emitted: bool
    sample: dict[str, Any]


class HookEventList(Struct):
    """`GET /core/hooks/events`."""

    data: list[HookEvent]


class HookSecretView(Struct):
    """A signing secret without itself. `promotes_at`: when the next one becomes the current one by itself."""

    id: str
    role: Literal["current", "next"]
    hint: str
    created_at: str
    promotes_at: str | None


class HookView(Struct):
    """A hook. Values in the query of `url`, and of `headers`, are masked for who may not manage hooks.

    `state`: `failing` since the last success (`failing_since`: the first failure behind it), `open` while nothing but a probe is
    sent (at `probe_at`). `waiting`: deliveries that are still to come through, at most 10,000 of them counted. `replay_id`: the
    replay that is running; `last_replay_id`: the one that was begun last, for as long as the log is kept. `version`: another one
    after each change, and what `If-Match` compares.
    """

    id: str
    kind: HookKind
    environment: Environment
    name: str
    url: str
    events: list[str]
    enabled: bool
    state: Literal["active", "failing", "open", "disabled"]
    disabled_reason: Literal["operator", "failing", "gone"] | None
    last_call: Literal["not_called", "succeeded", "failed"]
    last_call_at: str | None
    last_status: int | None
    last_error: str | None
    failing_since: str | None
    probe_at: str | None
    signing: Signing
    secrets: list[HookSecretView]
    timeout_ms: int
    max_in_flight: int
    ordered: Ordered
    retry: Retry
    headers: dict[str, str]
    waiting: int
    replay_id: str | None
    last_replay_id: str | None
    version: int
    created_at: str
    updated_at: str


class HookPage(Struct):
    """`GET /core/hooks`."""

    data: list[HookView]
    next_cursor: str | None


class HookSaved(HookView, omit_defaults=True):
    """A hook as it was saved. `secret`: the only time it is shown. `warning`: the name in `url` leads nowhere yet."""

    secret: str | None = None
    warning: Literal["dns"] | None = None


class HookPost(HookDraft, forbid_unknown_fields=True, frozen=True):
    """`POST /core/hooks`. `environment`, and `kind` once it is stored, cannot be changed."""


class HookPut(HookChange, forbid_unknown_fields=True, frozen=True):
    """`PUT /core/hooks/{id}`: each field given replaces the stored value."""


class HookEnablePost(Struct, forbid_unknown_fields=True, frozen=True):
    """`POST …/enable`. `recover_since`: post again what was not delivered since then (RFC 3339)."""

    recover_since: str | None = None


class HookSecretPost(Struct, forbid_unknown_fields=True, frozen=True):
    """`POST …/secrets`. `overlap_s`: after how many seconds the next secret becomes the current one by itself; at most 7 days."""

    overlap_s: int = 86_400


class HookSecretCreated(Struct):
    """The answer to `POST …/secrets`: the only time `secret` is shown."""

    id: str
    role: Literal["next"]
    secret: str
    created_at: str
    promotes_at: str


class HookPromotePost(Struct, forbid_unknown_fields=True, frozen=True):
    """`POST …/secrets/promote`. `immediately`: where there is no next secret, make one that counts at once."""

    immediately: bool = False
