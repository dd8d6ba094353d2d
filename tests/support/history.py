"""What writers were told and readers were shown, and whether that is what the server promises (DESIGN P1, P2, P3, P6).

Nothing here knows the product: clients put down what happens to them, the test adds what is stored at the end, and
`faults` compares. A `History` says its seed, and each fault comes with what happened around it.
"""

import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["attempt", "ack", "shown", "note"]
Flaw = Literal["lost", "doubled", "misplaced", "numbers", "order", "phantom", "unsent", "unread", "twice", "disorder"]
EXCERPT = 24
"""Lines of the history that are shown around a fault."""
SHOWN_FAULTS = 4
WIDTH = 60


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as the server holds it at the end."""

    seq: int
    fingerprint: int
    client_id: str
    content: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to a client, `at` seconds after the beginning."""

    at: float
    who: str
    kind: Kind
    conversation: str = ""
    client_id: str = ""
    seq: int = 0
    fingerprint: int = 0
    content: str = ""
    place: str = ""
    """Where what was shown came from: an offset, or a snapshot."""

    def __str__(self) -> str:
        """One line of an excerpt."""
        place = f"{self.conversation[-6:] or 'a new one'}#{self.seq or '?'}"
        told = (
            self.content
            if self.kind == "note"
            else f"{place:<14} {self.client_id[-6:]} {self.content[:WIDTH]}  {self.place}"
        )
        return f"{self.at:8.3f}  {self.who:<14} {self.kind:<8} {told}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A promise that was not kept."""

    flaw: Flaw
    sentence: str
    conversation: str = ""
    client_id: str = ""
    at: float = 0.0


@dataclass
class History:
    """Everything that clients put down, in the order in which it happened."""

    seed: int
    entries: list[Entry] = field(default_factory=list[Entry])
    readers: dict[str, set[str] | None] = field(default_factory=dict[str, set[str] | None])
    """Who must have been shown everything at the end: of these conversations, or (None) of all."""
    _began: float = field(default_factory=time.monotonic)

    def add(self, who: str, kind: Kind, **fields: object) -> None:
        """Put something down."""
        self.entries.append(Entry(self.now(), who, kind, **fields))  # type: ignore[arg-type] - names are checked by the dataclass

    def note(self, text: str, who: str = "") -> None:
        """Put down what helps to understand: a line that broke, a server that was killed."""
        self.add(who or "—", "note", content=text)

    def reads(self, who: str, conversation: str | None = None) -> None:
        """From its beginning this reader is shown this conversation, or everything."""
        mine = self.readers.setdefault(who, set())
        if conversation is None:
            self.readers[who] = None
        elif mine is not None:
            mine.add(conversation)

    def of(self, kind: Kind) -> list[Entry]:
        """Every entry of a kind."""
        return [entry for entry in self.entries if entry.kind == kind]

    def screens(self) -> dict[str, dict[str, list[Entry]]]:
        """What each reader was shown, by conversation."""
        found: dict[str, dict[str, list[Entry]]] = {}
        for entry in self.of("shown"):
            found.setdefault(entry.who, {}).setdefault(entry.conversation, []).append(entry)
        return found

    def now(self) -> float:
        """Return the seconds since the beginning."""
        return time.monotonic() - self._began

    def lags(self, after: float = 0.0, readers: Container[str] | None = None) -> list[float]:
        """Return how long after it was first written each message was shown, to each of these readers, in seconds, sorted.

        Only what was written `after` that many seconds counts.
        """
        begun: dict[str, float] = {}
        for entry in self.of("attempt"):
            begun.setdefault(entry.client_id, entry.at)
        return sorted(
            entry.at - begun[entry.client_id]
            for entry in self.of("shown")
            if begun.get(entry.client_id, -1.0) >= after and (readers is None or entry.who in readers)
        )

    def around(self, fault: Fault) -> str:
        """What happened around a fault: everything about its message, then what is nearest in its conversation, and the notes."""
        about = [entry for entry in self.entries if fault.client_id and entry.client_id == fault.client_id]
        at = about[0].at if about else fault.at
        near = [
            entry
            for entry in self.entries
            if entry not in about
            and (entry.kind == "note" or (fault.conversation and entry.conversation == fault.conversation))
        ]
        near.sort(key=lambda entry: abs(entry.at - at))
        chosen = about[:EXCERPT] + near[: max(0, EXCERPT - len(about))]
        return "\n".join(f"    {entry}" for entry in sorted(chosen, key=lambda entry: entry.at))


def faults(history: History, stored: Mapping[str, Sequence[Stored]]) -> list[Fault]:
    """Every promise that this history and what is stored at its end show broken."""
    return [*_of_store(history, stored), *_of_order(history, stored), *_of_screens(history, stored)]


def assert_kept(history: History, stored: Mapping[str, Sequence[Stored]]) -> None:
    """Raise `AssertionError` with the seed, and with an excerpt for each of the first faults, unless there is none."""
    found = faults(history, stored)
    if not found:
        return
    counts = ", ".join(f"{count} {flaw}" for flaw, count in Counter(fault.flaw for fault in found).items())
    told = "\n".join(f"  {fault.flaw}: {fault.sentence}\n{history.around(fault)}" for fault in found[:SHOWN_FAULTS])
    raise AssertionError(f"HALLOO_TEST_SEED={history.seed}: {counts}\n{told}")


