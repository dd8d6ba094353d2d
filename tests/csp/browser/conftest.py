"""One Chromium, and the names it speaks to, for all tests here."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.csp.browser.chromium import Chromium


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Chromium]":
    """Chromium over `*.test`."""
    from tests.csp.browser.chromium import chromium

    folder: Path = tmp_path_factory.mktemp("names")
    with chromium(folder) as started:
        yield started
