"""JSON bytes equal `JSON.stringify(JSON.parse(bytes))`, beside the real thing."""

import json
import random
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from halloo.kit.json import MAX_DEPTH, MAX_SAFE, NotJson, canonical, dump

SCRIPT = """
const lines = require("fs").readFileSync(0, "utf8").split("\\n");
process.stdout.write(lines.map((line) => JSON.stringify(JSON.parse(line))).join("\\n"));
"""
TEXTS = (
    "",
    "a",
    "\u2028\u2029",
    "\x00\x1f\x7f",
    '"\\/',
    "</script>",
    "ä💬漢",
    "\ufffe\uffff",
    "\U0010ffff",
    "\b\f\n\r\t",
)
KEYS = (
    "0",
    "1",
    "10",
    "2",
    "01",
    "-1",
    "4294967294",
    "4294967295",
    "4294967296",
    "1e3",
    " 1",
    "a",
    "__proto__",
    "٣",
    "",
)


def stringified(texts: list[str]) -> list[str]:
    """What a JavaScript engine makes of JSON texts."""
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    assert node is not None, "make test brings Node"
    command = [node, "-e", SCRIPT]
    done = subprocess.run(command, input="\n".join(texts), capture_output=True, text=True, check=True, encoding="utf-8")
    return done.stdout.split("\n")


def number(chance: random.Random) -> int | float:
    kind = chance.randrange(6)
    if kind == 0:
        return chance.randint(-MAX_SAFE, MAX_SAFE)
    if kind == 1:
        return round(chance.uniform(-1000, 1000), chance.randrange(8))
    if kind == 2:
        return chance.uniform(1, 10) * 10.0 ** chance.randint(-12, 14)
    if kind == 3:
        return float(chance.randint(-(10**15), 10**15)) / 8
    if kind == 4:
        return chance.choice((0.0, -0.0, 1e-5, 1e-6, 1e-7, 9.999e-6, 5e-324, 1.5, -1e-6, 123456.0, 0.1, 1 / 3))
    found = struct.unpack("<d", chance.randbytes(8))[0]
    return found if abs(found) < MAX_SAFE else 1.0  # false for what is no number, too


def value(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(6 if depth < 3 else 4)
    if kind < 2:
        return number(chance)
    if kind == 2:
        return "".join(chance.choice(TEXTS) for _ in range(chance.randrange(3)))
    if kind == 3:
        return chance.choice((None, True, False))
    if kind == 4:
        return [value(chance, depth + 1) for _ in range(chance.randrange(5))]
    return {chance.choice(KEYS) + chance.choice(("", "", "x")): value(chance, depth + 1) for _ in range(6)}


def test_twenty_thousand_values_are_written_as_javascript_writes_them() -> None:
    chance = random.Random(20_261_121)
    texts = [json.dumps(value(chance), ensure_ascii=chance.random() < 0.5) for _ in range(20_000)]
    ours = [dump(canonical(json.loads(text))).decode() for text in texts]
    different = [pair for pair in zip(texts, ours, stringified(texts), strict=True) if pair[1] != pair[2]]
    assert different == []


def test_what_is_canonical_stays_so() -> None:
    chance = random.Random(5)
    for _ in range(2_000):
        once = dump(canonical(value(chance)))
        assert dump(canonical(json.loads(once))) == once


@pytest.mark.parametrize(
    "wrong",
    [float("nan"), float("inf"), -float("inf"), 1e300, 2**53, -(2**53), "\ud800", {"\udfff": 1}, {1: 2}, b"x", (1,), {1}, object()],
)  # fmt: skip
def test_what_cannot_travel_is_refused(wrong: object) -> None:
    for nested in (wrong, [wrong], {"a": [wrong]}):
        with pytest.raises(NotJson):
            canonical(nested)


def test_depth_has_an_end() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert canonical(deep) == deep
    with pytest.raises(NotJson):
        canonical([deep])
