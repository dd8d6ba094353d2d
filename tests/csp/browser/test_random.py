"""Chromium, the matcher and the doctor say the same of policies drawn by chance (csp contract 7.1)."""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, seed, settings

from halloo.csp.doctor import examine
from tests.csp.draws import Drawn, how_many, pages, quiet, seeded

if TYPE_CHECKING:
    from tests.csp.browser.asks import Told
    from tests.csp.browser.chromium import Chromium
    from tests.csp.browser.foretold import Cause

pytestmark = pytest.mark.browser


def test_chromium_blocks_what_matcher_and_doctor_say_and_nothing_else(chromium: "Chromium") -> None:
    """By policy, disposition, directive, blocked origin and ask: not one difference."""
    from tests.csp.browser.asks import Ask
    from tests.csp.browser.everything import RECORDER, asks_of, kept_quiet, predicted, prefetched, site_of

    counted = Counter[str]()

    @seed(seeded(22))
    @settings(**quiet(how_many(200)))
    @given(pages())
    def compare(drawn: Drawn) -> None:
        asks = asks_of(drawn)
        seen = chromium.visit(site_of(drawn), asks, known=[Ask("recorder", "script", RECORDER)])
        expected = predicted(drawn, asks)
        told = frozenset(one for one in seen.told if one.ask != "prefetch")
        assert sorted(told - expected) == [], "Chromium blocked what the matcher allows"
        assert sorted(expected - told - kept_quiet(drawn, asks)) == [], "Chromium allowed what the matcher blocks"
        assert (seen.results["prefetch"] == "load") == prefetched(drawn, asks)
        counted.update(
            pages=1, policies=len(drawn.policies), events=len(told), causes=_ask_the_doctor(drawn, told, chromium)
        )

    compare()
    print(dict(counted))  # noqa: T201 - what was compared, for whoever runs it


def _ask_the_doctor(drawn: Drawn, told: "frozenset[Told]", chromium: "Chromium") -> int:
    """Compare what he says of the widget's needs; return how many refusals of such were foretold."""
    from tests.csp.browser.everything import loader_of
    from tests.csp.browser.foretold import Numbers, asked_for, foretold, happened, stopped

    diagnosis = examine(drawn.deployment, drawn.page)
    numbers = Numbers(drawn.policies)
    untried = stopped(diagnosis, "host.loader") or not loader_of(drawn).imports
    said = foretold(diagnosis, numbers, without=frozenset({"host.recorder"} if untried else ()))
    found = happened(told, asked_for(drawn.deployment, drawn.tag), numbers)
    assert sorted(found - said) == [], "Chromium blocked what the doctor allows"
    if said - found and diagnosis.tag is not None:
        # What follows from the tag that he prescribes: with it Chromium refuses that as well.
        found |= _with_tag(replace(drawn, tag=diagnosis.tag), chromium)
    assert sorted(said - found) == [], "Chromium allowed what the doctor says is blocked"
    return len(said)


def _with_tag(drawn: Drawn, chromium: "Chromium") -> "frozenset[Cause]":
    from tests.csp.browser.asks import Ask
    from tests.csp.browser.everything import RECORDER, asks_of, site_of
    from tests.csp.browser.foretold import Numbers, asked_for, happened

    asks = [one for one in asks_of(drawn) if one.id in asked_for(drawn.deployment, drawn.tag)]
    seen = chromium.visit(site_of(drawn), asks, known=[Ask("recorder", "script", RECORDER)])
    return happened(seen.told, asked_for(drawn.deployment, drawn.tag), Numbers(drawn.policies))
