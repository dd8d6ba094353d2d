"""What the benchmark's facts say."""

from halloo.hooks import catalogue
from halloo.hooks.model import envelope
from halloo.kit.json import dump

COMMON = "message:send"
"""The event that all hooks of a ground want."""
EVENTS = tuple(one.name for one in catalogue.EVENTS if one.kind == "fact" and not one.secret and one.name != COMMON)[
    :25
]
"""Of these each hook wants one more; a steady pace records them one after the other."""
BODY_BYTES = 1_024
_SESSION = "session_00000000-0000-7000-8000-000000000001"


def payload(workspace_id: str, name: str, size: int = BODY_BYTES) -> bytes:
    """What a fact says, filled up so that the whole body has `size` bytes."""
    data = {
        "website_id": workspace_id,
        "session_id": _SESSION,
        "inbox_id": None,
        "type": "text",
        "from": "user",
        "origin": "chat",
        "content": "",
        "fingerprint": 150698569649423,
        "timestamp": 1506985696616,
        "user": {"nickname": "visitor493603", "user_id": _SESSION},
        "stamped": True,
    }
    empty = len(envelope(workspace_id, name, dump(data), 1506985696616))
    words = "Hello, where is my parcel? It should have been here last week, and nobody answers. "
    data["content"] = (words * (size // len(words) + 1))[: max(0, size - empty)]
    return dump(data)
