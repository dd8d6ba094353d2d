"""What a widget is, what is worth knowing about it, and what the public may see of it. No I/O."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from halloo.kit.clock import rfc3339
from halloo.kit.json import dump
from halloo.kit.sealing import Sealer
from halloo.widgets.availability import Availability
from halloo.widgets.config import complete_config, faint_pairs
from halloo.widgets.origins import is_inexpressible, is_ipv4_origin, is_plain_http
from halloo.widgets.settings import Hosts


@dataclass(frozen=True, slots=True)
class Widget:
    """One embeddable messenger of a workspace. `config` is stored as it was given; `domains` are normalised."""

    id: str
    workspace_id: str
    domains: tuple[str, ...]
    published: bool
    config: Mapping[str, Any]
    created_at: int
    updated_at: int

    def etag(self) -> str:
        """A strong entity tag of what the management API shows."""
        content = [self.id, self.domains, self.published, self.config, self.updated_at]
        return f'"{hashlib.sha256(dump(content)).hexdigest()[:32]}"'


Algorithm = Literal["HS256", "EdDSA", "HMAC-email", "HMAC-user-id"]
"""How an identity key proves: by signed tokens, or by the plain hashes that other messengers use."""


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """What proofs of identity are checked with. A secret is `sealed`, and opens for this row alone."""

    workspace_id: str
    kid: str
    widget_id: str
    alg: Algorithm
    sealed: str | None
    public_key: str | None
    created_at: int
    last_used_at: int | None

    @property
    def weak(self) -> bool:
        """Whether its proofs never end."""
        return self.alg in ("HMAC-email", "HMAC-user-id")

    def open(self, sealer: Sealer) -> str | None:
        """The secret, or None where there is none or the server's own secret is another one now."""
        return None if self.sealed is None else sealer.open(self.sealed, self.workspace_id, self.widget_id, self.kid)


@dataclass(frozen=True, slots=True)
class IdentityKeyDraft:
    """A key to be: the public part for EdDSA; for the hashes, what another messenger used, if anything."""

    alg: Algorithm
    public_key: str | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True)
class WidgetChange:
    """What a caller sets; None leaves a part as it is."""

    domains: list[str] | None = None
    published: bool | None = None
    config: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class WidgetPage:
    """A part of the list, newest first; `next_cursor` None at its end."""

    widgets: list[Widget]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days conversations and files of a widget are kept; None: for ever."""

    conversations_days: int | None
    files_days: int | None


@dataclass(frozen=True, slots=True)
class Warning:
    """Something worth knowing about an accepted widget; `path` says where."""

    code: str
    path: str
    message: str


def warnings_of(widget: Widget) -> list[Warning]:
    """Everything worth a warning, in the order of the record."""
    found: list[Warning] = []
    if not widget.domains:
        found.append(Warning("domains_empty", "domains", "Any website may embed this widget."))
    for index, origin in enumerate(widget.domains):
        path = f"domains[{index}]"
        if is_ipv4_origin(origin):
            found.append(
                Warning("domain_ipv4", path, f"{origin}: not every browser protects the widget on an IP address.")
            )
        if is_inexpressible(origin):
            found.append(Warning("inexpressible_origin", path, f"{origin}: not every browser accepts “_” in a policy."))
        if is_plain_http(origin):
            found.append(Warning("domain_http", path, f"{origin}: this page is not encrypted; use https."))
    found.extend(
        Warning("low_contrast", path, "This text is hard to read on its background (below 4.5:1).")
        for path in faint_pairs(widget.config)
    )
    return found


def widget_view(widget: Widget) -> dict[str, Any]:
    """The widget as the management API shows it."""
    return {
        "id": widget.id,
        "workspace_id": widget.workspace_id,
        "organization_id": widget.workspace_id,
        "domains": list(widget.domains),
        "published": widget.published,
        "config": widget.config,
        "created_at": rfc3339(widget.created_at),
        "updated_at": rfc3339(widget.updated_at),
        "warnings": [
            {"code": warning.code, "path": warning.path, "message": warning.message} for warning in warnings_of(widget)
        ],
    }


def public_record(widget: Widget, workspace_name: str, hosts: Hosts, available: Availability) -> dict[str, Any]:
    """What anyone may read of a published widget: no workspace id, times, people, keys or secrets."""
    config = complete_config(widget.config)
    del config["v1"]["retention"]  # the owner's business, and no browser acts on it
    chat = config["v1"]["chat"]
    chat["title"] = chat["title"] or workspace_name
    return {
        "id": widget.id,
        "published": widget.published,
        "domains": list(widget.domains),
        "config": config,
        "availability": available.present(),
        "hosts": hosts.record(),
    }
