"""The one source of what Halloo needs, by context (csp contract 2.1, 2.2): loader, headers, generator, doctor and tests read it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from halloo.csp.model import Context, Deployment, Destination, Feature, Initiator, Need, Role

Scheme = Literal["https", "wss"]
ALL_FEATURES: tuple[Feature, ...] = (
    "chat",
    "files",
    "audio",
    "images",
    "sounds",
    "bot_check",
    "rescue",
    "calls",
    "cobrowse",
    "wait_game",
    "outbound",
    "pusher",
)
SANDBOX_REQUIRED = ("allow-scripts", "allow-same-origin", "allow-forms")
SANDBOX_OPTIONAL = ("allow-popups", "allow-popups-to-escape-sandbox", "allow-downloads")
PERMISSIONS: dict[Feature, tuple[str, ...]] = {
    "audio": ("microphone",),
    "calls": ("camera", "microphone", "display-capture"),
    "sounds": ("autoplay",),
}
"""What the page's Permissions-Policy must leave to the client origin. Where several need one thing, it is asked for once, by the first."""


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    feature: Feature
    destination: Destination
    host: Role
    required: bool
    schemes: tuple[Scheme, ...] = ("https",)
    path: str = "/"
    initiator: Initiator = "script"


_FRAME = "/public/widget/"
_HOST = (
    _Row("host.loader", "chat", "script", "client", required=True, path="/public/embed/", initiator="parser"),
    _Row("host.frame", "chat", "frame", "client", required=True, path=_FRAME),
    _Row("host.record", "chat", "connect", "client", required=True, path="/core/public/web-widgets/"),
    _Row("host.ticket", "chat", "connect", "client", required=True, path="/core/public/web-widgets/"),
    _Row("host.outbound", "outbound", "frame", "client", required=False, path=_FRAME),
    _Row("host.recorder", "cobrowse", "script", "client", required=False, path="/public/assets/", initiator="import"),
    _Row("host.pusher", "pusher", "connect", "relay", required=False, schemes=("https", "wss")),
)
_IN_FRAME = (
    _Row("frame.script", "chat", "script", "client", required=True, path="/public/assets/", initiator="parser"),
    _Row("frame.style", "chat", "style", "client", required=True, path="/public/assets/", initiator="parser"),
    _Row("frame.font", "chat", "font", "client", required=True, path="/public/assets/"),
    _Row("frame.api", "chat", "connect", "client", required=True, path="/core/public/web-widgets/"),
    _Row("frame.relay", "chat", "connect", "relay", required=True, schemes=("wss", "https"), path="/relay"),
    _Row("frame.picture", "chat", "image", "image", required=True),
    _Row("frame.upload", "files", "connect", "storage", required=True),
    _Row("frame.file", "files", "image", "storage", required=True),
    _Row("frame.recording", "files", "media", "storage", required=True),
    _Row("frame.avatar", "images", "image", "image", required=True),
    _Row("frame.thumbnail", "images", "image", "storage", required=True),
    _Row("frame.sound", "sounds", "media", "client", required=True, path="/public/assets/"),
    _Row("frame.bot_check", "bot_check", "worker", "client", required=True, path="/public/assets/"),
    _Row("frame.rescue", "rescue", "connect", "rescue", required=False, schemes=("wss", "https"), path="/relay"),
    _Row("frame.call", "calls", "connect", "stream", required=False, schemes=("wss",)),
    _Row("frame.cobrowse", "cobrowse", "connect", "stream", required=False, schemes=("wss",)),
    _Row("frame.game", "wait_game", "frame", "game", required=False),
    _Row("frame.outbound_image", "outbound", "image", "image", required=False),
    _Row("frame.outbound_media", "outbound", "media", "storage", required=False),
)
_ROWS: dict[Context, tuple[_Row, ...]] = {"host": _HOST, "frame": _IN_FRAME}


def needs(deployment: Deployment, context: Context, *, pinned: bool = False) -> list[Need]:
    """What a document of this context must be allowed, in the manifest's order; of features that are on, with hosts that exist.

    `pinned`: the page's tag is the pinned loader, which fetches its record.
    """
    return list(_needs(deployment, context, _ROWS.get(context, ()), pinned=pinned))


def _needs(deployment: Deployment, context: Context, rows: Iterable[_Row], *, pinned: bool) -> Iterator[Need]:
    skipped = {name for name, on in (("host.record", pinned), ("host.ticket", deployment.verified_embedding)) if not on}
    for row in rows:
        if row.id in skipped or row.feature not in deployment.features or row.host not in deployment.hosts:
            continue
        plain = deployment.hosts[row.host].startswith("http:")
        yield Need(
            row.id,
            row.feature,
            context,
            row.destination,
            row.host,
            tuple(_plain(scheme) if plain else scheme for scheme in row.schemes),
            row.path,
            row.initiator,
            row.required,
        )


def _plain(scheme: Scheme) -> Literal["http", "ws"]:
    return "http" if scheme == "https" else "ws"


def permissions(deployment: Deployment) -> Iterator[tuple[Feature, str]]:
    """What the page's Permissions-Policy must leave to this widget, each with the feature that asks for it; none twice."""
    asked: set[str] = set()
    for feature, names in PERMISSIONS.items():
        for name in names:
            if feature in deployment.features and name not in asked:
                asked.add(name)
                yield feature, name


def origins(deployment: Deployment, need: Need) -> list[str]:
    """The origins of a need, one for each of its schemes: `https://relay.example`, `wss://relay.example`."""
    host = deployment.hosts[need.host].partition("://")[2]
    return [f"{scheme}://{host}" for scheme in need.schemes]
