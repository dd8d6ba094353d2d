from typing import Any, cast

import pytest

from halloo.kit.json import dump
from halloo.widgets.config import LOCALES, check_config, complete_config, faint_pairs
from halloo.widgets.errors import ConfigInvalid

OPTIONS = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]


def at(path: str, value: Any) -> dict[str, Any]:
    """A configuration with one value at a dotted path."""
    config: Any = value
    for name in reversed(["v1", *path.split(".")]):
        config = {name: config}
    return config


def form(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "f", "fields": list(fields), **more}


FIELD = {"id": "email", "type": "email"}
SPAN = {"day": "mon", "open": "09:00", "close": "17:00"}

ACCEPTED: list[tuple[str, Any]] = [
    *[("theme", value) for value in ("system", "light", "dark")],
    *[("locale", value) for value in ("auto", *LOCALES)],
    *[("boot", value) for value in ("eager", "interaction")],
    ("chat.light_mode.background_color.user_message", "#a1B2c3"),
    ("chat.dark_mode.text_color.controls_button", ""),
    ("chat.title", "x" * 60),
    ("chat.avatar_shape", "square"),
    ("trigger.icon", "wave"),
    ("trigger.size", 40),
    ("trigger.size", 72),
    ("trigger.offset_x", 0),
    ("trigger.offset_y", 200),
    ("trigger.position", "top_left"),
    ("trigger.label", "x" * 40),
    ("greeting.text", "x" * 280),
    ("greeting.bubble_after_s", None),
    ("greeting.bubble_after_s", 600),
    ("suggested_questions", ["x" * 120] * 6),
    ("pre_conversation_form", None),
    ("pre_conversation_form", form({**FIELD, "maps_to": "email", "required": True})),
    ("pre_conversation_form", form({"id": "n", "type": "number", "min": 1, "max": 1.5})),
    ("pre_conversation_form", form({"id": "r", "type": "rating", "scale": 10})),
    ("pre_conversation_form", form({"id": "s", "type": "select", "options": OPTIONS})),
    ("pre_conversation_form", form({"id": "c", "type": "checkbox"})),
    ("post_conversation_feedback", {"enabled": True, "form": form(FIELD), "thank_you_text": "x" * 280}),
    ("business_hours.timezone", "Europe/Berlin"),
    (
        "business_hours.days",
        [SPAN, {**SPAN, "open": "18:00", "close": "24:00"}, {**SPAN, "open": "22:00", "close": "02:00"}],
    ),
    ("business_hours.holidays", ["2026-12-25"] * 60),
    ("files.max_bytes", 1024),
    ("files.max_bytes", 25 * 1024 * 1024),
    ("files.types", ["archive"]),
    ("bot_check.guard_level", "always"),
    ("page_tracking", "full"),
    ("features.calls", True),
    ("security.identity", "required"),
]

