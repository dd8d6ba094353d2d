"""The bot check on the public API: its challenges, and where a start or a message needs one (embedding contract 8 and 12)."""

from collections.abc import Callable

from halloo.api.public.call import Answer, Call
from halloo.api.public.parts import PublicApi, judged
from halloo.api.public.shapes import ConversationStart
from halloo.api.public.visits import asker_of
from halloo.botcheck.model import Proof
from halloo.contacts.model import GUEST, Visitor
from halloo.conversations.model import Draft
from halloo.kit.refusals import Refusal, field_invalid


def count_challenge(api: PublicApi, call: Call) -> None:
    """Rate of challenges without a token; with one they count by visitor."""
    if call.token is None:
        api.limits.take_list(call.address, call.cost)


async def offer_challenge(api: PublicApi, call: Call) -> Answer:
    """`GET /bot-check`: a challenge for this visitor, to be solved ahead. A newcomer says with `user_id` who they will be."""
    guest = call.query.get("user_id")
    visitor = await api.visits.visitor_of(call, {"user_id": guest})
    if call.token is not None:
        api.limits.take_list(call.address if visitor is None else visitor.id, call.cost)
    challenge = api.guard.challenge(asker_of(call, visitor, guest))
    if visitor is None and not GUEST.fullmatch(guest or ""):
        raise field_invalid("user_id", "without a visitor token the guest id is needed that will start.")
    return Answer(200, challenge)


async def guarded_start(api: PublicApi, call: Call, known: Visitor | None, body: ConversationStart) -> Proof | None:
    """The proof that a start spends, if it needs any. Resuming without a word stores nothing, and needs none.

    Raises `RateLimited`, `BotCheckRequired`, `BotCheckFailed`, and what comes before those.
    """
    api.visits.refuse_nobody(call, known, body, api.limits)
    beyond = call.beyond
    if body.conversation_id is None:
        visitor_id = None if known is None else known.id
        address = None if known is not None and known.identified else call.address
        beyond |= api.limits.look_at_start(visitor_id, address, call.widget_id, guarded=call.guarded)
    elif body.message is None:
        return None
    said = body.message
    draft = None if said is None else Draft(said.client_id, said.type, said.content)

    def judge() -> Proof | None:
        return _after_fields(draft, lambda: api.guard.judge(who, body.bot_check, beyond=beyond))

    who = asker_of(call, known, body.user_id)
    return await judged(api, call, known, body.conversation_id, judge)


def guarded_message(api: PublicApi, call: Call, visitor: Visitor, draft: Draft, given: object) -> Proof | None:
    """The proof that a message spends, if it needs any. Raises `BotCheckRequired`, `BotCheckFailed`, `MessageRefused`."""
    who = asker_of(call, visitor, None)
    return _after_fields(draft, lambda: api.guard.judge(who, given))


def guarded_upload(api: PublicApi, call: Call, visitor: Visitor, given: object) -> Proof | None:
    """The proof that a file spends before any byte of it is taken, if it needs one.

    Raises `RateLimited`, `BotCheckRequired`, `BotCheckFailed`.
    """
    address = None if visitor.identified else call.address
    beyond = api.limits.look_at_upload(visitor.id, address, call.widget_id, guarded=call.guarded)
    return api.guard.judge(asker_of(call, visitor, None), given, beyond=beyond)


def _after_fields(draft: Draft | None, judge: Callable[[], Proof | None]) -> Proof | None:
    """The check comes last (embedding contract 8.1): what is wrong with a message is told before anybody computes for it."""
    try:
        return judge()
    except Refusal:
        if draft is not None:
            draft.checked("user")
        raise
