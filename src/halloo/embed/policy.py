"""The headers of our own documents (csp contract 2.3, embedding contract 5.1); the policies among them are those of `csp/own.py`."""

from collections.abc import Collection

from halloo.csp.manifest import PERMISSIONS
from halloo.csp.model import Feature
from halloo.csp.own import ERROR_POLICY

Header = tuple[bytes, bytes]

_FEATURES = ("camera", "microphone", "display-capture")


def permissions_policy(features: Collection[Feature] = ()) -> str:
    """What a document of ours may ask the browser for: what features that are on there need."""
    asked = {name for feature in features for name in PERMISSIONS.get(feature, ())}
    devices = [f"{name}={'(self)' if name in asked else '()'}" for name in _FEATURES]
    return ", ".join([*devices, "geolocation=()", "payment=()", "usb=()"])


def headers(**values: str) -> list[Header]:
    """Header lines as ASGI takes them; `content_type` becomes `content-type`."""
    return [(name.replace("_", "-").encode(), value.encode("ascii")) for name, value in values.items()]


def frame_headers(policy: str, endpoints: str, features: Collection[Feature]) -> list[Header]:
    """Every header of the frame document but those of its content.

    `endpoints`: where the policy's `report-to` leads. `features`: those of the widget that are on.
    """
    return headers(
        content_security_policy=policy,
        reporting_endpoints=endpoints,
        permissions_policy=permissions_policy(features),
        cross_origin_embedder_policy="require-corp",
        cross_origin_resource_policy="cross-origin",
        referrer_policy="no-referrer",
        x_content_type_options="nosniff",
        cache_control="public, max-age=60",
    )


def page_headers(policy: str, endpoints: str, features: Collection[Feature] = ()) -> list[Header]:
    """Every header of a page of the inbox but those of its content.

    `endpoints`: where the policy's `report-to` leads. `features`: what operators use on it that asks the browser for something.
    """
    return headers(
        content_security_policy=policy,
        reporting_endpoints=endpoints,
        permissions_policy=permissions_policy(features),
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


def file_headers(cache_control: str) -> list[Header]:
    """Those of a file of the build. A worker of the frame starts from it only with the frame's own embedder policy."""
    return [*shared_headers(cache_control), *headers(cross_origin_embedder_policy="require-corp")]


def error_headers() -> list[Header]:
    """Every header of an answer that is no page."""
    return headers(content_security_policy=ERROR_POLICY, x_content_type_options="nosniff", cache_control="no-store")
