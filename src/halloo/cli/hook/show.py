"""What `halloo hook listen` prints: a block for people, or a line of JSON, for each request. Nobody's bytes move the cursor."""

import json
import os
import signal
import time
import unicodedata
from typing import Any, TextIO, cast

from halloo.cli.hook.receiver import Received, Shown

_BODY_SHOWN = 64 * 1024
_WHOLE_MAX = 10**15
"""No time in ms and no count is beyond."""
_JOINERS = "\u200c\u200d"
"""They only join what stands beside them, as in many emoji."""
_COLOURS = {"bad": "31", "good": "32", "dim": "2", "strong": "1"}


class Printer:
    """Prints as things come in."""

    def __init__(self, out: TextIO, *, as_json: bool) -> None:
        """Colours only for a terminal."""
        self._out = out
        self._as_json = as_json
        self._colour = out.isatty() and not as_json

    def listening(self, host: str, port: int) -> None:
        """Say where to send web hooks to."""
        name = f"[{host}]" if ":" in host else host
        url = f"http://{name}:{port}/"
        if self._as_json:
            self._line(json.dumps({"listening": url}))
            return
        self._line(f"Listening on {url} until Ctrl+C. Give this address to a web hook, or the one of a tunnel to it.")

    def show(self, shown: Shown) -> None:
        """One request."""
        self._line(_as_line(shown) if self._as_json else "\n".join(self._block(shown)))

    def _line(self, text: str) -> None:
        try:
            self._out.write(text + "\n")
            self._out.flush()
        except BrokenPipeError:  # whoever read along has gone: end as with Ctrl+C
            self._out = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for the rest of the process
            signal.raise_signal(signal.SIGINT)

    def _paint(self, kind: str, text: str) -> str:
        return f"\033[{_COLOURS[kind]}m{text}\033[0m" if self._colour else text

    def _block(self, shown: Shown) -> list[str]:
        received, verdict = shown.received, shown.verdict
        at = time.strftime("%H:%M:%S")
        if received is None or verdict is None:
            status = f" (answered {shown.status})" if shown.status else ""
            return ["", f"{self._paint('dim', at)} {self._paint('bad', clean(shown.trouble))}{status}"]
        facts = facts_of(received)
        first = f"{self._paint('dim', at)} {self._paint('strong', clean(str(facts['event'] or 'no event')))}"
        lines = ["", f"{first} {self._paint('dim', clean(received.target))}", f"  {clean(_said(facts))}"]
        timing = _timing(facts)
        lines += [f"  {timing}"] if timing else []
        if shown.seen.times:
            lines.append(f"  {self._paint('bad', _again(shown, on_purpose=facts['replay']))}")
        colour = {"right": "good", "wrong": "bad", "missing": "bad"}.get(verdict.proof, "dim")
        notes = verdict.notes or (("not signed",) if verdict.proof == "unsigned" else ())
        lines += [f"  {self._paint(colour, clean(note))}" for note in notes]
        lines += [f"  {self._paint('bad', '! ' + clean(problem))}" for problem in verdict.problems]
        lines += [f"  {line}" for line in pretty(received.body)]
        return [*lines, self._paint("dim", f"  answered {shown.status}")]


def facts_of(received: Received) -> dict[str, Any]:
    """What the headers and the envelope say, each None where it is missing or unreadable."""
    headers = received.headers
    try:
        body = json.loads(received.body)
    except (ValueError, RecursionError):
        body = None
    envelope = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    recorded, sent = _whole(envelope.get("timestamp")), _whole(headers.get("x-crisp-request-timestamp"))
    return {
        "event": envelope.get("event") if isinstance(envelope.get("event"), str) else None,
        "id": headers.get("webhook-id"),
        "attempt": _whole(headers.get("x-delivery-attempt-count")),
        "attempts": _whole(headers.get("x-delivery-attempt-limit")),
        "sequence": _whole(headers.get("x-halloo-sequence")),
        "replay": headers.get("x-halloo-replay") == "1",
        "test": headers.get("x-halloo-test") == "1",
        "since_recorded_ms": None if recorded is None else received.at_ms - recorded,
        "since_sent_ms": None if sent is None else received.at_ms - sent,
    }


def _whole(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < _WHOLE_MAX else None
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16 else None  # noqa: PLR2004 - as long as that


def _said(facts: dict[str, Any]) -> str:
    parts = [str(facts["id"] or "no webhook-id")]
    if facts["attempt"] is not None:
        parts.append(f"attempt {facts['attempt']} of {facts['attempts']}")
    parts.append("not numbered" if facts["sequence"] is None else f"number {facts['sequence']}")
    parts += [word for word in ("replay", "test") if facts[word]]
    return " · ".join(parts)


def _timing(facts: dict[str, Any]) -> str:
    parts: list[str] = []
    if facts["since_recorded_ms"] is not None:
        parts.append(f"{_span(facts['since_recorded_ms'])} after it was recorded")
    if facts["since_sent_ms"] is not None:
        parts.append(f"{_span(facts['since_sent_ms'])} after it was sent")
    return ", ".join(parts)


def _span(ms: int) -> str:
    return f"{ms} ms" if abs(ms) < 10_000 else f"{ms / 1000:,.0f} s"  # noqa: PLR2004 - what is read easily


def _again(shown: Shown, *, on_purpose: bool) -> str:
    times = "once" if shown.seen.times == 1 else f"{shown.seen.times} times"
    if not shown.seen.same_body:
        return f"this id came {times} before, and its body is another one now: somebody changed it"
    why = "it is sent again on purpose" if on_purpose else "a receiver should do nothing again"
    return f"this id came {times} before: {why}"


def pretty(body: bytes) -> list[str]:
    """The body for reading: indented where it is JSON, else its first bytes."""
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body[:_BODY_SHOWN].decode("utf-8", "replace")
    more = len(text) > _BODY_SHOWN
    lines = [clean(line) for line in text[:_BODY_SHOWN].split("\n")]
    return [*lines, f"… and {len(text) - _BODY_SHOWN:,} characters more"] if more else lines


def clean(text: str) -> str:
    """Without characters that a terminal obeys or that turn the direction of text; they are written out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if one in _JOINERS or unicodedata.category(one)[0] != "C" else _written(one) for one in text)


def _written(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")


def _as_line(shown: Shown) -> str:
    received, verdict = shown.received, shown.verdict
    if received is None or verdict is None:
        about = {} if received is None else {"method": received.method, "target": received.target}
        return json.dumps({"trouble": shown.trouble, "answered": shown.status, **about})
    try:
        body = json.loads(received.body)
    except (ValueError, RecursionError):
        body = received.body.decode("utf-8", "replace")
    value = {
        **facts_of(received),
        "seen_before": shown.seen.times,
        "same_body": shown.seen.same_body,
        "proof": verdict.proof,
        "secret": verdict.secret,
        "problems": list(verdict.problems),
        "notes": list(verdict.notes),
        "answered": shown.status,
        "target": received.target,
        "headers": dict(received.headers),
        "body": body,
    }
    return json.dumps(value)
