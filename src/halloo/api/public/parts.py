"""What the public routes share: what they need, and the checks that come between visitor and action."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from halloo.api.public.call import Answer, Call
from halloo.api.public.limits import PublicLimits
from halloo.api.public.replies import ReplyTimes
from halloo.api.public.visits import Visits, refuse_unverified
from halloo.contacts.errors import IdentityRequired
from halloo.contacts.model import Visitor
from halloo.conversations.errors import ConversationForbidden
from halloo.db.engine import Database
from halloo.edge.body import convert
from halloo.kit.refusals import Refusal
from halloo.relay.tokens import RelayTokens

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PublicApi:
    """What the routes need."""

    database: Database
    relay_tokens: RelayTokens
    limits: PublicLimits
    visits: Visits
    replies: ReplyTimes


Handler = Callable[[PublicApi, Call], Awaitable[Answer]]


async def known_visitor(api: PublicApi, call: Call) -> Visitor:
    """The token's visitor; a missing token counts as another visitor."""
    if call.token is None:
        raise ConversationForbidden
    return await api.visits.recognise(call, call.token)


async def judged(
    api: PublicApi, call: Call, visitor: Visitor | None, conversation_id: object, judge: Callable[[], T]
) -> T:
    """What `judge` makes of policy, feature and fields: a conversation that is not the visitor's is refused before those."""
    try:
        return judge()
    except Refusal:
        if conversation_id is not None:
            await api.visits.require_own(call, visitor, conversation_id)
        raise


def refuse_by_policy(call: Call, visitor: Visitor | None) -> None:
    """Raise where the widget lets only those speak whose page, or who themselves, are proven."""
    if visitor is None:
        refuse_unverified(call)
    if call.config["security"]["identity"] == "required" and not (visitor is not None and visitor.identified):
        raise IdentityRequired


def accepted(call: Call, given: dict[str, Any], shape: type[T], visitor: Visitor | None) -> T:
    """The fields of something that a visitor wants to say, if the widget's policy lets them."""
    refuse_by_policy(call, visitor)
    return convert(given, shape)
