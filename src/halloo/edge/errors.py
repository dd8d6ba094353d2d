"""Refusals and mishaps as HTTP: `{"error", "message", "details"}` (embedding contract 8.3)."""

import math
import re
import traceback
from typing import Any, cast

import structlog
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.params import ParameterKwarg

from halloo.edge.body import BadJson, is_json
from halloo.kit.json import dump
from halloo.kit.refusals import Refusal, UnsupportedType
from halloo.kit.status import STATUS

_CODES: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The request is malformed."),
    404: ("route_not_found", "There is no such address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("body_too_large", "The body is too large."),
    415: ("content_type", "Send JSON: Content-Type: application/json."),
}
_RETRY_S = 1
_MISSING = re.compile(r"Missing required \w+ parameter '([^']+)'")
_OUR_FAULT = 500
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


def invalid(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """A parameter in path, query or header that Litestar could not read, or a body that is not there."""
    extra = cast("list[dict[str, Any]]", error.extra if isinstance(error.extra, list) else [])
    first = extra[0] if extra else {}
    name = str(first.get("key", ""))
    if name == "data":
        return refused(request, BadJson() if is_json(request.headers.get("content-type", "")) else UnsupportedType())
    missing = _MISSING.search(error.detail)
    if missing is not None:
        return answer(422, "field_required", f"{missing[1]}: this is required.", {"field": missing[1]})
    name = _on_the_wire(request, name)
    why = str(first.get("message", "this is not valid")).replace("`", "").rstrip(".")
    return answer(422, "field_invalid", f"{name}: {why[:1].lower()}{why[1:]}.", {"field": name})


def _on_the_wire(request: AnyRequest, name: str) -> str:
    """What callers call a parameter that has another name in Python."""
    field = request.route_handler.parsed_fn_signature.parameters.get(name)
    definition = None if field is None else field.kwarg_definition
    if isinstance(definition, ParameterKwarg):
        return definition.name or name
    return name


def http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What Litestar itself refuses: unknown routes, methods, sizes."""
    status = error.status_code
    if status >= _OUR_FAULT:
        return unexpected(request, error)
    code, message = _CODES.get(status, _CODES[400])
    response = answer(status, code, message)
    response.headers.update(error.headers or {})
    return response


def unexpected(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A fault of ours: logged, and told without a word of what it was."""
    trace = "".join(traceback.format_exception(error))  # without the values of variables: they may be secrets
    _log.error("request_failed", method=request.method, path=request.url.path, trace=trace)
    return answer(500, "internal", "Something went wrong here; it was logged.")


EXCEPTION_HANDLERS: Any = {
    Refusal: refused,
    ValidationException: invalid,
    NotFoundException: http_error,
    HTTPException: http_error,
    Exception: unexpected,
}
"""For the Litestar application: `Litestar(exception_handlers=EXCEPTION_HANDLERS)`."""
