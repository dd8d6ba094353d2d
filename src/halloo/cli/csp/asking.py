"""From what was typed to what the doctor is asked, and from its answer to how the command ends."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from halloo.app import open_outbound
from halloo.cli.csp.ways import Ending, find_deployment, words
from halloo.cli.place import Place, open_place
from halloo.csp.asked import CHARS, Asked, Kind
from halloo.csp.fetch import BODY_BYTES
from halloo.csp.model import Deployment, Diagnosis, Trust
from halloo.csp.visits import look

_NAMES: Mapping[str, Kind] = {"header": "header", "report_only": "report", "meta": "meta"}


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed. `texts`: the policies by kind; `order`: the options' names as they came."""

    texts: Mapping[Kind, Sequence[str]]
    order: Sequence[str]
    stdin: str
    html: Path | None
    page_origin: str
    tag: str
    permissions_policy: Sequence[str]
    coep: Sequence[str]
    made: bool


def read_asked(given: Given) -> Asked:
    """What the doctor is asked, with what stands in files and on standard input. Raises `ValueError` and `OSError` with a sentence."""
    policies = list(_in_order(given))
    if given.stdin == "-":
        policies.append(("header", _read(sys.stdin.buffer, "standard input", CHARS)))
    elif given.stdin:
        msg = "Hand a policy over with --header, or “-” to read it from standard input."
        raise ValueError(msg)
    return Asked(
        tuple(policies),
        None if given.html is None else _read_file(given.html),
        words(given.page_origin) or None,
        words(given.tag) or None,
        tuple(map(words, given.permissions_policy)),
        tuple(map(words, given.coep)),
        given.made,
    )


def examine(data: Path, widget_id: str, asked: Asked, url: str, trust: Trust) -> Diagnosis:
    """Ask the doctor. Raises `PageUnreachable`, other refusals, and `ValueError` with a sentence."""
    place = open_place(data)
    deployment = find_deployment(place, words(widget_id))
    return asyncio.run(_look(place, deployment, asked, words(url), trust))


async def _look(place: Place, deployment: Deployment, asked: Asked, url: str, trust: Trust) -> Diagnosis:
    outbound = open_outbound(place.config, place.config.hooks.allow_networks)
    try:
        return await look(outbound, deployment, asked, url or None, trust)
    finally:
        await outbound.close()


def ending_of(found: Diagnosis, fail_on: Literal["required", "optional", "warning"]) -> Ending:
    """How the command ends."""
    if found.verdict == "required_blocked":
        return Ending.REQUIRED
    if found.verdict == "optional_blocked":
        return Ending.FINE if fail_on == "required" else Ending.OPTIONAL
    warned = bool(found.warnings) or any(one.warnings for one in found.policies)
    return Ending.WARNED if warned and fail_on == "warning" else Ending.FINE


def _in_order(given: Given) -> list[tuple[Kind, str]]:
    left: dict[Kind, list[str]] = {kind: list(texts) for kind, texts in given.texts.items()}
    kinds: list[Kind] = [_NAMES[name] for name in given.order if name in _NAMES]
    return [(kind, words(left[kind].pop(0))) for kind in kinds]


def _read_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _read(file, str(path), BODY_BYTES)
    except OSError as error:
        msg = f"--html: {words(str(path))} cannot be read: {error.strerror or error}."
        raise ValueError(msg) from error


def _read(file: BinaryIO, name: str, most: int) -> str:
    """A file's text; what is no UTF-8 is marked, since no policy holds it. Raises `ValueError` for more than `most` bytes, and none."""
    found = file.read(most + 1)
    if len(found) > most:
        msg = f"{name} has more than {most // 1024:,} KiB: the doctor reads no more."
        raise ValueError(msg)
    text = found.decode("utf-8", "replace")
    if not text.strip():
        msg = f"{name} is empty."
        raise ValueError(msg)
    return text
