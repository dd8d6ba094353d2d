"""What each event of the catalogue may say: a payload for a test call, and for whoever writes a receiver.

The people and things in it are made up; `website_id` is put in by whoever sends one.
"""

from typing import Any

from halloo.hooks.catalogue import TEST
from halloo.kit.json import canonical, dump

_ID = "36ba3566-9651-4790-afc8-ffedbccc317f"
_PERSON = "5c0e8f0a-1b7a-4c6e-9a52-2f6d1f0c7b11"
_CONTACT = "c46126ff-9865-4b3b-a4b4-4a7a3b1d9f60"
_OTHER = "0d0b1b5e-6a6f-4f0f-8a53-5a1b0c9a1f77"
_PLUGIN = "185dd7df-05c5-4ef5-93c3-6a1e5a5de5c1"
_AT = 1506985696616
_FINGERPRINT = 150698569649423
_S: dict[str, Any] = {"session_id": f"session_{_ID}", "inbox_id": None}
_VISITOR = {"user_id": f"session_{_ID}", "nickname": "visitor493603", "avatar": None}
_OPERATOR = {"user_id": _PERSON, "nickname": "Ada", "avatar": None}
_GEO = {
    "country": "DE",
    "region": "Berlin",
    "city": "Berlin",
    "coordinates": {"latitude": 52.52, "longitude": 13.405},
}
_OPERATOR_BRIEF = {"operator": _OPERATOR}


def _said(who: str, user: dict[str, Any], content: str, number: int) -> dict[str, Any]:
    return {
        **_S,
        "type": "text",
        "from": who,
        "origin": "chat",
        "content": content,
        "fingerprint": _FINGERPRINT + number,
        "timestamp": _AT,
        "user": user,
        "stamped": True,
        "id": _OTHER,
        "client_id": None,
        "edited": False,
        "removed": False,
        "seq": number + 1,
    }


def _read() -> dict[str, Any]:
    return {**_S, "origin": "chat", "fingerprints": [_FINGERPRINT]}


def _typing(**more: Any) -> dict[str, Any]:
    return {**_S, "type": "start", "timestamp": _AT, **more}


def _upload(what: str) -> dict[str, Any]:
    return {
        "from": "user",
        "id": _OTHER,
        "identifier": _ID,
        "resource": {"type": what, "id": _OTHER},
        "policy": {"size_limit": 10_000_000},
        "type": "image/png",
        "url": {
            "resource": "https://chat.example.com/files/picture.png",
            "signed": "https://chat.example.com/upload/ticket",
        },
    }


