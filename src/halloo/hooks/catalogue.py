"""Every event that a hook may be told of (hooks contract 10), and the facts that stay inside.

Every name can be chosen, also one that nothing in Halloo emits yet; `rules` knows the one that is not for hooks.
What each one says is shown by `samples.py`.
"""

from typing import Literal

from msgspec import Struct

Kind = Literal["fact", "light", "reserved"]
"""Told at least once and kept; told at most once out of memory; emitted by nothing yet, and still for everybody to choose."""
Group = Literal["messages", "conversations", "visitors", "contacts", "team", "calls", "files", "plugins", "mailings"]
"""Under which heading a form lists it."""

TEST = "hook:test"
"""What a test call says where no event was chosen for it; no hook chooses it."""


class Event(Struct, frozen=True):
    """An event. `secret`: what it says gives power, so that only hooks with `https` may choose it."""

    name: str
    kind: Kind
    group: Group
    sentence: str
    secret: bool
    emitted: bool


INTERNAL = frozenset(
    {
        "block:updated",
        "canned:updated",
        "csp:blocked",
        "hook:disabled",
        "hook:updated",
        "hook:warned",
        "operator:revoked",
        "operator:updated",
        "session:set_snooze",
        "tag:updated",
        "token:revoked",
        "visitor:revoked",
        "widget:keys_updated",
        "widget:removed",
        "widget:updated",
    }
)
"""Facts of Halloo's own, which no hook is told of."""

_SECRET = frozenset({"browsing:request:initiated", "identity:verify:request", "plugin:settings:saved"})
_BUCKET = ("upload", "avatar", "website", "campaign", "helpdesk", "status", "processing")

_MESSAGES: dict[str, str] = {
    "message:send": "A visitor sent a message.",
    "message:received": "An operator or a program answered, or wrote a note.",
    "message:updated": "What a message says was changed.",
    "message:removed": "A message was taken back.",
    "message:acknowledge:read:send": "Operators have read messages of the visitor.",
    "message:acknowledge:read:received": "The visitor has read messages of the operators.",
    "message:acknowledge:unread:send": "An operator marked a conversation as unread.",
    "message:acknowledge:delivered": "Messages have reached the other side.",
    "message:acknowledge:ignored": "Messages could not be delivered.",
    "message:notify:unread:send": "Operators were reminded by mail of unread messages.",
    "message:notify:unread:received": "The visitor was reminded by mail of unread messages.",
    "spam:message": "A conversation was marked as spam.",
    "spam:decision": "A conversation was no spam after all, or was deleted as spam.",
}
_CONVERSATIONS: dict[str, str] = {
    "session:request:initiated": "A conversation began.",
    "session:set_state": "A conversation became pending, unresolved or resolved.",
    "session:set_routing": "A conversation was assigned to somebody else, or to nobody.",
    "session:set_inbox": "A conversation was moved to another inbox.",
    "session:set_subject": "The subject of a conversation was set or changed.",
    "session:set_segments": "The tags of a conversation changed.",
    "session:set_data": "The custom data of a conversation changed.",
    "session:set_participants": "Who takes part in a conversation changed.",
    "session:set_mentions": "Operators were mentioned, or have answered since.",
    "session:set_opened": "An operator opened a conversation.",
    "session:set_closed": "An operator closed the view of a conversation.",
    "session:set_origin": "Where a conversation comes from was set or changed.",
    "session:sync:topic": "The topic of a conversation was set.",
    "session:sync:rating": "The visitor rated a conversation.",
    "session:removed": "A conversation was deleted.",
}
_VISITORS: dict[str, str] = {
    "session:set_email": "The visitor's e-mail address was set or changed.",
    "session:set_phone": "The visitor's telephone number was set or changed.",
    "session:set_address": "The visitor's postal address was set or changed.",
    "session:set_avatar": "The visitor's picture was set or changed.",
    "session:set_nickname": "The visitor's name was set or changed.",
    "session:set_block": "A visitor was blocked or unblocked.",
    "session:update_verify": "A proof of identity was accepted or refused, or does not count any more.",
    "session:sync:capabilities": "What the visitor's browser can do is known.",
    "session:sync:geolocation": "The place where the visitor is was estimated.",
    "session:sync:system": "The visitor's browser and system are known.",
    "session:sync:network": "The visitor's network address is known.",
    "session:sync:timezone": "The visitor's time zone is known.",
    "session:sync:locales": "The visitor's languages are known.",
    "session:sync:pages": "The visitor looked at another page.",
    "session:sync:events": "The page told of something that the visitor did.",
    "session:error": "A value that the visitor or the page gave was refused.",
}
_CONTACTS: dict[str, str] = {
    "people:profile:created": "A contact was made.",
    "people:profile:updated": "A contact was changed.",
    "people:profile:removed": "A contact was deleted.",
    "people:bind:session": "A conversation was tied to a contact.",
    "people:sync:profile": "What is known of a contact was copied to a conversation.",
    "people:import:progress": "An import of contacts goes on.",
    "people:import:done": "An import of contacts has ended.",
    "email:subscribe": "A contact subscribed to mail, or does not want any more.",
}
_CALLS: dict[str, str] = {
    "browsing:request:initiated": "The visitor agreed to browse together.",
    "browsing:request:rejected": "The visitor does not want to browse together.",
    "call:request:initiated": "The visitor took a call.",
    "call:request:rejected": "The visitor declined a call, or nobody answered.",
}
_PLUGINS: dict[str, str] = {
    "identity:verify:request": "A plugin is to deliver a one-time code.",
    "plugin:channel": "A plugin passed something on.",
    "plugin:event": "A plugin told of something.",
    "plugin:subscription:updated": "A plugin was installed or removed.",
    "plugin:settings:saved": "The settings of a plugin were saved.",
}
_VISITORS_LIGHT: dict[str, str] = {
    "session:update_availability": "A visitor came, or went away.",
    "website:update_visitors_count": "The number of visitors on the site changed.",
}
_MESSAGES_LIGHT: dict[str, str] = {
    "message:compose:send": "A visitor types, or stopped.",
    "message:compose:receive": "An operator types, or stopped.",
}
_TEAM_LIGHT: dict[str, str] = {
    "website:update_operators_availability": "An operator came, or went away.",
    "website:users:available": "The first operator came, or the last one went away.",
}
_FILES_LIGHT: dict[str, str] = {
    **{f"bucket:url:{what}:generated": f"An address to upload to was made ({what})." for what in _BUCKET},
    "media:animation:listed": "A search for animations was answered.",
}
_PLUGINS_LIGHT: dict[str, str] = {"widget:action:processed": "What was asked of a plugin's panel has ended."}
_MAILINGS: dict[str, str] = {
    "campaign:progress": "A campaign goes on.",
    "campaign:dispatched": "A campaign was sent to everybody.",
    "campaign:running": "A campaign was started or stopped.",
    "email:track:view": "A mail was looked at.",
}
_RESERVED_TEAM: dict[str, str] = {
    "status:health:changed": "The health of what a status page watches changed.",
    "plan:subscription:updated": "The plan of a workspace changed; Halloo has no plans.",
}

