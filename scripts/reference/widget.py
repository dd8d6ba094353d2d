"""`docs/embed/configuration.md`: every field of a widget's configuration."""

import json
from collections.abc import Iterator

from halloo.widgets.config import LOCALES, V1
from halloo.widgets.schema import Field, Group
from reference.markdown import code, listed, page, table

_LATER = "Kept, and without effect yet."
_COLOUR = "`#rrggbb`, or empty for the built-in one"
_FLAG = "true or false"

_ROWS: dict[str, tuple[str, str]] = {
    "theme": ("`system`, `light` or `dark`", "Light or dark; `system` follows the visitor's device."),
    "locale": (
        f"`auto` or one of {listed(code(tag) for tag in LOCALES)}",
        "The language. `auto` takes the page's, else the browser's, else English.",
    ),
    "boot": (
        "`eager` or `interaction`",
        "When the frame is loaded: after the page has loaded and is idle, or only once the visitor acts.",
    ),
    "chat.<mode>.background_color.user_message": (_COLOUR, "The visitor's bubbles and what is active; the launcher."),
    "chat.<mode>.background_color.controls_button": (_COLOUR, "The send button and other controls."),
    "chat.<mode>.text_color.user_message": (_COLOUR, "Text on the visitor's bubbles. Empty: one that is legible."),
    "chat.<mode>.text_color.controls_button": (_COLOUR, "Icons on controls. Empty: one that is legible."),
    "chat.title": ("up to 60 characters", "The name in the chat's header. Empty: the workspace's name."),
    "chat.avatar_shape": ("`circle` or `square`", "The shape of faces. Unset: that of the launcher."),
    "trigger.shape": ("`circle` or `square`", "The shape of the launcher."),
    "trigger.icon": ("`chat`, `question` or `wave`", "The launcher's icon."),
    "trigger.size": ("40 to 72", "The launcher's size in pixels."),
    "trigger.offset_x": ("0 to 200", "Pixels from the side of the page."),
    "trigger.offset_y": ("0 to 200", "Pixels from its top or bottom."),
    "trigger.position": (
        "`bottom_right`, `bottom_left`, `top_right` or `top_left`",
        "The launcher's corner. It is not mirrored in languages that run from right to left.",
    ),
    "trigger.label": ("up to 40 characters", "Words beside the icon."),
    "trigger.hidden": (_FLAG, "No launcher: the chat is opened by [the page](javascript.md) alone."),
    "greeting.text": ("up to 280 characters", "What the chat says first."),
    "greeting.bubble_after_s": (
        "0 to 600, or null",
        "Seconds after which the greeting rises beside the launcher. Null: never.",
    ),
    "suggested_questions": (
        "up to 6, of 1 to 120 characters",
        "Shown above the closed launcher. A tap opens the chat and sends it.",
    ),
    "start_conversation_on_toggle": (_FLAG, "Opening the chat goes straight to a new conversation."),
    "pre_conversation_form": ("[a form](forms.md), or null", "What is asked before a conversation."),
    "pre_conversation_show_once": (
        _FLAG,
        "Whether who has answered the form once is asked no more, until its fields change; else each new conversation asks.",
    ),
    "post_conversation_feedback": (
        "{`enabled`, `form`, `thank_you_text`}",
        "Asked once a conversation is resolved: [a form](forms.md), and up to 280 characters of thanks.",
    ),
    "business_hours.enabled": (_FLAG, "Whether there are hours at all."),
    "business_hours.timezone": ("a name such as `Europe/Berlin`", "Whose clock the hours follow."),
    "business_hours.days": (
        "list of {`day`, `open`, `close`}",
        "`mon` to `sun`, `09:00` to `24:00`, at most 3 spans a day. A `close` before its `open` is on the next day.",
    ),
    "business_hours.holidays": ("up to 60 dates", "Days on which nobody is there, such as `2026-12-25`."),
    "business_hours.away_text": ("up to 280 characters", "What visitors read outside of the hours."),
    "business_hours.when_closed": (
        "`accept` or `hide_launcher`",
        "Outside of the hours: take messages, or show no launcher.",
    ),
    "files.enabled": (_FLAG, "Whether visitors may send files, pictures and voice messages; operators always may."),
    "files.max_bytes": (
        "1 KiB to 25 MiB, in bytes",
        "How large a visitor's file may be. The [server's own limit](../guide/settings.md#files) holds besides.",
    ),
    "files.types": (
        "list of `image`, `pdf`, `text`, `office`, `audio`, `video`, `archive`",
        "Which kinds of files visitors may send. What a file is shows in its bytes, not in its name.",
    ),
    "bot_check.guard_level": (
        "`off`, `adaptive` or `always`",
        "Whose browser shows by a short computation that no script writes: nobody's, who looks like one, or everybody's.",
    ),
    "page_tracking": (
        "`off`, `path` or `full`",
        "Which address of the visitor's page operators see: none, without query and fragment, or all of it.",
    ),
    "sound": (_FLAG, "Whether a new message sounds; the visitor can turn it off."),
    "visitor_can_end": (_FLAG, "Whether visitors may end a conversation."),
    "typing_preview": (
        _FLAG,
        "Whether operators read along while the visitor types. Off where the browser says do-not-track.",
    ),
    "retention.conversations_days": (
        "1 to 3650, or `null` for ever",
        "Days after the last thing that happened in a conversation after which it is deleted for good.",
    ),
    "retention.files_days": (
        "1 to 3650, or `null` for ever",
        "Days after which a file that was sent is deleted; its message stays.",
    ),
    "features.calls": (_FLAG, _LATER),
    "features.cobrowse": (_FLAG, _LATER),
    "features.wait_game": (_FLAG, _LATER),
    "security.require_verified_embedding": (
        _FLAG,
        "Leave it off. The step that proves the page is not there yet, so that everybody would be refused.",
    ),
    "security.identity": (
        "`optional` or `required`",
        "Leave it `optional`. Nobody can prove who they are yet, so that nobody could write.",
    ),
}

