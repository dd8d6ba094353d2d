"""Deliveries, attempts and replays as the wire shows them. Who may not manage hooks sees no signature and no own header."""

import re
from typing import Any

from halloo.api.manage import shapes
from halloo.conversations.facts import session_id
from halloo.hooks import masking
from halloo.hooks.actions.log import Detail
from halloo.hooks.actions.secrets import MANAGE
from halloo.hooks.masking import Veil
from halloo.hooks.model import BODY_MAX, HEAD_MAX, Attempt, Delivery, Hook, Replay, webhook_id
from halloo.kit.clock import optional_rfc3339, rfc3339
from halloo.workspaces.model import Actor

_LINE_END = re.compile(rb"\r?\n")
Pairs = list[tuple[str, str]]


def delivery_view(delivery: Delivery) -> shapes.DeliveryView:
    """A delivery."""
    return shapes.DeliveryView(**_delivery(delivery))


def delivery_detail(found: Detail) -> shapes.DeliveryDetail:
    """A delivery with its attempts in short."""
    tries = [attempt_brief(one.n, one.attempt) for one in found.attempts]
    return shapes.DeliveryDetail(**_delivery(found.delivery), attempt_list=tries)


def _delivery(delivery: Delivery) -> dict[str, Any]:
    talk = delivery.conversation_id
    return {
        "id": delivery.id,
        "fact_id": delivery.fact_id,
        "webhook_id": webhook_id(delivery.fact_id),
        "event": delivery.event,
        "session_id": None if talk is None else session_id(talk),
        "series": delivery.series,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "created_at": rfc3339(delivery.created_at),
        "next_attempt_at": optional_rfc3339(delivery.next_attempt_at),
        "last_outcome": delivery.last_outcome,
        "last_status": delivery.last_status,
        "replay": delivery.is_replay,
    }


def replay_view(replay: Replay) -> shapes.ReplayView:
    """How far a replay is."""
    return shapes.ReplayView(
        id=replay.id,
        kind=replay.kind,
        state=replay.state,
        planned=replay.planned,
        delivered=replay.delivered,
        failed=replay.failed,
        left=replay.left,
        count=replay.count,
        created_at=rfc3339(replay.created_at),
    )


def attempt_brief(n: int, attempt: Attempt) -> shapes.AttemptBrief:
    """An attempt in short."""
    exchange = attempt.exchange
    return shapes.AttemptBrief(
        n, rfc3339(attempt.started_at), exchange.outcome, exchange.status, exchange.remote_address, _timings(attempt)
    )


def attempt_view(n: int, attempt: Attempt, body: bytes | None, hook: Hook, who: Actor) -> shapes.AttemptView:
    """An attempt in full. `body`: what was sent, None where that is kept no longer; `hook`: whose own headers were sent along."""
    exchange = attempt.exchange
    open_ = MANAGE in who.scopes
    return shapes.AttemptView(
        n=n,
        started_at=rfc3339(attempt.started_at),
        outcome=exchange.outcome,
        status=exchange.status,
        remote_address=exchange.remote_address,
        timings=_timings(attempt),
        detail=exchange.detail,
        request=shapes.AttemptRequest(
            method="POST",
            url=masking.mask_url(attempt.url),
            headers=_sent(attempt, hook, open_=open_),
            body=None if body is None else body.decode(errors="replace"),
        ),
        response=_response(attempt, None if open_ else Veil(attempt, hook.headers)),
    )


def _timings(attempt: Attempt) -> shapes.AttemptTimings:
    took = attempt.exchange.timings
    return shapes.AttemptTimings(took.resolve, took.connect, took.tls, took.answer, took.total)


def _sent(attempt: Attempt, hook: Hook, *, open_: bool) -> Pairs:
    """The headers as they were sent, without the request line, whose query holds keys."""
    if not attempt.request_head:
        return []
    own = hook.headers if open_ else masking.mask_headers(hook.headers)
    _, found = _split(attempt.request_head)
    shown = [
        (name, masking.MASK if not open_ and name.lower() in masking.SIGNATURES else value) for name, value in found
    ]
    return [*shown, *own.items()]


def _response(attempt: Attempt, veil: Veil | None) -> shapes.AttemptResponse | None:
    """What was answered, under a veil for those who may not see what was sent: a receiver may say it back."""
    exchange = attempt.exchange
    if not exchange.response_head:
        return None
    head, body = exchange.response_head[:HEAD_MAX], exchange.response_body
    shown = body[:BODY_MAX].decode(errors="replace")
    if veil is not None:
        head, shown = veil.over(head.decode(errors="replace")).encode(), veil.over(shown)
    status_line, headers = _split(head)
    return shapes.AttemptResponse(status_line, headers, shown, exchange.truncated or len(body) > BODY_MAX)


def _split(head: bytes) -> tuple[str, Pairs]:
    """A head's first line, and its headers; what is no header is shown as a name without a value."""
    first, *rest = [line.decode(errors="replace") for line in _LINE_END.split(head)]
    pairs = [line.partition(":") for line in rest if line]
    return first, [(name.strip(), value.strip()) for name, _, value in pairs]
