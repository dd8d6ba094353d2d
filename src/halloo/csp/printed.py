"""A policy ready for printing: its directives in order, and what belongs to it."""

from collections.abc import Mapping
from dataclasses import dataclass

POLICY = "Content-Security-Policy"
NONCE = "'nonce-{NONCE}'"
"""Stands for the nonce that a page makes anew for each answer."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What is to be written down. `further`: headers beside the policy's.

    `tag`: the script's tag where the plain one does not do, `source` its address. `nonce`: whether `{NONCE}` stands somewhere.
    `whole`: whether it is a page's whole policy. `lines`: whether it is additions, a line each.
    """

    directives: Mapping[str, tuple[str, ...]]
    further: Mapping[str, str]
    tag: str | None = None
    source: str = ""
    nonce: bool = False
    whole: bool = False
    lines: bool = False

    @property
    def policy(self) -> str:
        """The policy on one line."""
        return "; ".join(" ".join([name, *sources]) for name, sources in self.directives.items())

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Every header that must be sent, the policy's first."""
        return ((POLICY, self.policy), *self.further.items())
