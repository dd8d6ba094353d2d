"""Files that nobody should send: each made here, in code. Every one is refused, or served so that nothing in it runs.

`{canary}` in them is an address; whatever asks for it has run, or was loaded, from a file that somebody sent.
"""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from PIL import Image, PngImagePlugin

Fate = Literal["refused", "served", "either"]


@dataclass(frozen=True)
class Hostile:
    """A file, how it is called, what it is said to be, and what is due. `either`: both are safe, the library decides."""

    label: str
    name: str
    type: str
    data: bytes
    fate: Fate


def corpus(canary: str) -> list[Hostile]:
    """All of them, whose scripts ask for `canary`."""
    made = [
        one
        for part in (_markup, _scripts, _programs, _pictures, _bombs, _polyglots, _names, _wrong, _media)
        for one in part(canary)
    ]
    labels = [one.label for one in made]
    assert len(set(labels)) == len(labels)
    return made


def _script(canary: str) -> str:
    return f"fetch('{canary}');new Image().src='{canary}';location='{canary}'"


def _html(canary: str) -> bytes:
    return f'<!doctype html><html><body onload="{_script(canary)}"><script>{_script(canary)}</script>'.encode()


def _svg(canary: str) -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="{_script(canary)}"><script>{_script(canary)}</script>'
        f'<image href="{canary}"/><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="{canary}"/></foreignObject></svg>'
    ).encode()


def _markup(canary: str) -> Iterator[Hostile]:
    html, svg = _html(canary), _svg(canary)
    xml = f'<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">{_script(canary)}</x:script>'.encode()
    yield Hostile("html", "page.html", "text/html", html, "refused")
    yield Hostile("html called text", "page.txt", "text/plain", html, "refused")
    yield Hostile("html called nothing", "page", "", html, "refused")
    yield Hostile("html called a picture", "page.png", "image/png", html, "refused")
    yield Hostile("html called pdf", "page.pdf", "application/pdf", html, "refused")
    yield Hostile("html behind blanks", "page.txt", "text/plain", b"\n" * 900 + html, "refused")
    yield Hostile("html behind a byte order mark", "page.txt", "text/plain", b"\xef\xbb\xbf" + html, "refused")
    yield Hostile("html in utf-16", "page.txt", "text/plain", html.decode().encode("utf-16"), "refused")
    spoken = ("Dear team, " + html.decode()).encode("utf-16")
    yield Hostile("html in utf-16 behind a word, called nothing", "page", "", spoken, "refused")
    yield Hostile("html in utf-7", "page.txt", "text/plain", html.decode().encode("utf-7"), "refused")
    yield Hostile("html behind a comment", "page.txt", "text/plain", b"<!-- " + b"x" * 500 + b" -->" + html, "refused")
    yield Hostile("html behind 3 KiB of text", "page.txt", "text/plain", b"dear team, " * 300 + html, "refused")
    yield Hostile("html behind 8 KiB of text", "page.txt", "text/plain", b"dear team, " * 800 + html, "served")
    yield Hostile("xhtml", "page.xhtml", "application/xhtml+xml", xml, "refused")
    yield Hostile(
        "xml with a stylesheet", "a.xml", "text/xml", f'<?xml-stylesheet href="{canary}"?><a/>'.encode(), "refused"
    )
    yield Hostile("xml called text", "a.txt", "text/plain", xml, "refused")
    yield Hostile("svg with script", "logo.svg", "image/svg+xml", svg, "refused")
    yield Hostile("svg called png", "logo.png", "image/png", svg, "refused")
    yield Hostile("svg called text", "logo.txt", "text/plain", svg, "refused")
    yield Hostile(
        "svg behind an entity", "logo.txt", "text/plain", b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + svg, "refused"
    )
    yield Hostile("svg packed", "logo.svgz", "image/svg+xml", gzip.compress(svg), "refused")
    yield Hostile("svg packed, called gzip", "logo.gz", "application/gzip", gzip.compress(svg), "served")
    mhtml = (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n"
        + html
    )
    yield Hostile("mhtml", "page.mht", "message/rfc822", mhtml, "refused")
    yield Hostile("mhtml called text", "page.txt", "text/plain", mhtml, "refused")
    yield Hostile("php", "a.txt", "text/plain", b"<?php echo 1; ?>", "refused")
    yield Hostile(
        "an entity bomb",
        "a.txt",
        "text/plain",
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + b"&a;" * 9999,
        "refused",
    )


