"""When a delivery is tried again, and when it is given up (hooks contract 6). Pure."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from halloo.hooks.model import AGE_MAX, Claimed, DeliveryState
from halloo.kit.clock import DAY, HOUR, MINUTE, SECOND
from halloo.kit.outbound.model import Exchange

DELAYS = (
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
"""After the end of each attempt but the last, until the next."""
RETRY_AFTER_MAX = DAY
_SPREAD = 0.2
_SECONDS = re.compile("[0-9]{1,12}")


class Ended(NamedTuple):
    """When an attempt ended: by the steady clock, and by the one on the wall."""

    steady: int
    wall: int


class Verdict(NamedTuple):
    """What becomes of a delivery, and when it is due again where that is `pending`."""

    state: DeliveryState
    due_at: int = 0


def retry_after_ms(header: str | None, wall: int) -> int:
    """What a `Retry-After` asks for, seconds or a date, at most a day; 0 for none, one that has passed, or one that says nothing."""
    if not header:
        return 0
    text = header.strip()
    if _SECONDS.fullmatch(text):
        return min(int(text) * SECOND, RETRY_AFTER_MAX)
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        asked = int(moment.timestamp() * 1000) - wall
    except (ValueError, OverflowError, IndexError, TypeError):
        return 0
    return max(0, min(asked, RETRY_AFTER_MAX))


def delay_ms(attempts: int, chance: float) -> int:
    """How long after attempt number `attempts` the next one waits. `chance`, from 0 to 1, spreads it by a fifth to either side."""
    return int(DELAYS[min(attempts, len(DELAYS)) - 1] * (1 - _SPREAD + 2 * _SPREAD * chance))


def judge(delivery: Claimed, attempts_max: int, exchange: Exchange, ended: Ended, chance: float) -> Verdict:
    """What an attempt makes of its delivery."""
    outcome = exchange.outcome
    if outcome == "success":
        return Verdict("delivered")
    if outcome == "too_large":
        return Verdict("too_large")
    attempts = delivery.attempts + 1
    if attempts >= attempts_max:
        return Verdict("exhausted")
    if outcome == "gone":
        return Verdict("held")
    wait = max(delay_ms(attempts, chance), retry_after_ms(exchange.retry_after, ended.wall))
    if ended.wall + wait >= delivery.created_at + AGE_MAX:
        return Verdict("exhausted")
    return Verdict("pending", ended.steady + wait)
