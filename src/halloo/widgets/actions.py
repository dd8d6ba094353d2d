"""What can be done with widgets: one function a verb, each a permission, the rules, the write and its fact."""

import secrets
from dataclasses import replace
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from halloo.db import directory
from halloo.db.tx import Tx
from halloo.kit.ids import is_uuid, new_id
from halloo.kit.refusals import Stale, field_invalid
from halloo.kit.sealing import Sealer
from halloo.widgets import facts, store
from halloo.widgets.config import check_config, complete_config, hours_of, retention_of
from halloo.widgets.errors import IdentityKeyNotFound, TooManyKeys, WidgetNotFound
from halloo.widgets.model import IdentityKey, IdentityKeyDraft, Retention, Widget, WidgetChange, WidgetPage
from halloo.widgets.origins import normalise_domains
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.actions.workspaces import read_workspace
from halloo.workspaces.model import Actor, system_actor

READ = ("web_widgets:read", "web_widgets:manage")
MANAGE = "web_widgets:manage"
PAGE_MAX = 200
KEYS_MAX = 2
"""Keys for signed tokens: an old and a new one, while a customer changes over."""
SECRET_MIN, SECRET_MAX = 8, 256
_SECRET_BYTES, _PEM_MAX = 32, 2_048
_EMPTY: dict[str, Any] = {"v1": {}}


def create_widget(tx: Tx, who: Actor, change: WidgetChange, *, dry_run: bool = False) -> Widget:
    """Make a widget; nothing is required. `dry_run` checks and answers without storing."""
    who.require(MANAGE)
    blank = Widget(
        id=new_id(),
        workspace_id=who.workspace_id,
        domains=(),
        published=False,
        config=_EMPTY,
        created_at=tx.now,
        updated_at=tx.now,
    )
    widget = _changed(blank, change, tx.now)
    if not dry_run:
        store.insert_widget(tx, widget)
        directory.enter(tx, "widget", widget.id)
        facts.widget_updated(tx, widget.id)
        audit(tx, who, "widget.created", widget.id, domains=list(widget.domains), published=widget.published)
    return widget


def read_widget(tx: Tx, who: Actor, widget_id: str) -> Widget:
    """One widget. Raises `WidgetNotFound`."""
    who.require(*READ)
    return store.get_widget(tx, who.workspace_id, widget_id)


def list_widgets(tx: Tx, who: Actor, cursor: str | None = None, limit: int = 50) -> WidgetPage:
    """Widgets, newest first; `cursor` as the page before gave it."""
    who.require(*READ)
    if cursor is not None and not is_uuid(cursor):
        raise field_invalid("cursor", "this is no cursor of this list.")
    limit = max(1, min(limit, PAGE_MAX))
    found = store.list_widgets(tx, who.workspace_id, cursor, limit + 1)
    page = found[:limit]
    return WidgetPage(page, page[-1].id if len(found) > limit else None)


def update_widget(
    tx: Tx, who: Actor, widget_id: str, change: WidgetChange, *, if_match: str | None = None, dry_run: bool = False
) -> Widget:
    """Replace what `change` gives. One bad domain refuses all of it.

    `if_match` is the request's `If-Match`: raises `Stale` unless it names the widget's present entity tag. A change
    that changes nothing leaves no trace.
    """
    who.require(MANAGE)
    read = store.get_widget if dry_run else store.get_widget_for_update
    widget = read(tx, who.workspace_id, widget_id)
    if if_match is not None and not _names(if_match, widget.etag()):
        raise Stale
    wanted = _changed(widget, change, tx.now)
    if not dry_run and wanted is not widget:
        store.update_widget(tx, wanted)
        facts.widget_updated(tx, widget_id)
        audit(tx, who, "widget.changed", widget_id, **_difference(widget, wanted))
    return wanted


