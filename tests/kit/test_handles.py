"""How many files a process may have open: what the system allows, and not what it begins with."""

import resource
import subprocess
import sys
from unittest.mock import Mock

import pytest

from halloo.kit.handles import HANDLES_MOST, raise_handles

_RAISED = """
import resource
from halloo.kit.handles import raise_handles
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
print(raise_handles(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(("soft", "hard", "raised"), [(256, 700, 700), (300, 300, 300)])
def test_a_process_takes_what_it_may_have(soft: int, hard: int, raised: int) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _RAISED.format(soft=soft, hard=hard)], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == [str(raised), str(raised), str(hard)]


@pytest.mark.parametrize(
    ("soft", "hard", "asked"),
    [
        (1024, 1 << 20, HANDLES_MOST),
        (1024, resource.RLIM_INFINITY, HANDLES_MOST),
        (100_000, 1 << 20, None),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, None),
    ],
)
def test_it_asks_for_no_more_than_it_can_use_and_gives_nothing_back(
    soft: int, hard: int, asked: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: list[tuple[int, int]] = []

    def refuse(_: int, limits: tuple[int, int]) -> None:
        wanted.append(limits)
        raise ValueError("not allowed")

    monkeypatch.setattr(resource, "getrlimit", Mock(return_value=(soft, hard)))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    assert raise_handles() == soft, "a system that refuses leaves it as it was"
    assert wanted == ([] if asked is None else [(asked, hard)])
