"""The types of files that are taken and served, what each counts as, and how their names end. Pure."""

from typing import Literal

from halloo.files.model import FileKind

OOXML = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"
KINDS: dict[str, FileKind] = {
    "image/png": "image",
    "image/jpeg": "image",
    "image/gif": "image",
    "image/webp": "image",
    "image/avif": "image",
    "application/pdf": "pdf",
    "text/plain": "text",
    "text/csv": "text",
    "application/rtf": "office",
    "application/msword": "office",
    "application/vnd.ms-excel": "office",
    "application/vnd.ms-powerpoint": "office",
    f"{OOXML}.wordprocessingml.document": "office",
    f"{OOXML}.spreadsheetml.sheet": "office",
    f"{OOXML}.presentationml.presentation": "office",
    f"{ODF}.text": "office",
    f"{ODF}.spreadsheet": "office",
    f"{ODF}.presentation": "office",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "audio",
    "audio/webm": "audio",
    "audio/wav": "audio",
    "audio/flac": "audio",
    "audio/aac": "audio",
    "video/mp4": "video",
    "video/webm": "video",
    "video/ogg": "video",
    "video/quicktime": "video",
    "application/zip": "archive",
    "application/gzip": "archive",
    "application/x-7z-compressed": "archive",
    "application/vnd.rar": "archive",
    "application/x-xz": "archive",
    "application/x-bzip2": "archive",
    "application/zstd": "archive",
    "application/x-tar": "archive",
}
"""Every type that is served, and what it counts as."""
ENDINGS: dict[str, tuple[str, ...]] = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg", "jfif"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/avif": ("avif",),
    "application/pdf": ("pdf",),
    "text/plain": ("txt", "log", "md", "json", "yaml", "yml", "toml", "conf", "srt", "vtt"),
    "text/csv": ("csv", "tsv"),
    "application/rtf": ("rtf",),
    "application/msword": ("doc",),
    "application/vnd.ms-excel": ("xls",),
    "application/vnd.ms-powerpoint": ("ppt",),
    f"{OOXML}.wordprocessingml.document": ("docx",),
    f"{OOXML}.spreadsheetml.sheet": ("xlsx",),
    f"{OOXML}.presentationml.presentation": ("pptx",),
    f"{ODF}.text": ("odt",),
    f"{ODF}.spreadsheet": ("ods",),
    f"{ODF}.presentation": ("odp",),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a",),
    "audio/ogg": ("ogg", "oga", "opus"),
    "audio/webm": ("weba", "webm"),
    "audio/wav": ("wav",),
    "audio/flac": ("flac",),
    "audio/aac": ("aac",),
    "video/mp4": ("mp4", "m4v"),
    "video/webm": ("webm",),
    "video/ogg": ("ogv",),
    "video/quicktime": ("mov",),
    "application/zip": ("zip",),
    "application/gzip": ("gz", "tgz"),
    "application/x-7z-compressed": ("7z",),
    "application/vnd.rar": ("rar",),
    "application/x-xz": ("xz",),
    "application/x-bzip2": ("bz2",),
    "application/zstd": ("zst",),
    "application/x-tar": ("tar",),
}
"""Endings of names that a type may have; the first is what it is given."""
_ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "text/rtf": "application/rtf",
    "text/markdown": "text/plain",
    "text/tab-separated-values": "text/csv",
    "text/x-log": "text/plain",
    "application/json": "text/plain",
    "application/yaml": "text/plain",
    "application/x-yaml": "text/plain",
    "text/yaml": "text/plain",
    "application/toml": "text/plain",
    "application/x-subrip": "text/plain",
    "text/vtt": "text/plain",
    "application/x-zip-compressed": "application/zip",
    "application/x-gzip": "application/gzip",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/x-rar": "application/vnd.rar",
}
UNSAID = ("", "application/octet-stream", "binary/octet-stream")
"""What a browser says that does not know a file's type."""


def essence(type_: str) -> str:
    """A media type without parameters, in lower case and by its usual name."""
    plain = type_.partition(";")[0].strip().lower()
    return _ALIASES.get(plain, plain)


def claimed_type(name: str, type_: str) -> str:
    """What a sender says that a file is; tables go by their name, since systems tell browsers all sorts of types for them."""
    return "text/csv" if name.rpartition(".")[2].lower() in ENDINGS["text/csv"] else essence(type_)


def claimed_kind(name: str, type_: str) -> FileKind | Literal["never"] | None:
    """What an announced type counts as: None where nothing was said, `never` for what is taken from nobody."""
    plain = claimed_type(name, type_)
    return None if plain in UNSAID else KINDS.get(plain, "never")
