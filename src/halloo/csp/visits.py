"""The doctor at work: fetch the page where there is an address, put it together, examine it off the loop (csp contract 4)."""

import asyncio

from halloo.csp.asked import Asked, put_together
from halloo.csp.checkup import check_page
from halloo.csp.errors import TooManyChecks
from halloo.csp.fetch import Fetched, fetch_page
from halloo.csp.model import Deployment, Diagnosis, Trust
from halloo.kit.clock import MINUTE, Clock
from halloo.kit.limits import Limiter, Rate
from halloo.kit.outbound.client import Outbound

PER_MINUTE = 10


async def look(outbound: Outbound, deployment: Deployment, asked: Asked, url: str | None, trust: Trust) -> Diagnosis:
    """Examine what was handed in, and the page at `url`.

    Raises `PageUnreachable`, `NothingAsked`, and `Invalid` whose `field` says what cannot be read.
    """
    fetched = None if url is None else await fetch_page(outbound, url)
    return await asyncio.to_thread(_examine, deployment, asked, fetched, trust)


class Visits:
    """The doctor for callers of the API: at most ten times a minute for each workspace."""

    def __init__(self, outbound: Outbound, clock: Clock) -> None:
        """One for the process."""
        self._outbound = outbound
        self._limiter = Limiter(Rate(PER_MINUTE, MINUTE, PER_MINUTE), clock)

    async def look(
        self, workspace_id: str, deployment: Deployment, asked: Asked, url: str | None, trust: Trust
    ) -> Diagnosis:
        """Examine a page for somebody of a workspace. Raises `TooManyChecks`, and what `look` does."""
        wait = self._limiter.take(workspace_id)
        if wait:
            raise TooManyChecks(wait)
        return await look(self._outbound, deployment, asked, url, trust)


def _examine(deployment: Deployment, asked: Asked, fetched: Fetched | None, trust: Trust) -> Diagnosis:
    read = put_together(asked, deployment, fetched)
    return check_page(deployment, read.page, trust, read.notes)
