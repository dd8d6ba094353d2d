"""Every row of the contracts' tables of tests and faults is found by its number: embedding 15 and 16, hooks 9 and 16.

A test's name carries them: `test_16_17_…`, `test_cve_2025_12245_…`, `test_f3_…`, `test_g5_…`. What is looked at is the tests' own
text, so that a row is missed whatever was left out of a run.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROWS = range(1, 26)
KNOWN_FAILURES = [
    "CVE-2025-12245",
    "GHSA-j2rx-g3hp-qg34",
    "CWE-346",
    "CWE-290",
    "CWE-1385",
    "CVE-2026-4400",
    "CVE-2022-0266",
    "CVE-2026-115725",
    "CVE-2022-1176",
    "CVE-2022-1235",
    "CVE-2024-36679",
    "CVE-2022-1021",
    "CVE-2026-44633",
    "CVE-2024-46936",
    "CVE-2026-48929",
    "CVE-2026-28514",
    "CVE-2026-30831",
    "CVE-2026-45757",
    "CVE-2026-49277",
    "CWE-598",
    "CWE-294",
    "CWE-208",
    "CWE-303",
    "CWE-488",
    "CVE-2025-68113",
    "CVE-2026-48616",
    "CVE-2021-24914",
    "CVE-2021-43353",
    "CVE-2024-12541",
    "CVE-2026-3506",
    "CVE-2024-57026",
    "CVE-2025-45960",
    "CVE-2025-57483",
    "CVE-2017-1000059",
    "CVE-2018-9864",
    "CVE-2026-24399",
    "CVE-2022-0542",
    "CVE-2025-12246",
    "CVE-2022-0935",
]
HOOK_ROWS = [*(f"f{number}" for number in range(1, 21)), *(f"g{number}" for number in range(1, 11))]
NOT_YET: dict[str, str] = {}
"""References without a test, each for the part that it needs. Who builds that part takes its line away."""
BELOW_HTTP = {"contacts", "db", "kit", "widgets"}
"""Folders whose tests call functions. A row needs one over HTTP, over a socket or in a browser as well."""


@cache
def names() -> list[tuple[str, str]]:
    """Every test's name, padded with underscores, and the folder that it stands in."""
    return [
        (f"_{node.name.removeprefix('test_')}_", path.relative_to(TESTS).parts[0])
        for path in sorted(TESTS.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


def numbers(name: str) -> set[int]:
    """The rows of section 15 that a name begins with."""
    found = re.match(r"_(?:(?:\d{1,2}|and)_)+", name)
    return {int(one) for one in re.findall(r"\d+", found[0])} if found else set()


def carriers(reference: str) -> list[str]:
    wanted = f"_{reference.lower().replace('-', '_')}_"
    return [name for name, folder in names() if wanted in name and folder not in BELOW_HTTP]


@pytest.mark.parametrize("row", ROWS)
def test_each_acceptance_test_is_there(row: int) -> None:
    assert [name for name, folder in names() if row in numbers(name) and folder not in BELOW_HTTP], row


@pytest.mark.parametrize("reference", KNOWN_FAILURES)
def test_each_known_failure_is_there(reference: str) -> None:
    assert carriers(reference), reference


@pytest.mark.parametrize("row", HOOK_ROWS)
def test_each_fault_and_each_forged_request_of_hooks_is_there(row: str) -> None:
    assert [name for name, _ in names() if f"_{row}_" in name], row


def test_what_is_left_out_is_left_out_for_a_reason_that_still_holds() -> None:
    assert [reference for reference in NOT_YET if carriers(reference)] == []


def test_no_name_claims_a_row_or_a_reference_that_is_not_there() -> None:
    assert {number for name, _ in names() for number in numbers(name)} <= set(ROWS)
    wanted = {reference.lower().replace("-", "_") for reference in (*KNOWN_FAILURES, *NOT_YET)}
    told = {
        one
        for name, _ in names()
        for one in re.findall(r"(?<=_)(?:cve_\d{4}_\d+|cwe_\d+|ghsa(?:_\w{4}){3})(?=_)", name)
    }
    assert told <= wanted
