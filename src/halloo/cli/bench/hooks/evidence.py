"""What came at the receivers, held against what was recorded: nothing is missing, nothing comes twice, and how late each was."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from halloo.cli.bench.hooks.ground import Told
from halloo.cli.bench.hooks.sink import Seen
from halloo.cli.bench.swarm import Wrong

_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Lag:
    """Milliseconds from a fact's record to its first request, over many."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Lag":
        """Of these; raises `Wrong` where there are none."""
        found = sorted(values)
        if not found:
            raise Wrong("There was nothing to measure.")
        p50, p95, p99, most = (
            round(found[min(len(found) - 1, len(found) * part // 100)], 2) for part in (50, 95, 99, 100)
        )
        return cls(len(found), p50, p95, p99, most)

    def view(self) -> dict[str, Any]:
        """For the report."""
        return {"count": self.count, "p50_ms": self.p50, "p95_ms": self.p95, "p99_ms": self.p99, "max_ms": self.most}


def check(
    seen: Iterable[Seen], told: Sequence[Told], wants: Callable[[int, str], bool], receivers: Sequence[int]
) -> int:
    """Raise `Wrong` unless each of these receivers got each fact that it wants once, and nothing else; how many requests.

    `wants(receiver, event)`. Ids are compared as well as numbers.
    """
    got: dict[int, list[Seen]] = {number: [] for number in receivers}
    for one in seen:
        if one.receiver in got:
            got[one.receiver].append(one)
    for number, requests in got.items():
        due = {one.id: one.seq for one in told if wants(number, one.name)}
        ids = [one.fact for one in requests]
        found = set(ids)
        if len(found) != len(ids):
            raise Wrong(f"Receiver {number} got {len(ids) - len(found)} facts twice.")
        if found != due.keys():
            raise Wrong(
                f"Receiver {number} missed {len(due.keys() - found)} of {len(due)} facts, and got {len(found - due.keys())} of others."
            )
        if any(one.seq != due[one.fact] for one in requests):
            raise Wrong(f"Receiver {number} got a number that belongs to another fact.")
    return sum(len(requests) for requests in got.values())


def lags(seen: Iterable[Seen], told: Sequence[Told], receivers: Iterable[int]) -> list[float]:
    """Milliseconds from the record to the first request, for each delivery to one of these receivers."""
    at = {one.id: one.at for one in told}
    wanted = set(receivers)
    first: dict[tuple[int, bytes], int] = {}
    for one in seen:
        if one.receiver in wanted and one.fact in at:
            first.setdefault((one.receiver, one.fact), one.at_ns)
    return [at_ns / _NS - at[fact] for (_, fact), at_ns in first.items()]
