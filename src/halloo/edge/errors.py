"""Refusals and mishaps as HTTP: `{"error", "message", "details"}` (`contracts/embedding.md` 8.3)."""

import math
from typing import Any, cast

import structlog
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, NotFoundException, ValidationException

from halloo.kit.json import dump
from halloo.kit.refusals import Refusal

STATUS: dict[str, int] = {
    "bad_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "stale": 412,
    "too_large": 413,
    "unsupported_type": 415,
    "invalid": 422,
    "required": 428,
    "rate_limited": 429,
    "unavailable": 503,
}
"""HTTP status by kind of refusal."""

_CODES: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The request is malformed."),
    404: ("route_not_found", "There is no such address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("body_too_large", "The body is too large."),
    415: ("content_type", "Send JSON: Content-Type: application/json."),
}
_RETRY_S = 1
_log = structlog.get_logger("halloo.edge")

AnyRequest = Request[Any, Any, Any]


def error_body(code: str, message: str, details: dict[str, Any] | None = None) -> bytes:
    """The one shape of every refusal, as JSON bytes."""
    return dump({"error": code, "message": message, "details": details or {}})


def answer(status: int, code: str, message: str, details: dict[str, Any] | None = None) -> Response[bytes]:
    """A refusal as a response."""
    return Response(error_body(code, message, details), status_code=status, media_type=MediaType.JSON)


def refused(_request: AnyRequest, refusal: Refusal) -> Response[bytes]:
    """A refusal of an action or of the edge."""
    response = answer(STATUS.get(refusal.kind, 400), refusal.code, refusal.message, refusal.details)
    if refusal.kind == "rate_limited":
        response.headers["Retry-After"] = str(math.ceil(refusal.details.get("retry_after_ms", 0) / 1000) or _RETRY_S)
    elif refusal.kind == "unavailable":
        response.headers["Retry-After"] = str(_RETRY_S)
    elif refusal.kind == "unauthorized":
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def invalid(_request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """A parameter in path or query that Litestar could not read."""
    extra = cast("list[dict[str, Any]]", error.extra if isinstance(error.extra, list) else [])
    first = extra[0] if extra else {}
    name = str(first.get("key", "query"))
    why = str(first.get("message", "is not valid"))
    code = "field_required" if "required" in why.lower() else "field_invalid"
    return answer(422, code, f"{name}: {why}.", {"field": name})


def http_error(_request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What Litestar itself refuses: unknown routes, methods, sizes."""
    status = error.status_code
    code, message = _CODES.get(status, ("bad_request" if status < 500 else "internal", "The request is malformed."))  # noqa: PLR2004 - the classes of HTTP
    response = answer(status, code, message)
    response.headers.update(error.headers or {})
    return response


def unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A fault of ours: logged, and told without a word of what it was."""
    _log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
    return answer(500, "internal", "Something went wrong here; it was logged.")


EXCEPTION_HANDLERS: Any = {
    Refusal: refused,
    ValidationException: invalid,
    NotFoundException: http_error,
    HTTPException: http_error,
    Exception: unexpected,
}
"""For the Litestar application: `Litestar(exception_handlers=EXCEPTION_HANDLERS)`."""
