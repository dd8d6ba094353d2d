"""64 KiB of policy, whatever they hold, are answered in no time (csp contract 7.3).

Measured is CPU time, the best of a few rounds: other programs may be running. The promise is 50 ms on a machine with nothing else to
do; there one of chance takes half of that, and sixty policies at once nearly twice as long. `halloo bench csp` gives the figures.
"""

import time

import pytest

from halloo.cli.bench.csp import PROMISE_MS, pages, random_policy, timed
from halloo.csp.model import Given, Page

PAGES = pages()
BUSY = 2.5
"""What a processor may lose to its neighbours."""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_policy_by_chance(seed: int) -> None:
    page = Page((Given(random_policy(seed)),), "https://shop.test")
    assert min(timed(page, 5, time.process_time)) < PROMISE_MS * BUSY


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page(name: str) -> None:
    assert sum(len(given.text) for given in PAGES[name].policies) <= 66_000
    assert min(timed(PAGES[name], 5, time.process_time)) < PROMISE_MS * BUSY
