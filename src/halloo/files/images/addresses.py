"""Addresses of the image host. Whoever was given one may open it: each carries a signature of what it names. Pure.

`/avatar/{kind}/{id}/{size}?in={workspace}&v={version}&sig=…` is a person's picture; the size is free among `SIZES`. In place of `v`
stands `until` where the signature opens every picture of the workspace up to that second, which an inbox is given.
`/process/thumbnail?url=…&width=…&height=…&sig=…` is a picture from elsewhere, made smaller.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Literal, get_args
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec import Struct

from halloo.kit.clock import DAY
from halloo.kit.ids import is_uuid

Kind = Literal["operator", "contact", "visitor"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SIZES = (32, 48, 64, 96, 128, 256, 512)
USUAL_SIZE = 128
MAX_SIDE = 1024
SHOWN = (640, 640)
"""The box of a picture from elsewhere that a message shows."""
_MAC_BYTES = 16
_QUERY_MAX = 8 * 1024
_PARTS = 5
_MS = 1000
_DIGITS = 11


class Person(Struct, frozen=True):
    """Whose picture is asked for; `version` is the file or the state that the address was made for."""

    workspace_id: str
    kind: Kind
    id: str
    size: int
    version: str


class Elsewhere(Struct, frozen=True):
    """A picture that is not ours, and the box it is to fit into."""

    url: str
    width: int
    height: int


class PictureAddresses:
    """Makes and opens addresses of the image host."""

    def __init__(self, origin: str, secret: bytes) -> None:
        """`origin`: the image host. `secret`: the server's, 32 bytes or more."""
        self.origin = origin
        self._key = hmac.digest(secret, b"picture addresses", "sha256")

    def person(self, workspace_id: str, kind: Kind, id: str, version: str = "", size: int = USUAL_SIZE) -> str:
        """Where a person's picture is; `version` changes with it, so that browsers may keep each for long."""
        sig = self._sign("person", workspace_id, kind, id, version)
        query = urlencode({"in": workspace_id, "v": version, "sig": sig})
        return f"{self.origin}/avatar/{kind}/{id}/{size}?{query}"

    def everybody(self, workspace_id: str, now: int) -> tuple[str, int]:
        """The query that opens each picture of a workspace, and until when, in milliseconds; the same one for a day."""
        until = now - now % DAY + 2 * DAY
        seconds = str(until // _MS)
        sig = self._sign("everybody", workspace_id, seconds)
        return urlencode({"in": workspace_id, "until": seconds, "sig": sig}), until

    def thumbnail(self, url: str, width: int, height: int) -> str:
        """Where a picture from elsewhere is, made smaller. Only what Halloo itself signed is fetched."""
        sig = self._sign("thumbnail", url, str(width), str(height))
        query = urlencode({"url": url, "width": width, "height": height, "sig": sig})
        return f"{self.origin}/process/thumbnail?{query}"

    def shown(self, url: str) -> str:
        """Where a picture from elsewhere is that a message shows; of an address of ours the same. Raises `ValueError` for one too long."""
        if url.startswith(f"{self.origin}/process/thumbnail?"):
            parts = urlsplit(url)
            if isinstance(self.open(parts.path, parts.query.encode(), 0), Elsewhere):
                return url
        address = self.thumbnail(url, *SHOWN)
        if len(address) > _QUERY_MAX:
            msg = "This address is too long."
            raise ValueError(msg)
        return address

    def open(self, path: str, query: bytes, now: int) -> Person | Elsewhere | None:
        """What an address names; None for any that was not made here, or holds no longer."""
        try:
            pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=_PARTS)
        except ValueError:
            return None
        said = dict(pairs)
        if len(said) != len(pairs) or len(query) > _QUERY_MAX:
            return None
        if path == "/process/thumbnail":
            return self._open_elsewhere(said)
        parts = path.split("/")
        return self._open_person(parts, said, now) if len(parts) == _PARTS and parts[1] == "avatar" else None

    def _open_elsewhere(self, said: Mapping[str, str]) -> Elsewhere | None:
        if set(said) != {"url", "width", "height", "sig"}:
            return None
        width, height = said["width"], said["height"]
        if not self._is_signed(said["sig"], "thumbnail", said["url"], width, height):
            return None
        return Elsewhere(said["url"], min(int(width), MAX_SIDE), min(int(height), MAX_SIDE))

    def _open_person(self, parts: list[str], said: Mapping[str, str], now: int) -> Person | None:
        kind: Kind | None = next((one for one in KINDS if one == parts[2]), None)
        size = next((one for one in SIZES if str(one) == parts[4]), None)
        if kind is None or size is None or not is_uuid(parts[3]) or not is_uuid(said.get("in")):
            return None
        workspace, sig = said["in"], said.get("sig", "")
        if set(said) == {"in", "v", "sig"} and self._is_signed(sig, "person", workspace, kind, parts[3], said["v"]):
            return Person(workspace, kind, parts[3], size, said["v"])
        if set(said) != {"in", "until", "sig"} or not self._is_signed(sig, "everybody", workspace, said["until"]):
            return None
        holds = len(said["until"]) <= _DIGITS and int(said["until"]) * _MS > now
        return Person(workspace, kind, parts[3], size, "") if holds else None

    def _is_signed(self, sig: str, *parts: str) -> bool:
        return hmac.compare_digest(sig.encode(), self._sign(*parts).encode())

    def _sign(self, *parts: str) -> str:
        """128 bits over the parts, each with its length before it."""
        text = b"".join(b"%d:%s" % (len(raw), raw) for raw in (part.encode() for part in parts))
        return urlsafe_b64encode(hmac.digest(self._key, text, "sha256")[:_MAC_BYTES]).rstrip(b"=").decode()
