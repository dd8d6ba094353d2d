"""Writes an animation anew from its parts and leaves everything else out: comments, metadata, what was hung on.

Pure; it is given what a decoder has read whole without complaint. A part that is not known is not copied, so that
what comes out is pictures and their times only.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from halloo.files.images.model import Format, ImageRefused

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset((b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"IDAT", b"fdAT", b"IEND"))
_PNG_COLOURS = frozenset((b"gAMA", b"cHRM", b"sRGB"))
"""What the numbers mean as colours, in at most 32 bytes."""
_WEBP_FRAME = frozenset((b"ALPH", b"VP8 ", b"VP8L"))
_WEBP_HEAD = b"VP8X"
_WEBP_SEEN_THROUGH, _WEBP_MOVES = 0x10, 0x02
_FRAME_HEAD = 16
_GIF_IMAGE, _GIF_MORE, _GIF_END = 0x2C, 0x21, 0x3B
_GIF_CONTROL, _GIF_APPLICATION = 0xF9, 0xFF
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_GIF_PALETTE = 0x80
_JPEG_MARK = re.compile(rb"\xff+([\x01-\xcf\xd8-\xfe])")
"""What begins a part; within a pass, 0xFF is followed by zero, or by one of eight marks that only count."""
_JPEG_SCAN, _JPEG_END, _JPEG_ALONE = 0xDA, 0xD9, (0x01, 0xD8)


def rewrite(data: bytes, format_: Format) -> bytes:
    """The same animation with nothing else in it. Raises `ImageRefused` where its parts do not fit together."""
    writers: dict[Format, Callable[[bytes], bytes]] = {"gif": _gif, "png": _png, "webp": _webp}
    try:
        return writers[format_](data)
    except (IndexError, struct.error):
        raise ImageRefused("broken") from None


def _png(data: bytes) -> bytes:
    out = bytearray(_PNG_HEAD)
    at = len(_PNG_HEAD)
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise ImageRefused("broken")
        if name in _PNG_KEPT or (name in _PNG_COLOURS and length <= 32):  # noqa: PLR2004 - as they are at most
            out += struct.pack(">I", length) + name + body + struct.pack(">I", zlib.crc32(name + body))
        if name == b"IEND":
            return bytes(out)
        at += 12 + length


def _webp(data: bytes) -> bytes:
    head = anim = b""
    frames = bytearray()
    (length,) = struct.unpack_from("<I", data, 4)
    for name, body in _chunks(data[: 8 + length], 12):
        if name == _WEBP_HEAD and not head:
            head = bytes([body[0] & (_WEBP_SEEN_THROUGH | _WEBP_MOVES), 0, 0, 0]) + body[4:10]
        elif name == b"ANIM" and not anim:
            anim = body[:6]
        elif name == b"ANMF":
            parts = [_chunk(part, inner) for part, inner in _chunks(body, _FRAME_HEAD) if part in _WEBP_FRAME]
            frames += _chunk(b"ANMF", body[:_FRAME_HEAD] + b"".join(parts))
    if len(head) != 10 or len(anim) != 6:  # noqa: PLR2004 - their sizes in the container's document
        raise ImageRefused("broken")
    whole = b"WEBP" + _chunk(_WEBP_HEAD, head) + _chunk(b"ANIM", anim) + bytes(frames)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _chunks(data: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise ImageRefused("broken")
        yield name, body
        at += 8 + length + length % 2


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _gif(data: bytes) -> bytes:
    at = 13 + _palette_bytes(data[10])
    out = bytearray(data[:at])
    while True:
        kind = data[at]
        if kind == _GIF_IMAGE:
            body = at + 10 + _palette_bytes(data[at + 9])
            end = _after_blocks(data, body + 1)
            out += data[at:end]
        elif kind == _GIF_MORE:
            end = _after_blocks(data, at + 2)
            if _is_kept(data, at):
                out += data[at:end]
        else:  # the end, or, as decoders take it, what is none of these
            out.append(_GIF_END)
            return bytes(out)
        at = end
        if at >= len(data):
            out.append(_GIF_END)
            return bytes(out)


def count_gif(data: bytes, most: int) -> int:
    """How many frames a GIF has, without decoding any: at least 1, and no more than `most` + 1 are counted."""
    frames = 0
    try:
        at = 13 + _palette_bytes(data[10])
        while frames <= most and data[at] in (_GIF_IMAGE, _GIF_MORE):
            if data[at] == _GIF_IMAGE:
                frames += 1
                at = _after_blocks(data, at + 11 + _palette_bytes(data[at + 9]))
            else:
                at = _after_blocks(data, at + 2)
    except (IndexError, ImageRefused):
        pass  # the decoder is to judge what ends too early
    return max(1, frames)


def count_scans(data: bytes, most: int) -> int:
    """In how many passes a JPEG is told, without decoding any; no more than `most` + 1 are counted."""
    scans = at = 0
    while scans <= most:
        found = _JPEG_MARK.search(data, at)
        if found is None or found[1][0] == _JPEG_END:
            break
        at = found.end()
        scans += found[1][0] == _JPEG_SCAN
        if found[1][0] not in _JPEG_ALONE:
            at += max(2, int.from_bytes(data[at : at + 2]))
    return scans


def _is_kept(data: bytes, at: int) -> bool:
    """How long a frame is shown, and how often all of it: in the shape those blocks have, so that they carry nothing else."""
    label = data[at + 1]
    if label == _GIF_CONTROL:
        return data[at + 2] == 4 and data[at + 7] == 0  # noqa: PLR2004 - four bytes and the end
    if label != _GIF_APPLICATION or data[at + 3 : at + 14] not in _GIF_LOOPS:
        return False
    return data[at + 14] == 3 and data[at + 18] == 0  # noqa: PLR2004 - three bytes and the end


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & _GIF_PALETTE else 0


def _after_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    if at >= len(data):
        raise ImageRefused("broken")
    return at + 1
