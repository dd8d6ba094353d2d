"""Four customers and the policies of their sites, in the manner of a bank, a code host, a Next.js shop and a WordPress blog."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

OWN = "window.own = 'ran'"
"""The page's own script: it must run before and after, whatever is added."""
OWN_HASH = f"sha256-{base64.b64encode(hashlib.sha256(OWN.encode()).digest()).decode()}"
NONCE = "{NONCE}"
"""What the site's server replaces by the nonce that it makes for each answer."""


@dataclass(frozen=True)
class Host:
    """A customer. `blocks`: need, deciding directive and kind of fix that the doctor must name, in order."""

    name: str
    headers: tuple[str, ...]
    blocks: tuple[tuple[str, str, str], ...]
    metas: tuple[str, ...] = ()
    further: dict[str, str] = field(default_factory=dict[str, str])
    own: str = f"<script>{OWN}</script>"
    config: dict[str, Any] = field(default_factory=dict[str, Any])


BANK = Host(
    "bank",
    (
        (
            f"default-src 'none'; script-src '{OWN_HASH}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self' https://rates.bank.example; frame-src 'none'; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types bank"
        ),
    ),
    (
        ("host.loader", "script-src", "hash"),
        ("host.frame", "frame-src", "replace_none"),
        ("host.record", "connect-src", "add_source"),
        ("host.microphone", "Permissions-Policy", "permissions_policy"),
        ("host.sound", "Permissions-Policy", "permissions_policy"),
    ),
    further={
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), autoplay=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "X-Frame-Options": "DENY",
    },
)
CODE_HOST = Host(
    "code-host",
    (
        (
            "default-src 'none'; base-uri 'self'; child-src assets.hub.example/worker/ hub.example/worker/; "
            "connect-src 'self' uploads.hub.example api.hub.example wss://live.hub.example; font-src assets.hub.example; "
            "form-action 'self' hub.example; frame-ancestors 'none'; frame-src viewer.hub.example render.hub.example; "
            "img-src 'self' data: blob: assets.hub.example *.pictures.hub.example; manifest-src 'self'; "
            f"media-src videos.hub.example; script-src assets.hub.example '{OWN_HASH}'; "
            "style-src 'unsafe-inline' assets.hub.example; upgrade-insecure-requests; worker-src assets.hub.example/worker/"
        ),
    ),
    (("host.loader", "script-src", "add_source"), ("host.frame", "frame-src", "add_source")),
)
NEXT_SHOP = Host(
    "next-shop",
    (
        (
            f"default-src 'self'; script-src 'self' 'nonce-{NONCE}' 'strict-dynamic'; style-src 'self' 'nonce-{NONCE}'; "
            "img-src 'self' blob: data:; font-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
            "frame-ancestors 'none'; upgrade-insecure-requests"
        ),
    ),
    (("host.loader", "script-src", "nonce"), ("host.frame", "default-src", "add_directive")),
    own=f'<script nonce="{NONCE}">{OWN}</script>',
)
BLOG = Host(
    "blog",
    ("frame-ancestors 'self'; upgrade-insecure-requests",),
    (
        ("host.loader", "script-src", "add_source"),
        ("host.frame", "default-src", "add_directive"),
        ("host.ticket", "connect-src", "add_source"),
    ),
    metas=(
        (
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' https://stats.example; "
            "style-src 'self' 'unsafe-inline' https://fonts.example; img-src 'self' data: https:; "
            "font-src 'self' data: https://fonts.example; connect-src 'self' https://stats.example; "
            "media-src 'self'; worker-src 'self' blob:"
        ),
    ),
    config={"security": {"require_verified_embedding": True}},
)
HOSTS = (BANK, CODE_HOST, NEXT_SHOP, BLOG)
