"""Conversations, messages, contacts, search and the small lists, as operators' screens and programs use them."""

from typing import Any

from halloo.kit.clock import HOUR, rfc3339
from halloo.kit.ids import new_id
from tests.support.api import Api, House


def message(content: str, type: str = "text", **more: Any) -> dict[str, Any]:
    return {"client_id": new_id(), "type": type, "content": content, **more}


async def get(api: Api, house: House, path: str) -> Any:
    answer = await api.client.get(f"/core{path}", headers=house.bearer)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(api: Api, house: House, query: str) -> list[str]:
    return [row["id"] for row in (await get(api, house, f"/conversations?{query}"))["data"]]


async def test_a_conversation_with_the_people_around_it(api: Api, house: House) -> None:
    conversation_id, visitor = await api.talk(house, "Hello", "Is anybody there?")
    row = (await get(api, house, "/conversations"))["data"][0]
    assert (row["id"], row["state"], row["unread"], row["last_seq"]) == (conversation_id, "pending", 2, 2)
    assert row["last_message"]["excerpt"] == "Is anybody there?"
    assert row["visitor"]["id"] == visitor.id
    assert row["visitor"]["locale"] == "de-AT"
    assert row["waiting_since"] is not None
    one = await get(api, house, f"/conversations/{conversation_id}")
    assert one["position"]["w"]["stream"] == f"w:{house.workspace_id}"
    assert one["position"]["c"]["stream"] == f"c:{conversation_id}"
    assert {key: one[key] for key in row} == row


