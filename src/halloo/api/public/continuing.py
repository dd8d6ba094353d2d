"""Links by mail that continue a conversation in another browser: asking for one, and redeeming one."""

from halloo.api.public.call import Call
from halloo.api.public.limits import PublicLimits
from halloo.api.public.shapes import ContinueLinkPost, ContinuePost
from halloo.api.public.visits import Visits, refuse_unverified
from halloo.contacts.model import check_email
from halloo.db.engine import Database
from halloo.edge.body import convert
from halloo.kit.refusals import field_invalid
from halloo.mail.actions import Continued, ask_link, continue_elsewhere
from halloo.mail.errors import MailOff


class Continuing:
    """Asks for links and redeems them. `mail`: whether this server can send any."""

    def __init__(self, database: Database, visits: Visits, *, mail: bool) -> None:
        """Nothing is kept."""
        self._database = database
        self._visits = visits
        self.mail = mail

    async def ask(self, call: Call, limits: PublicLimits) -> None:
        """Have a link sent, if anybody wrote from that address; whether so is found out behind the answer."""
        given = await call.read()
        if await self._visits.visitor_of(call, {}) is None:
            refuse_unverified(call)
        if not self.mail:
            raise MailOff
        email = check_email(convert(given, ContinueLinkPost).email)
        if email is None:
            raise field_invalid("email", "this is not an e-mail address.")
        limits.take_link(email, call.widget_id)
        await self._database.write(call.workspace_id, ask_link, call.widget_id, email)

    async def redeem(self, call: Call) -> Continued:
        """Go on as the visitor of a link. Raises `ContinueInvalid`."""
        given = await call.read()
        current = await self._visits.visitor_of(call, {})
        if current is None:
            refuse_unverified(call)
        code = convert(given, ContinuePost).code
        required = call.config["security"]["identity"] == "required"
        return await self._database.write(
            call.workspace_id, continue_elsewhere, call.widget_id, code, current, required=required
        )
