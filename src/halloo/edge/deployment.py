"""A widget as policies see it: its hosts, the features that are on, its pages, its pinned loader."""

from collections.abc import Mapping, Sequence
from typing import Any

from halloo.csp.manifest import ALL_FEATURES
from halloo.csp.model import Deployment, Feature, Pinned, Role
from halloo.edge.services import Snippets
from halloo.files.model import FILE_KINDS, FileKind, Upload
from halloo.widgets.config import complete_config
from halloo.widgets.model import Widget
from halloo.widgets.records import PublicRecords
from halloo.widgets.settings import Hosts

_ROLES: tuple[Role, ...] = ("client", "relay", "rescue", "image", "storage", "game", "stream")


def deployment_of(
    hosts: Hosts,
    widget_id: str,
    domains: Sequence[str],
    config: Mapping[str, Any],
    snippets: Snippets | None = None,
    *,
    further: Sequence[Feature] = (),
) -> Deployment:
    """What policies of this widget are made of. `config` as stored or complete; `further`: features that no setting turns on."""
    v1 = complete_config(config)["v1"]
    pinned = None
    if snippets is not None and snippets.pinned_url is not None and snippets.integrity is not None:
        pinned = Pinned(snippets.pinned_url, snippets.integrity)
    return Deployment(
        hosts=_origins(hosts),
        features=features_of(v1, rescue=hosts.rescue is not None) | frozenset(further),
        domains=tuple(domains),
        widget_id=widget_id,
        pinned=pinned,
        verified_embedding=v1["security"]["require_verified_embedding"],
        public=hosts.public,
    )


def widget_deployment(hosts: Hosts, snippets: Snippets, widget: Widget) -> Deployment:
    """What policies of a stored widget are made of."""
    return deployment_of(hosts, widget.id, widget.domains, widget.config, snippets)


def own_deployment(hosts: Hosts) -> Deployment:
    """What policies of the operators' own pages are made of: no widget, every feature that needs nothing but a host."""
    return Deployment(
        hosts=_origins(hosts),
        features=frozenset(ALL_FEATURES) - {"pusher"},
        public=hosts.public,
    )


def _origins(hosts: Hosts) -> dict[Role, str]:
    found: dict[Role, str | None] = {role: getattr(hosts, role) for role in _ROLES}
    return {role: origin for role, origin in found.items() if origin is not None}


def features_of(v1: Mapping[str, Any], *, rescue: bool) -> frozenset[Feature]:
    """The features that a complete configuration turns on."""
    switched: dict[Feature, bool] = {
        "chat": True,
        "images": True,
        "outbound": True,
        "files": v1["files"]["enabled"],
        "audio": v1["files"]["enabled"] and "audio" in v1["files"]["types"],
        "sounds": v1["sound"],
        "bot_check": v1["bot_check"]["guard_level"] != "off",
        "rescue": rescue,
        "calls": v1["features"]["calls"],
        "cobrowse": v1["features"]["cobrowse"],
        "wait_game": v1["features"]["wait_game"],
    }
    return frozenset(name for name, on in switched.items() if on)


async def kinds_of(records: PublicRecords, upload: Upload) -> tuple[FileKind, ...]:
    """Which kinds of files an upload may be: what its widget takes now; everything where it belongs to no widget."""
    if upload.widget_id is None:
        return FILE_KINDS
    widget = await records.find(upload.widget_id)
    if widget is None:
        return ()
    files: Mapping[str, Any] = widget.record["config"]["v1"]["files"]
    return tuple(files["types"]) if files["enabled"] else ()
