"""Looking at what a hook was told (hooks contract 11 and 13)."""

from typing import NamedTuple

from halloo.db.tx import Tx
from halloo.events.log import ERASED, number_before
from halloo.hooks.errors import AttemptNotFound, DeliveryNotFound
from halloo.hooks.model import Attempt, Delivery, DeliveryState, Hook, delivery_id, envelope, parse_delivery_id
from halloo.hooks.store import log, records
from halloo.hooks.store.log import Kept, Place, Seen
from halloo.kit.clock import MINUTE
from halloo.kit.refusals import field_invalid
from halloo.kit.sealing import Sealer
from halloo.workspaces.model import Actor

READ = ("hooks:read", "hooks:manage")
PAGE_MAX = 200
_WINDOW, _WINDOWS = 1_000, 5
"""Deliveries that are looked at together where only some are wanted, and how often for one page."""
_TOP: Place = (2**62, 0)
_SESSION = "session_"


class Filters(NamedTuple):
    """Which deliveries are wanted; times are those at which the facts were recorded."""

    state: DeliveryState | None = None
    event: str | None = None
    session_id: str | None = None
    from_at: int | None = None
    to_at: int | None = None


class Page(NamedTuple):
    """A part of the log, newest first. A page may hold few, or none, and have more behind it: `next_cursor` is None at the end."""

    deliveries: list[Delivery]
    next_cursor: str | None


class Detail(NamedTuple):
    """A delivery with its attempts, as far as they are kept."""

    delivery: Delivery
    attempts: list[Kept]


class Record(NamedTuple):
    """An attempt in full: what was sent with it, None where that is kept no longer, and the hook, whose own headers are open."""

    n: int
    attempt: Attempt
    body: bytes | None
    hook: Hook


def list_deliveries(
    tx: Tx, who: Actor, hook_id: str, filters: Filters, cursor: str | None = None, limit: int = 50
) -> Page:
    """Deliveries of a hook, newest first; `cursor` as the page before gave it. Raises `HookNotFound`."""
    who.require(*READ)
    hook = records.get_hook(tx, who.workspace_id, hook_id)
    limit = max(1, min(limit, PAGE_MAX))
    below = _TOP if filters.to_at is None else (number_before(tx, filters.to_at + MINUTE) + 1, 0)
    if cursor is not None:
        below = min(below, _place(cursor))
    first = 0 if filters.from_at is None else number_before(tx, filters.from_at - MINUTE)
    talk = None if filters.session_id is None else filters.session_id.removeprefix(_SESSION)
    window = limit + 1 if filters == Filters() else _WINDOW
    page: list[Delivery] = []
    for _ in range(_WINDOWS):
        found = log.list_below(tx, hook_id, below, window, first=first, talk=talk, enabled=hook.enabled)
        for one in found:
            if _is_wanted(one, filters):
                if len(page) == limit:
                    return Page(page, page[-1].id)
                page.append(one.delivery)
        if len(found) < window:
            return Page(page, None)
        below = found[-1].delivery.seq, found[-1].delivery.series
    return Page(page, delivery_id(*below))


def read_delivery(tx: Tx, who: Actor, hook_id: str, id: str) -> Detail:
    """One delivery and its attempts in short. Raises `HookNotFound`, `DeliveryNotFound`."""
    who.require(*READ)
    hook = records.get_hook(tx, who.workspace_id, hook_id)
    place = parse_delivery_id(id)
    delivery = None if place is None else log.find_delivery(tx, hook_id, place, enabled=hook.enabled)
    if place is None or delivery is None:
        raise DeliveryNotFound
    return Detail(delivery, log.list_attempts(tx, hook_id, place))


def read_attempt(tx: Tx, who: Actor, sealer: Sealer, hook_id: str, id: str, n: int) -> Record:
    """One attempt in full. Raises `HookNotFound`, `DeliveryNotFound`, `AttemptNotFound`."""
    who.require(*READ)
    hook = records.get_hook(tx, who.workspace_id, hook_id, sealer)
    place = parse_delivery_id(id)
    if place is None or log.find_delivery(tx, hook_id, place, enabled=hook.enabled) is None:
        raise DeliveryNotFound
    kept = log.find_attempt(tx, hook_id, place, n)
    if kept is None:
        raise AttemptNotFound
    fact = log.find_fact(tx, place[0])
    body = None if fact is None or fact[1] == ERASED else envelope(tx.workspace_id, *fact)
    return Record(n, kept.attempt, body, hook)


def _place(cursor: str) -> Place:
    place = parse_delivery_id(cursor)
    if place is None:
        raise field_invalid("cursor", "this is no cursor of this list.")
    return place


def _is_wanted(seen: Seen, filters: Filters) -> bool:
    delivery = seen.delivery
    return (
        (filters.state is None or delivery.state == filters.state)
        and (filters.event is None or delivery.event == filters.event)
        and (filters.from_at is None or seen.at >= filters.from_at)
        and (filters.to_at is None or seen.at < filters.to_at)
    )
