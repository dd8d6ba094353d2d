"""Policies of our own documents, and the headers beside them (csp contract 2.3, embedding contract 5.1).

Pure. Built from settings and stored, normalised entries alone. With all hosts on one origin each name becomes `'self'`;
sockets stay written out, because browsers do not agree on what `'self'` means for them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from halloo.widgets.settings import Hosts, socket_origin

Header = tuple[bytes, bytes]

ERROR_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""For answers that are no page."""
ANCESTORS_MAX = 3 * 1024
"""Longer lists would not pass every proxy's header buffer."""
_FEATURES = ("camera", "microphone", "display-capture")


def is_too_long(domains: Sequence[str]) -> bool:
    """Whether the list shrinks to the address's own `parentOrigin`."""
    return len(" ".join(domains)) > ANCESTORS_MAX


def frame_ancestors(domains: Sequence[str], parent_origin: str | None) -> str:
    """Who may frame a widget. A list above 3 KiB shrinks to the address's own `parentOrigin`, if it is listed."""
    if not domains:
        return "http: https:"
    if not is_too_long(domains):
        return " ".join(domains)
    return parent_origin if parent_origin is not None and parent_origin in domains else "'none'"


def frame_policy(hosts: Hosts, v1: Mapping[str, Any], ancestors: str) -> str:
    """The policy of a widget's frame; a feature that is off has no entry."""
    features = v1["features"]
    storage = hosts.storage if v1["files"]["enabled"] else None
    stream = hosts.stream if features["calls"] or features["cobrowse"] else None
    game = hosts.game if features["wait_game"] else None
    return _policy(
        **_parts(hosts, hosts.client, storage, stream),
        frame_src=game or "'none'",
        base_uri="'none'",
        form_action="'none'",
        frame_ancestors=ancestors,
    )


def inbox_policy(hosts: Hosts) -> str:
    """The policy of the operators' pages."""
    return _policy(
        **_parts(hosts, hosts.public, hosts.storage, hosts.stream),
        frame_src="'self'",
        manifest_src="'self'",
        base_uri="'none'",
        form_action="'self'",
        frame_ancestors="'none'",
    )


def preview_policy(hosts: Hosts) -> str:
    """The policy of the widget's preview, which the inbox frames."""
    return _policy(
        **_parts(hosts, hosts.public, hosts.storage, None),
        frame_src="'none'",
        base_uri="'none'",
        form_action="'none'",
        frame_ancestors="'self'",
    )


def _parts(hosts: Hosts, own: str, storage: str | None, stream: str | None) -> dict[str, str]:
    rescue = (None, None) if hosts.rescue is None else (socket_origin(hosts.rescue), hosts.rescue)
    stream_socket = None if stream is None else socket_origin(stream)
    return {
        "script_src": "'self'",
        "style_src": "'self'",
        "font_src": "'self'",
        "img_src": _sources(own, hosts.image, hosts.storage),
        "media_src": _sources(own, storage),
        "connect_src": _sources(own, socket_origin(hosts.relay), hosts.relay, *rescue, storage, stream_socket),
        "worker_src": "'self'",
    }


def _sources(own: str, *origins: str | None) -> str:
    """`'self'` and every other origin, each once."""
    others = dict.fromkeys(origin for origin in origins if origin is not None and origin != own)
    return " ".join(["'self'", *others])


def _policy(**directives: str) -> str:
    written = [f"{name.replace('_', '-')} {value}" for name, value in directives.items()]
    return "; ".join(["default-src 'none'", *written, "require-trusted-types-for 'script'", "trusted-types halloo"])


def permissions_policy(*, calls: bool = False) -> str:
    """What a document of ours may ask the browser for."""
    who = "(self)" if calls else "()"
    return ", ".join([*(f"{name}={who}" for name in _FEATURES), "geolocation=()", "payment=()", "usb=()"])


def headers(**values: str) -> list[Header]:
    """Header lines as ASGI takes them; `content_type` becomes `content-type`."""
    return [(name.replace("_", "-").encode(), value.encode("ascii")) for name, value in values.items()]


def frame_headers(policy: str, *, calls: bool) -> list[Header]:
    """Every header of the frame document but those of its content."""
    return headers(
        content_security_policy=policy,
        permissions_policy=permissions_policy(calls=calls),
        cross_origin_embedder_policy="require-corp",
        cross_origin_resource_policy="cross-origin",
        referrer_policy="no-referrer",
        x_content_type_options="nosniff",
        cache_control="public, max-age=60",
    )


def page_headers(policy: str) -> list[Header]:
    """Every header of a page of the inbox but those of its content."""
    return headers(
        content_security_policy=policy,
        permissions_policy=permissions_policy(),
        cross_origin_opener_policy="same-origin",
        cross_origin_resource_policy="same-origin",
        referrer_policy="same-origin",
        x_content_type_options="nosniff",
        cache_control="no-store",
    )


def shared_headers(cache_control: str) -> list[Header]:
    """Every header of a file that any website may load but those of its content."""
    return headers(
        access_control_allow_origin="*",
        cross_origin_resource_policy="cross-origin",
        x_content_type_options="nosniff",
        cache_control=cache_control,
    )


def error_headers() -> list[Header]:
    """Every header of an answer that is no page."""
    return headers(content_security_policy=ERROR_POLICY, x_content_type_options="nosniff", cache_control="no-store")
