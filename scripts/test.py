"""`make test`: the quick checks, then the tests that take a browser, both databases and time. Under 20 minutes.

python3 scripts/test.py             everything
python3 scripts/test.py --measure   the same, and note in tests/seconds.json how long the long tests of each file took
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence

import check
import lanes
from steps import ROOT, StepError, paint

_LONG = "(slow or browser or postgresql) and not axe"
_SECONDS = ROOT / "tests" / "seconds.json"
"""How long the long tests of each file took once; it decides nothing but which lane a file runs in."""

_SHOWN = 10


def main(arguments: Sequence[str]) -> int:
    """Run the checks, then the rest of the tests; return how the process shall end."""
    unknown = sorted(set(arguments) - {"--measure"})
    if unknown:
        raise StepError(f"There is no {', '.join(unknown)} here; there is --measure.")
    with lanes.stoppable():
        checks = check.main([])
        print(f"\n{paint('The long tests', '1')}: PostgreSQL, browser, flow, faults, tooling", flush=True)
        started = time.monotonic()
        ran = _lanes()
        good = lanes.run(ran, ["-m", _LONG], check.environment()) or lanes.pass_alone(ran, check.environment())
    print(f"\n{paint('The slowest', '1')}")
    for test, seconds in lanes.slowest(ran, _SHOWN):
        print(f"{seconds:7.1f} s  {test}")
    print(f"\n{_verdict(ran, good=good)} after {time.monotonic() - started:.0f} s.")
    if "--measure" in arguments:
        _write(lanes.by_file(ran))
    return checks or (0 if good else 1)


def _lanes() -> list[lanes.Lane]:
    files = sorted(ROOT.glob("tests/**/test_*.py"))
    measured: dict[str, float] = json.loads(_SECONDS.read_text())
    names = {str(file.relative_to(ROOT)): file for file in files}
    browser = {name for name, file in names.items() if "mark.browser" in file.read_text(encoding="utf-8")}
    dealt = lanes.deal({name: measured.get(name, lanes.UNKNOWN_S) for name in names}, browser, lanes.many())
    return [lanes.Lane(f"Lane {number}", part) for number, part in enumerate(dealt, 1)]


def _write(seconds: dict[str, float]) -> None:
    """Every file has its line, those without a long test too: what has none is taken for new."""
    names = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("tests/**/test_*.py"))
    rounded = {name: round(seconds.get(name, 0.0)) for name in names}
    _SECONDS.write_text(json.dumps(rounded, indent=2) + "\n")


def _verdict(ran: Sequence[lanes.Lane], *, good: bool) -> str:
    count, failed = sum(len(lane.seconds) for lane in ran), sum(len(lane.failed) for lane in ran)
    if failed:
        text = f"{failed} of {count} long tests failed"
        return paint(f"{text} and passed alone", "1;33") if good else paint(text, "1;31")
    return paint(f"All {count} long tests passed", "1;32") if good else paint("A lane broke off", "1;31")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StepError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
