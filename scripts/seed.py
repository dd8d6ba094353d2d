"""Fill the demo workspace through the management API: a colleague, canned replies, tags, the widget and its identity key."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from steps import StepError

GREETING = "I am Ada. Ask me about glazes, sizes or shipping; I usually answer within minutes."

_REPLIES = {
    "hello": "Hello, and welcome to Kiln & Clay. How can I help?",
    "shipping": "We pack by hand and ship within two working days; 2–3 days to Germany, 4–6 elsewhere in Europe.",
    "glaze": "All our glazes are food safe, made without lead, and happy in the dishwasher.",
    "return": "You may send anything back within 30 days. Tell me your order number and I will send you a label.",
    "thanks": "Thank you for writing. Have a lovely day.",
}
_TAGS = {"order": "blue", "shipping": "green", "broken": "red", "question": "orange"}

FEEDBACK = {
    "title": "How was it?",
    "submit_label": "Send",
    "fields": [
        {"id": "stars", "type": "rating", "label": "Your rating", "required": True, "scale": 5},
        {"id": "comment", "type": "textarea", "label": "Anything you would like to tell us?"},
    ],
}
"""What the shop asks when a conversation is over."""


class Api:
    """The management API with a token."""

    def __init__(self, origin: str, token: str) -> None:
        self._origin = origin
        self._token = token

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call a route; raises StepError with the API's own words where it refuses."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            self._origin + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise StepError(
                f"{method} {path} answered {error.code}: {error.read().decode(errors='replace')}"
            ) from error
        return json.loads(text) if text else None


def is_ready(origin: str) -> bool:
    """Say whether the product answers its health check."""
    try:
        with urllib.request.urlopen(f"{origin}/healthz", timeout=2) as answer:  # noqa: S310 - our own server
            return answer.status == 200  # noqa: PLR2004 - HTTP's own number
    except OSError:
        return False


def fill(api: Api, password: str) -> None:
    """Bring in the colleague Grace, replies and tags; what is there already stays."""
    grace = {"email": "grace@halloo.example", "name": "Grace Adeyemi", "password": password}
    _add(api, "/core/operators", "email", [grace])
    replies = [{"shortcut": shortcut, "text": text} for shortcut, text in _REPLIES.items()]
    _add(api, "/core/canned-replies", "shortcut", replies)
    _add(api, "/core/tags", "name", [{"name": name, "color": color} for name, color in _TAGS.items()])


def make_identity_key(api: Api, widget_id: str) -> dict[str, str]:
    """Make a key with which the shop signs who its customer is: `kid` and `secret`, which is never shown again."""
    made = api.call("POST", f"/core/web-widgets/{widget_id}/identity-keys", {"alg": "HS256"})
    return {"kid": made["kid"], "secret": made["secret"]}


def point_hook(api: Api, hook_id: str | None, url: str) -> str:
    """Have a web hook tell the shop what is said: the one there is, or else a new one, whose id this returns."""
    if hook_id is not None:
        api.call("PUT", f"/core/hooks/{hook_id}", {"url": url})
        return hook_id
    events = ["message:send", "message:received", "session:set_state"]
    made: str = api.call("POST", "/core/hooks", {"name": "Shop", "url": url, "events": events, "signing": "signed"})[
        "id"
    ]
    return made


def _add(api: Api, path: str, key: str, wanted: list[dict[str, str]]) -> None:
    there = {one[key] for one in api.call("GET", path)["data"]}
    for one in wanted:
        if one[key] not in there:
            api.call("POST", path, one)


def dress_widget(api: Api, widget_id: str, shop: str) -> None:
    """Let the shop embed the widget, in the shop's colours."""
    clay = {"background_color": {"user_message": "#9c4326", "controls_button": "#9c4326"}}
    config = {
        "chat": {"title": "Kiln & Clay", "light_mode": clay, "dark_mode": clay},
        "greeting": {"text": GREETING, "bubble_after_s": 4},
        "suggested_questions": ["Is the glaze dishwasher safe?", "How long does shipping take?"],
        "post_conversation_feedback": {
            "enabled": True,
            "form": FEEDBACK,
            "thank_you_text": "Thank you. Ada and Grace read every word.",
        },
    }
    api.call("PUT", f"/core/web-widgets/{widget_id}", {"domains": [shop], "published": True, "config": {"v1": config}})
