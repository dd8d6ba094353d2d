"""`docs/api/events.md`: every fact that is recorded, as the relay carries it."""

from dataclasses import dataclass

from reference.markdown import code, page, table
from reference.sources import event_names


@dataclass(frozen=True)
class Event:
    """What an event means, who may see it, what its payload holds beside the workspace and the conversation."""

    name: str
    when: str
    streams: str
    holds: str


_BOTH, _OWN, _TEAM = "`c:` `w:`", "`c:` `v:` `w:`", "`w:`"
_MESSAGE = (
    "`type`, `from`, `origin`, `content`, `fingerprint`, `timestamp` (milliseconds), `user` {`user_id`, `nickname`, "
    "`avatar`}, `stamped`, `id`, `client_id`, `edited`, `removed`; `seq` but on notes; `mentions`, `automated`, "
    "`properties` where there are any"
)
_NOTE = "`c:` `w:`; of notes `w:` alone"

EVENTS = (
    Event("message:send", "A visitor wrote.", _BOTH, _MESSAGE),
    Event("message:received", "An operator or a program answered, or wrote a note (`type: note`).", _NOTE, _MESSAGE),
    Event(
        "message:updated",
        "A message was edited.",
        _NOTE,
        "`fingerprint`, `content`, `type`, `from`, `user` (the editor)",
    ),
    Event("message:removed", "A message was removed.", _NOTE, "`fingerprint`"),
    Event(
        "message:acknowledge:read:send",
        "Operators have read messages of the visitor.",
        _BOTH,
        "`origin`, `fingerprints`, `seq` (up to here)",
    ),
    Event(
        "message:acknowledge:read:received",
        "The visitor has read messages of the operators.",
        _BOTH,
        "`origin`, `fingerprints`, `seq` (up to here)",
    ),
    Event(
        "message:acknowledge:delivered",
        "The visitor got answers by mail.",
        _TEAM,
        "`origin`: `email`, `fingerprints`",
    ),
    Event(
        "message:acknowledge:ignored",
        "Answers could not be mailed to the visitor.",
        _TEAM,
        "`origin`: `email`, `fingerprints`, `details` {`type`: `bounce` where they were refused, else `expired`; `reason`}",
    ),
    Event("message:notify:unread:received", "The visitor was reminded by mail of unread messages.", _TEAM, "–"),
    Event("session:request:initiated", "A conversation began.", _OWN, "–"),
    Event("session:set_state", "The state changed.", _BOTH, "`state`: `pending`, `unresolved` or `resolved`"),
    Event("session:set_snooze", "Snoozed, or woken.", _TEAM, "`snoozed_until` (milliseconds or null)"),
    Event("session:set_routing", "The assignee changed.", _TEAM, "`routing_id`, `previous_routing_id`"),
    Event("session:set_subject", "The subject changed.", _TEAM, "`subject`"),
    Event("session:set_segments", "The tags changed.", _TEAM, "`segments`: the whole list"),
    Event(
        "session:set_data",
        "The custom metadata changed, or a conversation began with some.",
        _TEAM,
        "`data`: the whole object",
    ),
    Event(
        "session:set_mentions",
        "A note mentions colleagues, or one of them has answered.",
        _TEAM,
        "`mentions`: ids of operators who were mentioned and have said nothing since",
    ),
    Event(
        "session:sync:rating",
        "The visitor gave feedback after the conversation.",
        _BOTH,
        "`rating` {`stars`: 1 to 5, 0 where none were given; `comment` where there is one}",
    ),
    Event("session:removed", "The conversation was deleted.", _BOTH, "–"),
    Event("session:sync:pages", "The visitor looked at another page.", _TEAM, "`pages`, newest last"),
    Event(
        "session:sync:system",
        "The visitor's browser is known.",
        _TEAM,
        "`system` {`os`, `engine`, `browser`, `useragent`}",
    ),
    Event("session:sync:locales", "The visitor's language is known.", _TEAM, "`locales` {`locales`: a list}"),
    Event(
        "session:sync:timezone",
        "The visitor's time zone is known.",
        _TEAM,
        "`timezone` {`offset`: minutes, negative east of Greenwich, as browsers count}",
    ),
    Event(
        "session:sync:geolocation",
        "The visitor's place was estimated from their address.",
        _TEAM,
        "`geolocation` {`country`, `region`, `city`, `coordinates` {`latitude`, `longitude`}}, null where unknown",
    ),
    Event(
        "session:set_nickname", "The visitor's name is known, or another one, claimed or signed.", _TEAM, "`nickname`"
    ),
    Event("session:set_email", "The visitor's address is known, or another one, claimed or signed.", _TEAM, "`email`"),
    Event(
        "session:set_phone",
        "The visitor's telephone number is known, or another one, claimed or signed.",
        _TEAM,
        "`phone`",
    ),
    Event(
        "session:set_avatar",
        "The customer's server has signed a picture of the visitor.",
        _TEAM,
        "`avatar`: its address",
    ),
    Event(
        "session:update_verify",
        "Who the visitor is was proven, a proof was refused, or none counts any more.",
        _TEAM,
        "`is_verified`, `verifications` [{`identity`: `user_id` or `email`, `method`: `jwt` or `hmac`, `annotation`}]; "
        "`error`: `unknown` where a proof was refused",
    ),
    Event(
        "session:error",
        "A value that was said of the visitor was refused.",
        _TEAM,
        "`type` such as `email:invalid_format`, `value`, `previous_value`",
    ),
    Event("people:bind:session", "A conversation began with a contact, or became another one's.", _TEAM, "`people_id`"),
    Event("people:profile:created", "A contact was made.", _TEAM, "`people_id`, `email`"),
    Event("people:profile:updated", "A contact was changed.", _TEAM, "`people_id`, `email`, `update` (what changed)"),
    Event("people:profile:removed", "A contact was deleted.", _TEAM, "`people_id`"),
    Event("session:set_block", "The visitor was blocked, or is not any more.", _TEAM, "`is_blocked`"),
    Event(
        "block:updated",
        "Somebody is kept away, or let in again; live connections end.",
        _TEAM,
        "`block_id`, `blocked`; `network`, or `visitors` (ids)",
    ),
    Event(
        "spam:message",
        "A conversation was marked as spam.",
        _TEAM,
        "`spam_id`: the conversation's id; `type` (`chat`), `reason` (`reported`), `metadata` {`session_id`}, `timestamp`",
    ),
    Event(
        "spam:decision", "It was no spam after all, or was deleted.", _TEAM, "`spam_id`, `action`: `accept` or `reject`"
    ),
    Event(
        "visitor:revoked",
        "Tokens of a visitor ended; live connections end.",
        _TEAM,
        "`visitor_id`; `browsers` where some browsers alone are meant",
    ),
    Event("widget:updated", "A widget was created or changed.", _TEAM, "`widget_id`"),
    Event(
        "widget:keys_updated",
        "An identity key was made or deleted; live connections of those whom a deleted one has proven end.",
        _TEAM,
        "`widget_id`; `removed`: the key that was deleted",
    ),
    Event("widget:removed", "A widget was deleted.", _TEAM, "`widget_id`"),
    Event(
        "operator:updated",
        "An operator came, changed, left, went online or away.",
        _TEAM,
        "`user_id`; `availability` where they said whether they answer; `nickname`, `avatar` where name or picture changed",
    ),
    Event(
        "operator:revoked",
        "An operator signed out, was deactivated, or lost a role; live connections end.",
        _TEAM,
        "`user_id`, `session_id`, `kept`, `reason`: `deactivated`, `role_changed`, `signed_out` or `password_changed`",
    ),
    Event("token:revoked", "An API token was revoked; its live connections end.", _TEAM, "`token_id`"),
    Event(
        "hook:updated", "A web hook was made, changed, switched or deleted, or its secrets were.", _TEAM, "`hook_id`"
    ),
    Event(
        "hook:warned",
        "A web hook has failed for a day.",
        _TEAM,
        "`hook_id`, `name`, `reason`, `last_error`, `since` (milliseconds)",
    ),
    Event(
        "hook:disabled",
        "A web hook was disabled because of what its receiver answers, or does not.",
        _TEAM,
        "`hook_id`, `name`, `reason`: `gone` or `failing`, `last_error`, `since` (milliseconds)",
    ),
    Event(
        "csp:blocked",
        "Browsers reported that a page's policy keeps the chat away; at most once a day for each widget.",
        _TEAM,
        "`widget_id`, `report_id`, `page`, `directive`, `blocked`",
    ),
    Event("canned:updated", "Canned replies changed: read the list again.", _TEAM, "–"),
    Event("tag:updated", "Tags changed: read the list again.", _TEAM, "–"),
)

