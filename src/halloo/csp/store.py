"""SQL of reports and checks. Who writes groups of a widget holds its row of `inboxes` first."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Text, bindparam, delete, func, select, text, update

from halloo.csp.errors import ReportNotFound
from halloo.csp.kept import Check, Counts, Group
from halloo.csp.reports import Kind
from halloo.csp.tables import checks, groups
from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx

_G, _C = groups.c, checks.c
_WS, _WIDGET = bindparam("ws", type_=Text), bindparam("widget", type_=Text)
_OF_WIDGET = (_G.workspace_id == _WS, _G.widget_id == _WIDGET)
_ONE = (*_OF_WIDGET, _G.id == bindparam("group"))
_HOLD = Statement(
    text(
        "INSERT INTO csp_inboxes (workspace_id, widget_id, foreign_reports, told_at, updated_at) "
        "VALUES (:ws, :widget, :more, 0, :now) ON CONFLICT (workspace_id, widget_id) DO UPDATE SET "
        "foreign_reports = csp_inboxes.foreign_reports + excluded.foreign_reports, updated_at = excluded.updated_at "
        "RETURNING told_at"
    )
)
_TELL = Statement(text("UPDATE csp_inboxes SET told_at = :now WHERE workspace_id = :ws AND widget_id = :widget"))
_FOREIGN = Statement(text("SELECT foreign_reports FROM csp_inboxes WHERE workspace_id = :ws AND widget_id = :widget"))
_COUNT_MORE = Statement(
    text(
        "UPDATE csp_groups SET count = count + :more, last_seen = :now, "
        "kind = CASE WHEN :kind = 'extensions' THEN kind ELSE :kind_ END, "
        "judged = CASE WHEN kind <> 'ours' AND :kind__ = 'ours' AND disposition = 'enforce' THEN 0 ELSE judged END "
        "WHERE workspace_id = :ws AND widget_id = :widget AND key = :key RETURNING id, judged, muted"
    )
)
_INSERT = Statement(groups.insert().values({c.name: bindparam(c.name) for c in _G}))
_HOW_MANY = Statement(select(func.count()).select_from(groups).where(*_OF_WIDGET))
_FORGET_OLDEST = Statement(
    delete(groups).where(
        _G.workspace_id == _WS,
        _G.id.in_(select(_G.id).where(*_OF_WIDGET).order_by(_G.last_seen, _G.id).limit(bindparam("limit"))),
    )
)
_FIND = Statement(select(groups).where(*_ONE))
_LIST = {
    (of_kind, muted): Statement(
        select(groups)
        .where(
            *_OF_WIDGET,
            _G.muted == muted,
            *((_G.kind == bindparam("kind"),) if of_kind else ()),
            (_G.last_seen < bindparam("seen"))
            | ((_G.last_seen == bindparam("seen_")) & (_G.id < bindparam("before", type_=Text))),
        )
        .order_by(_G.last_seen.desc(), _G.id.desc())
        .limit(bindparam("limit"))
    )
    for of_kind in (False, True)
    for muted in (0, 1)
}
_COUNTS = Statement(select(_G.kind, _G.muted, func.count()).where(*_OF_WIDGET).group_by(_G.kind, _G.muted))
_MUTE = Statement(update(groups).where(*_ONE).values(muted=bindparam("on")))
_JUDGE = Statement(update(groups).where(*_ONE, _G.judged == 0).values(judged=1))
_DELETE = Statement(delete(groups).where(*_ONE))
_SWEEP = Statement(
    delete(groups).where(
        _G.workspace_id == _WS,
        _G.id.in_(
            select(_G.id).where(_G.workspace_id == _WS, _G.last_seen < bindparam("before")).limit(bindparam("limit"))
        ),
    )
)
_SWEEP_INBOXES = Statement(text("DELETE FROM csp_inboxes WHERE workspace_id = :ws AND updated_at < :before"))
_FORGET = tuple(
    Statement(text(f"DELETE FROM {table} WHERE workspace_id = :ws AND widget_id = :widget"))
    for table in ("csp_groups", "csp_inboxes", "csp_checks")
)
_CHECKS = Statement(select(checks).where(_C.workspace_id == _WS, _C.widget_id == _WIDGET))
_SAVE_CHECK = Statement(
    text(
        "INSERT INTO csp_checks (workspace_id, widget_id, origin, checked_at, verdict, error, result) "
        "VALUES (:ws, :widget, :origin, :checked_at, :verdict, :error, :result) "
        "ON CONFLICT (workspace_id, widget_id, origin) DO UPDATE SET checked_at = excluded.checked_at, "
        "verdict = excluded.verdict, error = excluded.error, result = excluded.result"
    )
)
_FORGET_CHECK = Statement(
    text("DELETE FROM csp_checks WHERE workspace_id = :ws AND widget_id = :widget AND origin = :origin")
)
END = (1 << 62, "g")
"""Sorts behind every group's place."""


def hold(tx: Tx, widget_id: str, foreign: int = 0) -> int:
    """Hold the groups of a widget until the transaction ends, and count reports of foreign pages; when administrators were last told."""
    return tx.scalar(_HOLD, ws=tx.workspace_id, widget=widget_id, more=foreign, now=tx.now)


def note_told(tx: Tx, widget_id: str) -> None:
    """Administrators are told now."""
    tx.run(_TELL, ws=tx.workspace_id, widget=widget_id, now=tx.now)


