"""How long the doctor takes over policies of 64 KiB, beside npm `csp_evaluator` over the same texts (csp contract 7.3).

The doctor's time is that of its whole answer: parsed by both readings, treated, warned of, as JSON and as text. The peer parses and
judges. Every text is met for the first time, as a server meets it: what was remembered of the one before is dropped.
"""

import json
import random
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from halloo.csp.checkup import check_page
from halloo.csp.model import Deployment, Given, Page, Pinned, Role
from halloo.csp.present import present
from halloo.csp.shown import shown
from halloo.csp.sources import forget

SIZE = 65_536
PROMISE_MS = 50.0
_ROLES: tuple[Role, ...] = get_args(Role)
WIDGET = Deployment(
    hosts={role: f"https://{role}.chat.test" for role in _ROLES},
    features=frozenset({"chat", "cobrowse", "calls", "sounds", "outbound", "pusher"}),
    domains=("https://shop.test",),
    widget_id="0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1",
    pinned=Pinned(f"https://client.chat.test/public/loader/{'0' * 96}.js", f"sha384-{'A' * 64}"),
    verified_embedding=True,
)
_NAMES = (
    "default-src", "script-src", "style-src", "img-src", "connect-src", "font-src", "media-src", "frame-src", "worker-src", "x-src",
)  # fmt: skip
_SOURCES = (
    "https://{:x}.test", "{:x}.test", "https://{:x}.test:8443/a/b", "*.{:x}.test", "'nonce-{:x}'", "'sha256-{:04x}'", "s{:x}:",
    "wss://{:x}.test", "http://{:x}.test/{:x}", "'{:x}'", "'self'", "'unsafe-inline'", "_{:x}",
)  # fmt: skip
_PEER = """
const { CspEvaluator } = require("csp_evaluator/dist/evaluator.js");
const { CspParser } = require("csp_evaluator/dist/parser.js");
const { texts, rounds } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const taken = texts.map((policies) => Array.from({ length: rounds }, () => {
  const begun = process.hrtime.bigint();
  for (const text of policies) new CspEvaluator(new CspParser(text).csp).evaluate();
  return Number(process.hrtime.bigint() - begun) / 1e6;
}));
process.stdout.write(JSON.stringify(taken));
"""


def random_policy(seed: int, tokens: int = 10_000) -> str:
    """A policy of that many tokens, or of 64 KiB where they are more."""
    chance = random.Random(seed)  # noqa: S311 - a benchmark
    names = chance.sample(_NAMES, len(_NAMES))
    parts = [
        " ".join((name, *(chance.choice(_SOURCES).format(number := chance.randrange(4096), number) for _ in range(tokens // len(names)))))
        for name in names
    ]  # fmt: skip
    return "; ".join(parts)[:SIZE]


def _lists(form: str) -> str:
    return f"default-src {' '.join(form.format(number) for number in range(10_000))}"[:SIZE]


def pages() -> dict[str, Page]:
    """The pages by name: policies by chance, and such as are made to take long."""
    names = _lists("a{:x}.b")
    pieces = [f"default-src 'self' {names[at : at + 950]}" for at in range(20, 60_000, 950)]
    texts: dict[str, str] = {
        "by chance, 64 KiB": random_policy(1),
        "by chance, 3,500 tokens": random_policy(2, 3_500),
        "10,000 hosts in one list": names,
        "10,000 paths of one host": _lists("h.b/{:04x}"),
        "hashes": _lists("'sha256-{:04x}'"),
        "nonces": _lists("'nonce-{:x}'"),
        "32,000 tokens": f"default-src {'a ' * 32_768}"[:SIZE],
        "10,000 directives": "; ".join(["default-src x", *(f"x{number:x} y" for number in range(10_000))])[:SIZE],
        "64 KiB of semicolons": f"default-src{';' * SIZE}"[:SIZE],
        "64 KiB of one word": f"default-src {'-' * SIZE}"[:SIZE],
    }
    one_each = {name: Page((Given(text),), "https://shop.test") for name, text in texts.items()}
    return one_each | {
        "64 KiB of commas": Page((Given(f"img-src a{',' * SIZE}"[:SIZE], "meta"),), "https://shop.test"),
        "6,000 policies in a meta": Page((Given(("img-src a," * 6_553)[:SIZE], "meta"),), "https://shop.test"),
        "60 policies": Page(tuple(Given(text) for text in pieces), "https://shop.test"),
        "60 metas": Page(tuple(Given(text, "meta") for text in pieces), "https://shop.test"),
    }


def answer(page: Page) -> None:
    """The doctor's whole answer over a page that it never saw."""
    forget()
    diagnosis = check_page(WIDGET, page)
    msgspec.json.encode(present(diagnosis))
    shown(diagnosis)


def timed(page: Page, rounds: int, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Milliseconds of each round."""
    taken: list[float] = []
    for _ in range(rounds):
        begun = clock()
        answer(page)
        taken.append((clock() - begun) * 1000)
    return taken


def run(rounds: int, web: Path | None = None) -> dict[str, Any]:
    """Medians in milliseconds: page by page the doctor's, and the peer's where it is installed in `web` and there is a Node."""
    asked = pages()
    ours = {name: statistics.median(timed(page, rounds)) for name, page in asked.items()}
    theirs = _peer(asked, rounds, web or Path("web"))
    return {"promise_ms": PROMISE_MS, "doctor_ms": ours, "csp_evaluator_ms": theirs}


def _peer(asked: Mapping[str, Page], rounds: int, web: Path) -> dict[str, float] | None:
    node = shutil.which("node")
    if node is None or not (web / "node_modules" / "csp_evaluator").is_dir():
        return None
    texts = [[given.text for given in page.policies] for page in asked.values()]
    done = subprocess.run(  # noqa: S603 - a program of our own
        [node, "-e", _PEER], input=json.dumps({"texts": texts, "rounds": rounds}), cwd=web, capture_output=True, text=True, check=True
    )  # fmt: skip
    return {name: statistics.median(taken) for name, taken in zip(asked, json.loads(done.stdout), strict=True)}


def report(figures: Mapping[str, Any]) -> str:
    """The figures as a table."""
    theirs = figures["csp_evaluator_ms"]
    lines = ["| page | doctor, ms | csp_evaluator, ms |", "|---|---|---|"]
    for name, taken in figures["doctor_ms"].items():
        peer = f"{theirs[name]:.1f}" if theirs else "not installed"
        lines.append(f"| {name} | {taken:.1f} | {peer} |")
    return "\n".join(lines)
