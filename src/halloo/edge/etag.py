"""ETags of single resources, and the condition `If-Match`."""

import hashlib

from halloo.kit.refusals import Stale


def etag(*versions: object) -> str:
    """A strong tag of what identifies one state of a resource."""
    text = "\x1f".join(str(version) for version in versions)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def check_match(if_match: str | None, current: str) -> None:
    """Raise `Stale` where the caller made its change from another state."""
    if if_match is None or if_match.strip() == "*":
        return
    if current not in (tag.strip() for tag in if_match.split(",")):
        raise Stale
