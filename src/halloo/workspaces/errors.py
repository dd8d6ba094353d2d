"""Refusals of workspaces, operators and their credentials."""

from halloo.kit.refusals import Conflict, Forbidden, NotFound, Unauthorized


class OperatorNotFound(NotFound):
    """There is no such operator."""

    code = "operator_not_found"


class TokenNotFound(NotFound):
    """There is no such token."""

    code = "token_not_found"


class InvitationNotFound(NotFound):
    """There is no such invitation, or it was used, withdrawn or has expired."""

    code = "invitation_not_found"


class SignInFailed(Unauthorized):
    """The e-mail address or the password is wrong."""

    code = "sign_in_failed"


class EmailTaken(Conflict):
    """There is an operator with this e-mail address already."""

    code = "email_taken"


class LastOwner(Conflict):
    """A workspace keeps at least one active owner."""

    code = "last_owner"


class OwnersOnly(Forbidden):
    """Only an owner may make, change or remove an owner."""

    code = "owners_only"


class NotAnOperator(Forbidden):
    """This is for people who are signed in; a token without an operator has no such thing."""

    code = "not_an_operator"
