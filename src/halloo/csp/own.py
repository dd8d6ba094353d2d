"""The policies that Halloo sends with its own answers (csp contract 2.3), built from the manifest. Pure.

Directives stand in the contract's order. What is on the document's own origin becomes `'self'`; sockets stay written out, because
browsers do not agree on what `'self'` means for them. A feature that is off has no entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from halloo.csp.manifest import needs, origins
from halloo.csp.model import Deployment, Destination, Feature, Role

ERROR_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""For answers that are no page."""
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""For pictures and files: opened by themselves they run nothing, and nobody frames them."""
ANCESTORS_MAX = 3 * 1024
"""Longer lists would not pass every proxy's header buffer."""
REPORTS_PATH = "/core/public/csp-reports"
"""Where the operators' own pages report to, on the client origin."""
_SELF = "'self'"
_NONE = "'none'"
_ROLES: tuple[Role, ...] = get_args(Role)
_DIRECTIVES: dict[str, Destination] = {
    "script-src": "script",
    "style-src": "style",
    "font-src": "font",
    "img-src": "image",
    "media-src": "media",
    "connect-src": "connect",
    "worker-src": "worker",
    "frame-src": "frame",
}
_SAID = ("worker-src", "frame-src")
"""Written even where nothing is allowed, so that no fallback decides."""
_TRUSTED_TYPES = {"require-trusted-types-for": "'script'", "trusted-types": "halloo"}


def is_too_long(domains: Sequence[str]) -> bool:
    """Whether the list shrinks to the address's own `parentOrigin`."""
    return len(" ".join(domains)) > ANCESTORS_MAX


def frame_ancestors(domains: Sequence[str], parent_origin: str | None) -> str:
    """Who may frame a widget. A list above 3 KiB shrinks to the address's own `parentOrigin`, if it is listed."""
    if not domains:
        return "http: https:"
    if not is_too_long(domains):
        return " ".join(domains)
    return parent_origin if parent_origin is not None and parent_origin in domains else _NONE


def reports_url(client: str, widget_id: str = "") -> str:
    """Where browsers send reports about pages with this widget; without one, about the operators' pages (section 5)."""
    return client + (f"/core/public/web-widgets/{widget_id}/csp-reports" if widget_id else REPORTS_PATH)


def reporting_endpoints(client: str, widget_id: str = "") -> str:
    """The header `Reporting-Endpoints` that `report-to halloo` needs beside it."""
    return f'halloo="{reports_url(client, widget_id)}"'


def frame_policy(deployment: Deployment, ancestors: str) -> str:
    """The policy of a widget's frame. `ancestors` as `frame_ancestors` says."""
    return _text(
        {
            **_allowed(deployment, deployment.client),
            "base-uri": _NONE,
            "form-action": _NONE,
            "frame-ancestors": ancestors,
            **_TRUSTED_TYPES,
            **_reports(deployment.client, deployment.widget_id),
        }
    )


def game_policy(deployment: Deployment, ancestors: str) -> str:
    """The policy of the game's document. Both the widget's frame and the customer's page are its ancestors."""
    wide = ancestors in (_NONE, "http: https:")
    return _text(
        {
            "script-src": _SELF,
            "style-src": _SELF,
            "img-src": _SELF,
            "base-uri": _NONE,
            "form-action": _NONE,
            "frame-ancestors": ancestors if wide else f"{deployment.client} {ancestors}",
        }
    )


def inbox_policy(deployment: Deployment) -> str:
    """The policy of the operators' pages."""
    return _text(
        {
            **_allowed(_without(deployment, "wait_game"), _public(deployment)),
            "frame-src": _SELF,
            "manifest-src": _SELF,
            "base-uri": _NONE,
            "form-action": _SELF,
            "frame-ancestors": _NONE,
            **_TRUSTED_TYPES,
            **_reports(deployment.client),
        }
    )


def preview_policy(deployment: Deployment) -> str:
    """The policy of the widget's preview, which the inbox frames: nobody is called there, and nothing is played."""
    return _text(
        {
            **_allowed(_without(deployment, "wait_game", "calls", "cobrowse"), _public(deployment)),
            "base-uri": _NONE,
            "form-action": _NONE,
            "frame-ancestors": _SELF,
            **_TRUSTED_TYPES,
            **_reports(deployment.client),
        }
    )


def replay_policy(deployment: Deployment) -> str:
    """The policy of co-browsing's replay, a sandboxed frame of the inbox: recorded pages bring inline styles.

    The one place with that keyword. Nothing but the player runs there, and nothing connects.
    """
    image = deployment.hosts["image"]
    return _text(
        {
            "script-src": _SELF,
            "style-src": "'self' 'unsafe-inline'",
            "img-src": _SELF if image == _public(deployment) else image,
            "frame-ancestors": _SELF,
        }
    )


def _public(deployment: Deployment) -> str:
    return deployment.public or deployment.client


def _without(deployment: Deployment, *features: Feature) -> Deployment:
    return replace(deployment, features=deployment.features.difference(features))


def _allowed(deployment: Deployment, own: str) -> dict[str, str]:
    """What the manifest asks for inside of the frame, for a document whose own files and API are at `own`."""
    wanted: dict[str, list[str]] = {name: [] for name in _DIRECTIVES}
    wanted["img-src"].append(_SELF)
    found = sorted(needs(deployment, "frame"), key=lambda need: _ROLES.index(need.host))
    for name, destination in _DIRECTIVES.items():
        for need in found:
            if need.destination == destination:
                at = [own] if need.host == "client" else origins(deployment, need)
                wanted[name] += [_SELF if origin == own else origin for origin in at]
    return {name: _sources(sources) for name, sources in wanted.items() if sources or name in _SAID}


def _sources(sources: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(sources)) or _NONE


def _reports(client: str, widget_id: str = "") -> dict[str, str]:
    return {"report-to": "halloo", "report-uri": reports_url(client, widget_id)}


def _text(directives: Mapping[str, str]) -> str:
    return "; ".join(["default-src 'none'", *(f"{name} {value}" for name, value in directives.items())])
