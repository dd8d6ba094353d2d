"""The public routes of links by mail, which continue a conversation in another browser."""

from halloo.api.public import present
from halloo.api.public.call import Answer, Call
from halloo.api.public.parts import PublicApi, relay_access
from halloo.api.public.shapes import ContinueLinkPost, ContinuePost, Identified, Nothing
from halloo.api.public.visits import refuse_unverified
from halloo.contacts import actions as contacts
from halloo.contacts.model import check_email
from halloo.edge.body import convert
from halloo.kit.refusals import field_invalid
from halloo.mail import actions
from halloo.mail.errors import MailOff


def count_asking(api: PublicApi, call: Call) -> None:
    """Rate of asking for a link by mail."""
    api.limits.take_asking(call.address, call.widget_id, call.cost)


def count_continue(api: PublicApi, call: Call) -> None:
    """Rate of redeeming a link."""
    api.limits.take_continue(call.address, call.widget_id, call.cost)


async def ask_link(api: PublicApi, call: Call) -> Answer:
    """`POST /continue-link`: the same answer whoever is asked for; whether anybody wrote from there is found out behind it."""
    given = await call.read()
    await api.visits.visitor_of(call, {})
    refuse_unverified(call)
    if not api.mail:
        raise MailOff
    email = check_email(convert(given, ContinueLinkPost).email)
    if email is None:
        raise field_invalid("email", "this is not an e-mail address.")
    api.limits.take_link(email, call.widget_id)
    await api.database.write(call.workspace_id, actions.ask_link, call.widget_id, email)
    return Answer(202, Nothing())


async def continue_elsewhere(api: PublicApi, call: Call) -> Answer:
    """`POST /continue`: this browser goes on as the visitor of a link. What it said before as a guest stays that guest's.

    A link that somebody else has sent would otherwise hand this browser's conversations to them.
    """
    given = await call.read()
    current = await api.visits.visitor_of(call, {})
    refuse_unverified(call)
    code = convert(given, ContinuePost).code
    identity = call.config["security"]["identity"]
    done = await api.database.write(
        call.workspace_id, contacts.redeem_code, call.widget_id, code, current, call.browser, identity
    )
    call.browser = done.browser
    _, access = await relay_access(api, call, done.visitor)
    return Answer(200, Identified(present.me(done.visitor, done.token), 0, access))
