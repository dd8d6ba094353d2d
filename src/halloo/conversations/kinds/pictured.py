"""Pictures that are elsewhere: what is stored names them at the image host, so that no browser ever asks a stranger for them."""

from collections.abc import Callable
from typing import Any

from halloo.conversations.errors import MessageRefused
from halloo.conversations.kinds.check import CONTENT_MAX
from halloo.conversations.kinds.parts import refused
from halloo.kit.json import dump

Shown = Callable[[str], str]
"""Where the image host shows a picture from elsewhere. Raises `ValueError` for an address that it cannot name."""


def pictured(kind: str, content: Any, shown: Shown | None) -> Any:
    """Checked content with the image host's addresses in place of others'. Raises `MessageRefused`, without `shown` for any picture."""
    if kind == "animation":
        return {**content, "url": _at("content.url", content["url"], shown)}
    if kind != "carousel":
        return content
    targets = [
        {**one, "image": _at(f"content.targets[{number}].image", one["image"], shown)} if "image" in one else one
        for number, one in enumerate(content["targets"])
    ]
    found = {**content, "targets": targets}
    if len(dump(found)) > CONTENT_MAX:
        raise refused("content", "the addresses of its pictures are too long together")
    return found


def _at(place: str, url: str, shown: Shown | None) -> str:
    if shown is None:
        raise MessageRefused("type: pictures cannot be sent here.", field="type")
    try:
        return shown(url)
    except ValueError:
        raise refused(place, "this address is too long for a picture") from None
