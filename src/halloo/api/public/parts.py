"""What the public routes share: what they need, and the checks that come between visitor and action."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from halloo.api.public.call import Answer, Call
from halloo.api.public.limits import PublicLimits
from halloo.api.public.replies import ReplyTimes
from halloo.api.public.shapes import RelayAccess
from halloo.api.public.visits import Visits, refuse_unverified, unread_of
from halloo.contacts.actions import visitor_actor
from halloo.contacts.errors import IdentityRequired
from halloo.contacts.model import Visitor
from halloo.contacts.tickets import EmbedTickets
from halloo.conversations.errors import ConversationForbidden
from halloo.db.engine import Database
from halloo.edge.body import convert
from halloo.kit.refusals import Refusal
from halloo.kit.sealing import Sealer
from halloo.relay.tokens import LIFE_S, RelayTokens

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PublicApi:
    """What the routes need. `identity_secrets` opens the secrets of identity keys."""

    database: Database
    relay_tokens: RelayTokens
    limits: PublicLimits
    visits: Visits
    replies: ReplyTimes
    tickets: EmbedTickets
    identity_secrets: Sealer


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
    refuse_unverified(call)
    if _wants_identity(call) and not (visitor is not None and visitor.identified):
        raise IdentityRequired


def _wants_identity(call: Call) -> bool:
    return bool(call.config["security"]["identity"] == "required")


def accepted(call: Call, given: dict[str, Any], shape: type[T], visitor: Visitor | None) -> T:
    """The fields of something that a visitor wants to say, if the widget's policy lets them."""
    refuse_by_policy(call, visitor)
    return convert(given, shape)


async def relay_access(api: PublicApi, call: Call, visitor: Visitor) -> tuple[int, RelayAccess]:
    """How much the visitor has not read, and what opens the relay to this browser of theirs."""
    unread, streams = await api.database.read(call.workspace_id, unread_of, visitor_actor(visitor))
    speaks = visitor.identified or not _wants_identity(call)
    token = api.relay_tokens.issue_visitor(
        workspace_id=call.workspace_id,
        widget_id=call.widget_id,
        visitor_id=visitor.id,
        name=visitor.nickname,
        parent_origin=visitor.parent_origin,
        typing_preview=bool(call.config["typing_preview"]) and speaks,
        browser=None if call.browser is None else call.browser.id,
        kid=None if call.browser is None else call.browser.kid,
        proven=_proven_of(visitor),
    )
    return unread, RelayAccess(token, LIFE_S, [f"v:{visitor.id}", *streams])


def _proven_of(visitor: Visitor) -> frozenset[str]:
    page = frozenset({"embedding"} if visitor.embedding == "verified" else ())
    return visitor_actor(visitor).proven | page
