"""Live visitors: who looks is told who comes, moves and goes; nobody else is (relay contract 5)."""

import asyncio
import time
from base64 import urlsafe_b64decode
from typing import Any

import msgspec
import pytest

from halloo.db.tx import Tx
from halloo.events.log import record
from halloo.kit.clock import system_clock
from halloo.kit.ids import new_id
from halloo.relay.frames import LiveVisitor
from halloo.relay.tokens import About, RelayTokens
from halloo.workspaces.model import Actor, MissingScope
from tests.relay.house import WIDGET, WORKSPACE, Client, House
from tests.relay.test_hints import W, hint, no_hint
from tests.relay.twin import Json
from tests.support.pace import PATIENCE_S, Pace, until

LIST = "visitors"
SHOP = "https://shop.example"
ABOUT = About("Firefox", "Linux", "desktop", "DE", "Berlin", contact_id="c1", conversation_id="k1")


async def look(client: Client, what: str = LIST, *, on: bool = True) -> None:
    await client.say(t="watch", what=what, on=on)
    await client.say(t="ping")
    await client.until("pong")


async def told(client: Client, visitor_id: str, **expected: Any) -> Json:
    """The first hint about a visitor that says what is expected of them."""
    while True:
        for one in (await hint(client, LIST))["set"]:
            if one["visitor_id"] == visitor_id and expected.items() <= one.items():
                return one


async def gone(client: Client, visitor_id: str, seconds: float = PATIENCE_S) -> bool:
    try:
        while visitor_id not in (await hint(client, LIST, seconds))["gone"]:
            pass
    except TimeoutError:
        return False
    return True


async def listed(home: House, *, online: bool | None = None, workspace_id: str = WORKSPACE) -> dict[str, LiveVisitor]:
    """The whole list, once what has just happened was kept."""
    await asyncio.sleep(0.65)
    found = await home.relay.hub.visitors.list(workspace_id, None, 500, online=online)
    return {one.visitor_id: one for one in found}


async def test_who_looks_sees_a_visitor_come_move_and_go(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    visitor = await home.live("visitor", home.visitor("v1", name="Ada", about=ABOUT))
    await visitor.say(t="page", url=f"{SHOP}/", title="Shop", referrer="https://www.google.com/")
    first = await told(operator, "v1")
    if "page" not in first:
        first = await told(operator, "v1")
    since, at = first.pop("since"), first["page"].pop("at")
    assert (since[-1], at[-1]) == ("Z", "Z")
    assert first == {
        "visitor_id": "v1",
        "widget_id": WIDGET,
        "name": "Ada",
        "source": "Google",
        "device": {"browser": "Firefox", "os": "Linux", "kind": "desktop"},
        "state": "online",
        "contact_id": "c1",
        "conversation_id": "k1",
        "page": {"url": f"{SHOP}/", "title": "Shop", "referrer": "https://www.google.com/"},
        "country": "DE",
        "city": "Berlin",
    }
    await visitor.say(t="page", url=f"{SHOP}/cart", title="Cart", referrer=f"{SHOP}/")
    moved = await told(operator, "v1")
    assert (moved["page"]["url"], moved["source"], moved["since"]) == (f"{SHOP}/cart", "Google", since)
    await visitor.close()
    assert await gone(operator, "v1")
    assert await listed(home) == {}


async def test_nobody_else_is_told(home: House) -> None:
    looker = await home.live("operator", home.operator("op-2"))
    await look(looker)
    other = await home.live("operator", home.operator(), [W])
    neighbour = await home.live("visitor", home.visitor("v2"), ["v:v2"])
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="page", url=f"{SHOP}/secret", title="Secret", referrer="")
    await told(looker, "v1")
    for client in (other, neighbour):
        seen: list[Any] = []
        try:
            while True:
                seen.append((await client.until("hint", 0.5))["data"])
        except TimeoutError:
            assert "v1" not in str(seen)
            assert "Secret" not in str(seen)


