"""From the pump to the rooms: each workspace gets its facts, in order."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from halloo.events.model import Fact
from halloo.relay.hub import Hub

_workspace = attrgetter("workspace_id")


class Fanout:
    """A reader of the pump. At most once: who missed something asks again from its position."""

    def __init__(self, hub: Hub) -> None:
        """`hub` knows who follows."""
        self._hub = hub

    def read(self, facts: Sequence[Fact]) -> None:
        """Facts that were committed, ascending within each workspace."""
        for workspace_id, run in groupby(facts, _workspace):
            self._hub.take(workspace_id, list(run))
