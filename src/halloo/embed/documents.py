"""The HTML documents: frame, inbox, preview, and what stands in for an unknown widget. No inline script or style."""

from collections.abc import Mapping
from html import escape
from typing import Any

from halloo.embed.assets import Page
from halloo.embed.escape import json_block

_RIGHT_TO_LEFT = ("ar", "he")
_VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
UNKNOWN_WIDGET = (
    b"<!doctype html>\n"
    b'<html lang="en"><head><meta charset="utf-8"><title>No chat here</title></head>\n'
    b"<body><p>There is no chat at this address: the widget does not exist or is not published.</p></body></html>\n"
)
"""One body for unknown and unpublished widgets."""
NOT_BUILT = (
    b"<!doctype html>\n"
    b'<html lang="en"><head><meta charset="utf-8"><title>Not built</title></head>\n'
    b"<body><p>The browser packages of this server were not built. Run <code>make build</code> and start it again.</p>"
    b"</body></html>\n"
)


def frame_document(page: Page, record: Mapping[str, Any]) -> bytes:
    """The widget's document with its public record as a data block."""
    v1 = record["config"]["v1"]
    lang = "en" if v1["locale"] == "auto" else v1["locale"]
    block = f'<script type="application/json" id="halloo-record">{json_block(record)}</script>\n'
    return _document(page, v1["chat"]["title"], '<div id="halloo"></div>\n' + block, lang)


def inbox_document(page: Page, rescue: str | None = None, relay: str | None = None) -> bytes:
    """The operators' page, the same for every address below it.

    `rescue`: the address of the rescue relay. `relay`: that of the relay, where it is not the page's own host.
    """
    head = (
        '<link rel="icon" href="/favicon.svg" type="image/svg+xml">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="robots" content="noindex">\n'
    )
    if relay is not None:
        head += f'<meta name="halloo-relay" content="{escape(relay)}">\n'
    if rescue is not None:
        head += f'<meta name="halloo-rescue" content="{escape(rescue)}">\n'
    body = '<div id="inbox"></div>\n<noscript>The inbox needs JavaScript.</noscript>\n'
    return _document(page, "Halloo", body, "en", head)


def preview_document(page: Page) -> bytes:
    """The widget as the inbox shows it beside its settings."""
    return _document(page, "Preview", '<div id="halloo"></div>\n', "en")


def _document(page: Page, title: str, body: str, lang: str, head: str = "") -> bytes:
    styles = "".join(f'<link rel="stylesheet" href="/public/assets/{escape(name)}">\n' for name in page.css)
    direction = "rtl" if lang in _RIGHT_TO_LEFT else "ltr"
    return (
        f'<!doctype html>\n<html lang="{escape(lang)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="{_VIEWPORT}">\n<title>{escape(title)}</title>\n{head}{styles}'
        f'<script type="module" src="/public/assets/{escape(page.js)}"></script>\n</head>\n'
        f"<body>\n{body}</body>\n</html>\n"
    ).encode()