_HEAD = """\
A widget's configuration is one JSON object, `{"v1": {…}}`, of at most 32 KiB. Dots below mean objects inside of objects:
`trigger.size` is `{"v1": {"trigger": {"size": 64}}}`. What you leave out has its default. Unknown keys are refused. `<mode>`
stands for `light_mode` and `dark_mode`.

The inbox has a form for it under *Widgets*; a program sends it with `PUT /core/web-widgets/{id}`, where it replaces the whole
stored object:

```sh
curl -X PUT "$HALLOO/core/web-widgets/$WIDGET" \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{"config": {"v1": {"trigger": {"position": "bottom_left"}, "greeting": {"text": "Hello!"}}}}'
```

A text colour of your own that is hard to read on its background (below 4.5:1) is kept, and the answer warns with
`low_contrast`. Pages see a change within a minute."""


def fields(group: Group = V1, prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Every field with its path; both modes as one."""
    for name, inner in group.fields.items():
        if name == "dark_mode":
            continue
        path = f"{prefix}{'<mode>' if name == 'light_mode' else name}"
        if isinstance(inner, Group):
            yield from fields(inner, f"{path}.")
        else:
            yield path, inner


def render() -> str:
    """The page. Raises `KeyError` for a field without a row."""
    found = dict(fields())
    stale = _ROWS.keys() - found.keys()
    if stale:
        raise KeyError(f"rows without a field: {sorted(stale)}")
    rows = [(code(path), _ROWS[path][0], _default(field), _ROWS[path][1]) for path, field in found.items()]
    return page("Configuration", _HEAD, table(("field", "value", "default", "what it does"), rows))


def _default(field: Field) -> str:
    if field.default == "":
        return "empty"
    return code(json.dumps(field.default))