REFUSED: list[tuple[str, Any, str]] = [
    ("theme", "blue", "theme"),
    ("theme", None, "theme"),
    ("locale", "xx", "locale"),
    ("unknown", 1, "unknown"),
    ("chat.unknown", 1, "chat.unknown"),
    ("__proto__", {}, "__proto__"),
    ("chat", [], "chat"),
    ("chat.title", "x" * 61, "chat.title"),
    ("chat.title", 1, "chat.title"),
    ("chat.light_mode.background_color.user_message", "red", "chat.light_mode.background_color.user_message"),
    ("chat.light_mode.background_color.user_message", "#fff", "chat.light_mode.background_color.user_message"),
    ("chat.light_mode.background_color.user_message", "#a1b2c3\n", "chat.light_mode.background_color.user_message"),
    ("trigger.size", 39, "trigger.size"),
    ("trigger.size", 73, "trigger.size"),
    ("trigger.size", True, "trigger.size"),
    ("trigger.size", 56.0, "trigger.size"),
    ("trigger.offset_x", 201, "trigger.offset_x"),
    ("trigger.hidden", 1, "trigger.hidden"),
    ("greeting.bubble_after_s", 601, "greeting.bubble_after_s"),
    ("suggested_questions", ["x"] * 7, "suggested_questions"),
    ("suggested_questions", ["x", ""], "suggested_questions[1]"),
    ("pre_conversation_form", {"id": "f"}, "pre_conversation_form.fields"),
    ("pre_conversation_form", form(), "pre_conversation_form.fields"),
    ("pre_conversation_form", form(*[{**FIELD, "id": f"f{n}"} for n in range(21)]), "pre_conversation_form.fields"),
    ("pre_conversation_form", form(FIELD, FIELD), "pre_conversation_form.fields"),
    ("pre_conversation_form", form(FIELD, hash="x"), "pre_conversation_form.hash"),
    ("pre_conversation_form", form({"type": "text"}), "pre_conversation_form.fields[0].id"),
    ("pre_conversation_form", form({"id": "a"}), "pre_conversation_form.fields[0].type"),
    ("pre_conversation_form", form({"id": "Ab", "type": "text"}), "pre_conversation_form.fields[0].id"),
    ("pre_conversation_form", form({"id": "constructor", "type": "text"}), "pre_conversation_form.fields[0].id"),
    ("pre_conversation_form", form({**FIELD, "options": OPTIONS}), "pre_conversation_form.fields[0].options"),
    ("pre_conversation_form", form({"id": "s", "type": "select"}), "pre_conversation_form.fields[0].options"),
    (
        "pre_conversation_form",
        form({"id": "t", "type": "text", "max_length": 2001}),
        "pre_conversation_form.fields[0].max_length",
    ),
    (
        "pre_conversation_form",
        form({"id": "n", "type": "number", "min": 2, "max": 1}),
        "pre_conversation_form.fields[0].max",
    ),
    ("pre_conversation_form", form({"id": "n", "type": "rating", "scale": 2}), "pre_conversation_form.fields[0].scale"),
    (
        "pre_conversation_form",
        form({"id": "s", "type": "select", "options": [OPTIONS[0], OPTIONS[0]]}),
        "pre_conversation_form.fields[0].options",
    ),
    *[
        (
            "pre_conversation_form",
            form({"id": "x", "type": kind, "maps_to": "name"}),
            "pre_conversation_form.fields[0].maps_to",
        )
        for kind in ("number", "rating", "checkbox")
    ],
    ("pre_conversation_form", form({**FIELD, "maps_to": "address"}), "pre_conversation_form.fields[0].maps_to"),
    ("pre_conversation_form", form({**FIELD, "unknown": 1}), "pre_conversation_form.fields[0].unknown"),
    ("pre_conversation_form", form({**FIELD, "id": "feedback_form"}), "pre_conversation_form.fields[0].id"),
    ("pre_conversation_form", form({**FIELD, "id": "x" * 41}), "pre_conversation_form.fields[0].id"),
    ("pre_conversation_form", form({**FIELD, "id": "prototype"}), "pre_conversation_form.fields[0].id"),
    ("pre_conversation_form", form({**FIELD, "id": "__proto__"}), "pre_conversation_form.fields[0].id"),
    ("pre_conversation_form", form(FIELD, id="x" * 65), "pre_conversation_form.id"),
    ("pre_conversation_form", form(FIELD, name="x" * 81), "pre_conversation_form.name"),
    ("pre_conversation_form", form(FIELD, title="x" * 121), "pre_conversation_form.title"),
    ("pre_conversation_form", form(FIELD, submit_label="x" * 41), "pre_conversation_form.submit_label"),
    (
        "pre_conversation_form",
        form({"id": "r", "type": "rating", "scale": 11}),
        "pre_conversation_form.fields[0].scale",
    ),
    (
        "pre_conversation_form",
        form({"id": "s", "type": "radio", "options": OPTIONS[:1]}),
        "pre_conversation_form.fields[0].options",
    ),
    (
        "pre_conversation_form",
        form({"id": "c", "type": "checkbox", "options": [{"value": f"{n}", "label": "x"} for n in range(31)]}),
        "pre_conversation_form.fields[0].options",
    ),
    (
        "pre_conversation_form",
        form({"id": "c", "type": "checkbox", "options": [{"value": "v" * 65, "label": "x"}]}),
        "pre_conversation_form.fields[0].options[0].value",
    ),
    (
        "pre_conversation_form",
        form({"id": "c", "type": "checkbox", "options": [{"value": "v", "label": "x" * 121}]}),
        "pre_conversation_form.fields[0].options[0].label",
    ),
    ("pre_conversation_show_once", 1, "pre_conversation_show_once"),
    ("post_conversation_feedback", None, "post_conversation_feedback"),
    ("post_conversation_feedback", {"thank_you_text": "x" * 281}, "post_conversation_feedback.thank_you_text"),
    ("post_conversation_feedback", {"hash": "x"}, "post_conversation_feedback.hash"),
    ("business_hours.when_closed", "refuse", "business_hours.when_closed"),
    ("business_hours.away_text", "x" * 281, "business_hours.away_text"),
    ("start_conversation_on_toggle", 1, "start_conversation_on_toggle"),
    (
        "post_conversation_feedback",
        {"enabled": True, "form": form({**FIELD, "maps_to": "email"})},
        "post_conversation_feedback.form.fields[0].maps_to",
    ),
    ("post_conversation_feedback", {"enabled": True}, "post_conversation_feedback.form"),
    ("business_hours.timezone", "Mars/Olympus", "business_hours.timezone"),
    ("business_hours.timezone", "../../etc/passwd", "business_hours.timezone"),
    ("business_hours.days", [{**SPAN, "day": "monday"}], "business_hours.days[0].day"),
    ("business_hours.days", [{**SPAN, "open": "24:00"}], "business_hours.days[0].open"),
    ("business_hours.days", [{**SPAN, "close": "24:01"}], "business_hours.days[0].close"),
    ("business_hours.days", [{**SPAN, "close": "09:00"}], "business_hours.days[0].close"),
    ("business_hours.days", [{"day": "mon", "open": "09:00"}], "business_hours.days[0].close"),
    ("business_hours.days", [SPAN] * 4, "business_hours.days[3]"),
    ("business_hours.holidays", ["2026-02-30"], "business_hours.holidays[0]"),
    ("business_hours.holidays", ["20261225"], "business_hours.holidays[0]"),
    ("business_hours.holidays", ["2026-12-25"] * 61, "business_hours.holidays"),
    ("files.max_bytes", 1023, "files.max_bytes"),
    ("files.max_bytes", 25 * 1024 * 1024 + 1, "files.max_bytes"),
    ("files.types", ["exe"], "files.types[0]"),
    ("files.types", ["pdf", "pdf"], "files.types"),
    ("security.identity", True, "security.identity"),
]


