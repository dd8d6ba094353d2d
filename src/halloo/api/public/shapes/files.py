"""Files that are to be sent, and addresses of those that were."""

from typing import Any

from msgspec import Struct


class UploadPost(Struct, forbid_unknown_fields=True):
    """`POST …/uploads`: a file that is to be sent. `sha256` in hex, where the browser has made it; `bot_check` as for messages."""

    name: str
    size: int
    type: str = ""
    sha256: str | None = None
    bot_check: Any = None


class UploadTarget(Struct):
    """Where the bytes go by `PUT`, and for how many seconds the address holds; every part that arrives renews it."""

    url: str
    headers: dict[str, str]
    expires_in: int


class UploadOpened(Struct):
    """The answer to `POST …/uploads`: the message that names `upload_id` publishes the file."""

    upload_id: str
    put: UploadTarget


class FileAddress(Struct):
    """A new address of a file, which holds an hour."""

    url: str