def delete_widget(tx: Tx, who: Actor, widget_id: str, *, if_match: str | None = None) -> None:
    """Remove a widget: its loader and sockets stop, its conversations stay."""
    who.require(MANAGE)
    widget = store.get_widget_for_update(tx, who.workspace_id, widget_id)
    if if_match is not None and not _names(if_match, widget.etag()):
        raise Stale
    store.delete_widget(tx, who.workspace_id, widget_id)
    directory.leave(tx, "widget", widget_id)
    facts.widget_removed(tx, widget_id)
    audit(tx, who, "widget.deleted", widget_id, domains=list(widget.domains))


def get_published_widget(tx: Tx, widget_id: str) -> Widget:
    """A widget as its visitors reach it, in the transaction's workspace; raises `WidgetNotFound` if unpublished too."""
    widget = store.find_widget(tx, tx.workspace_id, widget_id)
    if widget is None or not widget.published:
        raise WidgetNotFound
    return widget


def get_widget_with_name(tx: Tx, widget_id: str) -> tuple[Widget, str]:
    """A published widget and the name of its workspace: what the public record is made of. Raises `WidgetNotFound`."""
    widget = get_published_widget(tx, widget_id)
    return widget, read_workspace(tx, system_actor(tx.workspace_id)).name


def read_hours(tx: Tx, widget_id: str) -> dict[str, Any]:
    """The business hours of a widget, every default filled in; those of none for one that is gone."""
    widget = store.find_widget(tx, tx.workspace_id, widget_id)
    return hours_of(_EMPTY if widget is None else widget.config)


def list_retention(tx: Tx) -> dict[str, Retention]:
    """How long the widgets of the transaction's workspace keep what was said, by id; those that keep all of it are left out."""
    found: dict[str, Retention] = {}
    cursor: str | None = None
    while True:
        page = store.list_widgets(tx, tx.workspace_id, cursor, PAGE_MAX)
        for widget in page:
            kept = Retention(**retention_of(widget.config))
            if kept.conversations_days is not None or kept.files_days is not None:
                found[widget.id] = kept
        if len(page) < PAGE_MAX:
            return found
        cursor = page[-1].id


def read_form_hash(tx: Tx, widget_id: str) -> str | None:
    """The `hash` of the form that a widget asks before a conversation; None where it asks nothing, or is gone."""
    widget = store.find_widget(tx, tx.workspace_id, widget_id)
    form = None if widget is None else complete_config(widget.config)["v1"]["pre_conversation_form"]
    return None if form is None else form["hash"]


def list_identity_keys(tx: Tx, who: Actor, widget_id: str) -> list[IdentityKey]:
    """A widget's identity keys, oldest first. Raises `WidgetNotFound`."""
    who.require(MANAGE)
    store.get_widget(tx, who.workspace_id, widget_id)
    return store.list_keys(tx, who.workspace_id, widget_id)


def create_identity_key(
    tx: Tx, who: Actor, sealer: Sealer, widget_id: str, draft: IdentityKeyDraft
) -> tuple[IdentityKey, str | None]:
    """Make an identity key; its secret, if it has one, is in this answer only. Raises `WidgetNotFound`, `TooManyKeys`."""
    who.require(MANAGE)
    store.get_widget_for_update(tx, who.workspace_id, widget_id)
    secret, public_key = _material(draft)
    kid = new_id()
    key = IdentityKey(
        workspace_id=who.workspace_id,
        kid=kid,
        widget_id=widget_id,
        alg=draft.alg,
        sealed=None if secret is None else sealer.seal(secret, who.workspace_id, widget_id, kid),
        public_key=public_key,
        created_at=tx.now,
        last_used_at=None,
    )
    _refuse_too_many(store.list_keys(tx, who.workspace_id, widget_id), key)
    store.insert_key(tx, key)
    facts.keys_updated(tx, widget_id)
    audit(tx, who, "identity_key.created", kid, widget=widget_id, alg=key.alg)
    return key, secret