async def test_an_answer_is_stored_once_however_often_it_is_sent(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    address, body = f"/core/conversations/{conversation_id}/messages", message("Sure!")
    answers = [await api.client.post(address, json=body, headers=house.bearer) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    sent = answers[0].json()["message"]
    assert (sent["from"], sent["seq"], sent["automated"], sent["client_id"]) == ("operator", 2, True, body["client_id"])
    other = await api.client.post(address, json={**body, "content": "Other"}, headers=house.bearer)
    assert (other.status_code, other.json()["error"]) == (409, "client_id_conflict")
    page = await get(api, house, f"/conversations/{conversation_id}/messages")
    assert [one["content"] for one in page["data"]] == ["Hello", "Sure!"]
    assert (page["has_more"], page["last_seq"]) == (False, 2)


async def test_an_operator_answers_under_their_own_name(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    async with api.browser(house.owner_email) as browser:
        sent = await browser.post(f"/core/conversations/{conversation_id}/messages", json=message("Hi"))
    user = sent.json()["message"]["user"]
    assert (user["user_id"], user["nickname"]) == (house.owner_id, "Ada")
    assert "automated" not in sent.json()["message"]


async def test_a_note_has_no_number_and_mentions_colleagues(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    address = f"/core/conversations/{conversation_id}/messages"
    note = message("Look at this", "note", mentions=[house.owner_id])
    sent = (await api.client.post(address, json=note, headers=house.bearer)).json()["message"]
    assert "seq" not in sent
    assert sent["mentions"] == [house.owner_id]
    assert (await get(api, house, f"/conversations/{conversation_id}"))["last_seq"] == 1
    for wrong in (message("x", "event"), message(" "), message("x" * 10_001), {**message("x"), "client_id": "1"}):
        assert (await api.client.post(address, json=wrong, headers=house.bearer)).status_code == 422


async def test_messages_page_both_ways(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, *[f"message {number}" for number in range(1, 8)])
    base = f"/conversations/{conversation_id}/messages?limit=3"
    newest = await get(api, house, base)
    assert ([one["seq"] for one in newest["data"]], newest["has_more"]) == ([5, 6, 7], True)
    older = await get(api, house, f"{base}&before={newest['data'][0]['fingerprint']}")
    assert ([one["seq"] for one in older["data"]], older["has_more"]) == ([2, 3, 4], True)
    first = await get(api, house, f"{base}&before=2")
    assert ([one["seq"] for one in first["data"]], first["has_more"]) == ([1], False)
    after = await get(api, house, f"{base}&after=4")
    assert ([one["seq"] for one in after["data"]], after["has_more"]) == ([5, 6, 7], False)


async def test_only_the_author_edits_and_removes(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    address = f"/core/conversations/{conversation_id}/messages"
    mine = (await api.client.post(address, json=message("Sur"), headers=house.bearer)).json()["message"]
    path = f"{address}/{mine['fingerprint']}"
    edited = await api.client.patch(path, json={"content": "Sure"}, headers=house.bearer)
    assert (edited.json()["message"]["content"], edited.json()["message"]["edited"]) == ("Sure", True)
    async with api.browser(house.owner_email) as browser:
        assert (await browser.patch(path, json={"content": "No"})).json()["error"] == "not_your_message"
    assert (await api.client.delete(path, headers=house.bearer)).status_code == 204
    page = await get(api, house, f"/conversations/{conversation_id}/messages")
    assert (page["data"][1]["content"], page["data"][1]["removed"]) == (None, True)


async def test_folders_and_counts(api: Api, house: House) -> None:
    first, _ = await api.talk(house, "One")
    second, _ = await api.talk(house, "Two")
    third, _ = await api.talk(house, "Three")
    assert await ids(api, house, "state=open") == [third, second, first]
    assert await ids(api, house, "order=waiting") == [first, second, third]

    async def change(conversation_id: str, **body: Any) -> None:
        address = f"/core/conversations/{conversation_id}"
        answer = await api.client.patch(address, json=body, headers=house.bearer)
        assert answer.status_code == 200, answer.text

    await change(first, assignee=house.owner_id, tags=["VIP"])
    await change(second, snoozed_until=rfc3339(api.clock() + HOUR))
    await change(third, state="resolved")
    assert await ids(api, house, "state=open") == [first]
    assert await ids(api, house, "state=snoozed") == [second]
    assert await ids(api, house, "state=resolved") == [third]
    assert await ids(api, house, "tag=vip") == [first]
    assert await ids(api, house, f"assignee={house.owner_id}") == [first]
    assert set(await ids(api, house, "assignee=none")) == {second, third}
    async with api.browser(house.owner_email) as browser:
        mine = (await browser.get("/core/conversations?assignee=me")).json()
        assert [row["id"] for row in mine["data"]] == [first]
        counts = (await browser.get("/core/conversations/counts")).json()
    assert counts["open"] == {
        "all": {"total": 1, "unread": 1},
        "mine": {"total": 1, "unread": 1},
        "unassigned": {"total": 0, "unread": 0},
    }
    assert counts["snoozed"]["unassigned"] == {"total": 1, "unread": 1}
    assert counts["resolved"]["all"] == {"total": 1, "unread": 0}


async def test_the_list_is_paged_without_gaps(api: Api, house: House) -> None:
    made = [(await api.talk(house, f"number {number}"))[0] for number in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = "limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = await get(api, house, f"/conversations?{query}")
        seen += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]
    wrong = await api.client.get("/core/conversations?cursor=nonsense", headers=house.bearer)
    assert (wrong.status_code, wrong.json()["details"]) == (422, {"field": "cursor"})


async def test_reading_marks_never_move_back(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "One", "Two", "Three")
    address = f"/core/conversations/{conversation_id}/read"
    for seq, unread in ((2, 1), (1, 1), (99, 0)):
        assert (await api.client.post(address, json={"seq": seq}, headers=house.bearer)).status_code == 204
        assert (await get(api, house, f"/conversations/{conversation_id}"))["unread"] == unread


async def test_a_stale_change_is_refused(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    address = f"/core/conversations/{conversation_id}"
    tag = (await api.client.get(address, headers=house.bearer)).headers["etag"]
    headers = {**house.bearer, "If-Match": tag}
    assert (await api.client.patch(address, json={"subject": "One"}, headers=headers)).status_code == 200
    late = await api.client.patch(address, json={"subject": "Two"}, headers=headers)
    assert (late.status_code, late.json()["error"]) == (412, "stale")


async def test_an_operator_begins(api: Api, house: House) -> None:
    _, visitor = await api.talk(house, "Hello")
    body = {"widget_id": house.widget_id, "visitor_id": visitor.id, "message": message("May we help?")}
    answers = [await api.client.post("/core/conversations", json=body, headers=house.bearer) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert answers[0].headers["location"] == f"/core/conversations/{answers[0].json()['id']}"


async def test_a_deleted_conversation_is_gone(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Secret words")
    address = f"/core/conversations/{conversation_id}"
    assert (await api.client.delete(address, headers=house.bearer)).status_code == 204
    assert (await api.client.get(address, headers=house.bearer)).status_code == 404
    assert (await get(api, house, "/search?q=secret"))["data"] == []
    entry = (await get(api, house, "/audit?limit=1"))["data"][0]
    assert (entry["action"], entry["subject"], entry["actor"]) == ("conversation.deleted", conversation_id, "all")


async def test_search_over_messages_contacts_and_conversations(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "My parcel has not arrived", "Order 4711")
    await api.client.post("/core/contacts", json={"name": "Zoë Parcel"}, headers=house.bearer)
    hit = (await get(api, house, "/search?q=parc"))["data"][0]
    assert (hit["kind"], hit["conversation_id"]) == ("messages", conversation_id)
    start, end = hit["marks"][0]
    assert hit["excerpt"][start:end] == "parcel"
    assert (await get(api, house, '/search?q="parcel has"'))["data"] != []
    assert (await get(api, house, '/search?q="has parcel"'))["data"] == []
    person = (await get(api, house, "/search?q=zoe&in=contacts"))["data"][0]
    assert (person["kind"], person["title"]) == ("contacts", "Zoë Parcel")
    found = (await get(api, house, "/search?q=4711&in=conversations"))["data"]
    assert [one["conversation_id"] for one in found] == [conversation_id]
    missing = await api.client.get("/core/search", headers=house.bearer)
    assert (missing.status_code, missing.json()["error"]) == (422, "field_required")


async def test_contacts_are_entered_changed_and_found(api: Api, house: House) -> None:
    body = {"name": "Ada Byron", "email": "ada@example.com", "data": {"plan": "pro"}}
    made = await api.client.post("/core/contacts", json=body, headers=house.bearer)
    assert made.status_code == 201
    address = made.headers["location"]
    taken = await api.client.post("/core/contacts", json={"email": "ada@example.com"}, headers=house.bearer)
    assert (taken.status_code, taken.json()["error"]) == (409, "email_taken")
    change = {"phone": "+43 1 234567", "name": None}
    changed = (await api.client.patch(address, json=change, headers=house.bearer)).json()
    assert (changed["name"], changed["phone"], changed["email"]) == (None, "+43 1 234567", "ada@example.com")
    assert len((await get(api, house, "/contacts?q=ada"))["data"]) == 1
    assert (await api.client.delete(address, headers=house.bearer)).status_code == 204
    assert (await api.client.get(address, headers=house.bearer)).json()["error"] == "contact_not_found"
    entry = (await get(api, house, "/audit?limit=1"))["data"][0]
    assert (entry["action"], entry["subject"]) == ("contact.deleted", changed["id"])


async def test_everything_of_a_contact_can_be_taken_out(api: Api, house: House) -> None:
    conversation_id, visitor = await api.talk(house, "Hello")
    contact = (await get(api, house, f"/conversations/{conversation_id}"))["contact"]
    export = await get(api, house, f"/contacts/{contact['id']}/export")
    assert [one["id"] for one in export["visitors"]] == [visitor.id]
    assert [one["content"] for one in export["conversations"][0]["messages"]] == ["Hello"]
    events = await get(api, house, f"/contacts/{contact['id']}/events")
    assert {event["name"] for event in events["data"]} == {"first_seen", "conversation_started"}
    without = await api.token(house, "contacts:read")
    refused = await api.client.get(f"/core/contacts/{contact['id']}/export", headers=without)
    assert (refused.status_code, refused.json()["error"]) == (403, "missing_scope")


async def test_conversations_outlive_their_contact(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    contact = (await get(api, house, f"/conversations/{conversation_id}"))["contact"]
    await api.client.delete(f"/core/contacts/{contact['id']}", headers=house.bearer)
    row = (await get(api, house, "/conversations"))["data"][0]
    assert (row["id"], row["contact"]["name"]) == (conversation_id, None)


async def test_canned_replies_and_tags(api: Api, house: House) -> None:
    conversation_id, _ = await api.talk(house, "Hello")
    await api.client.patch(f"/core/conversations/{conversation_id}", json={"tags": ["vip"]}, headers=house.bearer)
    tag = (await api.client.post("/core/tags", json={"name": "VIP", "color": "red"}, headers=house.bearer)).json()
    assert (tag["name"], tag["color"]) == ("vip", "red")
    renamed = {"name": "important"}
    await api.client.patch(f"/core/tags/{tag['id']}", json=renamed, headers=house.bearer)
    assert (await get(api, house, f"/conversations/{conversation_id}"))["tags"] == ["important"]
    reply = (
        await api.client.post("/core/canned-replies", json={"shortcut": "/hi", "text": "Hi"}, headers=house.bearer)
    ).json()
    again = await api.client.post("/core/canned-replies", json={"shortcut": "hi", "text": "x"}, headers=house.bearer)
    assert (again.status_code, again.json()["error"]) == (409, "name_taken")
    changed = await api.client.patch(f"/core/canned-replies/{reply['id']}", json={"text": "Hi!"}, headers=house.bearer)
    assert (changed.json()["shortcut"], changed.json()["text"]) == ("hi", "Hi!")