_ABSENT = frozenset(
    {
        "message:acknowledge:unread:send",
        "message:notify:unread:send",
        "session:set_inbox",
        "session:set_participants",
        "session:set_opened",
        "session:set_closed",
        "session:set_origin",
        "session:sync:topic",
        "session:set_address",
        "session:sync:capabilities",
        "session:sync:network",
        "session:sync:events",
        "people:sync:profile",
        "people:import:progress",
        "people:import:done",
        "email:subscribe",
        *_CALLS,
        *_PLUGINS,
        *_FILES_LIGHT,
        *_PLUGINS_LIGHT,
    }
)
"""What nothing in Halloo emits yet."""


def _listed(kind: Kind, group: Group, sentences: dict[str, str]) -> list[Event]:
    return [
        Event(
            name=name,
            kind=kind,
            group=group,
            sentence=sentence,
            secret=name in _SECRET or name.startswith("bucket:"),
            emitted=kind != "reserved" and name not in _ABSENT,
        )
        for name, sentence in sentences.items()
    ]


EVENTS: tuple[Event, ...] = (
    *_listed("fact", "messages", _MESSAGES),
    *_listed("light", "messages", _MESSAGES_LIGHT),
    *_listed("fact", "conversations", _CONVERSATIONS),
    *_listed("fact", "visitors", _VISITORS),
    *_listed("light", "visitors", _VISITORS_LIGHT),
    *_listed("fact", "contacts", _CONTACTS),
    *_listed("light", "team", _TEAM_LIGHT),
    *_listed("reserved", "team", _RESERVED_TEAM),
    *_listed("fact", "calls", _CALLS),
    *_listed("light", "files", _FILES_LIGHT),
    *_listed("fact", "plugins", _PLUGINS),
    *_listed("light", "plugins", _PLUGINS_LIGHT),
    *_listed("reserved", "mailings", _MAILINGS),
)
"""All of them, in the order in which a form shows them."""

_BY_NAME = {event.name: event for event in EVENTS}


def find(name: str) -> Event | None:
    """The event of that name, or None."""
    return _BY_NAME.get(name)
