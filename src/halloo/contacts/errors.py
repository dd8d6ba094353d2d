"""Refusals of visitors and contacts."""

from halloo.kit.refusals import Forbidden, Invalid, NotFound, Unauthorized


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
    """This visitor is blocked."""

    code = "visitor_blocked"


class ValueRefused(Invalid):
    """A value is not valid."""

    code = "field_invalid"


class IdentityRequired(Forbidden):
    """Sign in on this page first: this messenger answers known people only."""

    code = "identity_required"


class ContinueInvalid(Forbidden):
    """This link was used already, is too old, or is none of this chat's."""

    code = "continue_invalid"
