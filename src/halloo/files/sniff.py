"""What bytes are, whatever they are called. Pure: it looks at the first 64 KiB and unpacks nothing.

Who sends a file can call it anything; its type is what its bytes say, out of a short list, or it is refused. HTML, SVG, XML, scripts
and programs are on no list, so that nothing served can run (csp contract, exact answers).
"""

import re
from collections.abc import Callable

from halloo.files.errors import FileType
from halloo.files.model import FILE_KINDS
from halloo.files.types import KINDS, ODF, OOXML, UNSAID, essence

_FIRST: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"fLaC", "audio/flac"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"BZh", "application/x-bzip2"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_TYPES = ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint")
_OLE_STREAMS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")
_OFFICE_PARTS = (
    (b"word/", f"{OOXML}.wordprocessingml.document"),
    (b"xl/", f"{OOXML}.spreadsheetml.sheet"),
    (b"ppt/", f"{OOXML}.presentationml.presentation"),
)
_ODF_TYPES = (f"{ODF}.text", f"{ODF}.spreadsheet", f"{ODF}.presentation")
_ZIPPED_PROGRAMS = (
    b"META-INF/MANIFEST.MF",
    b"AndroidManifest.xml",
    b"AppxManifest.xml",
    b"install.rdf",
    b"classes.dex",
)
_ZIP_ENTRY = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_MARKUP = re.compile(
    r"<(?:!doctype|!--|!\[cdata|\?xml|\?php|\?=|%|[a-z][a-z0-9]*:|"
    r"(?:html|head|body|script|style|svg|math|iframe|frameset|object|embed|link|meta|base|img|form|table|div|a|p|br|title|"
    r"template|video|audio|input|textarea|details|xss|isindex|plist|rss|feed|xsl|stylesheet|package|job|hta)[\s/>])",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\s*(?:#!|@echo\b|mime-version:|\[internetshortcut\]|windows registry editor|regedit4|%!ps)", re.IGNORECASE
)
_MULTIPART = re.compile(r"^content-type:\s*(?:multipart/related|text/html)", re.IGNORECASE | re.MULTILINE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How text in UTF-16 begins; the first would also be a frame of sound, of a layer that nobody has used since the nineties."""
_LOOKED = 4096
"""Characters at the beginning of a text in which markup may not stand: more than any browser looks at."""
_TEXT_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_HEAD = 64 * 1024


def sniff(head: bytes, claimed: str = "", size: int | None = None) -> str:
    """The type of a file that begins with `head`. `claimed` decides between types that share their beginning, and nothing else.

    Raises `FileType` for what is on no list, and for what is of another kind than was claimed.
    """
    claimed = essence(claimed)
    found = _binary(head, claimed) or _text(head, claimed, whole=size is not None and size <= len(head))
    kind = None if found is None else KINDS[found]
    if found is None or (claimed not in UNSAID and KINDS.get(claimed) != kind):
        raise FileType(types=list(FILE_KINDS))
    return found


def _binary(head: bytes, claimed: str) -> str | None:
    for magic, type_ in _FIRST:
        if head.startswith(magic):
            return type_
    for at, magic, look in _SHAPES:
        if head[at : at + len(magic)] == magic:
            return look(head, claimed)
    return _framed(head)


def _riff(head: bytes, _claimed: str) -> str | None:
    return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])


def _matroska(head: bytes, claimed: str) -> str | None:
    return _of(claimed, "audio/webm", "video/webm") if b"webm" in head[:64] else None


def _ogg(head: bytes, _claimed: str) -> str:
    return "video/ogg" if b"\x80theora" in head[:512] else "audio/ogg"


def _tar(_head: bytes, _claimed: str) -> str:
    return "application/x-tar"


def _of(claimed: str, *types: str) -> str:
    """The claimed one of types that cannot be told apart by how they begin; else the last."""
    return claimed if claimed in types else types[-1]


def _boxed(head: bytes, claimed: str) -> str | None:
    """What the brands of an ISO file say."""
    end = int.from_bytes(head[:4])
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, min(end, 256), 4))}
    if brands & {b"avif", b"avis"}:
        return "image/avif"
    if head[8:12] == b"qt  ":
        return "video/quicktime"
    if head[8:12] in {b"M4A ", b"M4B "}:
        return "audio/mp4"
    known = {
        b"isom",
        b"iso2",
        b"iso4",
        b"iso5",
        b"iso6",
        b"mp41",
        b"mp42",
        b"avc1",
        b"M4V ",
        b"dash",
        b"mmp4",
        b"3gp4",
        b"3gp5",
    }
    return _of(claimed, "audio/mp4", "video/mp4") if brands & known else None


def _framed(head: bytes) -> str | None:
    """Sound that begins with a tag or a frame of its own."""
    if head.startswith(b"ID3"):
        return "audio/mpeg"
    if len(head) < 4 or head[0] != 0xFF or head.startswith(_UTF_16):  # noqa: PLR2004 - the first byte of a frame, and how long its header is
        return None
    if head[1] & 0xF6 == 0xF0:  # noqa: PLR2004 - ADTS: its sync and layer 0
        return "audio/aac"
    layered = head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and head[1] & 0x18 != 0x08  # noqa: PLR2004 - MPEG audio
    return "audio/mpeg" if layered and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C else None  # noqa: PLR2004 - no such rates


def _zipped(head: bytes, _claimed: str) -> str | None:
    names = [
        head[found.end() : found.end() + int.from_bytes(found[1], "little")] for found in _ZIP_ENTRY.finditer(head)
    ]
    if any(name in _ZIPPED_PROGRAMS for name in names):
        return None
    first = head[30 : 30 + 256]
    if first.startswith(b"mimetype"):  # a package: books hold scripts, and are none of these
        return next((name for name in _ODF_TYPES if first[8:].startswith(name.encode())), None)
    if b"[Content_Types].xml" not in names and b"_rels/.rels" not in names:
        return "application/zip"
    if any(name.lower().endswith(b"vbaproject.bin") for name in names):
        return None
    return next((type_ for part, type_ in _OFFICE_PARTS if any(name.startswith(part) for name in names)), None)


def _compound(head: bytes, claimed: str) -> str | None:
    """The older office files. Installers share their shape: what cannot be told from one is refused."""
    if _INSTALLER in head or claimed not in (*_OLE_TYPES, *UNSAID):
        return None
    for stream, type_ in _OLE_STREAMS:
        if stream.encode("utf-16-le") in head:
            return type_
    sector = (int.from_bytes(head[0x30:0x34], "little") + 1) << (9 if head[0x1E:0x20] == b"\x09\x00" else 12)
    return claimed if claimed in _OLE_TYPES and sector >= _HEAD else None


def _text(head: bytes, claimed: str, *, whole: bool) -> str | None:
    encoding = "utf-16" if head.startswith(_UTF_16) else "utf-8-sig"
    try:
        text = head.decode(encoding, "strict" if whole else "ignore")
    except UnicodeDecodeError:
        text = _narrow(head)
    if not whole and encoding != "utf-16" and len(text.encode()) < len(head.removeprefix(b"\xef\xbb\xbf")) - 4:
        text = _narrow(head)
    if not text.strip() or _TEXT_CONTROLS.search(text) is not None:
        return None
    if _MARKUP.search(text[:_LOOKED]) is not None or _ORDERS.match(text) is not None:
        return None
    if _MULTIPART.search(text[:_LOOKED]) is not None:
        return None
    return "text/csv" if claimed == "text/csv" else "text/plain"


def _narrow(head: bytes) -> str:
    """Text in an older encoding: bytes that are letters there; none where it looks like no text."""
    text = head.decode("cp1252", "replace")
    odd = sum(1 for byte in head if byte >= 0x80)  # noqa: PLR2004 - beyond ASCII
    return "" if "\ufffd" in text or odd * 3 > len(head) else text


_SHAPES: tuple[tuple[int, bytes, Callable[[bytes, str], str | None]], ...] = (
    (0, b"RIFF", _riff),
    (4, b"ftyp", _boxed),
    (0, b"\x1aE\xdf\xa3", _matroska),
    (0, b"OggS", _ogg),
    (0, b"PK\x03\x04", _zipped),
    (0, _OLE, _compound),
    (257, b"ustar", _tar),
)
"""Where something stands that several types begin with, and who looks further."""
