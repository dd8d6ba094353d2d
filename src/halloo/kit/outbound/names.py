"""From a name to addresses that may be connected to: one question an attempt, one answer shared by all that ask within a second."""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

from halloo.kit.outbound.guard import Guard, is_localhost
from halloo.kit.outbound.model import Url
from halloo.kit.outbound.resolver import NotResolved, Resolver

_QUESTION_S = 5.0
"""After which nobody waits for a name server any more; attempts stop waiting by their own clock."""
_QUESTIONS_MAX = 512
_KEPT_MAX = 2048
_USED_MAX = 16
"""Addresses of one name that are tried; all are judged."""


class Judged(NamedTuple):
    """What is known of a host: its addresses that may be used, or why there are none."""

    addresses: tuple[str, ...]
    rule: str | None
    """Which rule refused it."""
    address: str | None
    """And which of its addresses."""
    trouble: str | None
    """Why it could not be resolved, a sentence."""
    until: float
    """When the answer is too old to be shared."""


class Names:
    """Resolves and judges. One question at a time for a name; answers are kept for `shared_s`, and only so many."""

    def __init__(self, guard: Guard, resolver: Resolver, shared_s: float) -> None:
        """`shared_s`: for how long an answer serves other attempts, too."""
        self.guard = guard
        self._resolver = resolver
        self._shared_s = shared_s
        self._known: dict[str, Judged] = {}
        self._asked: dict[str, asyncio.Task[Judged]] = {}
        self._room = asyncio.Semaphore(_QUESTIONS_MAX)

    def known(self, url: Url) -> Judged | None:
        """What another attempt learned a moment ago, or what needs no name server."""
        judged = self._known.get(url.host)
        if judged is not None and time.monotonic() < judged.until:
            return judged
        if url.is_address:
            return self._keep(url.host, (url.host,))
        return self._keep(url.host, self.guard.localhost()) if is_localhost(url.host) else None

    async def ask(self, host: str) -> Judged:
        """Resolve and judge a name. Being cancelled ends the waiting alone: the answer may serve others."""
        task = self._asked.get(host)
        if task is None:
            task = self._asked[host] = asyncio.create_task(self._resolve(host))
            task.add_done_callback(lambda _: self._asked.pop(host, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop asking."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
        await self._resolver.close()

    async def _resolve(self, host: str) -> Judged:
        try:
            async with asyncio.timeout(_QUESTION_S), self._room:
                found = await self._resolver.resolve(host)
        except NotResolved as error:
            trouble = str(error)
        except asyncio.CancelledError:  # only `close` does that
            trouble = "This server is stopping."
        except TimeoutError:
            trouble = "No name server answered."
        else:
            return self._keep(host, found)
        return self._note(host, Judged((), None, None, trouble, time.monotonic() + self._shared_s))

    def _keep(self, host: str, addresses: Sequence[str]) -> Judged:
        """Judge every address: one that is refused refuses all."""
        until = time.monotonic() + self._shared_s
        for address in addresses:
            rule = self.guard.refuses(address)
            if rule is not None:
                return self._note(host, Judged((), rule, address, None, until))
        return self._note(host, Judged(tuple(addresses[:_USED_MAX]), None, None, None, until))

    def _note(self, host: str, judged: Judged) -> Judged:
        """Keep an answer as the youngest; those that are too old, or too many, go."""
        known = self._known
        known.pop(host, None)
        known[host] = judged
        now = time.monotonic()
        while known:
            oldest = next(iter(known))
            if len(known) <= _KEPT_MAX and known[oldest].until > now:
                break
            del known[oldest]
        return judged