def _refuse_too_many(keys: list[IdentityKey], key: IdentityKey) -> None:
    alike = [one for one in keys if (one.alg == key.alg if key.weak else not one.weak)]
    if len(alike) >= (1 if key.weak else KEYS_MAX):
        raise TooManyKeys


def _material(draft: IdentityKeyDraft) -> tuple[str | None, str | None]:
    """Secret and public key of a new key: made here, or checked."""
    if draft.alg == "EdDSA":
        if draft.secret is not None:
            raise field_invalid("secret", "this kind of key has a public_key alone.")
        return None, _public_key(draft.public_key)
    if draft.public_key is not None:
        raise field_invalid("public_key", "only an EdDSA key has one.")
    if draft.secret is None:
        return secrets.token_urlsafe(_SECRET_BYTES), None
    if draft.alg == "HS256":
        raise field_invalid("secret", "the secret of this kind of key is made here.")
    if not SECRET_MIN <= len(draft.secret) <= SECRET_MAX or not draft.secret.strip():
        raise field_invalid("secret", f"{SECRET_MIN} to {SECRET_MAX} characters are needed.")
    return draft.secret, None


def _public_key(pem: str | None) -> str:
    """An Ed25519 public key in one form, whatever stood around it."""
    found = None
    if pem is not None and len(pem) <= _PEM_MAX:
        try:
            found = load_pem_public_key(pem.strip().encode())
        except (ValueError, UnsupportedAlgorithm):
            found = None
    if not isinstance(found, Ed25519PublicKey):
        raise field_invalid("public_key", "an Ed25519 public key as PEM is needed (-----BEGIN PUBLIC KEY-----).")
    return found.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def delete_identity_key(tx: Tx, who: Actor, widget_id: str, kid: str) -> None:
    """Delete an identity key: its proofs count no more. Raises `WidgetNotFound`, `IdentityKeyNotFound`.

    What visitors hold on its word is the contacts slice's to end.
    """
    who.require(MANAGE)
    store.get_widget_for_update(tx, who.workspace_id, widget_id)
    if not store.delete_key(tx, who.workspace_id, widget_id, kid):
        raise IdentityKeyNotFound
    facts.keys_updated(tx, widget_id, removed=kid)
    audit(tx, who, "identity_key.deleted", kid, widget=widget_id)


def keys_of_widget(tx: Tx, widget_id: str) -> list[IdentityKey]:
    """The identity keys that proofs for this widget are checked with."""
    return store.list_keys(tx, tx.workspace_id, widget_id)


def use_identity_key(tx: Tx, widget_id: str, kid: str) -> bool:
    """Note that a key has proven somebody; False where it is gone. Until the transaction ends nobody deletes it."""
    return store.use_key(tx, tx.workspace_id, widget_id, kid)


def _changed(widget: Widget, change: WidgetChange, now: int) -> Widget:
    """The widget after a checked change; the same object where nothing differs."""
    values: dict[str, Any] = {}
    if change.domains is not None:
        values["domains"] = normalise_domains(change.domains)
    if change.published is not None:
        values["published"] = change.published
    if change.config is not None:
        check_config(change.config)
        values["config"] = change.config
    if all(getattr(widget, name) == value for name, value in values.items()):
        return widget
    return replace(widget, **values, updated_at=max(now, widget.updated_at + 1))


def _difference(before: Widget, after: Widget) -> dict[str, Any]:
    """What the audit log keeps of a change: domains and publication whole, the configuration as a mark."""
    found: dict[str, Any] = {}
    if before.domains != after.domains:
        found["domains"] = {"before": list(before.domains), "after": list(after.domains)}
    if before.published != after.published:
        found["published"] = after.published
    if before.config != after.config:
        found["config"] = "changed"
    return found


def _names(if_match: str, etag: str) -> bool:
    return if_match.strip() == "*" or etag in {part.strip() for part in if_match.split(",")}
