"""Refusals of files."""

from halloo.kit.refusals import Conflict, NotFound, TooLarge, UnsupportedType


class FilesOff(NotFound):
    """Files cannot be sent through this widget; write what you want to say instead."""

    code = "files_off"


class FileTooLarge(TooLarge):
    """The file is too large; send one of at most `details.max_bytes` bytes."""

    code = "file_too_large"


class FileType(UnsupportedType):
    """Files of this type cannot be sent here; send one of `details.types`."""

    code = "file_type"


class PictureRefused(UnsupportedType):
    """This picture cannot be taken; save it anew as PNG, JPEG, GIF, WebP or AVIF and send that."""

    code = "image_refused"


class UploadIncomplete(Conflict):
    """There is no such upload of yours that was received whole and not sent yet; upload the file again."""

    code = "upload_incomplete"


class UploadNotFound(NotFound):
    """There is nothing to upload to here; ask for a new target."""

    code = "upload_not_found"


class UploadDamaged(Conflict):
    """What was received is not what was announced; upload the file again."""

    code = "upload_damaged"


class FileNotFound(NotFound):
    """There is no such file in this conversation."""

    code = "file_not_found"