async def test_another_workspaces_visitors_are_never_seen(home: House) -> None:
    elsewhere = new_id()
    operator = await home.live("operator", home.operator(workspace_id=elsewhere))
    await look(operator)
    await look(operator, "visitor:v1")
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="page", url=f"{SHOP}/", title="Shop", referrer="")
    assert await no_hint(operator, LIST, 1.2)
    assert list(await listed(home)) == ["v1"]
    assert await listed(home, workspace_id=elsewhere) == {}


async def test_visitors_and_who_lacks_the_scope_may_not_look(home: House) -> None:
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="watch", what=LIST, on=True)
    assert (await visitor.until("error"))["code"] == "operators_only"
    program = await home.live("operator", home.program("t1"))
    await program.say(t="watch", what=LIST, on=True)
    assert (await program.until("error"))["code"] == "missing_scope"
    operator = await home.live("operator", home.operator())
    await operator.say(t="watch", what="visitor:" + "x" * 90, on=True)
    assert (await operator.until("error"))["code"] == "field_invalid"
    await home.live("visitor", home.visitor("v2"))
    assert await no_hint(visitor, LIST, 0.8)
    assert await no_hint(program, LIST)


async def test_who_looks_at_one_hears_of_that_one_at_once_and_of_no_other(home: House) -> None:
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="page", url=f"{SHOP}/", title="Shop", referrer="")
    await listed(home)
    operator = await home.live("operator", home.operator())
    await look(operator, "visitor:v1")
    assert (await told(operator, "v1"))["page"]["title"] == "Shop"
    await home.live("visitor", home.visitor("v2"))
    await visitor.say(t="page", url=f"{SHOP}/cart", title="Cart", referrer="")
    assert [one["visitor_id"] for one in (await hint(operator, LIST))["set"]] == ["v1"]
    assert await no_hint(operator, LIST, 0.8)
    await look(operator, "visitor:v1", on=False)
    await visitor.say(t="page", url=f"{SHOP}/more", title="More", referrer="")
    assert await no_hint(operator, LIST, 0.8)


