"""Signatures and headers (hooks contract 2 and 3). Pure; all that is the same for every request of a hook is made once."""

import hmac
from base64 import b64decode
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from halloo.hooks.model import Hook, Secret
from halloo.kit.outbound.model import Url

_PREFIX = "whsec_"
_ORIGIN_DIGITS = 16
_LINES = (
    b"%b%d%b%d%b\r\nX-Delivery-Attempt-Count: %d\r\nX-Delivery-Attempt-Limit: %d\r\n"
    b"%bwebhook-id: %b\r\nwebhook-timestamp: %d\r\n%b"
)
REPLAY = b"X-Halloo-Replay: 1\r\n"
TEST = b"X-Halloo-Test: 1\r\n"


class Head(NamedTuple):
    """A request's head: as it is written, and as it is kept, without the hook's own headers."""

    written: bytes
    kept: bytes


class _Keys(NamedTuple):
    """The two forms of one secret, keyed and ready to be copied."""

    standard: Any
    crisp: Any

    @classmethod
    def of(cls, secret: str) -> "_Keys":
        raw = b64decode(secret.removeprefix(_PREFIX))
        return cls(hmac.new(raw, digestmod="sha256"), hmac.new(secret.encode(), digestmod="sha256"))


class Letterhead:
    """Writes the heads of one hook's requests."""

    __slots__ = ("_before", "_between", "_next", "_now", "_own", "_promotes_at")

    def __init__(self, hook: Hook, url: Url, secrets: Sequence[Secret]) -> None:
        """`secrets` are used where the hook is signed: the current one, and the next one while there is a rotation."""
        source = f"{hook.kind}/rtm {hook.id.replace('-', '')[:_ORIGIN_DIGITS]} {hook.environment}"
        self._before = (
            f"POST {url.target} HTTP/1.1\r\nHost: {url.authority}\r\nContent-Type: application/json\r\nContent-Length: "
        ).encode()
        self._between = (
            "\r\nUser-Agent: Halloo-Hooks/1\r\nAccept-Encoding: identity\r\n"
            f"X-Crisp-Hook-Origin: {source}\r\nX-Crisp-Request-Timestamp: "
        ).encode()
        self._own = own_lines(hook.headers)
        signing = {one.role: one for one in secrets} if hook.is_signed else {}
        current, following = signing.get("current"), signing.get("next")
        self._now = None if current is None else _Keys.of(current.secret)
        self._next = None if following is None else _Keys.of(following.secret)
        self._promotes_at = None if following is None else following.promotes_at

    def write(self, webhook_id: bytes, body: bytes, now: int, count: int, limit: int, marks: bytes = b"") -> Head:
        """The head of attempt `count` of `limit`. `now`: UNIX milliseconds, one reading of the clock; `marks`: further header lines."""
        seconds = now // 1000
        crisp, standard = self._sign(webhook_id, seconds, now, body) if self._now is not None else (b"", b"")
        lines = _LINES % (
            self._before,
            len(body),
            self._between,
            now,
            crisp,
            count,
            limit,
            marks,
            webhook_id,
            seconds,
            standard,
        )
        kept = lines + b"\r\n"
        return Head(lines + self._own + b"\r\n" if self._own else kept, kept)

    def _sign(self, webhook_id: bytes, seconds: int, now: int, body: bytes) -> tuple[bytes, bytes]:
        """The lines of both forms."""
        keys, following = self._now, self._next
        if following is not None and self._promotes_at is not None and self._promotes_at <= now:
            keys, following = following, None
        start, crisp_start = b"%b.%d." % (webhook_id, seconds), b"[%d;" % now
        crisp = b"\r\nX-Crisp-Signature: " + _crisp(keys, crisp_start, body)
        standard = b"webhook-signature: " + _standard(keys, start, body)
        if following is not None:
            crisp += b"\r\nX-Crisp-Signature-Next: " + _crisp(following, crisp_start, body)
            standard += b" " + _standard(following, start, body)
        return crisp, standard + b"\r\n"


def own_lines(headers: Mapping[str, str]) -> bytes:
    """A hook's own headers as they are written."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers.items()]).encode()


def _standard(keys: Any, start: bytes, body: bytes) -> bytes:
    signature = keys.standard.copy()
    signature.update(start)
    signature.update(body)
    return b"v1," + b2a_base64(signature.digest(), newline=False)


def _crisp(keys: Any, start: bytes, body: bytes) -> bytes:
    signature = keys.crisp.copy()
    signature.update(start)
    signature.update(body)
    signature.update(b"]")
    return signature.hexdigest().encode()
