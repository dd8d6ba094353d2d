"""Proofs of deletion: what went, how much of it, and a digest that whoever has an export can make again."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

KINDS = ("contact", "visitor", "conversation", "message", "file", "mail")


@dataclass(frozen=True, slots=True)
class Erasure:
    """A proof of deletion. It names nobody: `subject` is the id that the contact had. Times in UNIX milliseconds."""

    workspace_id: str
    id: str
    subject: str
    counts: dict[str, int]
    digest: str
    requested_by: str
    requested_at: int
    finished_at: int | None


@dataclass(slots=True)
class Erased:
    """What is being deleted, as it goes."""

    named: set[str] = field(default_factory=set[str])
    counts: Counter[str] = field(default_factory=Counter[str])
    pending: bool = False
    """Parts of uploads may still be here."""

    def add(self, kind: str, ids: Iterable[str]) -> None:
        """Things of a kind went."""
        lines = {f"{kind} {one}" for one in ids}
        self.counts[kind] += len(lines - self.named)
        self.named |= lines

    def count(self, kind: str, more: int) -> None:
        """So many things of a kind went that have no id outside of the server."""
        self.counts[kind] += more

    def wait(self, uploads: int) -> None:
        """So many uploads were given up, of which parts may be here."""
        self.pending = self.pending or uploads > 0

    def digest(self) -> str:
        """SHA-256 in hex of a line `kind id` for each thing, sorted, joined by line feeds."""
        return sha256("\n".join(sorted(self.named)).encode()).hexdigest()

    def counted(self) -> dict[str, int]:
        """How many of each kind."""
        return {kind: self.counts[kind] for kind in KINDS}
