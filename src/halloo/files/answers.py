"""What the storage host says besides bytes: refusals, headers, who may read an answer."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from halloo.kit.json import dump
from halloo.kit.refusals import NotFound, Refusal, RateLimited, Unavailable

Header = tuple[bytes, bytes]
RETRY_S = 5
_STATUS = {
    "bad_request": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "gone": 410,
    "too_large": 413,
    "unsupported_type": 415,
    "invalid": 422,
    "rate_limited": 429,
    "unavailable": 503,
    "full": 507,
}
