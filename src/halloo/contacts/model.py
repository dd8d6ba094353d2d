"""Visitors and contacts as values, and the rules that need no database."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from halloo.contacts.errors import ValueRefused
from halloo.kit.json import INVALID_DATA, NotJson, canonical
from halloo.kit.text import clean, is_email, search_words

Embedding = Literal["none", "claimed", "verified"]
Identity = Literal["jwt", "hmac"]
"""What proved who a visitor is: a signed token that ends, or a plain hash that does not."""
Scalar = str | int | float | bool

GUEST = re.compile(r"guest_[A-Za-z0-9_-]{22,64}")
TOKEN_PREFIX = "hvt_"  # noqa: S105 - a prefix, no secret
TOKEN_LIFE_MS = 180 * 86_400_000
PAGES_KEPT = 10
NAME_MAX, PHONE_MAX, COMPANY_MAX, NOTES_MAX = 128, 32, 128, 10_000
DATA_KEYS, DATA_TEXT = 20, 500
SIGNABLE = ("name", "email", "phone", "company", "avatar")
_OF_EMAIL, _OF_USER = "email:", "id:"
_DATA_KEY = re.compile(r"[a-z0-9_]{1,40}")
_PHONE = re.compile(r"[0-9 +\-().\/]{5,32}")
_URL_MAX, _TITLE_MAX = 2_048, 256
_KELVIN = "\u212a"
"""Its lower case is the letter k: an address with it would become somebody else's. No other sign becomes a plain letter."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a visitor looked at; `at` in UNIX milliseconds."""

    url: str
    title: str
    referrer: str
    at: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an address is, as far as that can be told: two letters of ISO 3166, names in English, degrees."""

    country: str
    region: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody on a page: one browser on one customer site. Times in UNIX milliseconds."""

    workspace_id: str
    id: str
    widget_id: str
    user_id: str
    contact_id: str | None
    identified: bool
    blocked: bool
    name: str | None
    email: str | None
    phone: str | None
    company: str | None
    data: dict[str, Scalar]
    parent_origin: str | None
    embedding: Embedding
    locale: str | None
    timezone: str | None
    user_agent: str
    pages: list[Page]
    external_id: str | None
    identity: Identity | None
    signed: list[str]
    avatar: str | None
    form_hash: str | None
    form_fields: dict[str, Any]
    created_at: int
    last_seen_at: int

    @property
    def nickname(self) -> str:
        """The name that others see: the claimed one, else one made from the id."""
        return self.name or nickname(self.id)

    @property
    def known_as(self) -> str:
        """The `user_id` of the wire: the customer's own where their server has named it, else the guest id."""
        if self.external_id is None:
            return self.user_id
        return self.external_id.removeprefix(_OF_EMAIL).removeprefix(_OF_USER)

    @property
    def is_address(self) -> bool:
        """Whether all that the customer's server has named is an address."""
        return self.external_id is not None and self.external_id.startswith(_OF_EMAIL)

    def is_called(self, user_id: object) -> bool:
        """Whether `user_id` is theirs; None, which is not sent, is."""
        return user_id is None or user_id in (self.user_id, self.known_as)


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that holds a visitor's token. `id` is the token's digest; `kid` the identity key on whose word it was given."""

    id: str
    kid: str | None
    verified_origin: str | None
    used_at: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A page's proof that the widget is embedded there; good once, until `expires_at`."""

    id: str
    origin: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Proven:
    """Whom a proof names, on the word of the key `kid`; `vouched` and `claimed` are attributes by column."""

    kid: str
    external_id: str
    identity: Identity
    vouched: dict[str, Any] = field(default_factory=dict[str, Any])
    claimed: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Contact:
    """The person record behind visitors. Times in UNIX milliseconds."""

    workspace_id: str
    id: str
    name: str | None
    email: str | None
    phone: str | None
    company: str | None
    avatar: str | None
    verified: bool
    notes: str
    data: dict[str, Scalar]
    conversations: int
    first_seen_at: int
    last_seen_at: int
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Details:
    """What may be said of a person; a key that is not in `given` was not said."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    notes: str = ""
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    given: frozenset[str] = frozenset()

    def checked(self) -> "dict[str, Any]":
        """Cleaned values by column name. Raises `ValueRefused` with the field."""
        values: dict[str, Any] = {}
        for column, limit in (("name", NAME_MAX), ("company", COMPANY_MAX)):
            if column in self.given:
                values[column] = _line(column, getattr(self, column), limit)
        if "email" in self.given:
            values["email"] = check_email(self.email)
        if "phone" in self.given:
            values["phone"] = _phone(self.phone)
        if "notes" in self.given:
            values["notes"] = _notes(self.notes)
        if "data" in self.given:
            values["data"] = check_data(self.data)
        return values


@lru_cache(10_000)
def nickname(visitor_id: str) -> str:
    """`visitor` and six digits, always the same for the same visitor."""
    number = int.from_bytes(hashlib.sha256(visitor_id.encode()).digest()[:4], "big") % 900_000 + 100_000
    return f"visitor{number}"


def external_id(*, user_id: str | None = None, email: str | None = None) -> str:
    """How a proven person is kept: a user id as it is, an address behind `email:`. Neither can pass for the other."""
    if email is not None:
        return _OF_EMAIL + email
    said = user_id or ""
    return _OF_USER + said if said.startswith((_OF_EMAIL, _OF_USER)) else said


def words_of(contact: Contact) -> str:
    """What the list of contacts is searched by: every folded word behind a space."""
    said = " ".join(filter(None, (contact.name, contact.email, contact.company, contact.phone)))
    return " " + " ".join(search_words(said)) + " "


def filled_up(first: dict[str, Scalar], then: dict[str, Scalar]) -> dict[str, Scalar]:
    """`first`, and of `then` what has another key and finds room."""
    more = [(key, value) for key, value in then.items() if key not in first]
    return {**first, **dict(more[: max(0, DATA_KEYS - len(first))])}


def check_email(value: str | None) -> str | None:
    """An e-mail address in lower case without space around it, or None for none. Raises `ValueRefused`."""
    text = (value or "").strip().lower()
    if not text:
        return None
    if not is_email(text) or _KELVIN in (value or ""):
        raise ValueRefused("email: this is not an e-mail address.", field="email")
    return text


def _line(column: str, value: str | None, limit: int) -> str | None:
    text = " ".join(clean(value or "").split())
    if len(text) > limit:
        raise ValueRefused(f"{column}: at most {limit} characters.", field=column)
    return text or None


def _phone(value: str | None) -> str | None:
    text = (value or "").strip()
    if text and not _PHONE.fullmatch(text):
        raise ValueRefused("phone: use 5 to 32 digits, spaces and + - ( ) . /", field="phone")
    return text or None


def _notes(value: str) -> str:
    text = clean(value)
    if len(text) > NOTES_MAX:
        raise ValueRefused(f"notes: at most {NOTES_MAX} characters.", field="notes")
    return text


def check_data(data: dict[str, Any]) -> dict[str, Scalar]:
    """Custom data: at most 20 keys, each a short text, number or boolean. Raises `ValueRefused`."""
    if len(data) > DATA_KEYS:
        raise ValueRefused(f"data: at most {DATA_KEYS} keys.", field="data")
    for key, value in data.items():
        if not _DATA_KEY.fullmatch(key):
            raise ValueRefused(f"data.{key[:40]}: a key has 1 to 40 of a-z, 0-9 and _.", field="data")
        if not isinstance(value, (str, int, float, bool)) or (isinstance(value, str) and len(value) > DATA_TEXT):
            raise ValueRefused(
                f"data.{key}: a text of at most {DATA_TEXT} characters, a number or true/false.", field="data"
            )
    try:
        return canonical({key: clean(value) if isinstance(value, str) else value for key, value in data.items()})
    except NotJson as error:
        raise ValueRefused(f"data: {error}.", code=INVALID_DATA, field="data") from error


def check_page(url: str, title: str, referrer: str, at: int) -> Page | None:
    """A page as it is kept, or None where the address is no web page."""
    if not url.startswith(("http://", "https://")):
        return None
    kept_referrer = referrer if referrer.startswith(("http://", "https://")) else ""
    return Page(clean(url)[:_URL_MAX], " ".join(clean(title).split())[:_TITLE_MAX], clean(kept_referrer)[:_URL_MAX], at)
