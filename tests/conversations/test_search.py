import pytest

from halloo.conversations import actions
from halloo.conversations.actions.search import mark, parse
from halloo.conversations.model import Filter
from halloo.db.engine import Database
from halloo.workspaces.model import Actor
from tests.support.people import begin

WORKSPACE = "0195f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
SAID = {
    "en": "The blue bowl arrived broken, what now?",
    "de": "Größe und Glasur der Schüssel wären mir wichtig.",
    "fr": "Où est ma théière préférée ?",
    "es": "¿Cuándo llegará el envío a España?",
    "pt": "Não recebi a confirmação.",
    "ja": "注文した茶碗がまだ届きません。",
    "ar": "أين طلبي؟ لم يصل بعد",
    "he": "איפה ההזמנה שלי?",
    "url": "See https://shop.example/a_b?x=1 and mail me at ada@example.com",
}


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("bowl", {"en"}),
        ("bro", {"en"}),
        ("BLUE broken", {"en"}),
        ('"blue bowl"', {"en"}),
        ('"bowl blue"', set[str]()),
        ("“blue bowl”", {"en"}),
        ("«bowl blue»", set[str]()),
        ("grosse", {"de"}),
        ("schussel", {"de"}),
        ("theiere", {"fr"}),
        ("espana", {"es"}),
        ("confirmacao", {"pt"}),
        ("茶碗", {"ja"}),
        ("注文", {"ja"}),
        ("碗注", set[str]()),
        ("茶", {"ja"}),
        ("طلبي", {"ar"}),
        ("ההזמנה", {"he"}),
        ("shop.example", {"url"}),
        ("ada@example.com", {"url"}),
        ("nothing", set[str]()),
        ("\" ' * ( ) : - + ^ NEAR", set[str]()),
        ("c0195f0c27b1e", set[str]()),
    ],
)
async def test_words_beginnings_and_phrases_in_every_language(
    database: Database, owner: Actor, q: str, expected: set[str]
) -> None:
    where: dict[str, str] = {}
    for language, text in SAID.items():
        _, conversation = await begin(database, WORKSPACE, text)
        where[conversation.id] = language
    hits = await database.read(WORKSPACE, actions.search_messages, owner, q, 2**62, 50)
    assert {where[hit.conversation.id] for hit in hits} == expected
    assert all(hit.marks for hit in hits)


async def test_lists_filter_by_words(database: Database, owner: Actor) -> None:
    _, first = await begin(database, WORKSPACE, "a bowl")
    await begin(database, WORKSPACE, "a cup")
    page = await database.read(WORKSPACE, actions.list_conversations, owner, Filter(words=("bowl",)), None, 10)
    assert [one.id for one in page.conversations] == [first.id]


def test_the_excerpt_lies_around_the_first_hit() -> None:
    text = "word " * 200 + "needle " + "word " * 200
    excerpt, marks = mark(text, parse("needle"))
    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert [excerpt[start:end] for start, end in marks] == ["needle"]
