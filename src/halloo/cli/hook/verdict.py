"""Whether a received web hook is genuine, and if not, what is the most likely reason (hooks contract 2 and 3). Values, no I/O.

Written apart from what signs: it checks as a receiver does, from headers and raw bytes alone.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from halloo.kit.json import dump

PREFIX = "whsec_"
_KEY_BYTES = 32
_HINT = len(PREFIX) + 4
TOLERANCE_S = 300
"""How old a request may be."""
_KEYS = ("website_id", "event", "data", "timestamp")
_INTEGER = re.compile("[0-9]{1,15}")
Headers = Mapping[str, str]
"""By names in lower case."""
Proof = Literal["right", "wrong", "missing", "unchecked", "unsigned"]


class BadSecret(ValueError):
    """What was given is no signing secret; the message says why."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret as text, and the bytes behind it."""

    text: str
    key: bytes


def read_secrets(text: str) -> list[Secret]:
    """Secrets separated by commas or white space. Raises `BadSecret`."""
    return [_read_secret(one) for one in re.split(r"[,\s]+", text) if one]


def _read_secret(text: str) -> Secret:
    if not text.startswith(PREFIX):
        raise BadSecret(f"a signing secret begins with {PREFIX}; the key of ?key= is not checked here.")
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadSecret("this secret is not whole: after whsec_ come 44 characters.")
    return Secret(text, key)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at one request found. `notes` are sentences for people, `problems` those that need doing something."""

    proof: Proof
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    secret: int | None = None
    """Which of the secrets fits, counted from 0."""


def judge(headers: Headers, body: bytes, secrets: Sequence[Secret], now_ms: int, *, proven: bool = False) -> Verdict:
    """Check both signatures, the clock and the envelope. `proven`: these secrets have fitted an earlier request."""
    problems = [*_of_body(body), *_of_clock(headers, now_ms)]
    signed = "webhook-signature" in headers or "x-crisp-signature" in headers
    if not secrets:
        proof: Proof = "unchecked" if signed else "unsigned"
        return Verdict(proof, tuple(problems), ("signed; give --secret to have it checked",) if signed else ())
    if not signed:
        return Verdict("missing", (*problems, _NOT_SIGNED))
    fits = [_Fit.of(headers, body, one) for one in secrets]
    for number, fit in enumerate(fits):
        if fit.standard and fit.crisp:
            return Verdict("right", tuple(problems), (_which(headers, fit),), number)
    halves = [(number, fit) for number, fit in enumerate(fits) if fit.standard or fit.crisp]
    if halves:
        number, fit = halves[0]
        return Verdict("wrong", (*problems, _half(headers, fit)), secret=number)
    return Verdict("wrong", (*problems, _why(headers, body, secrets, proven=proven)))


_NOT_SIGNED = (
    "not signed: signing is switched off for this hook, or something on the way took the headers webhook-signature and "
    "X-Crisp-Signature away"
)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Which signatures of a request one secret fits."""

    standard: bool
    crisp: bool
    place: int
    """Its place in `webhook-signature`."""
    is_next: bool
    """It fits `X-Crisp-Signature-Next`."""

    @classmethod
    def of(cls, headers: Headers, body: bytes, secret: Secret) -> "_Fit":
        """Try it on both forms."""
        id_, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        mine = sign_standard(secret, id_, at, body)
        theirs = [one for one in headers.get("webhook-signature", "").split(" ") if one]
        standard = [hmac.compare_digest(mine.encode(), one.encode("utf-8", "replace")) for one in theirs]
        crisp = sign_crisp(secret, headers.get("x-crisp-request-timestamp", ""), body).encode()
        current = hmac.compare_digest(crisp, headers.get("x-crisp-signature", "").encode("utf-8", "replace"))
        next_ = hmac.compare_digest(crisp, headers.get("x-crisp-signature-next", "").encode("utf-8", "replace"))
        return cls(any(standard), current or next_, standard.index(True) if any(standard) else 0, next_ and not current)


def sign_standard(secret: Secret, id_: str, at: str, body: bytes) -> str:
    """One entry of `webhook-signature`."""
    mac = hmac.digest(secret.key, f"{id_}.{at}.".encode("utf-8", "replace") + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac).decode()}"


