"""Groups of reports and checks of pages as they are stored. Times are UNIX milliseconds."""

from dataclasses import dataclass

from halloo.csp.model import Disposition
from halloo.csp.reports import Kind


@dataclass(frozen=True, slots=True)
class Group:
    """Reports that say the same. `judged`: whether it was looked at whether administrators must be told of it."""

    id: str
    widget_id: str
    kind: Kind
    page: str
    disposition: Disposition
    directive: str
    blocked: str
    source: str
    sample: str
    policy: str
    count: int
    first_seen: int
    last_seen: int
    muted: bool
    judged: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many groups a widget has: those that are not muted, by kind, and those that are."""

    ours: int = 0
    others: int = 0
    extensions: int = 0
    muted: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """What the doctor last said of a page: `verdict` with `result` (JSON), or the `error` for which there is none."""

    origin: str
    checked_at: int
    verdict: str | None
    error: str | None
    result: str | None
