"""Files that are to be sent, and addresses of those that were."""

from typing import Literal

from msgspec import Struct

from halloo.files.model import FileKind


class UploadPost(Struct, forbid_unknown_fields=True):
    """`POST /core/uploads`. `sha256` in hex, where it is known; `avatar` for a picture of a person."""

    name: str
    size: int
    type: str = ""
    sha256: str | None = None
    purpose: Literal["message", "avatar"] = "message"


class UploadTarget(Struct):
    """Where the bytes go by `PUT`, and for how many seconds the address holds; every part that arrives renews it."""

    url: str
    headers: dict[str, str]
    expires_in: int


class UploadOpened(Struct):
    """The answer to `POST /core/uploads`: the message that names `upload_id` publishes the file."""

    upload_id: str
    put: UploadTarget


class UploadRules(Struct):
    """What an operator may upload: at most so many bytes a file, and files of these kinds."""

    max_bytes: int
    types: list[FileKind]


class FileAddress(Struct):
    """A new address of a file, which holds an hour."""

    url: str
