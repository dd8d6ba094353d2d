"""Groups of reports as they are stored (csp contract 5): counted, capped, told of, muted, swept; over each kind of database."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from halloo.csp import store
from halloo.csp.actions.checks import list_checks, save_check
from halloo.csp.actions.reports import (
    GROUPS_MAX,
    KEPT,
    TOLD_AGAIN,
    delete_report,
    forget_widget,
    keep_reports,
    list_reports,
    mute_report,
    settle_group,
    sweep_reports,
)
from halloo.csp.errors import OriginUnlisted, ReportNotFound
from halloo.csp.kept import Check, Counts, Group
from halloo.csp.model import Deployment
from halloo.csp.reports import Sorted, read_reports, sort_reports
from halloo.db.engine import Database
from halloo.db.tx import Tx
from halloo.events.log import list_payloads
from halloo.kit.clock import DAY
from halloo.kit.ids import new_id
from halloo.kit.refusals import Forbidden
from halloo.workspaces.model import Actor
from tests.conftest import WORKSPACE
from tests.support.csp import CLIENT, SHOP, Violation, body_of

WIDGET, OTHER = new_id(), new_id()
DEPLOYMENT = Deployment({"client": CLIENT, "relay": CLIENT}, frozenset({"chat"}), widget_id=WIDGET)


def found(*violations: Violation) -> Sorted:
    kept = [report for one in violations for report in read_reports(body_of(one)) or []]
    return sort_reports(kept, DEPLOYMENT, lambda origin: origin == SHOP)


class Desk:
    """Actions upon the reports of one widget, at a time of the test's own."""

    def __init__(self, database: Database, who: Actor) -> None:
        self.database, self.who = database, who
        self.shift = 0

    async def write(self, action: Any, *args: Any, **named: Any) -> Any:
        return await self.database.write(WORKSPACE, _later, self.shift, action, args, named)

    async def keep(self, *violations: Violation, widget: str = WIDGET) -> list[Group]:
        return await self.write(keep_reports, widget, found(*violations))

    async def settle(self, group: Group, *, blocks: bool = True) -> bool:
        return await self.write(settle_group, WIDGET, group.id, blocks=blocks)

    async def seen(self, kind: Any = None, *, muted: bool = False, widget: str = WIDGET) -> Sequence[Group]:
        page = await self.database.read(WORKSPACE, list_reports, self.who, widget, kind, None, 100, muted=muted)
        return page.groups

    async def told(self) -> list[str]:
        payloads = await self.database.read(WORKSPACE, list_payloads, 0, 1_000)
        return [one.data.decode() for one in payloads if one.name == "csp:blocked"]


def _later(tx: Tx, shift: int, action: Any, args: Any, named: Any) -> Any:
    now, tx.now = tx.now, tx.now + shift
    try:
        return action(tx, *args, **named)
    finally:
        tx.now = now


@pytest.fixture
def desk(database: Database, owner: Actor) -> Desk:
    return Desk(database, owner)


async def test_reports_that_say_the_same_are_counted(desk: Desk) -> None:
    (first,) = await desk.keep(Violation())
    desk.shift = 1_000
    (again,) = await desk.keep(Violation(page=f"{SHOP}/other", sample="later"), Violation())
    (group,) = await desk.seen()
    assert group == again == replace(first, count=3, last_seen=group.last_seen)
    assert group.last_seen >= first.last_seen + 1_000
    assert (group.page, group.sample) == (f"{SHOP}/cart", ""), "the first of them"
    await desk.keep(Violation(), widget=OTHER)
    assert len(await desk.seen(widget=OTHER)) == len(await desk.seen()) == 1


async def test_strangers_are_counted_for_the_widget_alone(desk: Desk) -> None:
    await desk.keep(*[Violation(page="https://evil.example")] * 3)
    await desk.keep(Violation(page="https://evil.example"), widget=OTHER)
    page = await desk.database.read(WORKSPACE, list_reports, desk.who, WIDGET)
    assert (page.groups, page.foreign, page.counts) == ([], 3, Counts())


