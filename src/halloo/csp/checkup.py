"""The doctor's whole answer: what is blocked, and besides what is worth knowing of each policy's text (csp contract 4.1). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from halloo.csp import model
from halloo.csp.doctor import examine
from halloo.csp.model import Deployment, Diagnosis, Examined, Finding, Page, Trust
from halloo.csp.warnings import MOST, remarks

_BY: dict[str, str] = {
    "letter": "Browsers allow it here, but the standard's text does not. The line to add is right by both.",
    "browser": "The standard's text allows it here, but browsers do not. The line to add is right by both.",
}


def check_page(deployment: Deployment, page: Page, trust: Trust = "auto", notes: Sequence[str] = ()) -> Diagnosis:
    """Examine a page, with all warnings. `notes`: what is known besides, from reading it."""
    found = examine(deployment, page, trust)
    policies: list[Examined] = []
    removable: dict[tuple[str, str], model.Warning] = {}
    told = list(notes)
    for one in found.policies:
        of_text = remarks(one.given, deployment)
        if of_text.left_out:
            told.append(f"Policy {one.index} has more warnings than the first {MOST}, which are shown.")
        differing = _differing(one.index, found.findings)
        policies.append(replace(one, warnings=(*of_text.warnings, *differing, *one.warnings)))
        for spare in of_text.removable:
            removable.setdefault((spare.directive, spare.source), spare)
    return replace(
        found,
        policies=tuple(policies),
        removable=tuple(removable.values()),
        warnings=(*found.warnings, *_of_headers(page)),
        notes=(*found.notes, *told),
    )


def _differing(index: int, findings: Sequence[Finding]) -> Iterator[model.Warning]:
    """That only one of the two readings blocks."""
    seen: set[tuple[str, str]] = set()
    for one in findings:
        text = _BY.get(one.reading)
        if one.policy == index and text is not None and (one.decided_by, one.blocked) not in seen:
            seen.add((one.decided_by, one.blocked))
            yield model.Warning("readings_differ", one.decided_by, one.blocked, text)


def _of_headers(page: Page) -> Iterator[model.Warning]:
    if page.feature_policy:
        text = "Feature-Policy is the old name of Permissions-Policy; browsers ignore it beside that. Send Permissions-Policy alone."
        yield model.Warning("feature_policy_header", "Feature-Policy", "", text)
