"""Who came and who went, told to the listener by one of the nodes that know.

Every node sees the same changes, its own and those that others tell. So it waits until what was said at the same time has arrived,
compares before and after, and tells where it is the one to tell: of the nodes that have people of the workspace the one with
the lowest id, and where none has any left the one that spoke last, of several that spoke at once again the lowest.
"""

from typing import Protocol

from halloo.kit.clock import SECOND, Clock
from halloo.relay.elsewhere import Key, State
from halloo.relay.passing import Listener, Nobody, What
from halloo.relay.wheel import Once, Wheel

SETTLE_MS = 400
"""How long it is waited for what other nodes say."""
AT_ONCE_MS = 150
"""What two nodes say within this time is said at once: each may hear the other later than itself."""
COUNT_EVERY_MS = 5 * SECOND


class View(Protocol):
    """Who is there, as this node knows."""

    def state(self, workspace_id: str, key: Key) -> State:
        """How a person is shown."""
        ...

    def is_any_available(self, workspace_id: str) -> bool:
        """Whether any operator is."""
        ...

    def count_visitors(self, workspace_id: str) -> int:
        """How many visitors are shown."""
        ...

    def nodes(self, workspace_id: str) -> set[str]:
        """The nodes that have people of the workspace."""
        ...


class _Window:
    """What was true before something changed."""

    __slots__ = ("available", "before", "spoke")

    def __init__(self, *, available: bool | None) -> None:
        self.available = available
        self.before: dict[Key, State] = {}
        self.spoke: dict[str, int] = {}
        """Which nodes said that something changed, and when this one heard it."""

    @property
    def last(self) -> str:
        """The node that spoke last."""
        latest = max(self.spoke.values())
        return min(node for node, at in self.spoke.items() if latest - at <= AT_ONCE_MS)


class Comings:
    """Changes that are still to be told, by workspace."""

    def __init__(self, node: str, wheel: Wheel, clock: Clock, view: View) -> None:
        """`clock` never goes back."""
        self.listener: Listener = Nobody()
        self._node = node
        self._wheel = wheel
        self._clock = clock
        self._view = view
        self._windows: dict[str, _Window] = {}
        self._counts: dict[str, tuple[int, int]] = {}
        """By workspace when visitors were counted last, and how many they were."""
        self._counting: dict[str, str] = {}
        """Workspaces whose visitors will be counted, each with the node that spoke last."""

    def before_change(self, workspace_id: str, key: Key, node: str) -> None:
        """What is shown of a person changes now, since that node says so."""
        if not self._is_wanted(workspace_id, key[0]):
            return
        window = self._windows.get(workspace_id)
        if window is None:
            wanted = self.listener.wants(workspace_id, "available")
            available = self._view.is_any_available(workspace_id) if wanted else None
            window = self._windows[workspace_id] = _Window(available=available)
            self._wheel.add(Once(lambda now: self._settle(workspace_id, now)), self._clock() + SETTLE_MS)
        window.before.setdefault(key, self._view.state(workspace_id, key))
        window.spoke[node] = self._clock()

    def _is_wanted(self, workspace_id: str, role: str) -> bool:
        events: tuple[What, What] = ("visitor", "count") if role == "visitor" else ("operator", "available")
        return any(self.listener.wants(workspace_id, one) for one in events)

    def forget(self, workspace_id: str) -> None:
        """Nobody here has anything to do with this workspace any more."""
        self._counts.pop(workspace_id, None)

    def _settle(self, workspace_id: str, now: int) -> None:
        window = self._windows.pop(workspace_id)
        mine = self._is_mine(workspace_id, window.last)
        moved = False
        for key, before in window.before.items():
            state = self._view.state(workspace_id, key)
            if key[0] == "visitor" and (state == "offline") != (before == "offline"):
                moved = True
                if mine and self.listener.wants(workspace_id, "visitor"):
                    self.listener.visitor(workspace_id, key[1], online=state != "offline")
            elif key[0] == "operator" and (state == "online") != (before == "online") and mine:
                self._tell_operator(workspace_id, key[1], online=state == "online")
        available = None if window.available is None else self._view.is_any_available(workspace_id)
        if mine and available is not None and available != window.available:
            self.listener.available(workspace_id, available=available)
        if moved:
            self._count_soon(workspace_id, window.last, now)

    def _tell_operator(self, workspace_id: str, operator_id: str, *, online: bool) -> None:
        if self.listener.wants(workspace_id, "operator"):
            self.listener.operator(workspace_id, operator_id, online=online)

    def _is_mine(self, workspace_id: str, last: str) -> bool:
        return min(self._view.nodes(workspace_id), default=last) == self._node

    def _count_soon(self, workspace_id: str, last: str, now: int) -> None:
        if not self.listener.wants(workspace_id, "count"):
            return
        waits = workspace_id in self._counting
        self._counting[workspace_id] = last
        if waits:
            return
        at, _ = self._counts.get(workspace_id, (now - COUNT_EVERY_MS, -1))
        self._wheel.add(Once(lambda then: self._count(workspace_id, then)), max(now, at + COUNT_EVERY_MS))

    def _count(self, workspace_id: str, now: int) -> None:
        last = self._counting.pop(workspace_id)
        visitors = self._view.count_visitors(workspace_id)
        _, told = self._counts.get(workspace_id, (0, -1))
        self._counts[workspace_id] = (now, visitors)
        if visitors != told and self._is_mine(workspace_id, last):
            self.listener.count(workspace_id, visitors)
