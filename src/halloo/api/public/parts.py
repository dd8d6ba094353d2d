"""What the public routes share: what they need, and the checks that come between visitor and action."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from halloo.api.public.call import Answer, Call
from halloo.api.public.csp_reports import Reports
from halloo.api.public.limits import PublicLimits
from halloo.api.public.replies import ReplyTimes
from halloo.api.public.shapes import RelayAccess
from halloo.api.public.visits import Visits, refuse_unverified, unread_of
from halloo.botcheck.guard import BotGuard
from halloo.contacts.actions import visitor_actor
from halloo.contacts.device import parse_user_agent
from halloo.contacts.errors import IdentityRequired
from halloo.contacts.model import Visitor
from halloo.contacts.tickets import EmbedTickets
from halloo.conversations.errors import ConversationForbidden
from halloo.db.engine import Database
from halloo.edge.body import convert
from halloo.edge.countries import Countries
from halloo.edge.live import Live
from halloo.files.model import FileAddresses
from halloo.files.previews import Previews
from halloo.kit.refusals import Refusal
from halloo.kit.sealing import Sealer
from halloo.relay.tokens import LIFE_S, About, RelayTokens

T = TypeVar("T")
_SOFTWARE_MAX = 40


@dataclass(frozen=True, slots=True)
class PublicApi:
    """What the routes need. `identity_secrets` opens the secrets of identity keys; `mail`: this server can send some.

    `files`: how files are named here; `max_file_bytes`: what the server takes at most, whatever a widget allows.
    """

    database: Database
    relay_tokens: RelayTokens
    limits: PublicLimits
    visits: Visits
    replies: ReplyTimes
    tickets: EmbedTickets
    identity_secrets: Sealer
    countries: Countries
    live: Live
    reports: Reports
    mail: bool
    files: FileAddresses
    max_file_bytes: int
    previews: Previews
    guard: BotGuard


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
    seen = await api.database.read(call.workspace_id, unread_of, visitor_actor(visitor))
    speaks = visitor.identified or not _wants_identity(call)
    token = api.relay_tokens.issue_visitor(
        workspace_id=call.workspace_id,
        widget_id=call.widget_id,
        visitor_id=visitor.id,
        name=visitor.nickname,
        parent_origin=visitor.parent_origin,
        typing_preview=bool(call.config["typing_preview"]) and speaks and not _let_alone(call),
        browser=None if call.browser is None else call.browser.id,
        kid=None if call.browser is None else call.browser.kid,
        proven=_proven_of(visitor),
        about=_about(api, call, visitor, seen.open_id),
    )
    return seen.unread, RelayAccess(token, LIFE_S, [f"v:{visitor.id}", *seen.streams])


def _let_alone(call: Call) -> bool:
    """Whether the browser asks not to be tracked."""
    return call.headers.get("dnt") == "1"


def _about(api: PublicApi, call: Call, visitor: Visitor, open_id: str | None) -> About:
    """What the list of live visitors shows beside the name. The address itself goes, sealed, no further than the relay."""
    device = parse_user_agent(visitor.user_agent)
    place = api.countries.find(call.address)
    return About(
        browser=device.browser_name[:_SOFTWARE_MAX],
        os=device.os_name[:_SOFTWARE_MAX],
        kind=device.kind,
        country=None if place is None else place.country,
        city=None if place is None else place.city,
        contact_id=visitor.contact_id,
        conversation_id=open_id,
        tracked=not _let_alone(call),
        address=call.caller,
    )


def _proven_of(visitor: Visitor) -> frozenset[str]:
    page = frozenset({"embedding"} if visitor.embedding == "verified" else ())
    return visitor_actor(visitor).proven | page