async def test_five_hundred_groups_are_kept_and_the_longest_unseen_goes_first(desk: Desk) -> None:
    await desk.keep(Violation(sample="old"))
    desk.shift = 1
    await desk.keep(Violation(disposition="report"))
    for turn in range(0, GROUPS_MAX, 20):
        desk.shift = 2 + turn
        await desk.keep(*[Violation(policy=f"img-src https://a{turn + one}.example") for one in range(20)])
        await desk.keep(Violation(disposition="report"))  # seen all the time
    counts = (await desk.database.read(WORKSPACE, list_reports, desk.who, WIDGET)).counts
    assert counts == Counts(ours=GROUPS_MAX)
    seen = await desk.seen()
    assert seen[0].disposition == "report"
    assert seen[0].count == 1 + GROUPS_MAX / 20
    everything: list[Group] = []
    place = None
    while True:
        page = await desk.database.read(WORKSPACE, list_reports, desk.who, WIDGET, None, place, 77)
        everything += page.groups
        place = page.place
        if place is None:
            break
    assert len({one.id for one in everything}) == GROUPS_MAX
    assert everything == sorted(everything, key=lambda one: (one.last_seen, one.id), reverse=True)
    assert "old" not in {one.sample for one in everything}


async def test_what_was_not_seen_for_thirty_days_goes(desk: Desk) -> None:
    await desk.keep(Violation(), Violation(page="https://evil.example"))
    desk.shift = 5 * DAY
    await desk.keep(Violation(disposition="report"), widget=OTHER)
    desk.shift = KEPT + DAY
    assert not await desk.write(sweep_reports, 10)
    page = await desk.database.read(WORKSPACE, list_reports, desk.who, WIDGET)
    assert (page.groups, page.foreign) == ([], 0)
    assert len(await desk.seen(widget=OTHER)) == 1
    desk.shift = KEPT + 6 * DAY
    assert await desk.write(sweep_reports, 1), "there may be more"
    assert await desk.seen(widget=OTHER) == []


async def test_muting_and_deleting(desk: Desk) -> None:
    (group,) = await desk.keep(Violation())
    await desk.keep(Violation(blocked="https://ads.example", source=""), Violation(source="chrome-extension://x"))
    # one of them joined the first group: a page reports it too
    muted = await desk.write(mute_report, desk.who, WIDGET, group.id, muted=True)
    assert muted.muted
    assert await desk.keep(Violation()) == [], "of what is muted nobody is told"
    assert [one.count for one in await desk.seen(muted=True)] == [3]
    assert [one.kind for one in await desk.seen()] == ["others"]
    page = await desk.database.read(WORKSPACE, list_reports, desk.who, WIDGET)
    assert page.counts == Counts(ours=0, others=1, muted=1)
    assert not (await desk.write(mute_report, desk.who, WIDGET, group.id, muted=False)).muted
    await desk.write(delete_report, desk.who, WIDGET, group.id)
    for action, named in ((mute_report, {"muted": True}), (delete_report, {})):
        with pytest.raises(ReportNotFound):
            await desk.write(action, desk.who, WIDGET, group.id, **named)
    with pytest.raises(ReportNotFound):
        await desk.write(delete_report, desk.who, OTHER, (await desk.seen())[0].id)
    (again,) = await desk.keep(Violation())
    assert (again.count, again.id != group.id) == (1, True)


async def test_who_may(desk: Desk) -> None:
    (group,) = await desk.keep(Violation())
    nobody = replace(desk.who, scopes=frozenset())
    with pytest.raises(Forbidden):
        await desk.database.read(WORKSPACE, list_reports, nobody, WIDGET)
    reader = replace(desk.who, scopes=frozenset({"web_widgets:read"}))
    assert (await desk.database.read(WORKSPACE, list_reports, reader, WIDGET)).groups
    for action, named in ((mute_report, {"muted": True}), (delete_report, {})):
        with pytest.raises(Forbidden):
            await desk.write(action, reader, WIDGET, group.id, **named)


async def test_administrators_are_told_once_of_a_group_and_once_a_day_of_a_widget(desk: Desk) -> None:
    (first,) = await desk.keep(Violation())
    assert await desk.settle(first)
    assert not await desk.settle(first)
    (told,) = await desk.told()
    assert f'"report_id":"{first.id}"' in told
    assert f'"page":"{SHOP}/cart"' in told
    assert "secret" not in told
    other = Violation(directive="script-src-elem", source="")
    assert await desk.keep(other) == [], "they were told today"
    desk.shift = TOLD_AGAIN
    (second,) = await desk.keep(Violation(), other)
    assert second.directive == "script-src-elem", "what was found on that day is told of while it is still seen"
    assert await desk.settle(second)
    assert len(await desk.told()) == 2


