"""Which conversations a holder may follow, remembered for a while, so that reconnects need no query."""

from collections import OrderedDict
from collections.abc import Collection

from halloo.kit.clock import MINUTE, Clock
from halloo.relay.actions_port import RelayActions
from halloo.relay.tokens import Claims

CAPACITY = 50_000
KEPT_MS = 10 * MINUTE
_Key = tuple[str, tuple[str, str], str]


class Sight:
    """What was seen to be visible; what was not is asked every time."""

    def __init__(self, actions: RelayActions, clock: Clock) -> None:
        """`actions.visible` knows."""
        self._actions = actions
        self._clock = clock
        self._seen: OrderedDict[_Key, int] = OrderedDict()

    async def all_visible(self, claims: Claims, conversation_ids: Collection[str]) -> bool:
        """Whether the holder may follow every one of these."""
        now = self._clock()
        keys = {id: (claims.workspace_id, claims.identity, id) for id in conversation_ids}
        unknown = [id for id, key in keys.items() if self._seen.get(key, -1) < now]
        if not unknown:
            return True
        visible = set(await self._actions.visible(claims.actor(), unknown))
        for id in visible.intersection(unknown):
            self.saw(claims, id)
        return visible.issuperset(unknown)

    def saw(self, claims: Claims, conversation_id: str) -> None:
        """The holder may follow this one, such as the conversation it has just started."""
        self._seen[claims.workspace_id, claims.identity, conversation_id] = self._clock() + KEPT_MS
        if len(self._seen) > CAPACITY:
            self._seen.popitem(last=False)
