"""Shapes of the management API: what browsers reported of policies (csp contract 5)."""

from msgspec import Struct

from halloo.csp.model import Disposition, Level
from halloo.csp.reports import Kind


class ReportVerdict(Struct):
    """What the doctor says of reports. `blocks`: something of Halloo is kept away, of this `level`; `line`: what to add, or to do."""

    blocks: bool
    level: Level | None
    text: str
    line: str | None


class ReportGroup(Struct):
    """Reports of browsers that say the same. All of it is text of strangers.

    `page`, `source` and `sample` are those of the first. `blocked`: an origin, a keyword such as `inline`, or a scheme. `verdict`: null
    where the policy is not known as a whole.
    """

    id: str
    first_seen: str
    last_seen: str
    count: int
    page: str
    disposition: Disposition
    directive: str
    blocked: str
    source: str | None
    sample: str | None
    policy: str
    kind: Kind
    muted: bool
    verdict: ReportVerdict | None


class ReportCounts(Struct):
    """How many groups there are: those that are not muted, by kind, and those that are."""

    ours: int
    others: int
    extensions: int
    muted: int


class ReportPage(Struct):
    """`GET …/csp/reports`. `foreign`: reports of pages that the widget has nothing to do with; nothing else is kept of them."""

    data: list[ReportGroup]
    next_cursor: str | None
    counts: ReportCounts
    foreign: int


class ReportPatch(Struct, forbid_unknown_fields=True, frozen=True):
    """`PATCH …/csp/reports/{id}`."""

    muted: bool
