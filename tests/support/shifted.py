"""`halloo` on a machine whose clock can be moved: SIGUSR1 has it read the shift, in seconds, from the file HALLOO_TEST_CLOCK.

python shifted.py serve …      as `python -m halloo serve …`

Only the wall clock moves (`time.time`, `time.time_ns`), as when somebody sets the clock of a machine; monotonic time goes on.
"""

import os
import signal
import sys
import time
from pathlib import Path

_now, _now_ns = time.time, time.time_ns
_shift = 0.0


def _read(*_: object) -> None:
    global _shift  # noqa: PLW0603 - there is one clock
    _shift = float(Path(os.environ["HALLOO_TEST_CLOCK"]).read_text() or 0)


time.time = lambda: _now() + _shift
time.time_ns = lambda: _now_ns() + int(_shift * 1e9)

if __name__ == "__main__":
    _read()
    signal.signal(signal.SIGUSR1, _read)

    from halloo.cli import main

    sys.argv[0] = "halloo"
    main()
