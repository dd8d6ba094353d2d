"""The schema of `config.v1`: every field, its default and its limits (embedding contract 12). Pure.

A configuration is stored as it was given; `check_config` decides whether it may be,
`complete_config` fills in every default.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from halloo.kit.clock import time_zones
from halloo.kit.json import dump
from halloo.widgets.contrast import LEGIBLE, contrast
from halloo.widgets.errors import ConfigInvalid
from halloo.widgets.forms import FEEDBACK, PRE_CONVERSATION, complete_form
from halloo.widgets.schema import (
    Field,
    Group,
    boolean,
    listed,
    matching,
    one_of,
    or_null,
    text,
    whole,
)

LOCALES = ("en", "de", "fr", "es", "pt-BR", "it", "nl", "ja", "ar", "he")
"""The languages that the widget ships."""
MAX_BYTES = 32 * 1024
KIB = 1024
MIB = 1024 * KIB
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEPT = ("conversations_days", "files_days")
"""How long things are kept that were said on a widget; null: for ever."""
_SPANS_A_DAY = 3
_COLOUR = matching(r"(#[0-9a-fA-F]{6})?", "a colour such as #e85339, or empty")
_CLOCK = matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", "a time such as 09:00")
_CLOSE = matching(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", "a time such as 17:30, up to 24:00")
_DATE = matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "a date such as 2026-12-25")
_ROLES = ("user_message", "controls_button")
_BUILT_IN_FILL = {"light_mode": "#c63522", "dark_mode": "#f98062"}
"""The accent that fills a bubble where the owner chose no colour; `--accent-strong` of the design tokens."""


def _timezone(value: Any, path: str) -> None:
    if not isinstance(value, str) or value not in time_zones():
        raise ConfigInvalid(path, "this must be a time zone such as Europe/Berlin.")


def _date(value: Any, path: str) -> None:
    _DATE(value, path)
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ConfigInvalid(path, "there is no such day.") from None


_SPAN = Group(
    {
        "day": Field("", one_of(*DAYS), required=True),
        "open": Field("", _CLOCK, required=True),
        "close": Field("", _CLOSE, required=True),
    }
)
_SPANS = listed(_SPAN.check, _SPANS_A_DAY * len(DAYS))


def _days(value: Any, path: str) -> None:
    _SPANS(value, path)
    seen: dict[str, int] = {}
    for index, span in enumerate(value):
        if span["open"] == span["close"]:
            raise ConfigInvalid(
                f"{path}[{index}].close", "open and close are the same; the whole day is 00:00 to 24:00."
            )
        seen[span["day"]] = seen.get(span["day"], 0) + 1
        if seen[span["day"]] > _SPANS_A_DAY:
            raise ConfigInvalid(f"{path}[{index}]", f"at most {_SPANS_A_DAY} spans a day.")


def _feedback(value: Any, path: str) -> None:
    _FEEDBACK.check(value, path)
    if value.get("enabled") and value.get("form") is None:
        raise ConfigInvalid(f"{path}.form", "feedback that is enabled needs a form.")


def _colours() -> Group:
    return Group({role: Field("", _COLOUR) for role in _ROLES})


def _mode() -> Group:
    return Group({"background_color": _colours(), "text_color": _colours()})


_FILE_TYPES = ("image", "pdf", "text", "office", "audio", "video", "archive")
_FEEDBACK = Group(
    {
        "enabled": Field(False, boolean),
        "form": Field(None, or_null(FEEDBACK.check), complete=complete_form),
        "thank_you_text": Field("", text(280)),
    }
)
_HOURS = Group(
    {
        "enabled": Field(False, boolean),
        "timezone": Field("UTC", _timezone),
        "days": Field([], _days),
        "holidays": Field([], listed(_date, 60)),
        "away_text": Field("", text(280)),
        "when_closed": Field("accept", one_of("accept", "hide_launcher")),
    }
)

V1 = Group(
    {
        "theme": Field("system", one_of("system", "light", "dark")),
        "locale": Field("auto", one_of("auto", *LOCALES)),
        "boot": Field("eager", one_of("eager", "interaction")),
        "chat": Group(
            {
                "light_mode": _mode(),
                "dark_mode": _mode(),
                "title": Field("", text(60)),
                "avatar_shape": Field(None, one_of("circle", "square")),
            }
        ),
        "trigger": Group(
            {
                "shape": Field("circle", one_of("circle", "square")),
                "icon": Field("chat", one_of("chat", "question", "wave")),
                "size": Field(56, whole(40, 72)),
                "offset_x": Field(20, whole(0, 200)),
                "offset_y": Field(20, whole(0, 200)),
                "position": Field("bottom_right", one_of("bottom_right", "bottom_left", "top_right", "top_left")),
                "label": Field("", text(40)),
                "hidden": Field(False, boolean),
            }
        ),
        "greeting": Group({"text": Field("", text(280)), "bubble_after_s": Field(None, or_null(whole(0, 600)))}),
        "suggested_questions": Field([], listed(text(120, 1), 6)),
        "start_conversation_on_toggle": Field(False, boolean),
        "pre_conversation_form": Field(None, or_null(PRE_CONVERSATION.check), complete=complete_form),
        "pre_conversation_show_once": Field(True, boolean),
        "post_conversation_feedback": Field({}, _feedback, complete=_FEEDBACK.complete),
        "business_hours": _HOURS,
        "files": Group(
            {
                "enabled": Field(True, boolean),
                "max_bytes": Field(10 * MIB, whole(KIB, 25 * MIB)),
                "types": Field(list(_FILE_TYPES[:-1]), listed(one_of(*_FILE_TYPES), len(_FILE_TYPES), distinct=True)),
            }
        ),
        "retention": Group({name: Field(None, or_null(whole(1, 3_650))) for name in KEPT}),
        "bot_check": Group({"guard_level": Field("adaptive", one_of("off", "adaptive", "always"))}),
        "page_tracking": Field("path", one_of("off", "path", "full")),
        "sound": Field(True, boolean),
        "visitor_can_end": Field(True, boolean),
        "typing_preview": Field(False, boolean),
        "features": Group({name: Field(False, boolean) for name in ("calls", "cobrowse", "wait_game")}),
        "security": Group(
            {
                "require_verified_embedding": Field(False, boolean),
                "identity": Field("optional", one_of("optional", "required")),
            }
        ),
    }
)
CONFIG = Group({"v1": V1})


def check_config(config: Any) -> None:
    """Refuse a configuration that does not follow the schema, with the path of the first wrong key."""
    CONFIG.check(config, "config")
    if "v1" not in config:
        raise ConfigInvalid("config.v1", "this is missing.")
    if len(dump(config)) > MAX_BYTES:
        raise ConfigInvalid("config", "this is larger than 32 KiB.")


def complete_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """The stored configuration with every default filled in; forms get their `hash`."""
    full = CONFIG.complete(config)
    chat, trigger = full["v1"]["chat"], full["v1"]["trigger"]
    chat["avatar_shape"] = chat["avatar_shape"] or trigger["shape"]
    return full


def hours_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """The business hours of a stored configuration, every default filled in."""
    return _HOURS.complete(config["v1"].get("business_hours", {}))


def retention_of(config: Mapping[str, Any]) -> dict[str, int | None]:
    """How many days a stored configuration keeps what was said, by `KEPT`."""
    kept: dict[str, int | None] = config["v1"].get("retention", {})
    return {name: kept.get(name) for name in KEPT}


def faint_pairs(config: Mapping[str, Any]) -> list[str]:
    """Paths of the text colours that are hard to read on their background: below 4.5:1.

    Where no text colour is chosen the widget takes one that is legible, so that only chosen ones are measured.
    """
    v1 = complete_config(config)["v1"]
    found: list[str] = []
    for mode, built_in in _BUILT_IN_FILL.items():
        colours = v1["chat"][mode]
        for role in _ROLES:
            text_colour = colours["text_color"][role]
            if text_colour and contrast(text_colour, colours["background_color"][role] or built_in) < LEGIBLE:
                found.append(f"config.v1.chat.{mode}.text_color.{role}")
    return found
