"""How many files and connections this process may have open at once."""

import contextlib
import resource

HANDLES_MOST = 65_536
"""A process has no use for more, and some systems have no bound of their own."""


def raise_handles() -> int:
    """Take as many as the system lets us have, up to `HANDLES_MOST`, never fewer than before; how many they are.

    Systems begin a process with few (1,024 is usual) so that old programs go on working, and let it have more if it asks.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = HANDLES_MOST if hard == resource.RLIM_INFINITY else min(HANDLES_MOST, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a system may refuse what it said; then it is as it was
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
