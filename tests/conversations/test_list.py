from halloo.conversations import actions
from halloo.conversations.model import Filter
from halloo.db.engine import Database
from halloo.workspaces.model import Actor
from tests.support.people import begin, draft

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"


async def test_who_waits_comes_first_and_nobody_is_left_out(database: Database, owner: Actor) -> None:
    ids = [(await begin(database, WORKSPACE))[1].id for _ in range(5)]
    for answered in (ids[0], ids[3]):
        await database.write(WORKSPACE, actions.send_message, owner, answered, draft("Here I am"))
    wanted = Filter(state="open", order="waiting")
    whole = await database.read(WORKSPACE, actions.list_conversations, owner, wanted, None, 50)
    shown = [one.id for one in whole.conversations]
    assert set(shown[:3]) == {ids[1], ids[2], ids[4]}
    assert set(shown[3:]) == {ids[0], ids[3]}
    paged: list[str] = []
    behind: tuple[int, str] | None = None
    while True:
        page = await database.read(WORKSPACE, actions.list_conversations, owner, wanted, behind, 2)
        if not page.conversations:
            break
        paged += [one.id for one in page.conversations]
        behind = actions.place_of(page.conversations[-1], wanted)
    assert paged == shown
