"""The browser build: loader, files and the manifest that names them, read once into memory."""

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from halloo.embed.answers import Answer, prepare
from halloo.embed.policy import file_headers, shared_headers

FOLDER = Path(__file__).parent / "assets"
"""Where the build of `web/` writes."""
EARLIER = Path(__file__).parent / "earlier"
"""Pinned loaders of earlier releases, named by their SHA-384 in hex; each stays for twelve months."""
PLACEHOLDER = '"%%"'
IMMUTABLE = "public, max-age=31536000, immutable"
SCRIPT = "text/javascript; charset=utf-8"
_TYPES = {
    "js": (SCRIPT, True),
    "css": ("text/css; charset=utf-8", True),
    "svg": ("image/svg+xml", True),
    "json": ("application/json", True),
    "webmanifest": ("application/manifest+json", True),
    "txt": ("text/plain; charset=utf-8", True),
    "wasm": ("application/wasm", True),
    "woff2": ("font/woff2", False),
    "png": ("image/png", False),
    "webp": ("image/webp", False),
    "mp3": ("audio/mpeg", False),
    "ogg": ("audio/ogg", False),
    "wav": ("audio/wav", True),
    "m4a": ("audio/mp4", False),
}
"""Content type, and whether compressing is worth it. What is not listed is not served."""


class AssetsError(RuntimeError):
    """The browser build does not fit this server."""


class Page(msgspec.Struct):
    """The entry files of one document, by their names under `/public/assets/`."""

    js: str
    css: list[str] = []


class _Manifest(msgspec.Struct):
    widget: Page | None = None
    preview: Page | None = None
    inbox: Page | None = None
    docs: Page | None = None


@dataclass(frozen=True, slots=True)
class Assets:
    """Everything that was built. A page is None, and the loader empty, where the build has not made it."""

    loader: str = ""
    files: dict[str, Answer] = field(default_factory=dict[str, Answer])
    widget: Page | None = None
    preview: Page | None = None
    inbox: Page | None = None
    docs: Page | None = None
    earlier: dict[str, Answer] = field(default_factory=dict[str, Answer])

    def evergreen(self, literal: str) -> bytes:
        """The loader with a record inside; `literal` is the record as a JavaScript string literal."""
        return self.loader.replace(PLACEHOLDER, f"JSON.parse({literal})").encode("ascii")

    def pinned(self) -> bytes:
        """The loader that asks for its record."""
        return self.loader.replace(PLACEHOLDER, "null").encode("ascii")

    def pinned_digest(self) -> bytes:
        """SHA-384 of the pinned loader: in hex its file name, in base64 its `integrity`."""
        return hashlib.sha384(self.pinned()).digest()

    def pinned_name(self) -> str:
        """The pinned loader's file name below `/public/loader/`."""
        return f"{self.pinned_digest().hex()}.js"

    def integrity(self) -> str:
        """The pinned loader's `integrity`."""
        return f"sha384-{base64.b64encode(self.pinned_digest()).decode()}"


def load_assets(folder: Path = FOLDER, earlier: Path = EARLIER) -> Assets:
    """Read the build. A missing build gives empty assets; a wrong one raises `AssetsError`."""
    manifest_path, loader_path = folder / "manifest.json", folder / "loader.js"
    if not manifest_path.is_file() or not loader_path.is_file():
        return Assets()
    loader = loader_path.read_text("utf-8")
    if not loader.isascii() or loader.count(PLACEHOLDER) != 1:
        raise AssetsError(f"{loader_path} must be ASCII and hold {PLACEHOLDER} once; build the browser packages again.")
    manifest = msgspec.json.decode(manifest_path.read_bytes(), type=_Manifest)
    files = {path.name: answer for path in sorted((folder / "files").iterdir()) if (answer := _file(path)) is not None}
    for page in (manifest.widget, manifest.preview, manifest.inbox, manifest.docs):
        for name in () if page is None else (page.js, *page.css):
            if name not in files:
                raise AssetsError(
                    f"{manifest_path} names {name}, which is not there; build the browser packages again."
                )
    return Assets(loader, files, manifest.widget, manifest.preview, manifest.inbox, manifest.docs, _earlier(earlier))


def _earlier(folder: Path) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for path in sorted(folder.glob("*.js")):
        if hashlib.sha384(path.read_bytes()).hexdigest() != path.stem:
            raise AssetsError(f"{path} is not what its name says; sites that pinned it would refuse it.")
        found[path.name] = prepare(SCRIPT, path.read_bytes(), shared_headers(IMMUTABLE))
    return found


def _file(path: Path) -> Answer | None:
    found = _TYPES.get(path.suffix.removeprefix("."))
    if found is None or not path.is_file():
        return None
    content_type, compress = found
    return prepare(content_type, path.read_bytes(), file_headers(IMMUTABLE), compress=compress)
