"""Refusals: what an action answers instead of doing it.

A refusal has a kind (how bad it is to whom), a stable code, a sentence in English and details. It knows no wire: HTTP, our frames and
the foreign protocols each give it their own shape.

    Refusal
    ├── NotFound        the thing is not there, or not the caller's to see
    ├── Unauthorized    who are you?
    ├── Forbidden       we know who you are, and no
    ├── Conflict        it does not fit the state of things
    ├── Gone            it was there, and is kept no longer
    ├── Stale           somebody else changed it meanwhile
    ├── Invalid         a value is wrong; `details` says which
    ├── BadRequest      the request itself is malformed
    ├── TooLarge        too many bytes
    ├── UnsupportedType not a content type taken here
    ├── RateLimited     later; `retry_after_ms` says when
    └── Unavailable     not now
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """Base of all refusals. The docstring's first line is the default message."""

    kind: ClassVar[str] = "refused"
    code: str = "refused"

    def __init__(self, message: str | None = None, *, code: str | None = None, **details: Any) -> None:
        """Take another sentence or code than the class's own; `details` tell where."""
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        if code is not None:
            self.code = code
        self.details: dict[str, Any] = details
        super().__init__(f"{self.code}: {self.message}")


class NotFound(Refusal):
    """There is nothing here."""

    kind = "not_found"
    code = "not_found"


class Unauthorized(Refusal):
    """Sign in, or send a valid token."""

    kind = "unauthorized"
    code = "unauthorized"


class Forbidden(Refusal):
    """This is not allowed for you."""

    kind = "forbidden"
    code = "forbidden"


class Conflict(Refusal):
    """This does not fit the present state."""

    kind = "conflict"
    code = "conflict"


class Gone(Refusal):
    """This is kept no longer."""

    kind = "gone"
    code = "gone"


class Stale(Refusal):
    """It was changed meanwhile; read it again and repeat."""

    kind = "stale"
    code = "stale"


class Invalid(Refusal):
    """A value is not valid."""

    kind = "invalid"
    code = "field_invalid"


class BadRequest(Refusal):
    """The request is malformed."""

    kind = "bad_request"
    code = "bad_request"


class TooLarge(Refusal):
    """The body is too large."""

    kind = "too_large"
    code = "body_too_large"


class UnsupportedType(Refusal):
    """Send JSON: Content-Type: application/json."""

    kind = "unsupported_type"
    code = "content_type"


class RateLimited(Refusal):
    """Too many requests; wait a moment."""

    kind = "rate_limited"
    code = "rate_limited"

    def __init__(self, retry_after_ms: int, message: str | None = None) -> None:
        """`retry_after_ms`: when it is worth trying again."""
        super().__init__(message, retry_after_ms=retry_after_ms)
        self.retry_after_ms = retry_after_ms


class Unavailable(Refusal):
    """Not available right now; try again soon."""

    kind = "unavailable"
    code = "unavailable"


def field_invalid(field: str, why: str) -> Invalid:
    """A field holds a wrong value: `email: this is not an e-mail address.`."""
    return Invalid(f"{field}: {why}", field=field)


def field_unknown(field: str) -> Invalid:
    """A key that does not exist, or that only Halloo may set."""
    return Invalid(f"{field}: there is no such field to set here.", code="field_unknown", field=field)
