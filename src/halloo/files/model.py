"""Uploads and files as values, their addresses, and the rules that need no database. Times are UNIX milliseconds."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import quote

from msgspec import Struct

from halloo.files.images.addresses import PictureAddresses
from halloo.files.images.model import TYPES, WANTED, Wanted
from halloo.kit.clock import HOUR, MINUTE

Purpose = Literal["message", "avatar"]
State = Literal["open", "stored", "used", "refused"]
FileKind = Literal["image", "pdf", "text", "office", "audio", "video", "archive"]
FILE_KINDS: tuple[FileKind, ...] = ("image", "pdf", "text", "office", "audio", "video", "archive")
TARGET_MS = 5 * MINUTE
"""How long the target of an upload holds; every part that arrives renews it."""
GRACE_MS = 3 * MINUTE
"""How long an upload goes on when its target has run out: what was begun at the last moment has renewed it by then."""
FRESH_MS = HOUR
"""How long an address holds that a screen is given."""
MESSAGE_TYPES = ("file", "audio", "animation")
"""Types of messages whose content is a file."""
SMALL_WIDTHS = (280, 560)
"""Widths in pixels of the smaller pictures that a thread may ask for: as wide as it shows one, and twice that."""
_MS = 1000
_UNTIL_DIGITS = 12


@dataclass(frozen=True, slots=True)
class UploadDraft:
    """What is to be uploaded, as it was announced. `type` may be empty; `sha256` in hex, where the sender has made it."""

    name: str
    size: int
    type: str
    sha256: str | None = None
    purpose: Purpose = "message"


@dataclass(frozen=True, slots=True)
class UploadRules:
    """What may be uploaded here, by whoever asks. `day_bytes`: what one visitor may upload in a day; None for operators."""

    max_bytes: int
    kinds: tuple[FileKind, ...] = FILE_KINDS
    day_bytes: int | None = None


class Upload(Struct, frozen=True):
    """Something that is being received. Its file's id stands from the beginning, and so do the keys of its bytes."""

    workspace_id: str
    id: str
    widget_id: str | None
    visitor_id: str | None
    operator_id: str | None
    purpose: Purpose
    name: str
    type: str
    size: int
    sha256: str | None
    token_hash: str
    state: State
    file_id: str
    created_at: int
    expires_at: int

    @property
    def owner(self) -> str:
        """Whose it is, as `files.owner` says it."""
        return f"visitor:{self.visitor_id}" if self.visitor_id is not None else f"operator:{self.operator_id}"

    @property
    def raw_key(self) -> str:
        """Where its bytes lie as they were received, and stay unless it is a picture."""
        return f"files/{self.workspace_id}/{self.file_id}"

    @property
    def key(self) -> str:
        """Where a picture lies that was drawn anew; what was received goes then."""
        return f"{self.raw_key}.drawn"

    @property
    def drawn_part(self) -> str:
        """How the storage names a picture that is being drawn anew."""
        return f"{self.id}.drawn"


class StoredFile(Struct, frozen=True):
    """A file whose bytes are here and whose type was found out. `details`: width, height, placeholder, duration, waveform."""

    workspace_id: str
    id: str
    secret: str
    storage_key: str
    conversation_id: str | None
    fingerprint: int | None
    owner: str
    name: str
    type: str
    size: int
    sha256: str
    details: dict[str, Any]
    created_at: int
    removed_at: int | None

    def opens(self, key: str, until: str, name: str, now: int) -> bool:
        """Whether this is an address of the file that was given by us and still holds. `until` as it stands in the address."""
        if not (until.isascii() and until.isdigit() and len(until) <= _UNTIL_DIGITS):
            return False
        right = hmac.compare_digest(key.encode(), file_key(self.secret, self.id, until).encode())
        return right and name == self.name and self.removed_at is None and int(until) * _MS > now

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as one, and so has smaller ones beside it."""
        return self.type in TYPES.values()

    def small_key(self, width: int, wanted: Wanted) -> str:
        """Where the smaller picture of a width lies."""
        return f"{self.storage_key}.{width}.{wanted}"

    @property
    def keys(self) -> list[str]:
        """Where its bytes lie, and those of everything that was made of it."""
        small = [self.small_key(width, wanted) for width in SMALL_WIDTHS for wanted in WANTED]
        return [self.storage_key, *small] if self.is_picture else [self.storage_key]

    def content(self, url: str) -> dict[str, Any]:
        """What a message says that holds this file."""
        return {
            "name": self.name,
            "url": url,
            "type": self.type,
            "size": self.size,
            "file_id": self.id,
            **self.details,
        }


@dataclass(frozen=True, slots=True)
class Received:
    """What an upload turned out to be: real size, digest and type, what is known of a picture, and where its bytes lie."""

    storage_key: str
    size: int
    sha256: str
    type: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileAddresses:
    """Makes addresses of what messages hold. `origin`: the storage host. `hours`: how long those hold that go into facts.

    `pictures`: addresses of pictures from elsewhere.
    """

    origin: str
    hours: int = 168
    pictures: PictureAddresses | None = None

    def address(self, file: StoredFile, until: int) -> str:
        """Where a browser reads the file up to `until`, a time in milliseconds."""
        seconds = str(until // _MS)
        key = file_key(file.secret, file.id, seconds)
        return f"{self.origin}/files/{file.id}/{key}/{quote(file.name, safe='')}?until={seconds}"

    def lasting(self, file: StoredFile, now: int) -> str:
        """The address that goes into a fact."""
        return self.address(file, now + self.hours * HOUR)

    def fresh(self, file: StoredFile, now: int) -> str:
        """The address that a screen is given: an hour, and the same one for some minutes, so that caches know it again."""
        return self.address(file, now - now % (10 * MINUTE) + FRESH_MS + 10 * MINUTE)

    def target(self, upload: Upload, token: str) -> str:
        """Where the bytes of an upload go."""
        return f"{self.origin}/uploads/{upload.id}?token={token}"


def file_key(secret: str, file_id: str, until: str) -> str:
    """What opens a file until a second: base64url of HMAC-SHA256, 256 bits."""
    mac = hmac.digest(secret.encode(), f"{file_id}.{until}".encode(), hashlib.sha256)
    return urlsafe_b64encode(mac).rstrip(b"=").decode()


def named(content: object, name: str) -> str | None:
    """The id that the content of a message or a draft has under a name, if it has one."""
    found = cast("dict[str, Any]", content).get(name) if isinstance(content, dict) else None
    return found if isinstance(found, str) else None


def names_upload(content: object) -> str | None:
    """The upload that a draft's content names, if it names one."""
    return named(content, "upload_id")


def file_ids(contents: Sequence[object]) -> list[str]:
    """The files that contents of messages hold."""
    return [one for one in (named(content, "file_id") for content in contents) if one is not None]
