"""What a page's policies do to the widget, and the smallest changes that help (csp contract 4.1). Pure.

The page is treated as it is examined: each fix is written down before the next need is looked at, so that nothing is added twice, and
what the fixes ask for in turn is found too, such as the record that the pinned loader fetches.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from halloo.csp.manifest import needs, origins
from halloo.csp.model import (
    Deployment,
    Diagnosis,
    Examined,
    Finding,
    Fix,
    Fixed,
    Given,
    Need,
    Page,
    Trust,
    Verdict,
)
from halloo.csp.model import Warning as Remark
from halloo.csp.policy import Load
from halloo.csp.scripts import Scripts
from halloo.csp.sheet import Sheet
from halloo.csp.surroundings import isolated, listed, own_page, permitted, sandboxed
from halloo.csp.treatment import Treatment, blocked_parts, matches_urls, write
from halloo.csp.trusted_types import treat_trusted_types

_SCRIPTS = ("host.loader", "host.recorder")
_TRIES = 4
"""Rounds for one address and policy. One is enough, but for texts that the two readings cut differently."""


def examine(deployment: Deployment, page: Page, trust: Trust = "auto") -> Diagnosis:
    """Examine a page for a widget. Whatever the policies hold, there is an answer.

    A need that an earlier fix covers is not told again: what lets the chat's frame in lets in that of outbound media.
    """
    treatment = Treatment.of(deployment, page, trust)
    _treat(treatment)
    order = {
        need.id: place
        for place, need in enumerate(needs(replace(deployment, verified_embedding=True), "host", pinned=True))
    }
    found = [*treatment.findings(), *(one for sheet in treatment.sheets for one in sandboxed(sheet))]
    found.sort(key=lambda one: (one.policy or 0, order.get(one.need, len(order))))
    found += [*permitted(deployment, page), *listed(deployment, page)]
    return Diagnosis(
        deployment.widget_id,
        page.origin,
        verdict_of(found),
        tuple(
            Examined(index, given, tuple(_would_block(deployment, page, given, trust)))
            for index, given in enumerate(page.policies, 1)
        ),
        tuple(found),
        tuple(Fixed(one.index, one.given.delivery, one.text) for one in treatment.sheets if one.changed),
        (),
        tuple(own_page(deployment, page)),
        tuple(isolated(page)),
        None if treatment.tag == page.tag else treatment.tag,
    )


def treated(page: Page, diagnosis: Diagnosis) -> Page:
    """The page with what the diagnosis writes into its policies and its tag; `{NONCE}` stands for the page's nonce."""
    texts = {fixed.index: fixed.text for fixed in diagnosis.fixed}
    policies = tuple(replace(given, text=texts.get(index, given.text)) for index, given in enumerate(page.policies, 1))
    lines = [one.fix.line for one in diagnosis.findings if one.fix.kind == "permissions_policy"]
    return replace(
        page,
        policies=policies,
        tag=diagnosis.tag or page.tag,
        permissions_policy=(*page.permissions_policy, *lines),
    )


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The worst of what was found."""
    levels = {one.level for one in findings}
    if "required" in levels:
        return "required_blocked"
    return "optional_blocked" if levels else "ok"


def _treat(treatment: Treatment) -> None:
    wanted = {need.id: need for need in needs(treatment.deployment, "host")}
    loader = wanted.get("host.loader")
    Scripts(treatment, loader, wanted.get("host.recorder")).treat()
    if loader:
        treat_trusted_types(treatment, loader)
    for need in needs(treatment.deployment, "host", pinned=treatment.tag.pinned):
        if need.id not in _SCRIPTS:
            for sheet in treatment.sheets:
                for load, origin in _loads(treatment.deployment, need):
                    _admit(treatment, need, sheet, load, origin)


def _loads(deployment: Deployment, need: Need) -> Iterator[tuple[Load, str]]:
    """What a need that scripts have nothing to do with loads, and the source for it: a socket and a fetch are two (4.1.4)."""
    path = f"{need.path}{deployment.widget_id}" if need.host == "client" else need.path
    for origin in origins(deployment, need):
        yield Load(need.destination, f"{origin}{path}", parser_inserted=False), origin


def _admit(treatment: Treatment, need: Need, sheet: Sheet, load: Load, origin: str) -> None:
    told = False
    for _ in range(_TRIES):
        parts = blocked_parts(sheet, load)
        if not parts:
            return
        for blocked in parts:
            if not treatment.can_be_written(origin):
                treatment.draft(need, blocked, treatment.cannot(blocked, origin))
                return
            kind, directive = write(blocked, origin, matches_urls)
            if not told:
                treatment.draft(need, blocked, Fix(kind, directive, origin, ""), directive=directive)
                told = True


def _would_block(deployment: Deployment, page: Page, given: Given, trust: Trust) -> Iterator[Remark]:
    """That a policy which only reports would block a need once it is enforced."""
    if given.disposition != "report" or given.delivery == "meta":
        return
    alone = Treatment.of(deployment, replace(page, policies=(replace(given, disposition="enforce"),)), trust)
    _treat(alone)
    for finding in alone.findings():
        advice = f"Write: {finding.fix.line}" if finding.fix.line else finding.fix.note
        text = f"Once enforced, this policy would block {finding.blocked or finding.directive}. {advice}"
        yield Remark("report_only_would_block", finding.decided_by, finding.blocked, text)
