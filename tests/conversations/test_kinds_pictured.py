"""Pictures from elsewhere in messages: no browser is told where a stranger keeps them, and what is told is signed."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from halloo.conversations import actions
from halloo.conversations.errors import MessageRefused
from halloo.conversations.model import Draft
from halloo.db.engine import Database
from halloo.files.images.addresses import Elsewhere, PictureAddresses
from halloo.kit.ids import new_id
from halloo.kit.json import dump
from halloo.workspaces.model import Actor
from tests.conversations.test_kinds import CAROUSEL
from tests.conversations.test_send import WORKSPACE, facts_of
from tests.support.files import ADDRESSES
from tests.support.people import begin

GIF = "https://gifs.example/party.gif?a=1&b=2"
ANIMATION = {"url": GIF, "type": "image/gif"}
FOREIGN = "https://shop.example/"


def _named(url: str) -> str:
    """What a picture's address has the image host fetch."""
    assert isinstance(ADDRESSES.pictures, PictureAddresses)
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == ADDRESSES.pictures.origin
    found = ADDRESSES.pictures.open(parts.path, parts.query.encode(), 0)
    assert isinstance(found, Elsewhere)
    return found.url


def _images(content: Any) -> list[str]:
    return [one["image"] for one in content["targets"] if "image" in one]


async def test_an_animation_is_shown_by_the_image_host(database: Database, owner: Actor) -> None:
    visitor, conversation = await begin(database, WORKSPACE)
    draft = Draft(new_id(), "animation", ANIMATION, files=ADDRESSES)
    sent = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft)
    page = await database.read(WORKSPACE, actions.list_messages, visitor, conversation.id, 0, None, 50, ADDRESSES)
    for content in (sent.message.content, page.messages[-1].content):
        assert (_named(content["url"]), content["type"]) == (GIF, "image/gif")
    (told,) = [fact for fact in await facts_of(database, f"c:{conversation.id}") if fact.name == "message:received"]
    assert sent.message.content["url"].encode() in told.data, "the fact that relay and hooks send says the same"
    again = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft)
    assert again.repeated


async def test_a_carousel_too_also_when_it_is_edited(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    draft = Draft(new_id(), "carousel", CAROUSEL, files=ADDRESSES)
    sent = await database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft)
    assert [_named(url) for url in _images(sent.message.content)] == _images(CAROUSEL) != []
    place = (conversation.id, sent.message.fingerprint)
    added: dict[str, Any] = {"title": "More", "image": FOREIGN, "actions": []}
    wanted: dict[str, Any] = {**sent.message.content, "targets": [*sent.message.content["targets"], added]}
    edited = await database.write(WORKSPACE, actions.edit_message, owner, *place, wanted, ADDRESSES)
    assert [_named(url) for url in _images(edited.content)] == [*_images(CAROUSEL), FOREIGN], "what was ours stays"


async def test_without_an_image_host_there_are_none(database: Database, owner: Actor) -> None:
    _, conversation = await begin(database, WORKSPACE)
    for kind, content in (("animation", ANIMATION), ("carousel", CAROUSEL)):
        draft = Draft(new_id(), kind, content)
        with pytest.raises(MessageRefused):
            await database.write(WORKSPACE, actions.send_message, owner, conversation.id, draft)


def test_only_what_was_signed_here_passes_as_ours() -> None:
    pictures = ADDRESSES.pictures
    assert pictures is not None
    ours = pictures.shown(GIF)
    assert pictures.shown(ours) == ours
    forged = ours.replace("gifs.example", "evil.example")
    assert _named(pictures.shown(forged)) == forged


def test_addresses_that_are_too_long_are_refused_with_their_place() -> None:
    long = f"https://gifs.example/{'ä' * 2000}.gif"
    with pytest.raises(MessageRefused) as refused:
        Draft(new_id(), "animation", {"url": long, "type": "image/gif"}, files=ADDRESSES).checked("operator")
    assert refused.value.details["field"] == "content.url"
    picture = f"https://gifs.example/{'&' * 2000}"
    targets: list[dict[str, Any]] = [{"title": "One", "image": picture, "actions": []}] * 10
    assert len(dump(targets)) < 48 * 1024
    with pytest.raises(MessageRefused) as refused:
        Draft(new_id(), "carousel", {"text": "", "targets": targets}, files=ADDRESSES).checked("operator")
    assert refused.value.details["field"] == "content"
