from tests.relay.house import WORKSPACE, House


async def test_a_message_goes_from_the_visitor_to_the_operator(home: House) -> None:
    mine = home.actions.own("v1")
    operator = await home.live("operator", home.operator(), [f"w:{WORKSPACE}"])
    visitor = await home.live("visitor", home.visitor("v1"), [f"c:{mine}", "v:v1"])
    await visitor.say(t="send", id="1", conversation=mine, client_id="a", message={"type": "text", "content": "Hello"})
    ack = await visitor.until("ack")
    assert (ack["id"], ack["conversation"], ack["seq"]) == ("1", mine, 1)
    seen = await operator.until("event")
    assert seen == {
        "t": "event",
        "stream": f"w:{WORKSPACE}",
        "offset": 1,
        "name": "message:send",
        "data": {"content": "Hello", "client_id": "a"},
    }
