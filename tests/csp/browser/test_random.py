"""Chromium and the matcher say the same of policies drawn by chance (csp contract 7.1)."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, seed, settings

from tests.csp.draws import Drawn, how_many, pages, quiet, seeded

if TYPE_CHECKING:
    from tests.csp.browser.chromium import Chromium

pytestmark = pytest.mark.browser


def test_chromium_blocks_what_the_matcher_says_and_nothing_else(chromium: "Chromium") -> None:
    """By policy, disposition, directive, blocked origin and ask: not one difference."""
    from tests.csp.browser.asks import Ask
    from tests.csp.browser.everything import RECORDER, asks_of, predicted, prefetched, site_of

    @seed(seeded())
    @settings(**quiet(how_many(200)))
    @given(pages())
    def compare(drawn: Drawn) -> None:
        asks = asks_of(drawn)
        seen = chromium.visit(site_of(drawn), asks, known=[Ask("recorder", "script", RECORDER)])
        expected = predicted(drawn, asks)
        told = frozenset(one for one in seen.told if one.ask != "prefetch")
        assert sorted(told - expected) == [], "Chromium blocked what the matcher allows"
        assert sorted(expected - told) == [], "Chromium allowed what the matcher blocks"
        assert (seen.results["prefetch"] == "load") == prefetched(drawn, asks)

    compare()
