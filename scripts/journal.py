"""A plugin of pytest that tells who runs it what happens, a line of JSON each: `-p journal --journal FILE`.

`{"due": 12}` how many tests there are, `{"begun": ID}` which one runs, `{"ended": ID, "seconds": 1.5, "failed": false}`.
"""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest


class Journal:
    """Writes a line for each test as it begins and ends; its seconds are those of its fixtures too."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._seconds = 0.0
        self._failed = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell how many tests there are."""
        self._tell(due=len(session.items))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tell which test runs."""
        self._seconds, self._failed = 0.0, False
        self._tell(begun=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up what a test and its fixtures take."""
        self._seconds += report.duration
        self._failed |= report.failed

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell how a test ended."""
        self._tell(ended=nodeid, seconds=round(self._seconds, 3), failed=self._failed)

    def _tell(self, **said: Any) -> None:
        self._file.write(json.dumps(said) + "\n")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the file."""
    parser.addoption("--journal", type=Path, help="write a line of JSON for each test that begins or ends")


def pytest_configure(config: pytest.Config) -> None:
    """Write where a file is named; who reads it ends this run with an interrupt, which shells turn off in the background."""
    path: Path | None = config.getoption("journal")
    if path is not None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        config.pluginmanager.register(Journal(path), "journal of the tests")