_MESSAGES: dict[str, dict[str, Any]] = {
    "message:send": _said("user", _VISITOR, "Hey :)", 0),
    "message:received": _said("operator", _OPERATOR, "Hello! How can I help you?", 1),
    "message:updated": {
        **_S,
        "fingerprint": _FINGERPRINT,
        "content": "Hey there :)",
        "type": "text",
        "user": _VISITOR,
        "from": "user",
    },
    "message:removed": {**_S, "fingerprint": _FINGERPRINT},
    "message:compose:send": _typing(excerpt="I would like to kn"),
    "message:compose:receive": _typing(user=_OPERATOR),
    "message:acknowledge:read:send": _read(),
    "message:acknowledge:read:received": _read(),
    "message:acknowledge:unread:send": _read(),
    "message:acknowledge:delivered": _read(),
    "message:acknowledge:ignored": {
        **_read(),
        "origin": "email",
        "details": {"type": "bounce", "reason": "550 No such mailbox"},
    },
    "message:notify:unread:send": _S,
    "message:notify:unread:received": _S,
    "spam:message": {
        "spam_id": _ID,
        "type": "chat",
        "reason": "reported",
        "metadata": {"session_id": f"session_{_ID}"},
        "timestamp": _AT,
    },
    "spam:decision": {"spam_id": _ID, "action": "accept"},
}
_SESSIONS: dict[str, dict[str, Any]] = {
    "session:update_availability": {**_S, "availability": "online"},
    "session:update_verify": {
        **_S,
        "is_verified": True,
        "verifications": [{"identity": "email", "method": "jwt", "annotation": ""}],
    },
    "session:request:initiated": _S,
    "session:set_email": {**_S, "email": "grace@example.com"},
    "session:set_phone": {**_S, "phone": "+49 30 1234567"},
    "session:set_address": {**_S, "address": "Unter den Linden 1, 10117 Berlin"},
    "session:set_subject": {**_S, "subject": "An order that did not arrive"},
    "session:set_avatar": {**_S, "avatar": "https://example.com/grace.png"},
    "session:set_nickname": {**_S, "nickname": "Grace"},
    "session:set_origin": {**_S, "origin": "chat"},
    "session:set_data": {**_S, "data": {"plan": "team", "seats": 12, "trial": False}},
    "session:set_segments": {**_S, "segments": ["orders", "vip"]},
    "session:set_block": {**_S, "is_blocked": True},
    "session:set_opened": {**_S, **_OPERATOR_BRIEF},
    "session:set_closed": {**_S, **_OPERATOR_BRIEF},
    "session:set_participants": {**_S, "participants": [{"type": "email", "target": "grace@example.com"}]},
    "session:set_mentions": {**_S, "mentions": [_PERSON]},
    "session:set_routing": {**_S, "routing_id": _PERSON, "previous_routing_id": None},
    "session:set_inbox": {**_S, "inbox_id": _OTHER, "previous_inbox_id": None},
    "session:set_state": {**_S, "state": "resolved"},
    "session:sync:capabilities": {**_S, "capabilities": ["browsing", "call"]},
    "session:sync:geolocation": {**_S, "geolocation": _GEO},
    "session:sync:system": {
        **_S,
        "system": {
            "os": {"name": "macOS", "version": "10.15.7"},
            "engine": {"name": "Blink", "version": "126.0"},
            "browser": {"name": "Chrome", "version": "126.0", "major": "126"},
            "useragent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0.0.0 Safari/537.36",
        },
    },
    "session:sync:network": {
        **_S,
        "network": {"ip": "203.0.113.7", "connection": {"isp": "Example Net", "asn": "AS64500"}},
    },
    "session:sync:timezone": {**_S, "timezone": {"offset": -120}},
    "session:sync:locales": {**_S, "locales": {"locales": ["de"]}},
    "session:sync:pages": {
        **_S,
        "pages": [
            {
                "page_url": "https://www.example.com/orders",
                "page_title": "Your orders",
                "page_referrer": "https://www.example.com/",
                "timestamp": _AT,
            }
        ],
    },
    "session:sync:events": {
        **_S,
        "events": [{"text": "checkout", "data": {"items": 3}, "color": "green", "timestamp": _AT}],
    },
    "session:sync:rating": {**_S, "rating": {"stars": 5, "comment": "Quick and friendly"}},
    "session:sync:topic": {**_S, "topic": "Delivery"},
    "session:removed": _S,
    "session:error": {
        **_S,
        "type": "email:invalid_format",
        "value": "grace@",
        "previous_value": "grace@example.com",
    },
}
_CONTACTS: dict[str, dict[str, Any]] = {
    "people:profile:created": {"people_id": _CONTACT, "email": "grace@example.com"},
    "people:profile:updated": {
        "people_id": _CONTACT,
        "email": "grace@example.com",
        "update": {"updated_at": _AT, "person": {"nickname": "Grace", "employment": {"name": "Example Ltd"}}},
    },
    "people:profile:removed": {"people_id": _CONTACT},
    "people:bind:session": {**_S, "people_id": _CONTACT},
    "people:sync:profile": {
        **_S,
        "people_id": _CONTACT,
        "identity": {
            "person": {"nickname": "Grace", "phone": "+49 30 1234567"},
            "company": {"name": "Example Ltd"},
        },
    },
    "people:import:progress": {"progress": 45, "count": {"skipped": 2, "remaining": 110, "total": 200}},
    "people:import:done": {"import_id": _OTHER, "error": False},
    "email:subscribe": {"email": "grace@example.com", "subscribed": False},
}
_OTHERS: dict[str, dict[str, Any]] = {
    "browsing:request:initiated": {**_S, "browsing_id": _OTHER, "browsing_token": "a-token-for-sixty-seconds"},
    "browsing:request:rejected": _S,
    "call:request:initiated": {**_S, "call_id": _OTHER},
    "call:request:rejected": {**_S, "call_id": _OTHER},
    "identity:verify:request": {
        "plugin_id": _PLUGIN,
        "session_id": _S["session_id"],
        "target": "grace@example.com",
        "code": "000000",
        "confirm_url": "https://chat.example.com/verify",
    },
    "widget:action:processed": {
        **_S,
        "plugin_id": _PLUGIN,
        "correlation_id": _OTHER,
        "outcome": "success",
        "result": {"refunded": True},
    },
    "website:update_visitors_count": {"visitors_count": 42},
    "website:update_operators_availability": {"user_id": _PERSON, "availability": {"type": "online"}},
    "website:users:available": {"available": True},
    **{
        f"bucket:url:{what}:generated": _upload(what)
        for what in ("upload", "avatar", "website", "campaign", "helpdesk", "status", "processing")
    },
    "media:animation:listed": {
        "id": 1,
        "identifier": _ID,
        "results": [{"type": "image/gif", "url": "https://media.example.com/hello.gif"}],
    },
    "plugin:channel": {
        "plugin_id": _PLUGIN,
        "identifier": _OTHER,
        "namespace": "order:shipped",
        "payload": {"order": "A-1042"},
    },
    "plugin:event": {
        "plugin_id": _PLUGIN,
        "urn": "urn:example:orders:0",
        "name": "order:shipped",
        "data": {"order": "A-1042"},
    },
    "plugin:subscription:updated": {"plugin_id": _PLUGIN, "bound": True, "target": "website"},
    "plugin:settings:saved": {"plugin_id": _PLUGIN, "settings": {"language": "de"}},
    "campaign:progress": {"campaign_id": _OTHER, "progress": 60},
    "campaign:dispatched": {"campaign_id": _OTHER},
    "campaign:running": {"campaign_id": _OTHER, "running": True},
    "status:health:changed": {"health": "sick", "nodes": [{"label": "Shop", "replica": "web-1"}]},
    "email:track:view": {"type": "campaign", "identifier": _OTHER, "mode": "open"},
    "plan:subscription:updated": {"plan": {"id": _OTHER, "name": "Free", "trialing": False}},
}
_SAMPLES = {**_MESSAGES, **_SESSIONS, **_CONTACTS, **_OTHERS}


def sample(name: str, website_id: str) -> dict[str, Any]:
    """A payload of an event of the catalogue, as a workspace might get it. Raises `KeyError` for a name that there is not."""
    return {"website_id": website_id, **_SAMPLES[name]}


def render_test(name: str, website_id: str, hook_id: str) -> bytes:
    """What a test call carries: the sample of an event, or what `catalogue.TEST` says of itself."""
    if name == TEST:
        text = "This is a test call of a web hook of Halloo."
        return dump({"website_id": website_id, "hook_id": hook_id, "text": text})
    return dump(canonical(sample(name, website_id)))
