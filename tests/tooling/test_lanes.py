"""Lanes of tests: dealt evenly and always the same, one that fails is shown, and an interrupt leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import lanes
from lanes import Lane, deal

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_S = 60
Write = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files of tests into a folder of their own and return their names."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # a root of its own

    def files(**texts: str) -> list[str]:
        for name, text in texts.items():
            (tmp_path / f"test_{name}.py").write_text(text)
        return [f"test_{name}.py" for name in texts]

    return files


def test_lanes_end_at_about_the_same_time() -> None:
    seconds = {f"f{number:02}": float(number) for number in range(1, 41)}
    dealt = deal(seconds, (), 3)
    assert sorted(file for lane in dealt for file in lane) == sorted(seconds)
    loads = [sum(seconds[file] for file in lane) for lane in dealt]
    assert max(loads) - min(loads) <= 2
    assert dealt == deal(dict(reversed(seconds.items())), (), 3)


def test_what_belongs_together_takes_as_few_lanes_as_it_fits_in() -> None:
    seconds = {**{f"b{number}": 10.0 for number in range(6)}, **{f"u{number}": 10.0 for number in range(9)}}
    dealt = deal(seconds, {file for file in seconds if file.startswith("b")}, 3)
    assert [sum(file.startswith("b") for file in lane) for lane in dealt] == [5, 1, 0]
    assert [len(lane) for lane in dealt] == [5, 5, 5]


def test_there_is_no_lane_without_a_file() -> None:
    assert deal({"a": 1.0}, (), 3) == [["a"]]


@pytest.mark.slow
def test_all_lanes_run_and_tell_what_took_how_long(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, slow = write(good="def test_a(): pass\ndef test_b(): pass", slow="import time\ndef test_s(): time.sleep(2)")
    ran = [Lane("Lane 1", [good]), Lane("Lane 2", [slow])]
    assert lanes.run(ran, ["-m", "not never"], os.environ, tmp_path)
    ((slowest, seconds),) = lanes.slowest(ran, 1)
    assert slowest == "test_slow.py::test_s"
    assert seconds >= 2
    assert set(lanes.by_file(ran)) == {good, slow}
    said = capsys.readouterr().out
    assert "Lane 1: 2 tests" in said
    assert "passed" not in said  # pytest's own words are kept where nothing failed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "failed", "words"),
    [
        ("def test_a(): assert 1 == 2, 'one is not two'", ["test_bad.py::test_a"], "one is not two"),
        (
            "import pytest\n@pytest.fixture\ndef f():\n    yield\n    raise LookupError('late')\ndef test_a(f): pass",
            ["test_bad.py::test_a"],
            "late",
        ),
        ("import no_such_module", [], "no_such_module"),
        ("import os\ndef test_a(): os._exit(3)", [], "Lane 2 ended with 3"),
    ],
    ids=["failed", "failed behind its end", "cannot be read", "broke off"],
)
def test_a_lane_that_fails_is_shown_and_the_others_go_on(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, failed: list[str], words: str
) -> None:
    good, bad = write(good="def test_quiet(): print('hush')", bad=text)
    ran = [Lane("Lane 1", [good]), Lane("Lane 2", [bad])]
    assert not lanes.run(ran, [], os.environ, tmp_path)
    said = capsys.readouterr().out
    assert [lane.good for lane in ran] == [True, False]
    assert ran[1].failed == failed
    assert words in said
    assert all(f"✗ {test}" in said for test in failed)
    assert "hush" not in said


FIRST_TIME = "import os\ndef test_a():\n    os.rmdir('seen') if os.path.exists('seen') else (os.mkdir('seen'), 1 / 0)"
ALWAYS = "def test_a(): assert 1 == 2"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "good"),
    [
        ([FIRST_TIME], True),
        ([FIRST_TIME, ALWAYS], False),
        ([FIRST_TIME, "import os\ndef test_a(): os._exit(3)"], False),
        (["\n".join(f"def test_{number}(): assert 1 == 2" for number in range(6))], False),
    ],
    ids=["passes alone", "fails again", "a lane broke off", "too many"],
)
def test_what_passes_alone_is_named_and_nothing_else_passes(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str], texts: list[str], *, good: bool
) -> None:
    names = write(**{f"t{number}": text for number, text in enumerate(texts)})
    ran = [Lane(f"Lane {number}", [name]) for number, name in enumerate(names)]
    assert not lanes.run(ran, [], os.environ, tmp_path)
    assert lanes.pass_alone(ran, os.environ, tmp_path) is good
    assert ("unsteady test_t0.py::test_a" in capsys.readouterr().out) is good


@pytest.mark.slow
def test_files_without_a_wanted_test_are_no_failure(write: Write, tmp_path: Path) -> None:
    (none,) = write(none="def helper(): pass")
    assert lanes.run([Lane("Lane 1", [none])], [], os.environ, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_every_lane_and_what_it_started(
    write: Write, tmp_path: Path, number: signal.Signals
) -> None:
    """A test's fixtures come to their end: what they started is stopped by them, also where a shell has turned interrupts off."""
    text = (
        "import pathlib, pytest, time\n"
        "@pytest.fixture\n"
        "def server():\n"
        "    pathlib.Path('started{0}').touch()\n"
        "    yield\n"
        "    pathlib.Path('stopped{0}').touch()\n"
        "def test_long(server): time.sleep(600)\n"
    )
    names = write(one=text.format(1), two=text.format(2))
    program = (
        "import os, pathlib, signal, lanes\n"
        f"{'' if number == signal.SIGINT else 'signal.signal(signal.SIGINT, signal.SIG_IGN)'}\n"
        f"ran = [lanes.Lane(f'Lane {{name}}', [name]) for name in {names}]\n"
        "with lanes.stoppable():\n"
        f"    lanes.run(ran, [], os.environ, pathlib.Path({str(tmp_path)!r}))\n"
    )
    paths = os.pathsep.join((str(ROOT / "scripts"), str(ROOT / "src")))
    running = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    last = time.monotonic() + WAIT_S
    while not all((tmp_path / f"started{lane}").exists() for lane in (1, 2)):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < last
        time.sleep(0.05)
    running.send_signal(number)
    said, _ = running.communicate(timeout=WAIT_S)
    assert running.returncode != 0
    assert all((tmp_path / f"stopped{lane}").exists() for lane in (1, 2))
    assert "Lane test_one.py was stopped in test_one.py::test_long" in said
