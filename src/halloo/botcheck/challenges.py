"""Challenges and solutions in the shapes of ALTCHA's protocol, version 2. Nothing of a challenge is stored: its signature vouches.

A challenge names widget and visitor in `parameters.data` and its end in `expiresAt`, and the signature covers every parameter in
one canonical form: nothing can be put together from two challenges, or be changed, and still hold.
"""

import hashlib
import hmac
import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any, Literal, cast

import altcha
import msgspec
from msgspec import Struct

from halloo.botcheck.errors import BotCheckFailed
from halloo.botcheck.model import Proof
from halloo.botcheck.settings import BotCheckSettings
from halloo.kit.clock import MINUTE, SECOND, Clock

ALGORITHM = "SHA-256"
"""Computed alike on pages with and without a secure context, where browsers have no `crypto.subtle`."""
COST = 64
"""Rounds of one attempt: what the server computes to issue a challenge, and again to judge a solution."""
ATTEMPTS = 600
"""Attempts that `effort` 100 needs at most; every challenge needs at least half of them. There is no long tail."""
_EFFORT = (10, 1000)
_PREFIX = 16
_PAYLOAD_MAX = 2048


class _Bound(Struct, forbid_unknown_fields=True):
    """Whose challenge it is."""

    widget: str
    visitor: str


class _Parameters(Struct, forbid_unknown_fields=True):
    """What a challenge says, by the protocol's own names."""

    algorithm: Literal["SHA-256"]
    cost: int
    expiresAt: int  # noqa: N815 - the protocol's name
    keyLength: int  # noqa: N815 - the protocol's name
    keyPrefix: str  # noqa: N815 - the protocol's name
    nonce: str
    salt: str
    data: _Bound


class _Challenge(Struct, forbid_unknown_fields=True):
    """A signed challenge."""

    parameters: _Parameters
    signature: str


class _Solution(Struct, forbid_unknown_fields=True):
    """What the browser has found."""

    counter: int
    derivedKey: str  # noqa: N815 - the protocol's name
    time: float | None = None


class _Payload(Struct, forbid_unknown_fields=True):
    """A challenge with its solution."""

    challenge: _Challenge
    solution: _Solution


_library: Any = altcha
"""The same without types: its dictionaries do not say what they hold."""
_decoder = msgspec.json.Decoder(_Payload)


def _derive(parameters: altcha.ChallengeParameters, salt: bytes, password: bytes) -> bytes:
    """The key of one attempt, as `altcha.derive_key_sha` makes it, in a third of its time."""
    key = hashlib.sha256(salt + password).digest()
    for _ in range(parameters.cost - 1):
        key = hashlib.sha256(key).digest()
    return key


class Challenges:
    """Issues challenges and opens solutions."""

    def __init__(self, secret: bytes, settings: BotCheckSettings, clock: Clock) -> None:
        """`secret`: the server's, 32 bytes or more; every node with it knows the others' challenges."""
        self._key = hmac.digest(secret, b"bot-check", "sha256")
        self._clock = clock
        self._life = max(1, settings.minutes) * MINUTE
        low, high = _EFFORT
        self._attempts = ATTEMPTS * min(max(settings.effort, low), high) // 100

    def issue(self, widget_id: str, visitor: str) -> dict[str, Any]:
        """A challenge for this visitor of this widget."""
        most = self._attempts
        challenge = _library.create_challenge(
            ALGORITHM,
            COST,
            derive_key=_derive,
            counter=most // 2 + secrets.randbelow(most - most // 2),
            key_prefix_length=_PREFIX,
            expires_at=(self._clock() + self._life) // SECOND,
            data={"widget": widget_id, "visitor": visitor},
            hmac_secret=self._key,
        )
        return cast("dict[str, Any]", challenge.to_dict())

    def open(self, given: object, widget_id: str, visitor: str) -> Proof:
        """What a solution is worth that this visitor of this widget has sent. Raises `BotCheckFailed`.

        Cheap tests come first: only who holds a challenge of ours has us compute.
        """
        payload = _read(given)
        parameters = payload.challenge.parameters
        ends = parameters.expiresAt * SECOND
        bound = parameters.data
        if (bound.widget, bound.visitor) != (widget_id, visitor) or ends <= self._clock():
            raise BotCheckFailed
        whole = _library.Payload.from_dict(msgspec.to_builtins(payload))
        if not altcha.verify_solution(whole, self._key, _derive).verified:
            raise BotCheckFailed
        return Proof(payload.challenge.signature, ends)


def _read(given: object) -> _Payload:
    """The payload in base64. Raises `BotCheckFailed` for whatever is none."""
    if not isinstance(given, str) or len(given) > _PAYLOAD_MAX:
        raise BotCheckFailed
    try:
        return _decoder.decode(b64decode(given, validate=True))
    except (NotBase64, ValueError, msgspec.DecodeError) as error:
        raise BotCheckFailed from error
