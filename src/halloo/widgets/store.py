"""All SQL of the widgets slice."""

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.kit.json import dump
from halloo.widgets.errors import WidgetNotFound
from halloo.widgets.model import IdentityKey, Widget
from halloo.widgets.tables import identity_keys, widgets

_SCOPE = widgets.c.workspace_id == bindparam("scope")
_ONE = (_SCOPE, widgets.c.id == bindparam("widget_id"))
_CONTENT = ("domains", "published", "config", "updated_at")
_INSERT = Statement(widgets.insert().values({c.name: bindparam(c.name) for c in widgets.c}))
_FIND = Statement(select(widgets).where(*_ONE))
_LOCK = Statement(select(widgets).where(*_ONE).with_for_update())
_UPDATE = Statement(update(widgets).where(*_ONE).values({name: bindparam(name) for name in _CONTENT}))
_DELETE = Statement(delete(widgets).where(*_ONE))
_LIST = Statement(
    select(widgets)
    .where(_SCOPE, widgets.c.id < bindparam("before"))
    .order_by(widgets.c.id.desc())
    .limit(bindparam("limit"))
)
_COUNT = Statement(select(func.count()).select_from(widgets).where(_SCOPE))
_K = identity_keys.c
_OF_WIDGET = (_K.workspace_id == bindparam("scope"), _K.widget_id == bindparam("widget_id"))
_ONE_KEY = (*_OF_WIDGET, _K.kid == bindparam("kid_"))
_KEYS = Statement(select(identity_keys).where(*_OF_WIDGET).order_by(_K.kid))
_INSERT_KEY = Statement(identity_keys.insert().values({c.name: bindparam(c.name) for c in identity_keys.c}))
_DELETE_KEY = Statement(delete(identity_keys).where(*_ONE_KEY))
_DELETE_KEYS = Statement(delete(identity_keys).where(*_OF_WIDGET))
_USE_KEY = Statement(update(identity_keys).where(*_ONE_KEY).values(last_used_at=bindparam("now")))
_LAST = "g"
"""Sorts behind every id."""


def insert_widget(tx: Tx, widget: Widget) -> None:
    """Store a new widget."""
    tx.run(_INSERT, workspace_id=widget.workspace_id, id=widget.id, created_at=widget.created_at, **_content(widget))


def find_widget(tx: Tx, workspace_id: str, widget_id: str) -> Widget | None:
    """The widget, or None."""
    row = tx.first(_FIND, scope=workspace_id, widget_id=widget_id)
    return None if row is None else _widget(row)


def get_widget(tx: Tx, workspace_id: str, widget_id: str) -> Widget:
    """The widget. Raises `WidgetNotFound`."""
    found = find_widget(tx, workspace_id, widget_id)
    if found is None:
        raise WidgetNotFound
    return found


def get_widget_for_update(tx: Tx, workspace_id: str, widget_id: str) -> Widget:
    """The widget, held against other writers until the transaction ends. Raises `WidgetNotFound`."""
    row = tx.first(_LOCK, scope=workspace_id, widget_id=widget_id)
    if row is None:
        raise WidgetNotFound
    return _widget(row)


def update_widget(tx: Tx, widget: Widget) -> None:
    """Store the widget's present content."""
    tx.run(_UPDATE, scope=widget.workspace_id, widget_id=widget.id, **_content(widget))


def delete_widget(tx: Tx, workspace_id: str, widget_id: str) -> None:
    """Remove the widget's row, and its identity keys."""
    tx.run(_DELETE_KEYS, scope=workspace_id, widget_id=widget_id)
    tx.run(_DELETE, scope=workspace_id, widget_id=widget_id)


def list_widgets(tx: Tx, workspace_id: str, before: str | None, limit: int) -> list[Widget]:
    """At most `limit` widgets, newest first, behind the one whose id is `before`."""
    return [_widget(row) for row in tx.all(_LIST, scope=workspace_id, before=before or _LAST, limit=limit)]


def count_widgets(tx: Tx, workspace_id: str) -> int:
    """How many widgets the workspace has."""
    return tx.scalar(_COUNT, scope=workspace_id)


def list_keys(tx: Tx, workspace_id: str, widget_id: str) -> list[IdentityKey]:
    """A widget's identity keys, oldest first."""
    return [IdentityKey(**row) for row in tx.all(_KEYS, scope=workspace_id, widget_id=widget_id)]


def insert_key(tx: Tx, key: IdentityKey) -> None:
    """Store a new identity key."""
    tx.run(_INSERT_KEY, **{name: getattr(key, name) for name in key.__dataclass_fields__})


def delete_key(tx: Tx, workspace_id: str, widget_id: str, kid: str) -> bool:
    """Delete an identity key; whether there was one."""
    return tx.run(_DELETE_KEY, scope=workspace_id, widget_id=widget_id, kid_=kid) == 1


def use_key(tx: Tx, workspace_id: str, widget_id: str, kid: str) -> bool:
    """Note that a key was used, and hold it until the transaction ends; whether there is one."""
    return tx.run(_USE_KEY, scope=workspace_id, widget_id=widget_id, kid_=kid, now=tx.now) == 1


def _content(widget: Widget) -> Row:
    return {
        "domains": dump(widget.domains).decode(),
        "published": int(widget.published),
        "config": dump(widget.config).decode(),
        "updated_at": widget.updated_at,
    }


def _widget(row: Row) -> Widget:
    return Widget(
        id=row["id"],
        workspace_id=row["workspace_id"],
        domains=tuple(msgspec.json.decode(row["domains"], type=list[str])),
        published=bool(row["published"]),
        config=msgspec.json.decode(row["config"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
