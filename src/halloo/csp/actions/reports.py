"""Reports of browsers: counted, shown, muted, deleted, and forgotten in time (csp contract 5).

`widget_id` is one of the actor's own widgets: who calls has read it in the same transaction.
"""

from typing import NamedTuple

from halloo.csp import facts, store
from halloo.csp.errors import ReportNotFound
from halloo.csp.kept import Counts, Group
from halloo.csp.reports import Counted, Kind, Sorted
from halloo.db.tx import Tx
from halloo.kit.clock import DAY
from halloo.kit.ids import new_id
from halloo.workspaces.actions.audit import audit
from halloo.workspaces.model import Actor

MANAGE = "web_widgets:manage"
READ = ("web_widgets:read", MANAGE)
GROUPS_MAX = 500
KEPT = 30 * DAY
TOLD_AGAIN = DAY
"""How long administrators are left alone about a widget once they were told: anybody can send reports."""
PAGE_MAX = 100


class GroupPage(NamedTuple):
    """A part of the list, last seen first; `place` is where the next one begins, None at the end."""

    groups: list[Group]
    place: tuple[int, str] | None
    counts: Counts
    foreign: int


def keep_reports(tx: Tx, widget_id: str, found: Sorted) -> list[Group]:
    """Count reports; of the groups that nobody has judged yet, those that may keep the chat away.

    None while administrators are left alone: those that are still seen afterwards are judged then.
    """
    told_at = store.hold(tx, widget_id, found.foreign)
    unjudged: list[Group] = []
    new = False
    for key, counted in found.groups.items():
        known = store.count_more(tx, widget_id, key, counted.count, counted.kind)
        if known is None:
            group = _insert(tx, widget_id, key, counted)
            new = True
        else:
            group = None if known[1] else store.find_group(tx, widget_id, known[0])
        if group is not None and not group.judged:
            unjudged.append(group)
    if new:
        store.forget_oldest(tx, widget_id, GROUPS_MAX)
    return [] if tx.now - told_at < TOLD_AGAIN else unjudged


def _insert(tx: Tx, widget_id: str, key: str, counted: Counted) -> Group:
    report = counted.report
    group = Group(
        id=new_id(),
        widget_id=widget_id,
        kind=counted.kind,
        page=report.page,
        disposition=report.disposition,
        directive=report.directive,
        blocked=report.blocked,
        source=report.source,
        sample=report.sample,
        policy=report.policy,
        count=counted.count,
        first_seen=tx.now,
        last_seen=tx.now,
        muted=False,
        judged=counted.kind != "ours" or report.disposition != "enforce",
    )
    store.insert_group(tx, group, key)
    return group


def settle_group(tx: Tx, widget_id: str, group_id: str, *, blocks: bool) -> bool:
    """A group is judged. Have administrators told if it keeps the chat away: once, and at most once a day of a widget; whether they are."""
    told_at = store.hold(tx, widget_id)
    group = store.find_group(tx, widget_id, group_id)
    if group is None or (blocks and tx.now - told_at < TOLD_AGAIN):
        return False
    if not store.judge_group(tx, widget_id, group_id) or not blocks:
        return False
    store.note_told(tx, widget_id)
    facts.chat_blocked(tx, group)
    return True


def list_reports(
    tx: Tx,
    who: Actor,
    widget_id: str,
    kind: Kind | None = None,
    behind: tuple[int, str] | None = None,
    limit: int = 50,
    *,
    muted: bool = False,
) -> GroupPage:
    """Groups of a widget's reports: those that are muted, or those that are not."""
    who.require(*READ)
    limit = max(1, min(limit, PAGE_MAX))
    found = store.list_groups(tx, widget_id, kind, behind or store.END, limit + 1, muted=muted)
    shown = found[:limit]
    place = (shown[-1].last_seen, shown[-1].id) if len(found) > limit else None
    return GroupPage(shown, place, store.count_groups(tx, widget_id), store.find_foreign(tx, widget_id))


def mute_report(tx: Tx, who: Actor, widget_id: str, group_id: str, *, muted: bool) -> Group:
    """Put a group out of sight, or back; it is counted on. Raises `ReportNotFound`."""
    who.require(MANAGE)
    store.get_group(tx, widget_id, group_id)
    store.mute_group(tx, widget_id, group_id, muted=muted)
    return store.get_group(tx, widget_id, group_id)


def delete_report(tx: Tx, who: Actor, widget_id: str, group_id: str) -> None:
    """Delete a group; the next report of its kind begins a new one. Raises `ReportNotFound`."""
    who.require(MANAGE)
    if not store.delete_group(tx, widget_id, group_id):
        raise ReportNotFound
    audit(tx, who, "csp_report.deleted", group_id, widget_id=widget_id)


def sweep_reports(tx: Tx, limit: int) -> bool:
    """Delete at most `limit` groups that were not seen for 30 days; whether there may be more."""
    return store.delete_unseen(tx, tx.now - KEPT, limit) >= limit


def forget_widget(tx: Tx, widget_id: str) -> None:
    """A widget is gone: all that was reported and checked of it goes too."""
    store.forget_widget(tx, widget_id)
