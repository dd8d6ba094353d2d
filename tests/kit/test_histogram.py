"""Counting by class, and what can be said of it."""

import pytest

from halloo.kit.histogram import Histogram, quantile


def test_a_value_falls_into_the_first_class_that_holds_it() -> None:
    histogram = Histogram((1, 2, 5))
    for value in (0, 1, 1.5, 2, 3, 5, 6):
        histogram.observe(value)
    assert histogram.counts == [2, 2, 2, 1]
    assert histogram.sum == 18.5


@pytest.mark.parametrize(("share", "value"), [(0.5, 1.0), (0.25, 0.5), (0.75, 1.5), (1, 2.0)])
def test_a_quantile_lies_evenly_within_its_class(share: float, value: float) -> None:
    assert quantile((1, 2, 5), [10, 10, 0, 0], share) == pytest.approx(value)


def test_nothing_counted_is_nothing_known_and_beyond_the_last_bound_is_the_bound() -> None:
    assert quantile((1, 2), [0, 0, 0], 0.5) is None
    assert quantile((1, 2), [0, 0, 7], 0.99) == 2
