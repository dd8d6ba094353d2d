"""How many uploads may be under way at once: few of one sender, many from one address, and no more than the process has room for."""

import resource
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from halloo.kit.refusals import RateLimited

OF_SENDER, OF_ADDRESS, OF_ALL = 8, 200, 2000
"""A browser brings three at once, and a line that broke may be noticed late. Behind one address may be a whole office, which
has half of all places at most."""
_PART = 8
"""Of the descriptors that the process may have: an upload holds two, its connection and its file."""
AGAIN_MS = 5000


class TooManyUploads(RateLimited):
    """Too many uploads are under way; let some of them end, and go on with this one in a few seconds."""


class Places:
    """Who is sending now. One a process."""

    def __init__(self, most: int | None = None) -> None:
        """`most`: of all senders together; by default what a quarter of the process's descriptors are enough for."""
        self._most = most_of_all() if most is None else most
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, sender: str, address: str | None) -> Generator[None, None, None]:
        """One more upload is under way. `address` None: it is not known whose it is. Raises `TooManyUploads`."""
        bounds = {"all": self._most, f"sender {sender}": OF_SENDER}
        if address is not None:
            bounds[f"address {address}"] = min(OF_ADDRESS, self._most // 2)
        if any(self._taken[key] >= most for key, most in bounds.items()):
            raise TooManyUploads(AGAIN_MS)
        self._taken.update(bounds.keys())
        try:
            yield
        finally:
            self._taken.subtract(bounds.keys())
            for key in bounds:
                if not self._taken[key]:
                    del self._taken[key]


def most_of_all() -> int:
    """How many uploads may be under way in this process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return OF_ALL if soft == resource.RLIM_INFINITY else max(OF_SENDER, min(OF_ALL, soft // _PART))
