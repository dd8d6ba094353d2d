"""What two other messengers ask sites for, with Halloo's hosts in place of theirs: under either every feature works (csp contract 7.2).

Named by the number of the document that has them. The first comes as a `<meta>`, the second as a header.
"""

from collections.abc import Iterator

from tests.csp.case import OWN, C, Case, Meta, Probe, fetch, frame, image, imported, loader, worker

_ALL = "https://*.chat.test"
_SOCKETS = "wss://*.chat.test"
META = (
    f"img-src data: {_ALL}; font-src {_ALL}; media-src {_ALL}; style-src 'unsafe-inline' {_ALL}; frame-src {_ALL}; "
    f"script-src {_ALL}; worker-src blob: {_ALL}; connect-src {_ALL} {_SOCKETS}"
)
HEADER = (
    f"frame-src 'self' {_ALL}; script-src 'self' {_ALL}; style-src 'self' 'unsafe-inline' {_ALL}; font-src 'self' {_ALL} data:; "
    f"connect-src 'self' {_ALL} {_SOCKETS}; media-src 'self' {_ALL}; img-src 'self' {_ALL} data: blob:"
)


def _features() -> Iterator[Probe]:
    """Every feature on the page, and what the frame would ask for if the page's policy reached into it."""
    yield loader(True)
    yield imported(True)
    yield frame(True, url=f"{C}/public/widget/w1")
    yield fetch(f"{C}/core/public/web-widgets/w1", True)
    yield fetch(f"{C}/core/public/web-widgets/w1/embed-ticket", True)
    yield from (fetch(f"{scheme}://{role}.chat.test/x", True) for role in _CONNECTED for scheme in ("https", "wss"))
    yield fetch("https://storage.chat.test/x", True)
    yield from (image(f"https://{role}.chat.test/a.png", True) for role in ("image", "storage"))
    yield image("data:image/png;base64,AAAA", True)
    yield Probe("media", "https://storage.chat.test/a.wav", True, made=True)
    yield Probe("media", f"{C}/public/assets/a.wav", True, made=True)
    yield Probe("font", f"{C}/public/assets/a.woff2", True, made=True)
    yield Probe("style", f"{C}/public/assets/a.css", True)
    yield Probe("frame", "https://game.chat.test/game", True)
    # And nothing else is let in with them.
    yield Probe("frame", "https://evil.test/w", False)
    yield fetch("wss://evil.test/relay", False)


_CONNECTED = ("relay", "rescue", "stream")
SEEDS = (
    Case("seed-000", metas=(Meta(META),), probes=(*_features(), worker(False), worker(True, url="blob:"))),
    Case("seed-001", headers=(HEADER,), probes=(*_features(), worker(True, url=f"{OWN}/worker.js"))),
)
