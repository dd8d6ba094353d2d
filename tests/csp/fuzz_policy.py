"""Feeds the matcher with what a coverage-guided fuzzer makes up: `python tests/csp/fuzz_policy.py -runs=20000`.

The first byte chooses the load, the rest is text: a policy, and after a NUL the load's address.
"""

import sys
from pathlib import Path

import atheris  # pyright: ignore[reportMissingImports] - not on every machine

sys.path[:0] = [str(Path(__file__).parents[2] / "src")]

with atheris.instrument_imports(include=["halloo.csp"]):  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue] - it has no types
    from halloo.csp.model import Given, Reading
    from halloo.csp.policy import CHAINS, Load, parse, rule

DESTINATIONS = sorted(CHAINS)
READINGS: tuple[Reading, ...] = ("browser", "letter")


def once(data: bytes) -> None:
    """One input; anything raised is a find."""
    first, text = data[:1], data[1:].decode("utf-8", "surrogateescape")
    destination = DESTINATIONS[(first[0] if first else 0) % len(DESTINATIONS)]
    policy, _, rest = text.partition("\0")
    url, _, integrity = rest.partition("\0")
    load = Load(destination, url or None, url, integrity, hops=(integrity,) if integrity else (), code=policy)
    for reading in READINGS:
        for delivery in ("header", "meta"):
            for parsed in parse(Given(policy, delivery), url or "https://site.test", reading):
                rule(parsed, load, reading)


if __name__ == "__main__":
    atheris.Setup(sys.argv, once)  # pyright: ignore[reportUnknownMemberType] - it has no types
    atheris.Fuzz()  # pyright: ignore[reportUnknownMemberType] - it has no types