def _scripts(canary: str) -> Iterator[Hostile]:
    script = _script(canary).encode()
    yield Hostile("javascript", "a.js", "text/javascript", script, "refused")
    yield Hostile("javascript called text", "a.js", "text/plain", script, "served")
    yield Hostile("javascript called csv", "a.csv", "text/csv", script, "served")
    yield Hostile("json with markup", "a.json", "application/json", b'{"a": "<script>x</script>"}', "refused")
    yield Hostile("css", "a.css", "text/css", f"@import '{canary}';".encode(), "refused")
    yield Hostile("a shell script", "a.txt", "text/plain", b"#!/bin/sh\ncurl x\n", "refused")
    yield Hostile("a batch file", "a.bat", "text/plain", b"@echo off\r\nstart x\r\n", "refused")
    yield Hostile("a link", "a.url", "text/plain", f"[InternetShortcut]\r\nURL={canary}\r\n".encode(), "refused")
    yield Hostile("a table with a formula", "a.csv", "text/csv", b'=HYPERLINK("x")|cmd,1\n', "served")
    yield Hostile("postscript", "a.txt", "text/plain", b"%!PS-Adobe-3.0\n", "refused")


def _programs(_canary: str) -> Iterator[Hostile]:
    rest = b"\x00" * 400
    heads = {
        "a Windows program": b"MZ\x90\x00\x03\x00\x00\x00",
        "an ELF program": b"\x7fELF\x02\x01\x01\x00",
        "a Mach-O program": b"\xcf\xfa\xed\xfe\x07\x00\x00\x01",
        "a Java class": b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
        "WebAssembly": b"\x00asm\x01\x00\x00\x00",
        "a Windows link": b"L\x00\x00\x00\x01\x14\x02\x00",
        "Flash": b"CWS\x0a\x00\x01\x00\x00",
        "a cabinet": b"MSCF\x00\x00\x00\x00",
        "a package of Debian's": b"!<arch>\ndebian-binary",
        "a browser's add-on": b"Cr24\x03\x00\x00\x00",
        "a Windows help file": b"ITSF\x03\x00\x00\x00",
    }
    for label, head in heads.items():
        yield Hostile(label, "setup.exe", "", head + rest, "refused")
    yield Hostile("a program called a picture", "photo.png", "image/png", heads["a Windows program"] + rest, "refused")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 22 + b"\x09\x00" + b"\x00" * 480
    installer = ole + "Root Entry".encode("utf-16-le") + bytes.fromhex("84100c0000000000c000000000000046")
    yield Hostile("an installer", "setup.msi", "", installer, "refused")
    yield Hostile("an installer called a letter", "letter.doc", "application/msword", installer, "refused")


