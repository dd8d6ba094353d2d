"""The named cases of csp contract 7.2 in Chromium: the same table that the matcher is asked (`tests/csp/cases.py`)."""

from typing import TYPE_CHECKING

import pytest

from tests.csp.case import IMPORTED, Case, Probe
from tests.csp.cases import CASES

if TYPE_CHECKING:
    from tests.csp.browser.asks import Ask
    from tests.csp.browser.chromium import Chromium

pytestmark = pytest.mark.browser

BUILT_IN = ("script", "style", "style-attr")
"""What stands in the HTML unless a case says that a script makes it; everything else is always made."""


def asks_of(case: Case) -> "list[Ask]":
    """The probes as one page asks for them; what a script imports hangs on the script before it."""
    from tests.csp.browser.asks import Ask

    asks: list[Ask] = []
    for number, probe in enumerate(case.probes):
        if probe.note == IMPORTED:
            asks[-1] = _with_import(asks[-1], probe)
        asks.append(_ask(f"p{number}", probe))
    return asks


def _ask(name: str, probe: Probe) -> "Ask":
    from tests.csp.browser.asks import Ask

    url, hops = probe.url, ()
    if probe.via is not None and probe.url is not None:
        url, hops = probe.via, (probe.url,)
    if url is not None and "?" not in url and url.startswith(("http", "ws")):
        url = f"{url}?n={name}"
    code = "window.inlined = 1" if probe.kind in ("script", "script-attr", "javascript-url") else "color: red"
    parser = probe.kind in BUILT_IN and not probe.made
    return Ask(name, probe.kind, url, probe.nonce, probe.integrity, code, parser, hops)


def _with_import(asker: "Ask", probe: Probe) -> "Ask":
    from dataclasses import replace

    assert probe.url is not None
    return replace(asker, imports=_imported(asker, probe))


def _imported(asker: "Ask", probe: Probe) -> str:
    return f"{probe.url}?n=p{int(asker.id[1:]) + 1}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_chromium_does_what_the_case_says(case: Case, chromium: "Chromium") -> None:
    """Each probe on a visit of its own, since of a foreign frame Chromium names the origin alone."""
    from tests.csp.browser.chromium import Site

    asks = asks_of(case)
    brought = [ask for ask, probe in zip(asks, case.probes, strict=True) if probe.note == IMPORTED]
    site = Site(case.page, case.headers, case.report_only, tuple((one.text, one.place) for one in case.metas))
    for ask in (one for one in asks if one not in brought):
        mine = [ask, *(one for one in brought if ask.imports == one.url)]
        seen = chromium.visit(site, [ask], known=mine[1:])
        told = {one.ask for one in seen.told if one.disposition == "enforce"}
        expected = {one.id for one in mine if not case.probes[int(one.id[1:])].allowed}
        assert told == expected, (ask, seen.events, seen.results)
        reported = {one.ask for one in seen.told if one.disposition == "report"}
        assert reported == ({ask.id} if case.name == "report-only-never-blocks" else set())


def test_two_headers_both_report(chromium: "Chromium") -> None:
    """Each policy that blocks tells of it on its own."""
    from tests.csp.browser.chromium import Site

    case = next(one for one in CASES if one.name == "two-headers-both-report")
    seen = chromium.visit(Site(headers=case.headers), asks_of(case))
    assert sorted(one.policy for one in seen.told) == sorted(case.headers)


def test_the_first_address_of_a_redirect_is_named(chromium: "Chromium") -> None:
    from tests.csp.browser.chromium import Site

    case = next(one for one in CASES if one.name == "redirect-host-checked")
    seen = chromium.visit(Site(headers=case.headers), asks_of(case))
    assert [event["blocked"].partition("?")[0] for event in seen.events] == ["https://site.test/go"]
