"""Test calls: somebody tries a hook and waits for what it answers (hooks contract 8)."""

from typing import NamedTuple

from halloo.db.engine import Database
from halloo.hooks import rules
from halloo.hooks.actions.records import load_target
from halloo.hooks.actions.settle import note_call
from halloo.hooks.catalogue import TEST
from halloo.hooks.model import Attempt, Hook, envelope
from halloo.hooks.room import HookRoom
from halloo.hooks.samples import render_test
from halloo.kit.clock import MINUTE, Clock
from halloo.kit.limits import Limiter, Rate
from halloo.kit.refusals import RateLimited
from halloo.kit.sealing import Sealer
from halloo.workspaces.model import Actor

PER_MINUTE = 10
WORKSPACE_PER_MINUTE = 100
"""Of all hooks of a workspace: whoever deletes a hook and makes it anew does not begin anew."""


class Trial(NamedTuple):
    """A test call: the hook as it was called, what was sent, and what came of it."""

    hook: Hook
    body: bytes
    attempt: Attempt


class Trials:
    """Makes test calls, at most ten a minute of a hook and a hundred of a workspace. It sends nothing by itself."""

    def __init__(self, database: Database, room: HookRoom, sealer: Sealer, clock: Clock) -> None:
        """One for the process."""
        self._database = database
        self._room = room
        self._sealer = sealer
        self._limiter = Limiter(Rate(PER_MINUTE, MINUTE, PER_MINUTE), clock)
        self._all = Limiter(Rate(WORKSPACE_PER_MINUTE, MINUTE, WORKSPACE_PER_MINUTE), clock)

    async def run(self, who: Actor, hook_id: str, event: str | None) -> Trial:
        """One attempt with the sample of `event`, or with `hook:test`; it is shown as the hook's last call and counts for nothing else.

        Raises `HookNotFound`, `EventUnknown`, `RateLimited`.
        """
        name = TEST if event is None else rules.check_event(event)
        target = await self._database.read(who.workspace_id, load_target, who, self._sealer, hook_id)
        wait = self._limiter.take(hook_id)
        if wait:
            raise RateLimited(wait, f"A hook is tried at most {PER_MINUTE} times a minute.")
        wait = self._all.take(who.workspace_id)
        if wait:
            raise RateLimited(wait, f"All hooks together are tried at most {WORKSPACE_PER_MINUTE} times a minute.")
        data = render_test(name, who.workspace_id, hook_id)
        attempt = await self._room.test(target, name, data)
        await self._database.write(who.workspace_id, note_call, hook_id, attempt.started_at, attempt.exchange)
        return Trial(target.hook, envelope(who.workspace_id, name, data, attempt.started_at), attempt)