# ── P1 and P6: what is stored ─────────────────────────────────────────────────────────────────────────────────────────


def _of_store(history: History, stored: Mapping[str, Sequence[Stored]]) -> Iterator[Fault]:
    places: dict[str, list[tuple[str, Stored]]] = {}
    for conversation, messages in stored.items():
        for message in messages:
            places.setdefault(message.client_id, []).append((conversation, message))
        numbers = [message.seq for message in messages]
        if numbers != list(range(1, len(messages) + 1)):
            yield Fault("numbers", f"{conversation} has the numbers {_ranges(numbers)}", conversation)
    attempts = {entry.client_id: entry for entry in reversed(history.of("attempt"))}
    for client_id, found in places.items():
        conversation = found[0][0]
        if client_id not in attempts:
            yield Fault("phantom", f"nobody wrote {found[0][1]}", conversation, client_id)
        if len(found) > 1:
            yield Fault("doubled", f"stored {len(found)} times: {found}", conversation, client_id)
    acknowledged: set[str] = set()
    for ack in history.of("ack"):
        acknowledged.add(ack.client_id)
        yield from _of_ack(ack, attempts.get(ack.client_id), places.get(ack.client_id, []))
    for client_id, attempt in attempts.items():
        if client_id not in acknowledged:
            sentence = f"{attempt.who} repeated “{attempt.content}” and was never answered"
            yield Fault("unsent", sentence, attempt.conversation, client_id)


def _of_ack(ack: Entry, attempt: Entry | None, found: Sequence[tuple[str, Stored]]) -> Iterator[Fault]:
    if not found:
        yield Fault("lost", f"“{ack.content}” was acknowledged and is not stored", ack.conversation, ack.client_id)
        return
    said = (ack.conversation, ack.seq, ack.fingerprint)
    held = [(conversation, message.seq, message.fingerprint) for conversation, message in found]
    if said not in held:
        yield Fault("misplaced", f"acknowledged at {said}, stored at {held}", ack.conversation, ack.client_id)
    if attempt is None or attempt.content != found[0][1].content:
        sentence = f"stored as “{found[0][1].content}”, written as “{attempt.content if attempt else None}”"
        yield Fault("misplaced", sentence, ack.conversation, ack.client_id)


# ── P2: the order in which it is stored ───────────────────────────────────────────────────────────────────────────────


def _of_order(history: History, stored: Mapping[str, Sequence[Stored]]) -> Iterator[Fault]:
    """What was begun after something else was acknowledged stands behind it."""
    begun: dict[str, float] = {}
    for entry in history.of("attempt"):
        begun.setdefault(entry.client_id, entry.at)
    done: dict[str, float] = {}
    for entry in history.of("ack"):
        done.setdefault(entry.client_id, entry.at)
    for conversation, messages in stored.items():
        earliest, by = float("inf"), ""
        for message in reversed(messages):
            if begun.get(message.client_id, 0.0) > earliest:
                sentence = f"#{message.seq} was begun after a later number, {by[-6:]}, was acknowledged"
                yield Fault("order", sentence, conversation, message.client_id)
            if done.get(message.client_id, float("inf")) < earliest:
                earliest, by = done[message.client_id], message.client_id


# ── P2 and P3: what is on screen ──────────────────────────────────────────────────────────────────────────────────────


def _of_screens(history: History, stored: Mapping[str, Sequence[Stored]]) -> Iterator[Fault]:
    screens = history.screens()
    for reader, conversations in history.readers.items():
        for conversation in stored if conversations is None else conversations:
            shown = screens.get(reader, {}).get(conversation, [])
            yield from _of_screen(reader, conversation, shown, stored.get(conversation, ()))


def _of_screen(reader: str, conversation: str, shown: Sequence[Entry], held: Sequence[Stored]) -> Iterator[Fault]:
    by_print = {message.fingerprint: message for message in held}
    seen: set[int] = set()
    last = 0
    for entry in shown:
        message = by_print.get(entry.fingerprint)
        if message is None or (message.seq, message.client_id) != (entry.seq, entry.client_id):
            sentence = f"{reader} was shown “{entry.content}” as #{entry.seq}, stored is {message}"
            yield Fault("phantom", sentence, conversation, entry.client_id, entry.at)
            continue
        if entry.fingerprint in seen:
            sentence = f"{reader} was shown “{entry.content}” again"
            yield Fault("twice", sentence, conversation, entry.client_id, entry.at)
        elif entry.seq < last:
            sentence = f"{reader} was shown #{entry.seq} behind #{last}"
            yield Fault("disorder", sentence, conversation, entry.client_id, entry.at)
        seen.add(entry.fingerprint)
        last = max(last, entry.seq)
    missing = [message for message in held if message.fingerprint not in seen]
    if missing:
        sentence = f"{reader} was not shown {_ranges([message.seq for message in missing])} of {len(held)}"
        yield Fault("unread", sentence, conversation, missing[0].client_id)


def _ranges(numbers: Iterable[int]) -> str:
    """`1–4, 6`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs) or "none"
