"""Refusals of visitors and contacts."""

from typing import Any, Literal

from halloo.kit.refusals import Conflict, Forbidden, Invalid, NotFound, Unauthorized

Reason = Literal[
    "malformed",
    "algorithm",
    "unknown_key",
    "signature",
    "audience",
    "expired",
    "not_yet_valid",
    "too_long_lived",
    "claims",
]
"""Why a proof of identity is not taken (embedding contract 8.3)."""


class ContactNotFound(NotFound):
    """There is no such contact."""

    code = "contact_not_found"


class VisitorTokenMissing(Unauthorized):
    """Send the visitor token in the header X-Halloo-Visitor."""

    code = "visitor_token_missing"


class VisitorTokenInvalid(Unauthorized):
    """The visitor token is unknown, expired or revoked; start again without it."""

    code = "visitor_token_invalid"


class VisitorBlocked(Forbidden):
    """You are blocked here; use another way to reach the team."""

    code = "visitor_blocked"


class ValueRefused(Invalid):
    """A value is not valid."""

    code = "field_invalid"


class IdentityRequired(Forbidden):
    """Sign in on this page first: this messenger answers known people only."""

    code = "identity_required"


class FormOff(NotFound):
    """This widget asks nothing before a conversation."""

    code = "form_off"


class FormRequired(Invalid):
    """Fill in the form first: this widget asks it before a conversation."""

    code = "form_required"


class IdentityInvalid(Unauthorized):
    """The proof of identity is not valid; the visitor stays who they were."""

    code = "identity_invalid"

    def __init__(self, reason: Reason, message: str | None = None, **details: Any) -> None:
        """`reason` is one of the closed list; `message` says what to do about it."""
        super().__init__(message, reason=reason, **details)


class IdentityOff(Conflict):
    """This widget has no identity key that could check such a proof."""

    code = "identity_off"


class EmbeddingUnverified(Forbidden):
    """This widget wants proof of the page it is embedded on; get an embed ticket from that page and send it along."""

    code = "embedding_unverified"


class TicketInvalid(Forbidden):
    """The ticket is forged, too old, used already, or another page's or widget's; ask for a new one."""

    code = "ticket_invalid"


class ContinueInvalid(Forbidden):
    """This link was used already, is too old, or is none of this chat's."""

    code = "continue_invalid"


class BlockNotFound(NotFound):
    """There is no such block."""

    code = "block_not_found"


class TooManyBlocks(Conflict):
    """There are as many blocks as a workspace can have; remove some, or block a range of addresses."""

    code = "too_many_blocks"


class AddressUnknown(Conflict):
    """Where this visitor is cannot be told now: they are not on the site, or behind a proxy that does not say."""

    code = "address_unknown"


class ErasureNotFound(NotFound):
    """There is no such proof of deletion."""

    code = "erasure_not_found"