def sign_crisp(secret: Secret, at: str, body: bytes) -> str:
    """`X-Crisp-Signature`."""
    signed = b"[" + at.encode("utf-8", "replace") + b";" + body + b"]"
    return hmac.new(secret.text.encode(), signed, hashlib.sha256).hexdigest()


def _which(headers: Headers, fit: _Fit) -> str:
    count = len(headers.get("webhook-signature", "").split())
    if count < 2 and "x-crisp-signature-next" not in headers:  # noqa: PLR2004 - one beside another
        return "both signatures are right"
    which = "next" if fit.is_next or fit.place else "current"
    return f"both signatures are right; the secret is being changed, and this is the {which} one"


def _half(headers: Headers, fit: _Fit) -> str:
    if fit.crisp:
        what = "webhook-signature" if "webhook-signature" in headers else ""
        return (
            "X-Crisp-Signature is right and webhook-signature is not: webhook-id or webhook-timestamp was changed on the way"
            if what
            else "X-Crisp-Signature is right; webhook-signature was taken away on the way"
        )
    if "x-crisp-signature" not in headers:
        return "webhook-signature is right; X-Crisp-Signature was taken away on the way"
    return "webhook-signature is right and X-Crisp-Signature is not: X-Crisp-Request-Timestamp was changed on the way"


def _why(headers: Headers, body: bytes, secrets: Sequence[Secret], *, proven: bool) -> str:
    """Nothing fits: a changed body and another secret look alike to a signature, so look for traces."""
    compact = compacted(body)
    if compact is not None and compact != body:
        for one in secrets:
            fit = _Fit.of(headers, compact, one)
            if fit.standard or fit.crisp:
                return (
                    "the body was changed on the way: it was parsed and written anew, and its signature fits the compact form. "
                    "Check the bytes as they came, before anything parses them"
                )
        return "the body was changed on the way: Halloo sends compact JSON, and this is not; the secret may be another one besides"
    if compact is None:
        return "the body was changed on the way: it is not the JSON that Halloo sends"
    length = headers.get("x-forwarded-content-length", headers.get("content-length", ""))
    if length and _INTEGER.fullmatch(length) and int(length) != len(body):
        return f"the body was changed on the way: {length} bytes were announced, and {len(body)} came"
    hints = " or ".join(f"{one.text[:_HINT]}…" for one in secrets)
    if proven:
        return (
            "neither signature fits, though this secret has fitted before: the body was changed on the way, the hook's secret was "
            "changed, or this is another hook"
        )
    return (
        f"neither signature fits: the hook has another secret than this one ({hints}), or, less likely, the body was changed on "
        "the way. Its settings show how its secret begins"
    )


def compacted(body: bytes) -> bytes | None:
    """The body as Halloo would have written it, or None where it is no JSON object."""
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    try:
        return dump(cast("dict[str, Any]", found))
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None


def _of_body(body: bytes) -> list[str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ["the body is no JSON"]
    if not isinstance(found, dict):
        return ["the body is no JSON object"]
    keys = tuple(cast("dict[str, Any]", found))
    if keys != _KEYS:
        return [f"the body's keys are {', '.join(keys[:10]) or 'none'}; Halloo sends {', '.join(_KEYS)}"]
    values = cast("dict[str, Any]", found)
    if not isinstance(values["data"], dict) or not isinstance(values["event"], str):
        return ["the envelope's values have other types than Halloo sends"]
    return []


def _of_clock(headers: Headers, now_ms: int) -> list[str]:
    found: list[str] = []
    seconds, millis = headers.get("webhook-timestamp", ""), headers.get("x-crisp-request-timestamp", "")
    if not seconds and not millis:
        return found
    if not _INTEGER.fullmatch(seconds):
        return ["webhook-timestamp is missing or no number"]
    off = now_ms / 1000 - int(seconds)
    if abs(off) > TOLERANCE_S:
        found.append(
            f"its timestamp is {_spoken(off)}: this machine's clock or Halloo's is wrong, or somebody sends an old request again. "
            "A receiver should refuse it"
        )
    if _INTEGER.fullmatch(millis) and int(millis) // 1000 != int(seconds):
        found.append("webhook-timestamp and X-Crisp-Request-Timestamp name different moments")
    return found


def _spoken(seconds: float) -> str:
    size = abs(seconds)
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if size >= 2 * length:
            text = f"{size / length:.0f} {unit}"
            break
    else:
        text = f"{size:.0f} seconds"
    return f"{text} old" if seconds > 0 else f"{text} ahead"
