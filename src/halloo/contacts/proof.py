"""Proofs of identity (embedding contract 9): what they say, and the rules that need no database.

A signed token (JWT) ends within an hour. The plain hashes that other messengers use never end: they are taken where a widget
has a key for them, and are shown as weaker.
"""

import binascii
import hmac
import json
import math
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeVar, cast
from urllib.parse import urlsplit

import jwt

from halloo.contacts.errors import IdentityInvalid, ValueRefused
from halloo.contacts.model import COMPANY_MAX, NAME_MAX, PHONE_MAX, Proven, check_data, check_email, external_id
from halloo.kit.refusals import field_unknown
from halloo.kit.text import EMAIL_MAX, clean

TOKEN_MAX = 8_192
LIFE_MAX_S, LEEWAY_S = 3_600, 60
USER_ID_MAX = 128
FIELDS = ("token", "email", "user_id", "hmac")
T = TypeVar("T")
_FORBIDDEN = frozenset({"crit", "jku", "jwk", "x5u", "x5c"})
_STRONG = ("HS256", "EdDSA")
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_KID_MAX, _URL_MAX = 128, 2_048
_MALFORMED = "token: this is no JWT of three parts."
_jws = jwt.PyJWS(algorithms=list(_STRONG))


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A JWT whose header was read and whose signature was not checked yet."""

    text: str
    alg: Literal["HS256", "EdDSA"]
    kid: str


@dataclass(frozen=True, slots=True)
class HashProof:
    """An address or user id, and the hash that another messenger's server-side code makes of it."""

    alg: Literal["HMAC-email", "HMAC-user-id"]
    subject: str
    mac: str
    given: str = ""
    """An address as it was sent, where it has capitals: servers that did not lower-case it have signed this."""


def read_proof(given: Mapping[str, object]) -> SignedToken | HashProof:
    """The proof that a call brings. Raises `IdentityInvalid`, and `field_unknown` for a key that there is not."""
    for name in given:
        if name not in FIELDS:
            raise field_unknown(name)
    said = {name: value for name, value in given.items() if value is not None}
    if said.keys() == {"token"}:
        return _signed_token(said["token"])
    if said.keys() == {"email", "hmac"}:
        email = _address(said["email"])
        return HashProof("HMAC-email", email, _mac(said["hmac"]), _with_capitals(str(said["email"]), email))
    if said.keys() == {"user_id", "hmac"}:
        return HashProof("HMAC-user-id", _subject(said["user_id"], "malformed", "user_id"), _mac(said["hmac"]))
    raise IdentityInvalid("malformed", "Send a token, or email and hmac, or user_id and hmac.")


