"""HTTP status by kind of refusal, said once for all who answer over HTTP."""

STATUS: dict[str, int] = {
    "bad_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "gone": 410,
    "stale": 412,
    "too_large": 413,
    "unsupported_type": 415,
    "invalid": 422,
    "required": 428,
    "rate_limited": 429,
    "unavailable": 503,
}