async def test_a_group_that_blocks_nothing_of_ours_is_judged_once(desk: Desk) -> None:
    (group,) = await desk.keep(Violation())
    assert not await desk.settle(group, blocks=False)
    assert await desk.keep(Violation()) == []
    assert await desk.told() == []


async def test_two_that_are_judged_at_once_are_told_of_once(desk: Desk) -> None:
    one, two = await desk.keep(Violation(), Violation(directive="script-src-elem", source=""))
    assert [await desk.settle(one), await desk.settle(two)] == [True, False]
    desk.shift = TOLD_AGAIN
    assert [left.id for left in await desk.keep(Violation(directive="script-src-elem", source=""))] == [two.id]


async def test_only_what_is_enforced_and_ours_is_judged(desk: Desk) -> None:
    others = Violation(blocked="https://ads.example", source="")
    assert await desk.keep(Violation(disposition="report"), others, Violation(source="chrome-extension://x")) == []


async def test_an_extension_that_comes_first_hides_nothing(desk: Desk) -> None:
    assert await desk.keep(Violation(source="chrome-extension://x/y.js")) == []
    assert [one.kind for one in await desk.seen()] == ["extensions"]
    (group,) = await desk.keep(Violation())
    assert (group.kind, group.judged) == ("ours", False)
    assert await desk.settle(group)
    assert await desk.keep(Violation(source="chrome-extension://x/y.js")) == []
    assert [(one.kind, one.count) for one in await desk.seen()] == [("ours", 3)]
    assert len(await desk.told()) == 1


async def test_a_report_of_both_kinds_at_once_is_the_pages(desk: Desk) -> None:
    await desk.keep(Violation(source="chrome-extension://x/y.js"), Violation())
    assert [(one.kind, one.source) for one in await desk.seen()] == [("ours", f"{CLIENT}/public/embed/x")]


async def test_a_widget_that_is_gone_leaves_nothing(desk: Desk) -> None:
    await desk.keep(Violation(), Violation(page="https://evil.example"))
    await desk.keep(Violation(), widget=OTHER)
    check = Check(SHOP, 1, "ok", None, "{}")
    await desk.write(save_check, desk.who, WIDGET, [SHOP], check)
    await desk.write(forget_widget, WIDGET)
    page = await desk.database.read(WORKSPACE, list_reports, desk.who, WIDGET)
    assert (page.groups, page.foreign) == ([], 0)
    assert await desk.database.read(WORKSPACE, store.list_checks, WIDGET) == []
    assert len(await desk.seen(widget=OTHER)) == 1


async def test_the_last_check_of_each_allowed_domain(desk: Desk) -> None:
    blog = "https://blog.example"
    for origin, verdict in ((SHOP, "ok"), (blog, "required_blocked"), (SHOP, "optional_blocked")):
        await desk.write(save_check, desk.who, WIDGET, [SHOP, blog], Check(origin, 7, verdict, None, '{"version":1}'))
    rows = await desk.database.read(WORKSPACE, list_checks, desk.who, WIDGET, ["https://new.example", SHOP, blog])
    assert [(origin, None if row is None else row.verdict) for origin, row in rows] == [
        ("https://new.example", None),
        (SHOP, "optional_blocked"),
        (blog, "required_blocked"),
    ]
    with pytest.raises(OriginUnlisted):
        await desk.write(save_check, desk.who, WIDGET, [SHOP], Check(blog, 8, "ok", None, "{}"))
    failed = Check(SHOP, 9, None, "The page could not be reached.", None)
    await desk.write(save_check, desk.who, WIDGET, [SHOP], failed)
    assert await desk.database.read(WORKSPACE, store.list_checks, WIDGET) == [failed], "of other pages nothing is kept"


async def test_every_text_of_a_stranger_can_be_stored(desk: Desk) -> None:
    hostile = "'; DROP TABLE csp_groups; --\0\u202e\\ud800%00\"<script>{{x}}\x1b[2J\r\nX: y"
    await desk.keep(
        Violation(page=f"{SHOP}/{hostile}", policy=f"img-src {hostile}", source=f"{SHOP}/{hostile}", sample=hostile)
    )
    (group,) = await desk.seen()
    for kept in (group.page, group.policy, group.source, group.sample):
        assert not {"\0", "\x1b", "\r", "\n", "\u202e"} & set(kept)
