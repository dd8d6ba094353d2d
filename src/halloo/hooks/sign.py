"""Signatures and headers (hooks contract 2 and 3). Pure; all that is the same for every request of a hook is made once."""

import hashlib
from base64 import b64decode
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from halloo.hooks.model import Hook, Secret
from halloo.kit.outbound.model import Url

_PREFIX = "whsec_"
_ORIGIN_DIGITS = 16
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ mask for byte in range(256)) for mask in (0x36, 0x5C))
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


class Hmac:
    """HMAC-SHA256 (RFC 2104) with one key, which is worked in once: half of what `hmac` takes for a kilobyte."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """Take a key of any length."""
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(_INNER))
        self._outer = hashlib.sha256(block.translate(_OUTER))

    def of(self, message: bytes) -> Any:
        """The finished hash, to be read as bytes or hex digits."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer


class _Keys(NamedTuple):
    """The two forms of one secret."""

    standard: Hmac
    crisp: Hmac

    @classmethod
    def of(cls, secret: str) -> "_Keys":
        return cls(Hmac(b64decode(secret.removeprefix(_PREFIX))), Hmac(secret.encode()))


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
        keys = self._now
        crisp, standard = (b"", b"") if keys is None else self._sign(keys, webhook_id, seconds, now, body)
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

    def _sign(self, keys: _Keys, webhook_id: bytes, seconds: int, now: int, body: bytes) -> tuple[bytes, bytes]:
        """The lines of both forms."""
        following = self._next
        if following is not None and self._promotes_at is not None and self._promotes_at <= now:
            keys, following = following, None
        standard_said, crisp_said = b"%b.%d.%b" % (webhook_id, seconds, body), b"[%d;%b]" % (now, body)
        crisp = b"\r\nX-Crisp-Signature: " + _crisp(keys, crisp_said)
        standard = b"webhook-signature: " + _standard(keys, standard_said)
        if following is not None:
            crisp += b"\r\nX-Crisp-Signature-Next: " + _crisp(following, crisp_said)
            standard += b" " + _standard(following, standard_said)
        return crisp, standard + b"\r\n"


def own_lines(headers: Mapping[str, str]) -> bytes:
    """A hook's own headers as they are written."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers.items()]).encode()


def _standard(keys: _Keys, said: bytes) -> bytes:
    return b"v1," + b2a_base64(keys.standard.of(said).digest(), newline=False)


def _crisp(keys: _Keys, said: bytes) -> bytes:
    return keys.crisp.of(said).hexdigest().encode()
