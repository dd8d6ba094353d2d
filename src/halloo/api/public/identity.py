"""The public routes of identity and verified embedding (embedding contract 9, 10), each in three lines."""

from typing import Any

from halloo.api.public import present
from halloo.api.public.call import Answer, Call
from halloo.api.public.parts import PublicApi, relay_access
from halloo.api.public.shapes import EmbedTicket, Identified, Nothing, VisitorPatch, VisitorPatched
from halloo.api.public.visits import OriginNotAllowed, refuse_unverified
from halloo.contacts import actions as contacts
from halloo.contacts.errors import IdentityInvalid, ValueRefused
from halloo.contacts.model import Details, Proven, Visitor
from halloo.contacts.tickets import LIFE_S
from halloo.conversations import actions
from halloo.edge.body import convert, given_fields


async def identify(api: PublicApi, call: Call) -> Answer:
    """`POST /identify`: the browser's visitor is who the customer's server says; else they stay who they were."""
    given = await call.read()
    visitor = await api.visits.require_known(call)
    api.limits.take_identification(visitor.id, call.cost)
    refuse_unverified(call)
    try:
        proven = await _prove(api, call, given, visitor)
        found, merged = await api.database.write(
            call.workspace_id, actions.identify_visitor, call.widget_id, call.token or "", proven
        )
    except IdentityInvalid:
        await api.database.write(call.workspace_id, actions.note_refused_proof, visitor.id)
        raise
    call.browser = found.browser
    _, access = await relay_access(api, call, found.visitor)
    return Answer(200, Identified(present.me(found.visitor, found.token), merged, access))


async def _prove(api: PublicApi, call: Call, given: dict[str, Any], visitor: Visitor) -> Proven:
    """Whom the proof names. Failures count by address; who is known already is never refused for it, since offices share one."""
    if not visitor.identified:
        api.limits.refuse_failing(call.address)
    try:
        return await api.database.read(call.workspace_id, contacts.prove, api.identity_secrets, call.widget_id, given)
    except IdentityInvalid:
        api.limits.note_failure(call.address)
        raise


async def issue_ticket(api: PublicApi, call: Call) -> Answer:
    """`POST /embed-ticket`: a proof of the page that calls, which its browser has named as the origin."""
    if call.origin is None:
        raise OriginNotAllowed
    convert(await call.read(), Nothing)
    return Answer(200, EmbedTicket(api.tickets.issue(call.widget_id, call.origin), LIFE_S))


async def claim_details(api: PublicApi, call: Call) -> Answer:
    """`PATCH /visitor`: what page or visitor say of themselves; never in place of what was signed."""
    given = await call.read()
    visitor = await api.visits.require_known(call)
    api.limits.take_list(visitor.id, call.cost)
    refuse_unverified(call)
    said = given_fields(convert(given, VisitorPatch))
    details = Details(**said, given=frozenset(said))
    try:
        changed = await api.database.write(call.workspace_id, actions.claim_details, visitor.id, details)
    except ValueRefused as refused:
        column, value = refused.details["field"], said.get(refused.details["field"])
        shown = value if isinstance(value, str) else ""
        await api.database.write(call.workspace_id, actions.note_refused_value, visitor.id, column, shown)
        raise
    return Answer(200, VisitorPatched(present.me(changed)))
