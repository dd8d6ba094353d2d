"""Cursors and versions."""

import pytest

from halloo.edge.etag import version_tag, wanted_version
from halloo.edge.pagination import open_cursor, page_of, seal_cursor
from halloo.kit.refusals import Invalid, Stale


def test_a_cursor_comes_back_as_it_was() -> None:
    assert open_cursor(seal_cursor((1_795_168_800_000, "x")), tuple[int, str]) == (1_795_168_800_000, "x")
    assert open_cursor(None, str) is None


@pytest.mark.parametrize("text", ["", "x", "\u00e4", "bnVsbA", seal_cursor(["x", 1]), seal_cursor({"a": 1})])
def test_what_is_no_cursor(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_cursor(text, tuple[int, str])
    assert refused.value.details == {"field": "cursor"}


def test_a_page_knows_whether_there_is_another() -> None:
    assert page_of([1, 2, 3], 2, lambda number: number) == ([1, 2], seal_cursor(2))
    assert page_of([1, 2], 2, lambda number: number) == ([1, 2], None)
    assert page_of([], 2, lambda number: number) == ([], None)


def test_a_version_in_if_match() -> None:
    assert wanted_version(version_tag(17)) == 17
    assert wanted_version(None) is None
    assert wanted_version("*") is None
    for text in ('"x"', 'W/"17"', "", '"1", "2"'):
        with pytest.raises(Stale):
            wanted_version(text)