def find_foreign(tx: Tx, widget_id: str) -> int:
    """How many reports were of pages that the widget has nothing to do with."""
    return tx.scalar(_FOREIGN, ws=tx.workspace_id, widget=widget_id) or 0


def count_more(tx: Tx, widget_id: str, key: str, more: int, kind: Kind) -> tuple[str, bool] | None:
    """Count more reports of a group: its id, and whether it needs to be judged no more; None where there is no such group.

    A group that pages report is no extension's any more; one that becomes Halloo's business is to be judged.
    """
    kinds = {"kind": kind, "kind_": kind, "kind__": kind}
    row = tx.row(_COUNT_MORE, ws=tx.workspace_id, widget=widget_id, key=key, more=more, now=tx.now, **kinds)
    return None if row is None else (row[0], bool(row[1] or row[2]))


def insert_group(tx: Tx, group: Group, key: str) -> None:
    """Store a new group."""
    values = {name: getattr(group, name) for name in group.__dataclass_fields__}
    flags = {"muted": int(group.muted), "judged": int(group.judged)}
    tx.run(_INSERT, **{**values, **flags}, workspace_id=tx.workspace_id, key=key)


def forget_oldest(tx: Tx, widget_id: str, kept: int) -> None:
    """Delete the groups that were seen longest ago, until there are `kept`."""
    above = tx.scalar(_HOW_MANY, ws=tx.workspace_id, widget=widget_id) - kept
    if above > 0:
        tx.run(_FORGET_OLDEST, ws=tx.workspace_id, widget=widget_id, limit=above)


def find_group(tx: Tx, widget_id: str, group_id: str) -> Group | None:
    """The group, or None."""
    row = tx.first(_FIND, ws=tx.workspace_id, widget=widget_id, group=group_id)
    return None if row is None else _group(row)


def get_group(tx: Tx, widget_id: str, group_id: str) -> Group:
    """The group. Raises `ReportNotFound`."""
    found = find_group(tx, widget_id, group_id)
    if found is None:
        raise ReportNotFound
    return found


def list_groups(
    tx: Tx, widget_id: str, kind: Kind | None, behind: tuple[int, str], limit: int, *, muted: bool
) -> list[Group]:
    """At most `limit` groups, last seen first, behind a place in the list."""
    query = _LIST[kind is not None, int(muted)]
    more = {} if kind is None else {"kind": kind}
    seen, before = behind
    rows = tx.all(
        query, ws=tx.workspace_id, widget=widget_id, seen=seen, seen_=seen, before=before, limit=limit, **more
    )
    return [_group(row) for row in rows]


def count_groups(tx: Tx, widget_id: str) -> Counts:
    """How many groups there are, by what is shown of them."""
    found: dict[str, int] = {}
    for kind, muted, count in tx.rows(_COUNTS, ws=tx.workspace_id, widget=widget_id):
        name = "muted" if muted else kind
        found[name] = found.get(name, 0) + count
    return Counts(**found)


def mute_group(tx: Tx, widget_id: str, group_id: str, *, muted: bool) -> None:
    """Mute a group, or not any more."""
    tx.run(_MUTE, ws=tx.workspace_id, widget=widget_id, group=group_id, on=int(muted))


def judge_group(tx: Tx, widget_id: str, group_id: str) -> bool:
    """Note that it is known whether administrators must be told of a group; whether nobody knew before."""
    return tx.run(_JUDGE, ws=tx.workspace_id, widget=widget_id, group=group_id) == 1


def delete_group(tx: Tx, widget_id: str, group_id: str) -> bool:
    """Delete a group; whether there was one."""
    return tx.run(_DELETE, ws=tx.workspace_id, widget=widget_id, group=group_id) == 1


def delete_unseen(tx: Tx, before: int, limit: int) -> int:
    """Delete at most `limit` groups, of whichever widget, that were not seen since a time; how many."""
    tx.run(_SWEEP_INBOXES, ws=tx.workspace_id, before=before)
    return tx.run(_SWEEP, ws=tx.workspace_id, before=before, limit=limit)


def forget_widget(tx: Tx, widget_id: str) -> None:
    """Delete all that is kept of a widget."""
    for statement in _FORGET:
        tx.run(statement, ws=tx.workspace_id, widget=widget_id)


def list_checks(tx: Tx, widget_id: str) -> list[Check]:
    """The last check of each page of a widget."""
    fields = Check.__dataclass_fields__
    found = tx.all(_CHECKS, ws=tx.workspace_id, widget=widget_id)
    return [Check(**{name: row[name] for name in fields}) for row in found]


def save_check(tx: Tx, widget_id: str, check: Check) -> None:
    """Store what the doctor said of a page, in place of what it said before."""
    values = {name: getattr(check, name) for name in check.__dataclass_fields__}
    tx.run(_SAVE_CHECK, ws=tx.workspace_id, widget=widget_id, **values)


def forget_checks(tx: Tx, widget_id: str, origins: Collection[str]) -> None:
    """Delete the checks of these pages."""
    for origin in origins:
        tx.run(_FORGET_CHECK, ws=tx.workspace_id, widget=widget_id, origin=origin)


def _group(row: Row) -> Group:
    values: dict[str, Any] = {name: row[name] for name in Group.__dataclass_fields__}
    values |= {"muted": bool(row["muted"]), "judged": bool(row["judged"])}
    return Group(**values)
