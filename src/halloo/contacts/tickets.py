"""Tickets: a page's proof that the widget is embedded on it (embedding contract 10).

The page itself asks for one, so that the browser names its origin. Where a ticket was used, the database remembers.
"""

import secrets
from typing import Literal

from msgspec import Struct

from halloo.contacts.errors import TicketInvalid
from halloo.contacts.model import Ticket
from halloo.kit.clock import SECOND, Clock
from halloo.kit.signing import Signer

LIFE_S = 60
TEXT_MAX = 2_048


class TicketClaims(Struct, frozen=True):
    """What a ticket says. `exp` in UNIX milliseconds."""

    typ: Literal["embed"]
    wid: str
    origin: str
    jti: str
    exp: int


class EmbedTickets:
    """Issues and opens tickets."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        """`key`: the server's secret, 32 bytes or more."""
        self._signer = Signer(key, "embed-ticket")
        self._clock = clock

    def issue(self, widget_id: str, origin: str) -> str:
        """A ticket for a page of `origin`, which the caller has found in the list."""
        ends = self._clock() + LIFE_S * SECOND
        return self._signer.seal(TicketClaims("embed", widget_id, origin, secrets.token_urlsafe(16), ends))

    def open(self, text: object, widget_id: str) -> Ticket:
        """A ticket of this widget that has not expired. Raises `TicketInvalid`; whether it was used is asked later."""
        claims = None
        if isinstance(text, str) and len(text) <= TEXT_MAX:
            claims = self._signer.open(text, TicketClaims)
        if claims is None or claims.wid != widget_id or claims.exp <= self._clock():
            raise TicketInvalid
        return Ticket(claims.jti, claims.origin, claims.exp)
