"""The named cases of csp contract 7.2, through the matcher; `browser/` has the other half."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from halloo.csp.model import Given, Reading
from halloo.csp.policy import Load, Policy, allowed, parse, rule, split_header
from tests.csp.case import IMPORTED, Case, Meta, Probe
from tests.csp.cases import CASES

READINGS: tuple[Reading, ...] = ("browser", "letter")


def policies(case: Case, probe: Probe, reading: Reading) -> tuple[Policy, ...]:
    """The page's policies as they cover this probe: a `<meta>` after the tag does not cover what stands before it."""
    covered = [one for one in case.metas if one.place != "after" or probe.made or probe.kind != "script"]
    given = [
        *(Given(part) for value in case.headers for part in split_header(value)),
        *(Given(part, disposition="report") for value in case.report_only for part in split_header(value)),
        *(_meta(one) for one in covered),
    ]
    return tuple(policy for one in given for policy in parse(one, case.page, reading))


def _meta(meta: Meta) -> Given:
    return Given(meta.text, "meta", in_head=meta.place != "body", before_tag=meta.place == "before")


def load(probe: Probe) -> Load:
    url = probe.via or probe.url
    hops = (probe.url,) if probe.via and probe.url else ()
    return Load(probe.kind, url, probe.nonce, probe.integrity, parser_inserted=not probe.made, hops=hops)


def enforced(found: Sequence[Policy]) -> list[Policy]:
    return [one for one in found if one.disposition == "enforce"]


ROWS = [(case, probe) for case in CASES for probe in case.probes]


@pytest.mark.parametrize(("case", "probe"), ROWS, ids=[f"{case.name}-{probe.kind}" for case, probe in ROWS])
def test_the_matcher_says_what_the_table_says(case: Case, probe: Probe) -> None:
    letter = probe.allowed if probe.letter is None else probe.letter
    for reading, expected in zip(READINGS, (probe.allowed, letter), strict=True):
        found = enforced(policies(case, probe, reading))
        rulings = [rule(policy, load(probe), reading) for policy in found]
        assert all(one.allowed for one in rulings) is expected, reading


@pytest.mark.parametrize(("case", "probe"), ROWS, ids=[f"{case.name}-{probe.kind}" for case, probe in ROWS])
def test_allowed_is_what_both_readings_allow_but_for_addresses(case: Case, probe: Probe) -> None:
    by_reading: dict[Reading, Sequence[Policy]] = {reading: policies(case, probe, reading) for reading in READINGS}
    both = probe.allowed and probe.letter is not False
    by_address = urlsplit(probe.url or "").hostname == "127.0.0.1"
    assert allowed(by_reading, load(probe)) is (probe.allowed if by_address else both)


NAMED = """
no-default-allows empty-value-blocks none-alone none-with-host duplicate-first-wins name-case-and-tabs only-ascii-whitespace
non-ascii-part-skipped comma-splits-header comma-in-meta two-policies-one-blocks two-headers-both-report
report-only-never-blocks meta-after-tag meta-before-tag meta-in-body meta-ignores-three unquoted-keywords missing-semicolon
invalid-source-ignored double-star inner-star underscore-host ipv6-host ipv4-host frame-falls-to-child frame-before-child
frame-falls-to-default elem-before-script-src eval-ignores-elem worker-falls-to-child worker-falls-to-script
worker-strict-dynamic-script worker-strict-dynamic-elsewhere worker-nonce-does-not-help star-network-only scheme-https
scheme-ws-upgrades https-host-not-wss schemeless-not-wss wss-host-not-https self-covers-own-wss self-upgrades-http-page
self-same-port-ws http-source-upgrades https-source-no-downgrade port-80-upgrade other-port-upgrade port-443-on-http port-star
port-leading-zero port-default-only wildcard-depth host-star-with-scheme host-case trailing-dot path-exact path-prefix
path-percent path-query path-dropped-after-redirect redirect-host-checked socket-path nonce-right nonce-case nonce-in-default
hash-external hash-alone hash-extra hash-disables-unsafe-inline hash-base64url strict-dynamic-parser strict-dynamic-made
strict-dynamic-hash strict-dynamic-not-for-images import-by-nonce import-by-hash import-by-host made-script-nonce nested-not-ours
seed-000 seed-001
"""
IN_DOCUMENTS = """
tt-none tt-name tt-require-only tt-list-only tt-duplicate ancestors-none ancestors-other ancestors-listed ancestors-nested
sandbox-opaque-parent coep-frame permissions nested-not-ours csp-srcdoc-inherits
"""


def test_every_case_that_the_contract_names_is_there() -> None:
    """In the table, which Chromium is asked as well; what is no matcher's business in `browser/test_documents.py`."""
    assert set(NAMED.split()) - {case.name for case in CASES} == set()
    documents = (Path(__file__).parent / "browser" / "test_documents.py").read_text()
    missing = [
        name for name in IN_DOCUMENTS.split() if name not in documents and name.replace("-", "_") not in documents
    ]
    assert missing == []


def test_names_are_said_once() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", [case for case in CASES if case.headers], ids=lambda case: case.name)
def test_a_header_says_the_same_as_its_parts_in_several_headers(case: Case) -> None:
    parts = tuple(part for value in case.headers for part in split_header(value))
    for probe in case.probes:
        for reading in READINGS:
            assert policies(replace(case, headers=parts), probe, reading) == policies(case, probe, reading)


def test_a_probe_that_is_imported_follows_the_script_that_brings_it() -> None:
    for case in CASES:
        for before, probe in zip(case.probes, case.probes[1:], strict=False):
            if probe.note == IMPORTED:
                assert (before.kind, before.nonce) == ("script", probe.nonce)
