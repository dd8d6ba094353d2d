"""Run a benchmark on a PostgreSQL that is brought along: `.venv/bin/python bench/on_postgres.py hooks [options]`, or `send`.

The server is the one of the tests, with everything synced to disk, on the last core of this machine.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from halloo.cli.bench import machine  # noqa: E402 - found by the path above
from tests.support.postgres import APP, OWNER, running  # noqa: E402 - likewise

_NAME = "bench"
_SYNCED = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "256MB"}


def main() -> int:
    """Start it, run the command, stop it."""
    cores = machine.cores()
    with ExitStack() as stack:
        with machine.on_core(cores[-1] if len(cores) > 1 else None):
            postgres = stack.enter_context(running(_SYNCED))
        postgres.create(_NAME)
        where = ["--database-url", postgres.url(APP, _NAME), "--owner-url", postgres.url(OWNER, _NAME)]
        command = [sys.executable, "-m", "halloo", "bench", *sys.argv[1:], *where]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603 - ourselves


if __name__ == "__main__":
    sys.exit(main())
