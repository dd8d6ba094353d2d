"""The table of a deployment's hosts: what each is for, and where it must be allowed (csp contract 3, end)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from halloo.csp.manifest import ALL_FEATURES, needs
from halloo.csp.model import Context, Deployment, Role

HEAD = ("Service", "Full URL", "Required?", "Comments", "Host page", "Iframe (sent by Halloo)")
_SHORT: Mapping[str, str] = {"image": "img"}
_ORDER = ("script", "style", "font", "img", "media", "connect", "worker", "frame")


@dataclass(frozen=True, slots=True)
class _Row:
    service: str
    host: Role
    scheme: Literal["https", "wss"]
    required: bool
    comment: str


_ROWS = (
    _Row(
        "JS, CSS, fonts, images, settings, Web Workers", "client", "https", required=True, comment="No chat without it"
    ),
    _Row("WebSocket (messaging)", "relay", "wss", required=True, comment="No chat without it"),
    _Row("Avatars, images", "image", "https", required=True, comment="No chat without it"),
    _Row("File downloads and uploads", "storage", "https", required=True, comment="Needed to open and send files"),
    _Row("Frames (wait game)", "game", "https", required=False, comment="Only with the wait game"),
    _Row("WebSocket (calls, co-browsing)", "stream", "wss", required=False, comment="Only with calls or co-browsing"),
    _Row(
        "WebSocket (rescue mode)", "rescue", "wss", required=False, comment="Fallback while the primary relay is down"
    ),
)
_PUSHER = ("optional", "Only if your page uses it", "connect-src", "–")


def rows(deployment: Deployment) -> list[tuple[str, ...]]:
    """The table's rows, by the manifest: one for each service whose host exists, whether its feature is on or off."""
    every = replace(deployment, features=frozenset(ALL_FEATURES) - {"pusher"})
    found = [
        (
            row.service,
            f"`{_address(deployment.hosts[row.host], row.scheme)}`",
            "required" if row.required else "optional",
            row.comment,
            ", ".join(f"{one}-src" for one in _wanted(every, row, "host")) or "nothing",
            ", ".join(_wanted(every, row, "frame")) or "nothing",
        )
        for row in _ROWS
        if row.host in deployment.hosts
    ]
    if "pusher" in deployment.features:
        relay = deployment.hosts["relay"]
        found.append(("Realtime for your own pusher-js", f"`{_address(relay, 'wss')}`, `{relay}`", *_PUSHER))
    return found


def table(deployment: Deployment) -> str:
    """The table as Markdown."""
    lines = [HEAD, tuple("---" for _ in HEAD), *rows(deployment)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _address(origin: str, scheme: Literal["https", "wss"]) -> str:
    """An origin as the row's scheme: `http://` becomes `ws://`, as on this machine."""
    return "ws" + origin.removeprefix("http") if scheme == "wss" else origin


def _wanted(deployment: Deployment, row: _Row, context: Context) -> list[str]:
    """The kinds of things that a context needs of this host. The frame's own pictures are beside its script."""
    found = {
        _SHORT.get(need.destination, need.destination) for need in needs(deployment, context) if need.host == row.host
    }
    if context == "frame" and row.host == "client":
        found.add("img")
    return [name for name in _ORDER if name in found]
