"""Kinds of messages: shapes and limits of crisp contract 7, their words, and answers of visitors."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halloo.conversations.errors import MessageRefused
from halloo.conversations.kinds import KINDS, answer, check, text_of
from halloo.kit.json import canonical, dump

FILE = {"name": "plan.pdf", "url": "https://files.example/plan.pdf", "type": "application/pdf"}
PICKER: dict[str, Any] = {
    "id": "size",
    "text": "Which size?",
    "choices": [
        {"value": "s", "icon": "🐭", "label": "Small", "selected": False},
        {
            "value": "l",
            "label": "Large",
            "selected": False,
            "action": {"type": "link", "target": "https://shop.example/l"},
        },
    ],
    "required": True,
}
FIELD: dict[str, Any] = {"id": "order", "text": "Your order's number?", "explain": "It begins with A", "required": True}
CAROUSEL: dict[str, Any] = {
    "text": "Vases",
    "targets": [
        {
            "title": "Long vase",
            "description": "Thirty centimetres",
            "image": "https://shop.example/vase.png",
            "actions": [{"label": "See it", "url": "https://shop.example/vase"}],
        }
    ],
}
SAID: dict[str, Any] = {
    "text": "Hello",
    "note": "Between us",
    "file": FILE,
    "animation": {"url": "https://gifs.example/cat.gif", "type": "image/gif"},
    "audio": {"url": "https://files.example/a.webm", "type": "audio/webm", "duration": 4.2},
    "picker": PICKER,
    "field": FIELD,
    "carousel": CAROUSEL,
    "event": {"namespace": "state:resolved", "text": "Resolved by Grace"},
}


def with_at(content: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with another value at a dotted path; `...` as the value takes the member away."""
    head, _, rest = path.partition(".")
    if head.isdigit():
        items: Any = list(content)  # the path leads through a list
        items[int(head)] = with_at(items[int(head)], rest, value)
        return items
    changed = dict(content)
    if rest:
        changed[head] = with_at(content[head], rest, value)
    elif value is ...:
        del changed[head]
    else:
        changed[head] = value
    return changed


def test_every_kind_has_a_shape_that_is_kept_as_it_is() -> None:
    assert set(SAID) == set(KINDS)
    for kind, content in SAID.items():
        assert check(kind, content) == content
        assert dump(check(kind, content)) == dump(canonical(content))


