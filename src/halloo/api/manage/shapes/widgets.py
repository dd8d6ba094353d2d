"""Shapes of the management API: widgets, how they are embedded, and their identity keys."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType


class Warning_(Struct, rename={}):  # noqa: N801 - the word without the mark is a built-in
    """Something worth knowing about an accepted widget; `path` says where."""

    code: str
    path: str
    message: str


class WidgetView(Struct):
    """A widget as the management API shows it. `organization_id` equals `workspace_id`."""

    id: str
    workspace_id: str
    organization_id: str
    domains: list[str]
    published: bool
    config: dict[str, Any]
    created_at: str
    updated_at: str
    warnings: list[Warning_]


class WidgetPut(Struct, forbid_unknown_fields=True):
    """`POST` and `PUT /core/web-widgets`: each field given replaces the stored value."""

    domains: list[str] | UnsetType = UNSET
    published: bool | UnsetType = UNSET
    config: dict[str, Any] | UnsetType = UNSET


class WidgetPage(Struct):
    """`GET /core/web-widgets`."""

    data: list[WidgetView]
    next_cursor: str | None


class EmbedView(Struct):
    """`GET /core/embed`: what goes into a snippet.

    `loader_url` is followed by a widget's id. `pinned_url` is the loader as a file that never changes, `integrity` what
    browsers compare it with; both null where the browser packages were not built.
    """

    loader_url: str
    pinned_url: str | None
    integrity: str | None


class IdentityKeyPost(Struct, forbid_unknown_fields=True):
    """`POST …/identity-keys`. `public_key` (PEM) for EdDSA alone; `secret` is what another messenger used, for the HMACs alone."""

    alg: Literal["HS256", "EdDSA", "HMAC-email", "HMAC-user-id"]
    public_key: str | None = None
    secret: str | None = None


class IdentityKeyView(Struct):
    """A key that proves who visitors are, without its secret. `weak`: its proofs never end."""

    kid: str
    alg: Literal["HS256", "EdDSA", "HMAC-email", "HMAC-user-id"]
    weak: bool
    created_at: str
    last_used_at: str | None


class IdentityKeyList(Struct):
    """`GET …/identity-keys`."""

    data: list[IdentityKeyView]


class IdentityKeyCreated(Struct, omit_defaults=True):
    """The answer to `POST …/identity-keys`: the only time `secret` is shown; none for EdDSA."""

    kid: str
    alg: Literal["HS256", "EdDSA", "HMAC-email", "HMAC-user-id"]
    created_at: str
    secret: str | None = None
