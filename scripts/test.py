"""`make test`: the quick checks, then the tests that take a browser, both databases and time. Under 20 minutes."""

from __future__ import annotations

import subprocess
import sys

import check
from setup import PYTHON
from steps import ROOT, StepError, paint


def main() -> int:
    """Run the checks, then the rest of the tests; return how the process shall end."""
    checks = check.main([])
    print(f"\n{paint('The long tests', '1')}: PostgreSQL, browser, flow, faults, tooling", flush=True)
    command = [str(PYTHON), "-m", "pytest", "-m", "(slow or browser or postgresql) and not axe", "--durations=10"]
    tests = subprocess.run(command, cwd=ROOT, check=False).returncode
    return checks or tests


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StepError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
