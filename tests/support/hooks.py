"""A web hook with everything that belongs to one: secrets, a delivery with an attempt, a replay."""

from typing import NamedTuple

from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.hooks.actions import plan, records, replay, secrets, settle
from halloo.hooks.model import Attempt, Settlement
from halloo.hooks.rules import HookDraft
from halloo.kit.clock import MINUTE
from halloo.kit.json import dump
from halloo.kit.outbound.model import Exchange, Timings
from halloo.kit.sealing import Sealer
from halloo.workspaces.model import system_actor

ADDRESS = "https://93.184.215.14/hooks"
"""Public, so that nobody asks a resolver. Nothing is sent there."""
HEAD = (
    b"POST /hooks?key=KEY HTTP/1.1\r\nHost: 93.184.215.14\r\nX-Crisp-Signature: 079c\r\nX-Crisp-Signature-Next: 17ca\r\n"
    b"webhook-id: msg_1\r\nwebhook-signature: v1,z4FJ\r\n\r\n"
)
ANSWER = b"HTTP/1.1 500 Oh no\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nnothing\r\n\r\n"


class Furnished(NamedTuple):
    """The ids of what was made."""

    hook_id: str
    secret_id: str
    delivery_id: str
    replay_id: str
    secret: str


def furnish_hook(tx: Tx, sealer: Sealer, word: str, conversation_id: str | None = None) -> Furnished:
    """Make one whose only attempt so far has failed; everything in it is about `word`."""
    who, now = system_actor(tx.workspace_id), tx.now
    draft = HookDraft(
        f"Hook of {word}",
        f"{ADDRESS}?key={word}key",
        ["message:send"],
        signing="signed",
        headers={"X-Word": f"{word}header"},
    )
    seen, secret = records.create_hook(tx, who, sealer, draft, now)
    hook_id = seen.hook.id
    following = secrets.create_secret(tx, who, sealer, hook_id)
    said = {"website_id": tx.workspace_id, "session_id": f"session_{conversation_id}", "content": f"{word} said"}
    record(tx, "message:send", dump(said), conversation_id=conversation_id)
    (claimed,) = plan.plan(tx, {hook_id: 1}, "lease", now).claimed
    exchange = Exchange(
        outcome="status",
        status=500,
        remote_address="93.184.215.14",
        timings=Timings(1, 2, 3, 4, 10),
        response_head=ANSWER,
        response_body=f"{word} failed".encode(),
        truncated=False,
        retry_after=None,
        detail="500 Oh no",
    )
    attempt = Attempt(now, f"{ADDRESS}?key={word}key", HEAD, exchange)
    settle.settle(tx, "lease", [Settlement(claimed, attempt, "exhausted", now)], {}, now)
    started = replay.start_range(tx, who, hook_id, (now - MINUTE, now + MINUTE), now)
    delivery_id = f"{claimed.seq}-{claimed.series}"
    return Furnished(hook_id, following.id, delivery_id, started.id, secret)
