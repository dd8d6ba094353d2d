"""The checker of histories finds what is wrong with one, and nothing wrong with a good one."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.history import Entry, Flaw, History, Stored, assert_kept, faults

C, D = "conversation-c", "conversation-d"
Stock = dict[str, list[Stored]]


def good(seed: int = 1) -> tuple[History, Stock]:
    """Two writers a conversation, a reader of each and one of all; some sends are repeated, some overlap."""
    chance = random.Random(seed)
    history = History(seed)
    stored: Stock = {C: [], D: []}
    history.reads("all")
    clock = 0.0

    def add(who: str, kind: str, **fields: object) -> None:
        nonlocal clock
        clock += chance.uniform(0.001, 0.1)
        history.entries.append(Entry(clock, who, kind, **fields))  # type: ignore[arg-type] - the names are those of Entry

    for conversation in (C, D):
        history.reads(f"reader of {conversation}", conversation)
    for number in range(1, 31):
        for conversation in (C, D):
            writer, client_id = f"writer {chance.randrange(2)}", f"{conversation}-{number}"
            said = {"conversation": conversation, "client_id": client_id, "content": f"message {number}"}
            for _ in range(chance.choice((1, 1, 1, 3))):
                add(writer, "attempt", **said)
            held = Stored(number, 1000 + number + 100 * (conversation == D), client_id, f"message {number}")
            stored[conversation].append(held)
            place = {**said, "seq": held.seq, "fingerprint": held.fingerprint}
            steps = [(writer, "ack"), ("all", "shown"), (f"reader of {conversation}", "shown")]
            for who, kind in chance.sample(steps, 3):
                add(who, kind, **place)
    return history, stored


def change(history: History, kind: str, client_id: str, **fields: object) -> None:
    """The entries about a message of a kind say something else."""
    history.entries = [
        replace(entry, **fields) if (entry.kind, entry.client_id) == (kind, client_id) else entry  # type: ignore[arg-type] - likewise
        for entry in history.entries
    ]


def lose(history: History, stored: Stock) -> None:
    del stored[C][-1]
    history.entries = [e for e in history.entries if e.kind != "shown" or e.client_id != f"{C}-30"]


def lose_between(_: History, stored: Stock) -> None:
    del stored[C][9]


def double(_: History, stored: Stock) -> None:
    stored[C].append(replace(stored[C][9], seq=31, fingerprint=7777))


def double_elsewhere(_: History, stored: Stock) -> None:
    stored[D].append(replace(stored[C][9], seq=31))


def swap(_: History, stored: Stock) -> None:
    first, second = stored[C][9], stored[C][19]
    stored[C][9] = replace(second, seq=first.seq)
    stored[C][19] = replace(first, seq=second.seq)


def gap(_: History, stored: Stock) -> None:
    stored[C][-1] = replace(stored[C][-1], seq=31)


def another_number(history: History, _: Stock) -> None:
    change(history, "ack", f"{C}-10", seq=11)


def another_text(_: History, stored: Stock) -> None:
    stored[C][9] = replace(stored[C][9], content="something else")


def nobodys(_: History, stored: Stock) -> None:
    stored[D].append(Stored(31, 9999, "nobody-1", "boo"))


def unanswered(history: History, _: Stock) -> None:
    history.entries = [e for e in history.entries if e.kind != "ack" or e.client_id != f"{D}-30"]


def unread(history: History, _: Stock) -> None:
    history.entries = [e for e in history.entries if e.kind != "shown" or e.client_id != f"{D}-12" or e.who != "all"]


def unread_at_the_end(history: History, _: Stock) -> None:
    history.entries = [e for e in history.entries if e.kind != "shown" or e.seq < 28 or e.who != f"reader of {D}"]


def shown_twice(history: History, _: Stock) -> None:
    history.entries.append(next(e for e in history.entries if e.kind == "shown" and e.seq == 17))


def shown_early(history: History, _: Stock) -> None:
    late = next(e for e in history.entries if e.kind == "shown" and e.who == "all" and e.seq == 17)
    history.entries.remove(late)
    first = next(i for i, e in enumerate(history.entries) if e.kind == "shown" and e.conversation == late.conversation)
    history.entries.insert(first, late)


def shown_and_not_stored(history: History, _: Stock) -> None:
    history.entries.append(Entry(9.0, "all", "shown", C, "ghost-1", 31, 4242, "boo"))


PLANTED: list[tuple[Callable[[History, Stock], None], Flaw]] = [
    (lose, "lost"),
    (lose_between, "lost"),
    (lose_between, "numbers"),
    (double, "doubled"),
    (double, "unread"),
    (double_elsewhere, "doubled"),
    (swap, "misplaced"),
    (swap, "order"),
    (swap, "phantom"),
    (gap, "numbers"),
    (gap, "misplaced"),
    (another_number, "misplaced"),
    (another_text, "misplaced"),
    (nobodys, "phantom"),
    (unanswered, "unsent"),
    (unread, "unread"),
    (unread_at_the_end, "unread"),
    (shown_twice, "twice"),
    (shown_early, "disorder"),
    (shown_and_not_stored, "phantom"),
]


@pytest.mark.parametrize("seed", range(5))
def test_a_good_history_has_no_fault(seed: int) -> None:
    history, stored = good(seed)
    assert faults(history, stored) == []
    assert_kept(history, stored)


@pytest.mark.parametrize(("plant", "flaw"), PLANTED, ids=[f"{plant.__name__}-{flaw}" for plant, flaw in PLANTED])
def test_a_planted_fault_is_found(plant: Callable[[History, Stock], None], flaw: Flaw) -> None:
    for seed in range(5):
        history, stored = good(seed)
        plant(history, stored)
        assert flaw in {fault.flaw for fault in faults(history, stored)}


def test_a_failure_says_the_seed_and_what_happened_around_it() -> None:
    history, stored = good(4711)
    history.note("node 1 is killed")
    lose_between(history, stored)
    with pytest.raises(AssertionError, match="HALLOO_TEST_SEED=4711") as caught:
        assert_kept(history, stored)
    text = str(caught.value)
    assert "“message 10” was acknowledged and is not stored" in text
    assert "node 1 is killed" in text
    assert text.count("attempt") >= 1
    assert len(text.splitlines()) < 120


def test_all_readers_of_a_conversation_must_agree_with_the_store_and_so_with_each_other() -> None:
    history, stored = good()
    history.reads("a late one", C)
    found = faults(history, stored)
    assert [(fault.flaw, fault.sentence) for fault in found] == [("unread", "a late one was not shown 1–30 of 30")]