_HEAD = """\
Everything that happens is recorded once, as a *fact*, in the transaction in which it happens. The [relay](relay.md) carries
facts as `event` frames: `name` is the name below, `data` is the payload, byte for byte as it was recorded.

Every payload holds `website_id`, which is the workspace's id. Those about a conversation also hold `session_id`, which is
`session_` and the conversation's id, and `inbox_id`, which is always null today.

A fact is numbered in each of its streams. What stands only in `w:` is internal: no visitor ever receives it."""

_TAIL = """\
## Names

The wire keeps some words that other tools of this kind know. Here is how they map to the words of the API:

| on the wire | in the API |
|---|---|
| website | workspace |
| session | conversation |
| people | contact |
| routing | assignee |
| segments | tags |
| `from: user` | from the visitor |"""


def render() -> str:
    """The page. Raises `KeyError` for an event that the code records and that has no row, or the other way round."""
    rows = {event.name for event in EVENTS}
    recorded = event_names()
    starts = tuple(name for name in recorded if name.endswith(":"))
    missing = {name for name in recorded if name not in rows and name not in starts}
    stale = {name for name in rows if name not in recorded and not (starts and name.startswith(starts))}
    lonely = [start for start in starts if not any(name.startswith(start) for name in rows)]
    if missing or stale or lonely:
        raise KeyError(
            f"scripts/reference/events.py: no row for {sorted(missing)} {lonely}, no fact for {sorted(stale)}"
        )
    body = table(
        ("event", "when", "streams", "payload"),
        [(code(event.name), event.when, event.streams, event.holds) for event in EVENTS],
    )
    return page("Events", _HEAD, "## The events", body, _TAIL)
