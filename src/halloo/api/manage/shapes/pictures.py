"""Pictures of people, and what pages say of themselves."""

from msgspec import Struct


class AvatarPut(Struct, forbid_unknown_fields=True):
    """`PUT /core/me/avatar`: an upload whose purpose is `avatar`."""

    upload_id: str


class PictureKey(Struct):
    """What opens the picture of everybody in the workspace: `{origin}/avatar/{kind}/{id}/{size}?{query}` up to `until`.

    `kind`: operator, contact, visitor; `size`: 32, 48, 64, 96, 128, 256 or 512 pixels. `until`: UNIX ms; ask again before.
    """

    origin: str
    query: str
    until: int


class LinkPreview(Struct):
    """What a page says of itself; empty where nothing is known. `image` is an address of the image host."""

    url: str
    title: str
    description: str
    site: str
    image: str
