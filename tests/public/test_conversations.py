"""Starting, resuming, reading and ending (embedding contract 8.2)."""

import asyncio

from halloo.kit.ids import new_id
from tests.public.shop import OWN, Build, Json, Shop, Visitor, error, guest, text


async def say(shop: Shop, visitor: Visitor, cid: str, *texts: str) -> None:
    for one in texts:
        answer = await shop.call("POST", f"/conversations/{cid}/messages", text(one), visitor.headers)
        assert answer.status_code == 201


async def read_all(shop: Shop, visitor: Visitor, cid: str, limit: int) -> list[Json]:
    found: list[Json] = []
    while True:
        after = found[-1]["seq"] if found else 0
        page = await shop.call(
            "GET", f"/conversations/{cid}/messages?after={after}&limit={limit}", headers=visitor.headers
        )
        found += page.json()["data"]
        if not page.json()["has_more"]:
            assert page.json()["last_seq"] == found[-1]["seq"]
            return found


async def test_a_bare_first_call_is_first_contact_too(shop: Shop) -> None:
    user_id = guest()
    answer = await shop.call("POST", "/conversations", {"user_id": user_id, "message": text("Hi")})
    assert answer.status_code == 201
    made = answer.json()
    assert made["visitor"]["user_id"] == user_id
    assert made["visitor"]["visitor_token"].startswith("hvt_")
    assert made["conversation"]["state"] == "pending"
    assert made["message"]["seq"] == 1
    headers = {**OWN, "X-Halloo-Visitor": made["visitor"]["visitor_token"]}
    listed = (await shop.call("GET", "/conversations", headers=headers)).json()["data"]
    assert [one["id"] for one in listed] == [made["conversation"]["id"]]
    second = await shop.call("POST", "/conversations", {"user_id": user_id, "message": text()}, headers)
    assert second.json()["visitor"] == {"user_id": user_id, "visitor_token": None}


