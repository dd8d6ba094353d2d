"""The catalogue of events: whole, in line with the contract, and true to what the product records."""

import msgspec
import pytest

from halloo.hooks import catalogue
from halloo.hooks.catalogue import EVENTS, INTERNAL, TEST, find
from halloo.hooks.passing import NAMES as NAMES_OF_LIGHT
from halloo.hooks.samples import render_test, sample
from reference.sources import event_names
from tests.conftest import WORKSPACE
from tests.support.wire import PAYLOADS, check

NAMES = [event.name for event in EVENTS]
LIGHT = {
    "session:update_availability",
    "message:compose:send",
    "message:compose:receive",
    "widget:action:processed",
    "website:update_visitors_count",
    "website:update_operators_availability",
    "website:users:available",
    "media:animation:listed",
    *(name for name in PAYLOADS if name.startswith("bucket:")),
}
RESERVED = {
    "campaign:progress",
    "campaign:dispatched",
    "campaign:running",
    "status:health:changed",
    "email:track:view",
    "plan:subscription:updated",
}
SECRET = {
    "browsing:request:initiated",
    "identity:verify:request",
    "plugin:settings:saved",
    *(name for name in PAYLOADS if name.startswith("bucket:")),
}


def recorded() -> set[str]:
    """Names of facts that the slices record; one whose end is chosen later stands for every name that goes on so."""
    found = event_names()
    starts = tuple(name for name in found if name.endswith(":"))
    return {name for name in found if name not in starts} | {n for n in NAMES if starts and n.startswith(starts)}


def test_all_eighty_two_names_are_there_once() -> None:
    assert len(NAMES) == len(set(NAMES)) == 82
    assert set(NAMES) == set(PAYLOADS)


def test_classes_and_secrets_are_those_of_the_contract() -> None:
    assert {event.name for event in EVENTS if event.kind == "light"} == LIGHT
    assert {event.name for event in EVENTS if event.kind == "reserved"} == RESERVED
    assert {event.name for event in EVENTS if event.secret} == SECRET


def test_what_is_emitted_is_recorded_and_what_is_recorded_is_known() -> None:
    facts = {event.name for event in EVENTS if event.kind == "fact" and event.emitted}
    assert recorded() - INTERNAL == facts
    assert not INTERNAL & set(NAMES)
    assert {event.name for event in EVENTS if event.kind == "light" and event.emitted} == set(NAMES_OF_LIGHT.values())


def test_nothing_else_is_in_the_catalogue() -> None:
    for name in (TEST, "hook:updated", "session:set_snooze", "message", "", "message:send "):
        assert find(name) is None


def test_every_event_has_a_sentence_of_its_own() -> None:
    sentences = [event.sentence for event in EVENTS]
    assert len(set(sentences)) == 82
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in sentences)


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_what_the_contract_says(name: str) -> None:
    data = render_test(name, WORKSPACE, "hook")
    check(name, data, WORKSPACE)
    assert data == msgspec.json.encode(sample(name, WORKSPACE))


def test_the_test_call_says_whose_it_is() -> None:
    said = msgspec.json.decode(render_test(TEST, WORKSPACE, "a-hook"))
    assert list(said) == ["website_id", "hook_id", "text"]
    assert (said["website_id"], said["hook_id"]) == (WORKSPACE, "a-hook")


def test_a_payload_that_lacks_something_is_seen() -> None:
    for name in NAMES:
        whole = sample(name, WORKSPACE)
        lacking = {key: value for key, value in whole.items() if key != "website_id"}
        with pytest.raises(msgspec.ValidationError):
            check(name, msgspec.json.encode(lacking), WORKSPACE)
        with pytest.raises(msgspec.ValidationError):
            check(name, msgspec.json.encode({**whole, "website_id": "another"}), WORKSPACE)
    assert catalogue.find("message:send") is not None