def _zip(*entries: tuple[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def picture(format_: str = "PNG", size: tuple[int, int] = (16, 12), mode: str = "RGB", **save: Any) -> bytes:
    """A small picture."""
    out = BytesIO()
    Image.new(mode, size, 90 if mode in {"L", "P"} else None).save(out, format_, **save)
    return out.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def raw_png(width: int, height: int, packed: bytes, *more: bytes) -> bytes:
    """A PNG that says whatever it likes of itself."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def many_passes(side: int, more: int) -> bytes:
    """A progressive JPEG whose last pass comes again and again: a dozen bytes each, and each goes through all its pixels."""
    data = picture("JPEG", (side, side), progressive=True)
    return data[:-2] + data[data.rfind(b"\xff\xda") : -2] * more + data[-2:]


def _with_text(html: bytes) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", html.decode())
    return picture(pnginfo=info)


def _located() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-POSITION"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    return picture("JPEG", exif=exif)


def _pictures(canary: str) -> Iterator[Hostile]:
    html, svg = _html(canary), _svg(canary)
    png, jpeg, gif = picture(), picture("JPEG"), picture("GIF", mode="P")
    yield Hostile("html in the text of a png", "a.png", "image/png", _with_text(html), "served")
    yield Hostile("html behind a png", "a.png", "image/png", png + html, "served")
    yield Hostile("html in the comment of a jpeg", "a.jpg", "image/jpeg", picture("JPEG", comment=html[:200]), "served")
    yield Hostile(
        "html in the comment of a gif", "a.gif", "image/gif", picture("GIF", mode="P", comment=html[:200]), "served"
    )
    yield Hostile("svg in the xmp of a webp", "a.webp", "image/webp", picture("WEBP", xmp=svg), "served")
    yield Hostile("a photo that says where", "home.jpg", "image/jpeg", _located(), "served")
    yield Hostile("a picture with html's ending", "a.png.html", "image/png", png, "served")
    yield Hostile("a truncated png", "a.png", "image/png", picture(size=(200, 200))[:-30], "either")
    yield Hostile("a truncated jpeg", "a.jpg", "image/jpeg", picture("JPEG", (400, 400))[:700], "refused")
    yield Hostile("a truncated gif", "a.gif", "image/gif", gif[: len(gif) // 2], "refused")
    yield Hostile("a truncated webp", "a.webp", "image/webp", picture("WEBP", (300, 300))[:40], "refused")
    yield Hostile("a head of a png alone", "a.png", "image/png", png[:8], "refused")
    yield Hostile("a head of a jpeg alone", "a.jpg", "image/jpeg", jpeg[:3], "refused")
    yield Hostile(
        "an avif that is none",
        "a.avif",
        "image/avif",
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + b"\x00" * 99,
        "refused",
    )
    yield Hostile("a gif of html", "a.gif", "image/gif", b"GIF89a/*" + html + b"*/=1;", "refused")
    yield Hostile("a jpeg of html", "a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + html, "refused")
    yield Hostile("a tiff", "a.tif", "image/tiff", picture("TIFF"), "refused")
    yield Hostile("a bitmap", "a.bmp", "image/bmp", picture("BMP"), "refused")
    yield Hostile("an icon", "a.ico", "image/x-icon", picture("ICO", (16, 16)), "refused")


def _bombs(_canary: str) -> Iterator[Hostile]:
    yield Hostile(
        "a bomb of pixels", "a.png", "image/png", raw_png(20_000, 20_000, zlib.compress(b"\x00" * 10**6)), "refused"
    )
    yield Hostile("a bomb of a million by a million", "a.png", "image/png", raw_png(10**6, 10**6, b""), "refused")
    yield Hostile(
        "a bomb of compression",
        "a.png",
        "image/png",
        raw_png(4_000, 4_000, zlib.compress(b"\x00" * 60_000_000, 9)),
        "either",
    )
    text = _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"x" * 60_000_000, 9))
    yield Hostile(
        "a bomb in the text of a png", "a.png", "image/png", raw_png(4, 4, zlib.compress(b"\x00" * 20), text), "either"
    )
    profile = _chunk(b"iCCP", b"p\x00\x00" + zlib.compress(b"x" * 60_000_000, 9))
    yield Hostile(
        "a bomb in the profile of a png",
        "a.png",
        "image/png",
        raw_png(4, 4, zlib.compress(b"\x00" * 20), profile),
        "either",
    )
    frame = b"\x2c\x00\x00\x00\x00\x10\x00\x10\x00\x00\x02\x02\x44\x01\x00"
    head = b"GIF89a\x10\x00\x10\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    yield Hostile("a bomb of frames", "a.gif", "image/gif", head + frame * 5_000 + b";", "refused")
    wide = b"GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff" + frame + b";"
    yield Hostile("a gif of four gigapixels", "a.gif", "image/gif", wide, "refused")
    yield Hostile("a bomb of passes", "a.jpg", "image/jpeg", many_passes(3_000, 4_000), "refused")
    yield Hostile("a bomb of an archive", "a.zip", "application/zip", _zip(("zeros", b"\x00" * 30_000_000)), "served")
    yield Hostile("a bomb of gzip", "a.gz", "application/gzip", gzip.compress(b"\x00" * 30_000_000), "served")


def _polyglots(canary: str) -> Iterator[Hostile]:
    html, script = _html(canary), _script(canary).encode()
    pdf = (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.launchURL\\('"
        + canary.encode()
        + b"'\\))>>>>endobj\n%%EOF"
    )
    yield Hostile("a pdf with javascript", "a.pdf", "application/pdf", pdf, "served")
    yield Hostile("a pdf that is html", "a.pdf", "application/pdf", b"%PDF-1.7\n" + html, "served")
    yield Hostile("a pdf behind html", "a.pdf", "application/pdf", html + pdf, "refused")
    yield Hostile("a zip behind a pdf", "a.pdf", "application/pdf", pdf + _zip(("a.html", html)), "served")
    yield Hostile("a zip behind a png", "a.png", "image/png", picture() + _zip(("a.html", html)), "served")
    yield Hostile(
        "a program of Java behind a gif",
        "a.gif",
        "image/gif",
        picture("GIF", mode="P") + _zip(("META-INF/MANIFEST.MF", b"")),
        "served",
    )
    yield Hostile("javascript that is a gif", "a.gif", "image/gif", b"GIF89a=1;" + script, "refused")
    yield Hostile("javascript that is a wav", "a.wav", "audio/wav", b"RIFF=1/*WAVE*/;" + script, "either")
    yield Hostile("html that is a sound", "a.mp3", "audio/mpeg", b"ID3" + html, "served")
    yield Hostile("html that is an ogg", "a.ogg", "audio/ogg", b"OggS" + html, "served")
    yield Hostile(
        "html that is a film", "a.mp4", "video/mp4", b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isom" + html, "served"
    )
    yield Hostile("html that is a webm", "a.webm", "video/webm", b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + html, "served")
    yield Hostile("html that is rich text", "a.rtf", "application/rtf", b"{\\rtf1 " + html, "served")
    yield Hostile("a program of Java", "a.jar", "application/zip", _zip(("META-INF/MANIFEST.MF", b"x")), "refused")
    yield Hostile(
        "a program for a phone",
        "a.apk",
        "application/zip",
        _zip(("AndroidManifest.xml", b"x"), ("classes.dex", b"x")),
        "refused",
    )
    macros = _zip(("[Content_Types].xml", b"x"), ("word/vbaProject.bin", b"x"), ("word/document.xml", b"x"))
    yield Hostile("a letter with macros", "a.docm", "", macros, "refused")
    yield Hostile("a book with scripts", "a.epub", "", _zip(("mimetype", b"application/epub+zip")), "refused")
    yield Hostile(
        "an archive that leaves its folder", "a.zip", "application/zip", _zip(("../../etc/passwd", b"x")), "served"
    )


def _names(_canary: str) -> Iterator[Hostile]:
    data = b"only a text\n"
    names = {
        "up and away": "../../../../etc/passwd",
        "of another drive": "C:\\Windows\\System32\\drivers\\etc\\hosts",
        "with a line end": "a.txt\r\nSet-Cookie: a=b\r\n\r\n<script>",
        "turned round": "invoice\u202etxt.exe",
        "with a null": "a.txt\x00.exe",
        "of a device": "CON",
        "of dots": "....",
        "of blanks": "   ",
        "with quotes": 'a"; filename="b.html',
        "with two endings": "photo.txt.exe",
        "without width": "a\u200b\u200d\ufeff.txt",
        "as long as a page": "x" * 900 + ".txt",
        "of smiles": "\U0001f600" * 200 + ".txt",
        "percent": "%2e%2e%2f%2e%2e%2fetc",
        "of markup": "<img src=x onerror=alert(1)>.txt",
        "hidden": ".htaccess",
        "of a stream": "a.txt::$DATA",
    }
    for label, name in names.items():
        yield Hostile(f"a name {label}", name, "text/plain", data, "served")
    yield Hostile("a name of a half letter", "a\udc80.txt", "text/plain", data, "either")


def _wrong(_canary: str) -> Iterator[Hostile]:
    yield Hostile("a picture called text", "a.txt", "text/plain", picture(), "refused")
    yield Hostile("a pdf called a picture", "a.png", "image/png", b"%PDF-1.7\n%%EOF", "refused")
    yield Hostile("a jpeg called png", "a.png", "image/png", picture("JPEG"), "served")
    yield Hostile("bytes without meaning", "a.bin", "", bytes(range(256)) * 8, "refused")
    yield Hostile("zeros", "a.txt", "text/plain", b"\x00" * 100, "refused")
    yield Hostile("blanks", "a.txt", "text/plain", b" \n" * 100, "refused")
    yield Hostile("a type with a line end", "a.txt", "text/plain\r\nX: y", b"x", "refused")
    yield Hostile("a type that is none", "a.txt", "../text", b"x", "refused")


def _media(canary: str) -> Iterator[Hostile]:
    playlist = f"#EXTM3U\n#EXTINF:1,\n{canary}\n".encode()
    yield Hostile("a playlist", "a.m3u8", "application/vnd.apple.mpegurl", playlist, "refused")
    yield Hostile("a playlist called sound", "a.mp3", "audio/mpeg", playlist, "refused")
    yield Hostile(
        "a quicktime that leads elsewhere",
        "a.mov",
        "video/quicktime",
        b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + canary.encode(),
        "served",
    )
