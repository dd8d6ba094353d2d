"""What may be said of a hook, checked before anything is stored (hooks contract 1, 2 and 11). Pure but for `AddressBook`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from halloo.hooks import catalogue
from halloo.hooks.errors import (
    URL_REFUSALS,
    EventNeedsHttps,
    EventsEmpty,
    EventUnknown,
    HeaderForbidden,
    NameEmpty,
    PluginNeedsHttps,
    UrlBlocked,
)
from halloo.hooks.model import Environment, Hook, HookKind, Ordered, Retry, Signing
from halloo.kit.outbound.model import Url
from halloo.kit.outbound.url import BadUrl, parse_url
from halloo.kit.refusals import field_invalid
from halloo.kit.text import clean

NAME_MAX = 100
TIMEOUT_MS = (1_000, 30_000)
IN_FLIGHT = (1, 100)
HEADERS_MAX, HEADER_NAME_MAX, HEADER_VALUE_MAX = 10, 100, 1_024
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "cookie",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
_OUR_PREFIXES = ("content-", "webhook-", "x-crisp-", "x-delivery-", "x-halloo-")
_NEVER = frozenset({"media:animation:listed"})
"""In the catalogue for the RTM alone."""
_SHOWN = 60


class HookDraft(Struct, frozen=True):
    """A hook to be."""

    name: str
    url: str
    events: Sequence[str]
    kind: HookKind = "website"
    environment: Environment = "production"
    signing: Signing | UnsetType = UNSET
    timeout_ms: int = 2_000
    max_in_flight: int = 10
    ordered: Ordered = "none"
    retry: Retry = "standard"
    headers: dict[str, str] = {}


class HookChange(Struct, frozen=True):
    """What a caller sets; what is unset stays as it is."""

    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    events: Sequence[str] | UnsetType = UNSET
    signing: Signing | UnsetType = UNSET
    timeout_ms: int | UnsetType = UNSET
    max_in_flight: int | UnsetType = UNSET
    ordered: Ordered | UnsetType = UNSET
    retry: Retry | UnsetType = UNSET
    headers: dict[str, str] | UnsetType = UNSET


class AddressBook(Protocol):
    """What knows whether an address may be connected to: `kit.outbound.client.Outbound`."""

    async def check(self, url: Url) -> Literal["blocked", "dns"] | None:
        """`blocked` where it may not, `dns` where its name leads nowhere."""
        ...


async def look_up(book: AddressBook, text: str) -> Literal["dns"] | None:
    """A warning where the name in an address leads nowhere yet. Raises `UrlBlocked`, and what `check_url` raises."""
    verdict = await book.check(check_url(text))
    if verdict == "blocked":
        raise UrlBlocked(field="url")
    return verdict


def check_url(text: str) -> Url:
    """An address that keeps the rules. Raises one of `URL_REFUSALS` for the one that it breaks."""
    try:
        return parse_url(text)
    except BadUrl as error:
        raise URL_REFUSALS[error.code](field="url") from None


def apply(hook: Hook, change: HookChange, now: int) -> Hook:
    """The hook after a change; the same object where nothing differs. Raises the refusals of hooks contract 11."""
    given = {name: value for name, value in asdict(change).items() if value is not UNSET}
    wanted = {name: _CHECKS[name](value) if name in _CHECKS else value for name, value in given.items()}
    if wanted.get("signing") == "none" and hook.kind == "plugin":
        raise field_invalid("signing", "a plugin's hook is always signed.")
    if all(getattr(hook, name) == value for name, value in wanted.items()):
        return hook
    changed = replace(hook, **wanted, version=hook.version + 1, updated_at=max(now, hook.updated_at + 1))
    _check_scheme(changed)
    return changed


def make(workspace_id: str, hook_id: str, draft: HookDraft, now: int) -> Hook:
    """A new hook. Raises the refusals of hooks contract 11."""
    if draft.kind == "website" and draft.environment != "production":
        raise field_invalid("environment", "only a plugin has a hook for development.")
    blank = Hook(
        workspace_id=workspace_id,
        id=hook_id,
        kind=draft.kind,
        environment=draft.environment,
        name="",
        url="",
        events=(),
        signing="signed" if draft.kind == "plugin" else "none",
        timeout_ms=draft.timeout_ms,
        max_in_flight=draft.max_in_flight,
        ordered=draft.ordered,
        retry=draft.retry,
        headers={},
        enabled=True,
        disabled_reason=None,
        version=0,
        created_at=now,
        updated_at=now - 1,
    )
    said = {name: getattr(draft, name) for name in HookChange.__struct_fields__}
    return apply(blank, HookChange(**said), now)


def _name(text: str) -> str:
    name = " ".join(clean(text).split())
    if not name:
        raise NameEmpty(field="name")
    if len(name) > NAME_MAX:
        raise field_invalid("name", f"use 1 to {NAME_MAX} characters.")
    return name


def _url(text: str) -> str:
    return check_url(text).text


def _events(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        raise EventsEmpty(field="events")
    return tuple(dict.fromkeys(check_event(name, "events") for name in names))


def check_event(name: str, field: str = "event") -> str:
    """The name of an event that a hook may be told of. Raises `EventUnknown`."""
    if name in _NEVER or catalogue.find(name) is None:
        shown = clean(name)[:_SHOWN]
        raise EventUnknown(f"{field}: there is no event “{shown}”.", field=field, event=shown)
    return name


def _timeout(value: int) -> int:
    return _between("timeout_ms", value, TIMEOUT_MS)


def _in_flight(value: int) -> int:
    return _between("max_in_flight", value, IN_FLIGHT)


def _between(field: str, value: int, bounds: tuple[int, int]) -> int:
    if not bounds[0] <= value <= bounds[1]:
        raise field_invalid(field, f"a number from {bounds[0]} to {bounds[1]} is needed.")
    return value


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    if len(headers) > HEADERS_MAX:
        raise HeaderForbidden(f"headers: at most {HEADERS_MAX} are sent.", field="headers")
    seen: set[str] = set()
    for name, value in headers.items():
        why = _why_not(name, value, seen)
        if why is not None:
            shown = clean(name)[:HEADER_NAME_MAX]
            raise HeaderForbidden(f"headers: “{shown}” {why}", field="headers", header=shown)
        seen.add(name.lower())
    return dict(headers)


def _why_not(name: str, value: str, seen: set[str]) -> str | None:
    folded = name.lower().replace("_", "-")  # to CGI, WSGI and others both are one
    if _TOKEN.fullmatch(name) is None or len(name) > HEADER_NAME_MAX:
        return "is no name of a header."
    if folded in _OURS or folded.startswith(_OUR_PREFIXES):
        return "is set by Halloo, or may not be sent."
    if name.lower() in seen:
        return "is there twice."
    if len(value) > HEADER_VALUE_MAX or _PRINTABLE.fullmatch(value) is None or value != value.strip():
        return f"takes up to {HEADER_VALUE_MAX} printable ASCII characters, without space around them."
    return None


_CHECKS: dict[str, Any] = {
    "name": _name,
    "url": _url,
    "events": _events,
    "timeout_ms": _timeout,
    "max_in_flight": _in_flight,
    "headers": _headers,
}


def _check_scheme(hook: Hook) -> None:
    if hook.url.lower().startswith("https:"):
        return
    if hook.kind == "plugin":
        raise PluginNeedsHttps(field="url")
    secret = [name for name in hook.events if is_secret(name)]
    if secret:
        raise EventNeedsHttps(
            f"events: “{secret[0]}” carries a secret and goes to https alone.", field="events", event=secret[0]
        )


def is_secret(name: str) -> bool:
    """Whether what an event says gives power."""
    event = catalogue.find(name)
    return event is not None and event.secret


def choosable() -> list[catalogue.Event]:
    """Every event that a hook may be told of, in the order of a form."""
    return [event for event in catalogue.EVENTS if event.name not in _NEVER]