@pytest.mark.parametrize(("path", "value"), ACCEPTED)
def test_accepted_and_completed(path: str, value: Any) -> None:
    config = at(path, value)
    check_config(config)
    full = complete_config(config)
    assert set(full["v1"]) == set(complete_config({"v1": {}})["v1"])
    check_config({"v1": without_hashes(full["v1"])})


def without_hashes(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {
            name: without_hashes(inner)
            for name, inner in items
            if name != "hash" and (name, inner) != ("maps_to", None)
        }
    return [without_hashes(inner) for inner in cast("list[Any]", value)] if isinstance(value, list) else value


@pytest.mark.parametrize(("path", "value", "where"), REFUSED)
def test_refused_with_its_path(path: str, value: Any, where: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        check_config(at(path, value))
    assert refused.value.details == {"path": f"config.v1.{where}"}
    assert refused.value.code == "config_invalid"


@pytest.mark.parametrize(
    ("config", "where"), [({}, "config.v1"), ({"v2": {}}, "config.v2"), ([], "config"), ({"v1": None}, "config.v1")]
)
def test_only_v1_stands_in_a_configuration(config: Any, where: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        check_config(config)
    assert refused.value.details == {"path": where}


def test_a_configuration_has_32_kib_and_no_more() -> None:
    fields = [
        {"id": f"f{n}", "type": "text", "help": "x" * 280, "placeholder": "y" * 120, "label": "z" * 120}
        for n in range(20)
    ]
    options = [{"value": f"{n}" + "v" * 60, "label": "l" * 120} for n in range(30)]
    check_config(at("pre_conversation_form", form(*fields)))
    large = form(*[{**field, "type": "select", "options": options} for field in fields])
    with pytest.raises(ConfigInvalid) as refused:
        check_config(at("pre_conversation_form", large))
    assert refused.value.details == {"path": "config"}


def test_defaults_follow_each_other() -> None:
    assert complete_config(at("trigger.shape", "square"))["v1"]["chat"]["avatar_shape"] == "square"
    both = {"v1": {"trigger": {"shape": "square"}, "chat": {"avatar_shape": "circle"}}}
    assert complete_config(both)["v1"]["chat"]["avatar_shape"] == "circle"


def test_the_hash_covers_the_fields_alone() -> None:
    def hashed(**more: Any) -> str:
        given = form({**FIELD, **more.pop("field", {})}, **more)
        return complete_config(at("pre_conversation_form", given))["v1"]["pre_conversation_form"]["hash"]

    assert hashed() == hashed(title="Other", field={"required": False})
    assert hashed() != hashed(field={"required": True})
    assert hashed() != hashed(field={"label": "Your address"})


def test_completing_leaves_the_stored_configuration_alone() -> None:
    config = at("pre_conversation_form", form(FIELD))
    before = dump(config)
    complete_config(config)
    assert dump(config) == before


def test_low_contrast_is_measured_where_a_text_colour_was_chosen() -> None:
    def pair(background: str, text: str) -> dict[str, Any]:
        colours = {"background_color": {"user_message": background}, "text_color": {"user_message": text}}
        return {"v1": {"chat": {"light_mode": colours}}}

    assert faint_pairs(pair("#ffffff", "#767676")) == []
    assert faint_pairs(pair("#ffffff", "#777777")) == ["config.v1.chat.light_mode.text_color.user_message"]
    assert faint_pairs(pair("#777777", "")) == []
    assert faint_pairs(pair("", "#ffffff")) == []
    assert faint_pairs(pair("", "#c00000")) == ["config.v1.chat.light_mode.text_color.user_message"]