@pytest.mark.parametrize(
    ("kind", "path", "value", "field"),
    [
        ("text", "", "x" * 10_001, "content"),
        ("text", "", " \n", "content"),
        ("text", "", {"text": "a"}, "content"),
        ("file", "name", "n" * 256, "content.name"),
        ("file", "name", ..., "content.name"),
        ("file", "url", "https://a.example/" + "u" * 2_048, "content.url"),
        ("file", "url", "javascript:alert(1)", "content.url"),
        ("file", "url", "//a.example/x", "content.url"),
        ("file", "url", "https://", "content.url"),
        ("file", "url", "https://user:pw@a.example/", "content.url"),
        ("file", "url", "https://a.example:99999/", "content.url"),
        ("file", "url", "https://a.example/\u202etxt.exe", "content.url"),
        ("file", "type", "pdf", "content.type"),
        ("file", "type", "a/" + "b" * 126, "content.type"),
        ("file", "upload_id", "x", "content.upload_id"),
        ("animation", "type", "video/mp4", "content.type"),
        ("audio", "duration", 0, "content.duration"),
        ("audio", "duration", 3_600.1, "content.duration"),
        ("audio", "duration", True, "content.duration"),
        ("audio", "duration", float("nan"), "content.duration"),
        ("picker", "id", "", "content.id"),
        ("picker", "id", "i" * 129, "content.id"),
        ("picker", "text", "t" * 2_001, "content.text"),
        ("picker", "choices", [], "content.choices"),
        ("picker", "choices", "s", "content.choices"),
        ("picker", "choices", [{"value": str(n), "label": "x"} for n in range(21)], "content.choices"),
        ("picker", "choices.1.label", "l" * 256, "content.choices[1].label"),
        ("picker", "choices.1.value", "s", "content.choices"),
        ("picker", "choices.0.selected", "yes", "content.choices[0].selected"),
        ("picker", "choices.1.action.target", "data:text/html,x", "content.choices[1].action.target"),
        ("picker", "choices.1.action.type", "run", "content.choices[1].action.type"),
        ("picker", "choices.1.colour", "red", "content.choices[1].colour"),
        ("field", "explain", "e" * 256, "content.explain"),
        ("field", "value", "v" * 2_001, "content.value"),
        ("carousel", "targets", [], "content.targets"),
        ("carousel", "targets", [{"title": "t"}] * 11, "content.targets"),
        ("carousel", "targets.0.title", "t" * 256, "content.targets[0].title"),
        ("carousel", "targets.0.description", "d" * 1_001, "content.targets[0].description"),
        ("carousel", "targets.0.image", "ftp://a.example/x.png", "content.targets[0].image"),
        (
            "carousel",
            "targets.0.actions",
            [{"label": "l", "url": "https://a.example"}] * 4,
            "content.targets[0].actions",
        ),
        ("carousel", "targets.0.actions.0.url", "javascript:1", "content.targets[0].actions[0].url"),
        ("event", "namespace", "State Resolved", "content.namespace"),
        ("event", "text", "t" * 256, "content.text"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(kind: str, path: str, value: object, field: str) -> None:
    content = with_at(SAID[kind], path, value) if path else value
    with pytest.raises(MessageRefused) as told:
        check(kind, content)
    assert told.value.details == {"field": field}
    assert told.value.message.startswith(f"{field}: ")


def test_both_of_two_choices_cannot_be_selected() -> None:
    both = [{**one, "selected": True} for one in PICKER["choices"]]
    with pytest.raises(MessageRefused, match="at most one"):
        check("picker", {**PICKER, "choices": both})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(MessageRefused, match="type: one of text, note"):
        check("video", {})


def test_content_ends_at_48_kib() -> None:
    targets = [{"title": "t" * 255, "description": "\u4e00" * 1_000, "image": "https://a.example/" + "i" * 2_000}] * 10
    with pytest.raises(MessageRefused, match="48 KiB"):
        check("carousel", {"text": "x", "targets": targets})


def test_the_words_of_each_kind() -> None:
    said = {kind: text_of(kind, content) for kind, content in SAID.items()}
    assert said == {
        "text": "Hello",
        "note": "Between us",
        "file": "plan.pdf",
        "animation": "",
        "audio": "",
        "picker": "Which size?\n○ Small\n○ Large",
        "field": "Your order's number?\nIt begins with A",
        "carousel": "Vases\nLong vase\nThirty centimetres",
        "event": "Resolved by Grace",
    }
    assert text_of("file", None) == ""


def test_a_choice_is_made_and_nothing_else_is_changed() -> None:
    forged = with_at(PICKER, "choices.1.action.target", "https://evil.example/")
    forged = {**forged, "text": "You owe us 100", "choices": [{**forged["choices"][1], "label": "?", "selected": True}]}
    after = answer("picker", PICKER, forged)
    assert after == with_at(PICKER, "choices.1.selected", True)
    assert answer("picker", after, {"choices": [{"value": "s", "selected": True}]}) == with_at(
        PICKER, "choices.0.selected", True
    )


@pytest.mark.parametrize(
    ("kind", "before", "content"),
    [
        ("picker", PICKER, {"choices": [{"value": "xl", "selected": True}]}),
        ("picker", PICKER, {"choices": [{"value": "s", "selected": True}, {"value": "l", "selected": True}]}),
        ("picker", PICKER, {"choices": [{"value": "s"}]}),
        ("picker", PICKER, {"choices": [{"value": "s"}] * 3}),
        ("picker", PICKER, "s"),
        ("field", FIELD, {"value": " "}),
        ("field", FIELD, {"value": "v" * 2_001}),
        ("field", FIELD, {}),
        ("carousel", CAROUSEL, {"value": "x"}),
        ("text", "Hello", {"value": "x"}),
    ],
)
def test_what_is_no_answer_is_refused(kind: str, before: Any, content: object) -> None:
    with pytest.raises(MessageRefused):
        answer(kind, before, content)


def test_a_field_is_filled_and_taken_back_where_it_may_be_empty() -> None:
    filled = answer("field", FIELD, {"id": "other", "text": "?", "value": "A17"})
    assert filled == {**FIELD, "value": "A17"}
    assert text_of("field", filled) == "Your order's number?\nA17"
    free = {**FIELD, "required": False}
    assert answer("field", {**free, "value": "A17"}, {"value": ""}) == free


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "text", "choices", "value", "label", "url", "type", "targets", "actions"])
            | st.text(),
            inner,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), _VALUES)
def test_whatever_comes_is_cleaned_or_refused(kind: str, content: object) -> None:
    try:
        found = check(kind, content)
    except MessageRefused:
        return
    assert check(kind, found) == found
    assert isinstance(text_of(kind, found), str)


def test_a_sound_is_never_said_to_last_no_time() -> None:
    assert [check("audio", SAID["audio"] | {"duration": one})["duration"] for one in (0.0001, 4.20049, 3)] == [
        0.001,
        4.2,
        3,
    ]