async def test_who_looks_away_is_told_nothing_any_more(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    await look(operator, on=False)
    await home.live("visitor", home.visitor("v1"))
    assert await no_hint(operator, LIST, 0.8)
    assert not home.relay.hub.visitors.watching.watches(WORKSPACE)


async def test_who_is_gone_looks_no_longer(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    await look(operator, "visitor:v1")
    assert home.relay.hub.visitors.watching.watches(WORKSPACE)
    await operator.close()
    await until(lambda: not home.relay.hub.visitors.watching.watches(WORKSPACE))


async def test_a_watcher_gets_at_most_two_hints_a_second_with_the_last_state_of_each(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    visitor = await home.live("visitor", home.visitor("v1"))
    hints: list[Json] = []
    began = time.monotonic()

    async def listen() -> None:
        while True:
            hints.append(await hint(operator, LIST))

    listening = asyncio.create_task(listen())
    for n in range(20):
        await visitor.say(t="page", url=f"{SHOP}/{n}", title=str(n), referrer="")
        await asyncio.sleep(0.1)
    await until(lambda: hints[-1]["set"][0].get("page", {}).get("title") == "19")
    listening.cancel()
    assert 3 <= len(hints) <= 1 + 2 * (time.monotonic() - began)


async def test_a_reload_is_no_goodbye(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    visitor = await home.live("visitor", home.visitor("v1"))
    since = (await told(operator, "v1"))["since"]
    await visitor.close()
    visitor = await home.live("visitor", home.visitor("v1"))
    assert not await gone(operator, "v1", 0.8)
    assert (await listed(home))["v1"].since == since


async def test_a_visitor_is_away_when_no_page_of_theirs_is_looked_at(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    one = await home.live("visitor", home.visitor("v1"))
    assert (await told(operator, "v1"))["state"] == "online"
    await one.say(t="presence", state="away")
    await told(operator, "v1", state="away")
    assert list(await listed(home, online=False)) == ["v1"]
    assert await listed(home, online=True) == {}
    other = await home.live("visitor", home.visitor("v1"))
    await told(operator, "v1", state="online")
    await other.close()
    await told(operator, "v1", state="away")


async def test_what_is_typed_is_shown_while_it_is_typed_where_that_is_allowed(home: House) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator())
    await look(operator)
    visitor = await home.live("visitor", home.visitor("v1", typing_preview=True))
    shy = await home.live("visitor", home.visitor("v2"))
    theirs = home.actions.own("v2")
    await visitor.say(t="typing", conversation=mine, state="start", excerpt="x" * 300)
    await told(operator, "v1", typing={"conversation_id": mine, "excerpt": "x" * 256})
    await shy.say(t="typing", conversation=theirs, state="start", excerpt="secret")
    await told(operator, "v2", typing={"conversation_id": theirs})
    await visitor.say(t="typing", conversation=mine, state="stop")
    while "typing" in await told(operator, "v1"):
        pass
    assert (await listed(home))["v1"].typing is None


async def test_who_left_while_it_was_looked_up_what_they_may_see_types_no_more(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator(), [W])
    await look(operator)
    visitor = await home.live("visitor", home.visitor("v1"))
    asked, answer = asyncio.Event(), asyncio.Event()
    visible = home.actions.visible

    async def slow(*arguments: Any) -> Any:
        asked.set()
        await answer.wait()
        return await visible(*arguments)

    monkeypatch.setattr(home.actions, "visible", slow)
    await visitor.say(t="typing", conversation=mine, state="start")
    await asked.wait()
    visitor.connection.transport.abort()
    while home.relay.hub.present(WORKSPACE)["visitor"]:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)
    answer.set()
    assert await no_hint(operator, "typing")


@pytest.mark.slow
async def test_what_was_typed_is_forgotten_after_ten_seconds(home: House) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator())
    await look(operator)
    visitor = await home.live("visitor", home.visitor("v1", typing_preview=True))
    await visitor.say(t="typing", conversation=mine, state="start", excerpt="Is this")
    await told(operator, "v1", typing={"conversation_id": mine, "excerpt": "Is this"})
    pace, started = Pace(), time.monotonic()
    while "set" in (data := await hint(operator, LIST)) and "typing" in data["set"][0]:
        pass
    assert time.monotonic() - started > 9
    assert pace.seconds() < 12


async def test_pages_are_not_told_where_they_are_not_tracked(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    untracked = await home.live("visitor", home.visitor("v1", about=About(tracked=False)))
    await untracked.say(t="page", url=f"{SHOP}/secret", title="Secret", referrer="")
    home.actions.tracking = False
    off = await home.live("visitor", home.visitor("v2"))
    await off.say(t="page", url=f"{SHOP}/secret", title="Secret", referrer="")
    await off.say(t="page", url="javascript:alert(1)", title="", referrer="")
    found = await listed(home)
    assert [(one.page, one.source) for one in found.values()] == [(None, ""), (None, "")]


async def test_only_web_pages_are_told(home: House) -> None:
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="page", url="javascript:alert(1)", title="x", referrer="javascript:alert(2)")
    assert (await listed(home))["v1"].page is None
    await visitor.say(t="page", url=f"{SHOP}/", title="x", referrer="javascript:alert(2)")
    page = (await listed(home))["v1"].page
    assert page is not None
    assert page.referrer == ""


async def test_an_entry_is_bounded_whatever_is_told(home: House) -> None:
    visitor = await home.live("visitor", home.visitor("v1", name="n" * 5_000))
    await visitor.say(t="page", url=f"{SHOP}/" + "x" * 9_000, title="t" * 9_000, referrer=f"{SHOP}/" + "r" * 9_000)
    one = (await listed(home))["v1"]
    assert len(msgspec.json.encode(one)) < 4_096


async def test_a_nameless_visitor_has_no_name(home: House) -> None:
    from halloo.contacts.model import nickname

    await home.live("visitor", home.visitor("v1", name=nickname("v1")))
    assert (await listed(home))["v1"].name is None


async def test_conversations_and_names_follow_the_facts(home: House) -> None:
    await home.live("visitor", home.visitor("v1"), ["v:v1"])
    operator = await home.live("operator", home.operator())
    await look(operator)
    mine = new_id()

    async def happen(*facts: tuple[str, Json, bool]) -> None:
        def write(tx: Tx) -> None:
            for name, data, own in facts:
                body = msgspec.json.encode({"session_id": f"session_{mine}", **data})
                record(tx, name, body, conversation_id=mine, public=own, visitor_id="v1" if own else None)

        await home.database.write(WORKSPACE, write)

    await happen(("session:set_nickname", {"nickname": "Ada"}, False), ("session:request:initiated", {"x": 1}, True))
    await told(operator, "v1", name="Ada", conversation_id=mine)
    await happen(("people:bind:session", {"people_id": "c9"}, False))
    await told(operator, "v1", contact_id="c9")
    await happen(("session:set_state", {"state": "resolved"}, False))
    while "conversation_id" in await told(operator, "v1"):
        pass
    assert (await listed(home))["v1"].conversation_id is None


async def test_a_fresh_token_brings_what_it_knows(home: House) -> None:
    visitor = await home.live("visitor", home.visitor("v1"))
    operator = await home.live("operator", home.operator())
    await look(operator)
    await asyncio.sleep(0.01)
    await visitor.say(t="refresh", token=home.visitor("v1", name="Ada", about=ABOUT), id="1")
    await told(operator, "v1", name="Ada", contact_id="c1", conversation_id="k1")


async def test_the_list_has_pages_and_a_count(home: House) -> None:
    ids = sorted(new_id() for _ in range(5))
    for id in ids:
        await home.live("visitor", home.visitor(id))
    await asyncio.sleep(0.65)
    visitors = home.relay.hub.visitors
    assert await visitors.count(WORKSPACE) == 5
    first = await visitors.list(WORKSPACE, None, 3)
    then = await visitors.list(WORKSPACE, first[-1].visitor_id, 3)
    assert [one.visitor_id for one in [*first, *then]] == ids[::-1]
    assert await visitors.count(new_id()) == 0


async def test_many_who_come_at_once_are_told_in_hints_of_a_bounded_size(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    visitors = [await home.live("visitor", home.visitor(f"v{n}")) for n in range(60)]
    for n, visitor in enumerate(visitors):
        await visitor.say(
            t="page", url=f"{SHOP}/{n}?" + "x" * 2_000, title="ü" * 200, referrer=f"{SHOP}/" + "r" * 2_000
        )
    seen: set[str] = set()
    while len(seen) < 60:
        data = await hint(operator, LIST)
        assert len(msgspec.json.encode(data)) < 160 * 1024
        seen.update(one["visitor_id"] for one in data["set"] if "page" in one)


async def test_a_watcher_that_could_not_be_written_to_is_told_that_it_missed_something(home: House) -> None:
    operator = await home.live("operator", home.operator())
    await look(operator)
    peer = next(iter(home.relay.hub.visitors.watching._wishes))  # pyright: ignore[reportPrivateUsage] - whose transport is to be full
    peer.paused_at = system_clock()
    await home.live("visitor", home.visitor("v1"))
    assert await no_hint(operator, LIST, 0.8)
    peer.paused_at = None
    assert await hint(operator, LIST) == {"set": [], "gone": [], "missed": True}


async def test_the_list_is_for_those_who_may_read_it(home: House) -> None:
    from halloo.relay.hints import HubLive

    live = HubLive(home.relay.hub)
    nobody = Actor("integration", WORKSPACE, "t1", "CRM", scopes=frozenset({"conversations:read"}))
    with pytest.raises(MissingScope):
        await live.visitors(nobody, None, 10)
    with pytest.raises(MissingScope):
        await live.count_visitors(nobody)


def test_what_the_list_shows_of_a_visitor_they_do_not_read_in_their_token() -> None:
    tokens = RelayTokens(b"k" * 32, system_clock)
    token = tokens.issue_visitor(workspace_id=WORKSPACE, widget_id=WIDGET, visitor_id="v1", name="Ada", about=ABOUT)
    body = token.partition(".")[0]
    said = msgspec.json.decode(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert said["name"] == "Ada"
    for known in ("c1", "k1", "Berlin", "Firefox"):
        assert f'"{known}"' not in str(said).replace("'", '"')
    claims = tokens.open(token)
    assert claims is not None
    assert claims.about == ABOUT