def _mac(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise IdentityInvalid("malformed", "hmac: 64 hexadecimal digits are needed.", field="hmac")
    return value.lower()


def _address(value: object) -> str:
    try:
        email = check_email(value) if isinstance(value, str) else None
    except ValueRefused:
        email = None
    if email is None:
        raise IdentityInvalid("malformed", "email: this is not an e-mail address.", field="email")
    return email


def _with_capitals(given: str, email: str) -> str:
    """`given` where it is the address but for its capitals A to Z: one that other rules have made into it is another's."""
    return given if given.encode().lower() == email.encode() else ""


def _subject(value: object, reason: Literal["malformed", "claims"], name: str) -> str:
    """A customer's user id: 1 to 128 characters as they are, none of them invisible."""
    right = isinstance(value, str) and 0 < len(value) <= USER_ID_MAX and value.strip() != "" and "\n" not in value
    if not right or clean(cast("str", value)) != value:
        why = f"{name}: a text of 1 to {USER_ID_MAX} characters is needed."
        raise IdentityInvalid(reason, why, field=name)
    return cast("str", value)


def _signed_token(value: object) -> SignedToken:
    if isinstance(value, str) and len(value) > TOKEN_MAX:
        raise IdentityInvalid("malformed", f"token: at most {TOKEN_MAX:,} bytes.")
    if not isinstance(value, str) or not _SHAPE.fullmatch(value):
        raise IdentityInvalid("malformed", _MALFORMED)
    header = _object(value.partition(".")[0])
    unwanted = sorted(_FORBIDDEN & header.keys())
    if unwanted:
        raise IdentityInvalid("malformed", f"token: its header may not have {unwanted[0]}.", field=unwanted[0])
    alg, kid = header.get("alg"), header.get("kid")
    if alg not in _STRONG:
        raise IdentityInvalid("algorithm", "token: alg must be HS256 or EdDSA, as its key's is.")
    if not isinstance(kid, str) or not 0 < len(kid) <= _KID_MAX:
        raise IdentityInvalid("unknown_key", "token: kid must name one of the widget's identity keys.")
    return SignedToken(value, alg, kid)


def _object(part: str) -> dict[str, Any]:
    """A part's JSON object, each key once and all of it text that can be stored. Raises `IdentityInvalid`."""
    try:
        text = urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # fails at a lone surrogate
    except (ValueError, RecursionError, binascii.Error):
        value = None
    if not isinstance(value, dict):
        raise IdentityInvalid("malformed", _MALFORMED)
    return cast("dict[str, Any]", value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_name: str) -> NoReturn:
    raise ValueError


def check_token(token: SignedToken, alg: str, key: bytes | str, widget_id: str, now: int) -> Proven:
    """What a token proves under the key that it names: `alg` is the key's own. `now` in UNIX milliseconds.

    Raises `IdentityInvalid` with the first reason in the contract's order.
    """
    if token.alg != alg:
        raise IdentityInvalid("algorithm", f"token: its key signs with {alg}.")
    try:
        _jws.decode(token.text, key, algorithms=[alg])
    except jwt.PyJWTError:
        raise IdentityInvalid("signature", "token: the signature is not that of its key.") from None
    claims = _object(token.text.split(".")[1])
    subject = _subject(claims.get("sub"), "claims", "sub")
    _check_audience(claims.get("aud"), widget_id)
    _check_times(claims, now / 1000)
    return _proven(claims, token.kid, subject)


def _check_audience(audience: object, widget_id: str) -> None:
    named = cast("list[object]", audience) if isinstance(audience, list) else [audience]
    if widget_id not in [one for one in named if isinstance(one, str)]:
        raise IdentityInvalid("audience", "token: aud must be the widget's id.", field="aud")


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    issued, ends = _time(claims, "iat"), _time(claims, "exp")
    if ends - issued > LIFE_MAX_S:
        raise IdentityInvalid("too_long_lived", f"token: exp may lie at most {LIFE_MAX_S} seconds after iat.")
    if now >= ends + LEEWAY_S:
        raise IdentityInvalid("expired", "token: it has expired; sign a new one for each page.")
    starts = max(issued, _time(claims, "nbf")) if "nbf" in claims else issued
    if starts > now + LEEWAY_S:
        raise IdentityInvalid("not_yet_valid", "token: it is of a time to come; set the server's clock.")
    if ends <= issued:
        raise IdentityInvalid("claims", "token: exp must lie after iat.", field="exp")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53 and math.isfinite(value):
        return float(value)
    raise IdentityInvalid("claims", f"token: {name} must be a time in UNIX seconds.", field=name)


def _proven(claims: Mapping[str, Any], kid: str, subject: str) -> Proven:
    """The optional claims, each of its exact type. An address that the server itself calls unverified is only claimed."""
    vouched: dict[str, Any] = {
        "name": _line(claims, "name", NAME_MAX),
        "email": _email(claims),
        "phone": _line(claims, "phone", PHONE_MAX),
        "company": _line(claims, "company", COMPANY_MAX),
        "avatar": _avatar(claims),
        "data": _data(claims),
    }
    vouched = {name: value for name, value in vouched.items() if value}
    claimed: dict[str, Any] = {}
    if not _typed(claims, "email_verified", bool, default=True) and "email" in vouched:
        claimed["email"] = vouched.pop("email")
    return Proven(kid, external_id(user_id=subject), "jwt", vouched, claimed)


def _typed(claims: Mapping[str, Any], name: str, kind: type[T], default: T) -> T:
    value = claims.get(name, default)
    if not isinstance(value, kind):
        raise _wrong(name, "this has not the type that it must have.")
    return value


def _wrong(name: str, why: str) -> IdentityInvalid:
    return IdentityInvalid("claims", f"token: {name}: {why}", field=name)


def _line(claims: Mapping[str, Any], name: str, limit: int) -> str:
    text = _typed(claims, name, str, "")
    if len(text) > limit:
        raise _wrong(name, f"at most {limit} characters.")
    return " ".join(clean(text).split())


def _email(claims: Mapping[str, Any]) -> str | None:
    text = _typed(claims, "email", str, "")
    if len(text) > EMAIL_MAX:
        raise _wrong("email", f"at most {EMAIL_MAX} characters.")
    return _checked(check_email, text, "email")


def _data(claims: Mapping[str, Any]) -> dict[str, Any]:
    return _checked(check_data, _typed(claims, "data", dict, {}), "data")


def _checked(check: Callable[[Any], T], value: Any, name: str) -> T:
    try:
        return check(value)
    except ValueRefused as refused:
        raise IdentityInvalid("claims", f"token: {refused.message}", field=name) from None


def _avatar(claims: Mapping[str, Any]) -> str:
    text = _typed(claims, "avatar_url", str, "")
    if text and not _is_https(text):
        raise _wrong("avatar_url", "an https address is needed.")
    return text


def _is_https(text: str) -> bool:
    if len(text) > _URL_MAX or not text.startswith("https://") or re.search(r"[\s\x00-\x20\x7f<>\"'\\`]", text):
        return False
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return False


def check_hash(proof: HashProof, kid: str, secret: str) -> Proven:
    """What a plain hash proves: HMAC-SHA256 with the key's secret as text. Raises `IdentityInvalid`."""
    made = [
        hmac.digest(secret.encode(), said.encode(), "sha256").hex() for said in (proof.subject, proof.given) if said
    ]
    if not any(hmac.compare_digest(one, proof.mac) for one in made):
        raise IdentityInvalid("signature", "hmac: this is not the hash that the key makes.", field="hmac")
    if proof.alg == "HMAC-email":
        return Proven(kid, external_id(email=proof.subject), "hmac", {"email": proof.subject})
    return Proven(kid, external_id(user_id=proof.subject), "hmac")
