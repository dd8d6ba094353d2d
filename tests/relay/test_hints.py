"""What need not be remembered: typing and presence. Visitors' pages and presence: `test_visitors.py`."""

import asyncio
from typing import Any

from halloo.kit.clock import system_clock
from tests.relay.house import WORKSPACE, Client, House
from tests.support.pace import PATIENCE_S

W = f"w:{WORKSPACE}"


async def hint(client: Client, name: str, seconds: float = PATIENCE_S) -> Any:
    """The data of the next hint of a name."""
    while (frame := await client.until("hint", seconds))["name"] != name:
        pass
    return frame["data"]


async def no_hint(client: Client, name: str, seconds: float = 0.15) -> bool:
    try:
        await hint(client, name, seconds)
    except TimeoutError:
        return True
    return False


async def test_operators_see_what_a_visitor_types_where_the_widget_allows_it(home: House) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator(), [W])
    visitor = await home.live("visitor", home.visitor("v1", typing_preview=True), [f"c:{mine}"])
    other_tab = await home.live("visitor", home.visitor("v1"), [f"c:{mine}"])
    await visitor.say(t="typing", conversation=mine, state="start", excerpt="x" * 300)
    assert await hint(operator, "typing") == {
        "conversation_id": mine,
        "from": "user",
        "state": "start",
        "user": {"user_id": f"session_{mine}", "nickname": "visitor1", "avatar": None},
        "excerpt": "x" * 256,
    }
    await other_tab.say(t="typing", conversation=mine, state="start", excerpt="secret")
    assert "excerpt" not in await hint(operator, "typing")
    assert await no_hint(other_tab, "typing")


async def test_a_visitor_sees_that_an_operator_types_but_not_what(home: House) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator(), [W, f"c:{mine}"])
    visitor = await home.live("visitor", home.visitor("v1"), [f"c:{mine}"])
    stranger = await home.live("visitor", home.visitor("v2"), ["v:v2"])
    await operator.say(t="typing", conversation=mine, state="start", excerpt="draft")
    seen = await hint(visitor, "typing")
    assert seen == {
        "conversation_id": mine,
        "from": "operator",
        "state": "start",
        "user": {"user_id": "op-1", "nickname": "Grace", "avatar": None},
    }
    assert await hint(operator, "typing") == seen
    assert await no_hint(operator, "typing")
    assert await no_hint(stranger, "typing")


async def test_nobody_types_in_anothers_conversation(home: House) -> None:
    theirs = home.actions.own("v2")
    operator = await home.live("operator", home.operator(), [W])
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="typing", conversation=theirs, state="start")
    assert await no_hint(operator, "typing")


async def test_who_is_gone_types_no_longer(home: House) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator(), [W])
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="typing", conversation=mine, state="start")
    assert (await hint(operator, "typing"))["state"] == "start"
    visitor.connection.transport.abort()
    assert (await hint(operator, "typing"))["state"] == "stop"


async def test_who_went_while_it_was_looked_up_whose_the_conversation_is_does_not_type(home: House) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator(), [W])
    home.actions.delay = 0.2
    visitor = await home.live("visitor", home.visitor("v1"))
    await visitor.say(t="typing", conversation=mine, state="start")
    await asyncio.sleep(0.05)
    visitor.connection.transport.abort()
    assert await no_hint(operator, "typing", 0.4)


async def test_the_end_of_what_never_began_is_told_to_nobody(home: House) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator(), [W])
    visitor = await home.live("visitor", home.visitor("v1"))
    for _ in range(30):
        await visitor.say(t="typing", conversation=mine, state="stop")
    assert await no_hint(operator, "typing")


async def test_visitors_see_whether_anybody_is_available(home: House) -> None:
    visitor = await home.live("visitor", home.visitor("v1"))
    assert await hint(visitor, "presence") == {"operators": [], "available": False}
    operator = await home.live("operator", home.operator(), [W])
    grace = {"id": "op-1", "name": "Grace", "avatar": None, "availability": "online"}
    assert await hint(visitor, "presence") == {"operators": [grace], "available": True}
    later = await home.live("visitor", home.visitor("v2"))
    assert await hint(later, "presence") == {"operators": [grace], "available": True}
    await operator.say(t="presence", state="away")
    away = {"operators": [{**grace, "availability": "away"}], "available": False}
    assert await hint(visitor, "presence") == away


async def test_an_operator_who_does_not_answer_is_away_whatever_the_connections_say(home: House) -> None:
    visitor = await home.live("visitor", home.visitor("v1"))
    await hint(visitor, "presence")
    old_token = home.operator()
    operator = await home.live("operator", home.operator(away=True), [W])
    grace = {"id": "op-1", "name": "Grace", "avatar": None, "availability": "away"}
    assert await hint(visitor, "presence") == {"operators": [grace], "available": False}
    presence = home.relay.hub.presence
    presence.say_away(WORKSPACE, "op-1", system_clock(), away=False)
    assert (await hint(visitor, "presence"))["available"] is True
    presence.say_away(WORKSPACE, "op-1", system_clock(), away=True)
    assert (await hint(visitor, "presence"))["available"] is False
    await operator.close()
    assert (await hint(visitor, "presence"))["operators"] == []
    await home.live("operator", old_token, [W])
    assert (await hint(visitor, "presence"))["operators"] == [grace]


async def test_nobody_is_told_anything_before_live(home: House) -> None:
    client = await home.enter("visitor", home.visitor("v1"), ["v:v1"])
    assert (await client.hear())["t"] == "connected"
    assert (await client.hear())["t"] == "live"
