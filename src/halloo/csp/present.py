"""The doctor's answer as JSON (csp contract 4.2). It is a published schema: fields are added, never changed."""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from halloo.csp import model
from halloo.csp.model import Delivery, Diagnosis, Disposition, Feature, FixKind, Level, Reading, Verdict

VERSION = 1


class CspRemark(Struct, frozen=True):
    """Something worth knowing. `code` stays the same, `text` may be said better; `source` as it stands there, at most 81 characters."""

    code: str
    directive: str
    source: str
    text: str


class CspExamined(Struct, frozen=True):
    """A policy as it was delivered. `index` from 1; `line`: where its `<meta>` stands in the HTML."""

    index: int
    delivery: Delivery
    disposition: Disposition
    line: int | None
    text: str
    warnings: list[CspRemark]


class CspFix(Struct, frozen=True):
    """The smallest change that helps. `line`: what to write; `directive` empty where it is not one of a policy."""

    kind: FixKind
    directive: str
    value: str
    line: str
    note: str


class CspFinding(Struct, frozen=True):
    """A need that is blocked. `policy` null: no policy does it. `reading`: whether the standard's text blocks it, browsers, or both."""

    need: str
    feature: Feature
    level: Level
    policy: int | None
    directive: str
    decided_by: str
    blocked: str
    reading: Reading | Literal["both"]
    fix: CspFix
    alternatives: list[CspFix]


class CspFixed(Struct, frozen=True):
    """A policy's new text, with all fixes in it."""

    index: int
    delivery: Delivery
    text: str


class CspDiagnosis(Struct, frozen=True):
    """What the doctor found. `removable`: what Halloo does not need; take it out if nothing else on the page uses it.

    `warnings`: those that are of no policy. `widget` empty: no widget was named.
    """

    version: Literal[1]
    widget: str
    page_origin: str | None
    verdict: Verdict
    policies: list[CspExamined]
    findings: list[CspFinding]
    fixed_policies: list[CspFixed]
    removable: list[CspRemark]
    warnings: list[CspRemark]
    notes: list[str]


def present(diagnosis: Diagnosis) -> CspDiagnosis:
    """The answer as it goes over the wire."""
    return CspDiagnosis(
        VERSION,
        diagnosis.widget_id,
        diagnosis.page_origin,
        diagnosis.verdict,
        [_examined(one) for one in diagnosis.policies],
        [_finding(one) for one in diagnosis.findings],
        [CspFixed(one.index, one.delivery, one.text) for one in diagnosis.fixed],
        [_remark(one) for one in diagnosis.removable],
        [_remark(one) for one in diagnosis.warnings],
        list(diagnosis.notes),
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of the answer."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What halloo csp doctor answers",
        **msgspec.json.schema(CspDiagnosis),
    }


def _examined(one: model.Examined) -> CspExamined:
    given = one.given
    remarks = [_remark(warning) for warning in one.warnings]
    return CspExamined(one.index, given.delivery, given.disposition, given.line, given.text, remarks)


def _finding(one: model.Finding) -> CspFinding:
    return CspFinding(
        one.need,
        one.feature,
        one.level,
        one.policy,
        one.directive,
        one.decided_by,
        one.blocked,
        one.reading,
        _fix(one.fix),
        [_fix(fix) for fix in one.alternatives],
    )


def _fix(fix: model.Fix) -> CspFix:
    return CspFix(fix.kind, fix.directive, fix.value, fix.line, fix.note)


def _remark(one: model.Warning) -> CspRemark:
    return CspRemark(one.code, one.directive, one.source, one.text)