async def test_a_repeated_start_is_one_conversation(shop: Shop) -> None:
    visitor = await shop.arrive()
    body = {"client_id": new_id(), "message": text("Only once")}
    first = await shop.call("POST", "/conversations", body, visitor.headers)
    again = await shop.call("POST", "/conversations", body, visitor.headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["conversation"]["id"] == again.json()["conversation"]["id"]
    assert first.json()["message"] == again.json()["message"]


async def test_twenty_starts_at_once_with_one_client_id_are_one_conversation(build: Build) -> None:
    shop = await build(starts_per_hour=100, messages_per_minute=1000, messages_burst=1000)
    visitor = await shop.arrive()
    body = {"client_id": new_id(), "message": text("Only once")}
    answers = await asyncio.gather(*(shop.call("POST", "/conversations", body, visitor.headers) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["conversation"]["id"] for answer in answers}) == 1
    assert {answer.json()["message"]["seq"] for answer in answers} == {1}
    cid = answers[0].json()["conversation"]["id"]
    assert len(await read_all(shop, visitor, cid, 50)) == 1


async def test_a_client_id_of_another_visitor_is_free(shop: Shop) -> None:
    one, two = await shop.arrive(), await shop.arrive()
    body = {"client_id": new_id(), "message": text("Hello")}
    first = await shop.call("POST", "/conversations", body, one.headers)
    second = await shop.call("POST", "/conversations", body, two.headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["conversation"]["id"] != second.json()["conversation"]["id"]


async def test_one_resumes_ones_own(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    resumed = await shop.call(
        "POST", "/conversations", {"conversation_id": cid, "message": text("More")}, visitor.headers
    )
    assert resumed.status_code == 200
    assert resumed.json()["conversation"]["id"] == cid
    assert resumed.json()["message"]["seq"] == 2


async def test_a_repeated_message_is_one_and_another_content_a_conflict(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    path, body = f"/conversations/{cid}/messages", text("Once")
    answers = [await shop.call("POST", path, body, visitor.headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    changed = await shop.call("POST", path, {**body, "content": "Other"}, visitor.headers)
    assert error(changed) == (409, "client_id_conflict")


async def test_a_visitor_writes_texts_alone(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    for kind in ("note", "file", "audio", "animation", "event", ""):
        answer = await shop.call("POST", f"/conversations/{cid}/messages", text(type=kind), visitor.headers)
        assert error(answer) == (422, "field_invalid"), kind


async def test_a_text_has_one_to_ten_thousand_characters(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    path = f"/conversations/{cid}/messages"
    for content in ("", "   ", "\n", "\u0000", "x" * 10_001):
        assert error(await shop.call("POST", path, text(content), visitor.headers)) == (422, "field_invalid")
    longest = await shop.call("POST", path, text("💬" * 10_000), visitor.headers)
    assert longest.status_code == 201
    assert longest.json()["message"]["content"] == "💬" * 10_000


async def test_pages_have_no_gaps_and_notes_leave_none(build: Build) -> None:
    shop = await build(messages_per_minute=1000, messages_burst=1000)
    visitor = await shop.arrive()
    cid = await shop.start(visitor, "1")
    for number in range(2, 24):
        if number % 3 == 0:
            note = {"client_id": new_id(), "type": "note", "content": f"secret note {number}"}
            await shop.manage("POST", f"/core/conversations/{cid}/messages", note)
        if number % 2:
            await say(shop, visitor, cid, str(number))
        else:
            await shop.manage("POST", f"/core/conversations/{cid}/messages", text(str(number)))
    for limit in (1, 7, 23, 100):
        found = await read_all(shop, visitor, cid, limit)
        assert [one["seq"] for one in found] == list(range(1, 24))
        assert [one["content"] for one in found] == [str(number) for number in range(1, 24)]
        assert "secret" not in str(found)
    before = await shop.call("GET", f"/conversations/{cid}/messages?before=20&limit=5", headers=visitor.headers)
    assert [one["seq"] for one in before.json()["data"]] == [15, 16, 17, 18, 19]
    assert before.json()["has_more"] is True
    first = await shop.call("GET", f"/conversations/{cid}/messages?before=3", headers=visitor.headers)
    assert ([one["seq"] for one in first.json()["data"]], first.json()["has_more"]) == ([1, 2], False)
    beyond = await shop.call("GET", f"/conversations/{cid}/messages?after=23", headers=visitor.headers)
    assert (beyond.json()["data"], beyond.json()["last_seq"]) == ([], 23)


async def test_nothing_internal_is_in_a_message(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    await shop.manage("POST", f"/core/conversations/{cid}/messages", text("Answer"))
    await shop.manage("PATCH", f"/core/conversations/{cid}", {"tags": ["vip"], "subject": "internal subject"})
    seen = [
        await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers),
        await shop.call("GET", "/conversations", headers=visitor.headers),
        await shop.call("POST", "/visitor", {}, visitor.headers),
    ]
    for answer in seen:
        for word in ("vip", "internal subject", "halloo.example", "assignee", "tags", "mentions", "contact"):
            assert word not in answer.text, word


async def test_a_removed_message_stays_as_a_place(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    sent = await shop.manage("POST", f"/core/conversations/{cid}/messages", text("I take it back"))
    await shop.manage("DELETE", f"/core/conversations/{cid}/messages/{sent['message']['fingerprint']}")
    await say(shop, visitor, cid, "What?")
    answer = await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)
    found = answer.json()["data"]
    assert [(one["seq"], one["removed"], one["content"]) for one in found] == [
        (1, False, "Hello"),
        (2, True, None),
        (3, False, "What?"),
    ]
    assert "take it back" not in answer.text


async def test_a_read_mark_never_moves_back_and_is_clamped(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    for _ in range(3):
        await shop.manage("POST", f"/core/conversations/{cid}/messages", text("Answer"))

    async def state() -> tuple[int, int]:
        one = (await shop.call("GET", "/conversations", headers=visitor.headers)).json()["data"][0]
        return one["read_seq"], one["unread"]

    assert await state() == (1, 3)
    for seq, due in ((3, (3, 1)), (2, (3, 1)), (-5, (3, 1)), (0, (3, 1)), (2**62, (4, 0)), (1, (4, 0))):
        answer = await shop.call("POST", f"/conversations/{cid}/read", {"seq": seq}, visitor.headers)
        assert (answer.status_code, answer.content) == (204, b"")
        assert await state() == due, seq


async def test_a_visitor_ends_and_opens_again(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = await shop.start(visitor)
    for _ in range(2):
        ended = await shop.call("POST", f"/conversations/{cid}/end", {}, visitor.headers)
        assert (ended.status_code, ended.json()["conversation"]["state"]) == (200, "resolved")
    await say(shop, visitor, cid, "One more thing")
    listed = await shop.call("GET", "/conversations", headers=visitor.headers)
    assert listed.json()["data"][0]["state"] == "unresolved"
    await shop.config(visitor_can_end=False)
    assert error(await shop.call("POST", f"/conversations/{cid}/end", {}, visitor.headers)) == (404, "end_off")


async def test_the_list_has_pages_without_gaps(build: Build) -> None:
    shop = await build(starts_per_hour=100, messages_per_minute=1000, messages_burst=1000)
    visitor = await shop.arrive()
    made = [await shop.start(visitor, str(number)) for number in range(7)]
    found: list[str] = []
    cursor = ""
    while True:
        page = (await shop.call("GET", f"/conversations?limit=3{cursor}", headers=visitor.headers)).json()
        found += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(found) == sorted(made)
    assert len(found) == 7
    for bad in ("limit=x", "limit=-1", "limit=1.5", "cursor=x", "cursor=%00", "cursor=WzFd"):
        assert error(await shop.call("GET", f"/conversations?{bad}", headers=visitor.headers)) == (422, "field_invalid")


async def test_what_was_said_stays_text(shop: Shop) -> None:
    """Markup in every field that a visitor fills comes back as the text it is."""
    visitor = await shop.arrive()
    canary = '"><img src=x onerror=alert(1)></script>\u2028'
    body = {
        "message": text(canary),
        "custom_metadata": {"plan": canary, "__proto__": "x", "constructor": "y"},
        "page": {"url": "https://shop.example/<script>", "title": canary, "referrer": "javascript:alert(1)"},
    }
    agent = {**visitor.headers, "User-Agent": canary.replace("\u2028", "")}
    started = await shop.call("POST", "/conversations", body, agent)
    assert started.status_code == 201
    cid = started.json()["conversation"]["id"]
    found = await shop.call("GET", f"/conversations/{cid}/messages", headers=visitor.headers)
    assert found.json()["data"][0]["content"] == canary
    assert found.headers["content-type"] == "application/json"
    shown = await shop.manage("GET", f"/core/conversations/{cid}")
    assert shown["custom_metadata"] == body["custom_metadata"]
    assert shown["visitor"]["pages"][0]["referrer"] == ""


async def test_only_web_pages_are_pages(shop: Shop) -> None:
    visitor = await shop.arrive()
    for url in ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//evil.example", "vbscript:x"):
        body = {"message": text(), "page": {"url": url, "title": "x"}}
        started = await shop.call("POST", "/conversations", body, visitor.headers)
        shown = await shop.manage("GET", f"/core/conversations/{started.json()['conversation']['id']}")
        assert shown["visitor"]["pages"] == []
