"""What the doctor says that Chromium will block of what the widget needs, and what Chromium did block (csp contract 4, 7.1)."""

from collections.abc import Iterable
from dataclasses import dataclass

from halloo.csp.manifest import needs
from halloo.csp.model import Deployment, Diagnosis, Given, Tag
from halloo.csp.policy import FETCH_DIRECTIVES
from tests.csp.browser.asks import Told, plain

ASKS: dict[str, tuple[str, ...]] = {
    "host.loader": ("loader",),
    "host.recorder": ("recorder",),
    "host.frame": ("frame",),
    "host.outbound": ("frame",),
    "host.record": ("fetch",),
    "host.ticket": ("ticket",),
    "host.pusher": ("pusher", "pusher_wire"),
}
"""A need, and what the drawn page asks for on its behalf."""


@dataclass(frozen=True, order=True)
class Cause:
    """That a policy (by its number) refuses, by this directive, what comes from this origin."""

    policy: int
    directive: str
    origin: str


class Numbers:
    """Which policy a text is; two of one text are one, since reports do not tell them apart."""

    def __init__(self, policies: Iterable[Given]) -> None:
        self._by_text: dict[str, int] = {}
        self._same: dict[int, int] = {}
        for index, given in enumerate(policies, 1):
            parts = [plain(part) for part in given.text.split(",")]
            same = next((self._by_text[part] for part in parts if part in self._by_text), index)
            self._same[index] = same
            for part in parts:
                self._by_text.setdefault(part, same)

    def of_text(self, text: str) -> int:
        """The policy with this part."""
        return self._by_text[text]

    def of_index(self, index: int) -> int:
        """The policy with this number."""
        return self._same[index]


def asked_for(deployment: Deployment, tag: Tag) -> frozenset[str]:
    """The asks that are made for what a widget needs with such a tag."""
    return frozenset(ask for need in needs(deployment, "host", pinned=tag.pinned) for ask in ASKS[need.id])


def happened(told: Iterable[Told], asks: frozenset[str], numbers: Numbers) -> frozenset[Cause]:
    """What Chromium refused of these asks."""
    return frozenset(
        Cause(numbers.of_text(one.policy), one.directive, one.blocked)
        for one in told
        if one.ask in asks and one.disposition == "enforce"
    )


def foretold(diagnosis: Diagnosis, numbers: Numbers, *, without: frozenset[str] = frozenset()) -> frozenset[Cause]:
    """What the doctor says that browsers refuse, but for needs that cannot be tried; what only the standard refuses is left out."""
    return frozenset(
        Cause(numbers.of_index(one.policy), one.directive, one.blocked)
        for one in diagnosis.findings
        if one.policy is not None
        and one.directive in FETCH_DIRECTIVES
        and one.reading != "letter"
        and one.need not in without
    )


def stopped(diagnosis: Diagnosis, need: str) -> bool:
    """Whether the doctor says that browsers do not load this."""
    return any(one.need == need and one.reading != "letter" for one in diagnosis.findings)
