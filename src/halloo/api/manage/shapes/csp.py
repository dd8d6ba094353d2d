"""Shapes of the management API: what a page must allow, and what the doctor says of one (csp contract 3, 4, 5)."""

from msgspec import Struct

from halloo.csp.formats import Target
from halloo.csp.generate import Form
from halloo.csp.model import Trust, Verdict
from halloo.csp.present import CspDiagnosis

__all__ = ["CspDiagnosis", "CspDoctorPost", "CspPolicy", "DomainCheck", "DomainCheckList", "DomainCheckPost"]


class CspPolicy(Struct, rename={"as_": "as"}):
    """`GET …/csp/policy`. `text`: the policy in the wanted format; `tag`: the script's tag where the plain one does not do."""

    form: Form
    as_: Target
    policy: str
    text: str
    tag: str | None
    notes: list[str]


class CspDoctorPost(Struct, forbid_unknown_fields=True, frozen=True):
    """`POST …/csp/doctor`: a page to examine, or a part of one. What is left out is not known.

    `headers`, `report_only`, `permissions_policy`, `coep`: values of these headers. `metas`: whole tags, or their `content`. `url`: where
    the page is fetched. `page_origin`: where it is at home, if that is another place. `tag`: the script's tag on it.
    """

    headers: list[str] = []
    report_only: list[str] = []
    metas: list[str] = []
    html: str | None = None
    url: str | None = None
    page_origin: str | None = None
    tag: str | None = None
    permissions_policy: list[str] = []
    coep: list[str] = []
    trust: Trust = "auto"


class DomainCheck(Struct):
    """What the doctor last said of an allowed domain: `result`, or the `error` for which there is none; all null before the first."""

    origin: str
    checked_at: str | None
    verdict: Verdict | None
    error: str | None
    result: CspDiagnosis | None


class DomainCheckList(Struct):
    """`GET …/csp/checks`: a row for each allowed domain."""

    data: list[DomainCheck]


class DomainCheckPost(Struct, forbid_unknown_fields=True, frozen=True):
    """`POST …/csp/checks`."""

    origin: str
