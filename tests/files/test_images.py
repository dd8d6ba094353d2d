"""Pictures as strangers send them: read within bounds, drawn anew, nothing carried along."""

import asyncio
import io
import os
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from PIL import Image, ImageCms, ImageSequence

from halloo.files.images import processes
from halloo.files.images.child import MESSAGE_BYTES
from halloo.files.images.model import (
    MAX_FRAMES,
    MAX_SCANS,
    TYPES,
    Bounds,
    Examine,
    Format,
    ImageFacts,
    ImageRefused,
    Initials,
    Thumbnail,
)
from halloo.files.images.processes import Images
from tests.files.corpus import many_passes

RED, GREEN, BLUE = (220, 20, 20), (20, 200, 20), (20, 20, 220)
SECRET = b"canary-4711"
FORMATS: tuple[Format, ...] = ("png", "jpeg", "gif", "webp", "avif")
MOVING: tuple[Format, ...] = ("png", "gif", "webp")
_KIB = 1024


@pytest.fixture(scope="module")
def images() -> Iterator[Images]:
    """The reader of pictures."""
    made = Images()
    yield made
    asyncio.run(made.close())


def saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    image.save(out, format_.upper(), **options)
    return out.getvalue()


def corners(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Red at the top left, blue at the bottom right, green else."""
    image = Image.new("RGB", (width, height), GREEN)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(BLUE, (width // 2, height // 2, width, height))
    return image.convert(mode)


def moving(format_: str, frames: int = 6, size: tuple[int, int] = (48, 32), **options: Any) -> bytes:
    """An animation whose frames all differ."""
    shown = [Image.new("RGB", size, (i * 211 % 256, i * 97 % 256, (i // 2) % 256)) for i in range(frames)]
    return saved(shown[0], format_, save_all=True, append_images=shown[1:], duration=70, loop=3, **options)


def opened(data: bytes) -> Image.Image:
    """What a file shows."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def is_near(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int], most: int = 24) -> bool:
    """Whether a pixel has nearly a colour."""
    pixel: Any = image.convert("RGB").getpixel(at)
    return all(abs(a - b) <= most for a, b in zip(pixel, colour, strict=True))


async def refused(images: Images, data: bytes, job: Examine | None = None) -> str:
    """Why a picture is refused; it must be within two seconds."""
    started = time.monotonic()
    with pytest.raises(ImageRefused) as error:
        await images.examine(data, job=job)
    assert time.monotonic() - started < 2
    with pytest.raises(ImageRefused):
        await images.thumbnail(data, 64, 64)
    return error.value.reason


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, data: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG that claims to be of a size."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("format_", FORMATS)
async def test_every_format_stays_what_it_is(images: Images, format_: Format) -> None:
    facts = await images.examine(saved(corners(), format_))
    assert (facts.format, facts.type) == (format_, TYPES[format_])
    assert (facts.width, facts.height, facts.frames, facts.size) == (60, 40, 1, len(facts.data))
    assert 20 <= len(facts.placeholder) <= 60
    seen = opened(facts.data)
    assert is_near(seen, (5, 5), RED, 40)
    assert is_near(seen, (55, 35), BLUE, 40)


@pytest.mark.parametrize("turn", range(1, 9))
async def test_orientation_is_applied(images: Images, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    facts = await images.examine(saved(corners(), "jpeg", exif=exif, quality=95))
    assert (facts.width, facts.height) == ((60, 40) if turn < 5 else (40, 60))
    red = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[turn]
    seen = opened(facts.data)
    assert is_near(seen, (5 if not red[0] else facts.width - 6, 5 if not red[1] else facts.height - 6), RED, 40)
    assert not seen.getexif()
    data, _ = await images.thumbnail(saved(corners(), "jpeg", exif=exif, quality=95), 30, 30)
    assert opened(data).size == ((30, 20) if turn < 5 else (20, 30))


@pytest.mark.parametrize("format_", ["png", "jpeg", "webp", "avif"])
async def test_position_and_all_else_is_gone(images: Images, format_: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 29.0)
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    options: dict[str, Any] = {"exif": exif}
    if format_ in ("jpeg", "webp", "avif"):
        options["xmp"] = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if format_ == "jpeg":
        options["comment"] = SECRET
    given = saved(corners(), format_, **options)
    assert SECRET in given
    given += SECRET
    for data in ((await images.examine(given)).data, (await images.thumbnail(given, 40, 40))[0]):
        assert SECRET not in data
        seen = opened(data)
        assert not seen.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & seen.info.keys()


async def test_texts_of_a_png_are_gone(images: Images) -> None:
    whole = saved(corners(), "png")
    texts = chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"zTXt", b"C\0\0" + zlib.compress(SECRET))
    facts = await images.examine(whole[:33] + texts + chunk(b"prVt", SECRET) + whole[33:])
    assert SECRET not in facts.data
    assert b"tEXt" not in facts.data
    assert b"zTXt" not in facts.data


@pytest.mark.parametrize("format_", MOVING)
async def test_animations_go_on_without_what_they_carried(images: Images, format_: Format) -> None:
    given = moving(format_)
    facts = await images.examine(given)
    assert (facts.format, facts.frames, facts.width, facts.height) == (format_, 6, 48, 32)
    before, after = opened(given), opened(facts.data)
    assert after.info["loop"] == 3
    assert getattr(after, "n_frames", 1) == 6
    for one, other in zip(ImageSequence.Iterator(before), ImageSequence.Iterator(after), strict=True):
        assert one.convert("RGBA").tobytes() == other.convert("RGBA").tobytes()
        assert one.info["duration"] == other.info["duration"]


async def test_what_hangs_on_animations_is_gone(images: Images) -> None:
    gif = moving("gif", comment=SECRET)
    assert SECRET in gif
    extension = b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\0"
    gif = gif[:-1] + extension + b"\x3b" + b"<script>" + SECRET
    webp = moving("webp", exif=b"Exif\0\0" + SECRET, xmp=SECRET) + SECRET
    png = moving("png") + SECRET
    png = png[:33] + chunk(b"tEXt", b"Comment\0" + SECRET) + png[33:]
    for given in (gif, webp, png):
        assert SECRET in given
        facts = await images.examine(given)
        assert facts.frames == 6
        assert SECRET not in facts.data


@pytest.mark.parametrize("format_", MOVING)
async def test_animated_thumbnails_go_on(images: Images, format_: Format) -> None:
    data, type_ = await images.thumbnail(moving(format_, size=(96, 64)), 48, 48, moving=True)
    seen = opened(data)
    assert (type_, seen.size, getattr(seen, "n_frames", 1)) == ("image/webp", (48, 32), 6)
    data, type_ = await images.thumbnail(moving(format_, size=(96, 64)), 48, 48, "plain", moving=True)
    assert (type_, getattr(opened(data), "n_frames", 1)) == ("image/jpeg", 1)


async def test_colours_are_brought_into_srgb(images: Images) -> None:
    srgb: Any = ImageCms.ImageCmsProfile(cast("Any", ImageCms).createProfile("sRGB"))
    swapped = srgb.tobytes().replace(b"rXYZ", b"????", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"????", b"bXYZ", 1)
    given = corners()
    for format_ in ("png", "jpeg", "webp", "avif"):
        shown = await images.examine(saved(given, format_, icc_profile=swapped))
        assert "icc_profile" not in opened(shown.data).info
        assert is_near(opened(shown.data), (5, 5), BLUE, 60)
        data, _ = await images.thumbnail(saved(given, format_, icc_profile=swapped), 60, 60)
        assert is_near(opened(data), (5, 5), BLUE, 60)
    unsound = await images.examine(saved(given, "png", icc_profile=b"no profile at all"))
    assert is_near(opened(unsound.data), (5, 5), RED, 2)


async def test_cmyk_sixteen_bits_and_palettes_look_like_before(images: Images) -> None:
    cmyk = await images.examine(saved(corners(mode="CMYK"), "jpeg", quality=95))
    assert opened(cmyk.data).mode == "RGB"
    assert is_near(opened(cmyk.data), (5, 5), RED)
    deep = Image.new("I;16", (10, 10), 0x8000)
    facts = await images.examine(saved(deep, "png"))
    assert opened(facts.data).convert("L").getpixel((5, 5)) == 0x80
    palette = corners().quantize(8)
    facts = await images.examine(saved(palette, "png"))
    assert opened(facts.data).mode == "P"
    assert is_near(opened(facts.data), (5, 5), RED, 8)
    see_through = corners().quantize(8)
    facts = await images.examine(saved(see_through, "png", transparency=see_through.getpixel((5, 5))))
    seen: Any = opened(facts.data).convert("RGBA")
    assert (seen.getpixel((5, 5))[3], seen.getpixel((55, 35))[3]) == (0, 255)
    for mode in ("1", "L", "LA", "RGBA"):
        facts = await images.examine(saved(corners(mode=mode), "png"))
        assert opened(facts.data).convert("RGB").tobytes() == corners(mode=mode).convert("RGB").tobytes()


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("part", [0.15, 0.5, 0.95])
async def test_truncated_ones_are_refused(images: Images, format_: str, part: float) -> None:
    whole = saved(Image.effect_noise((200, 160), 80).convert("RGB"), format_)
    assert await refused(images, whole[: int(len(whole) * part)]) in ("broken", "type")


@pytest.mark.parametrize("format_", MOVING)
async def test_animations_that_end_early_never_show_half(images: Images, format_: str) -> None:
    whole = moving(format_, 8)
    try:
        facts = await images.examine(whole[: int(len(whole) * 0.6)])
    except ImageRefused:
        return
    for frame in ImageSequence.Iterator(opened(facts.data)):  # decoders take what is whole of it: so does what is kept
        frame.load()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><img src=x onerror=alert(1)>",
        b"%PDF-1.7\n",
        b"BM" + bytes(200),
        b"II*\0" + bytes(200),
        b"\0\0\1\0" + bytes(200),
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0\x1cftypavif" + bytes(64),
        b"8BPS\0\1" + bytes(100),
        os.urandom(4096),
    ],
)
async def test_what_is_no_picture_is_refused(images: Images, data: bytes) -> None:
    assert await refused(images, data) in ("type", "broken")


async def test_bombs_are_refused_at_once(images: Images) -> None:
    assert await refused(images, png_of(50_000, 50_000, zlib.compress(bytes(1_000_000)))) == "pixels"
    assert await refused(images, png_of(5001, 5000, zlib.compress(bytes(100)))) == "pixels"
    assert await refused(images, saved(Image.new("1", (5100, 5000)), "png")) == "pixels"
    assert await refused(images, png_of(20_000, 1, zlib.compress(bytes(60_001)))) == "pixels"
    canvas = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + b"\xfe\x3f\0" + b"\xfe\x3f\0" + bytes(40)
    assert await refused(images, b"RIFF" + struct.pack("<I", len(canvas)) + canvas) == "pixels"
    jpeg = bytearray(saved(corners(), "jpeg"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 60_000, 60_000)
    assert await refused(images, bytes(jpeg)) == "pixels"
    gif = bytearray(saved(corners(), "gif"))
    gif[6:10] = struct.pack("<HH", 65_000, 65_000)
    assert await refused(images, bytes(gif)) == "pixels"
    wide = png_of(10, 10, zlib.compress(bytes(200 * 1024 * 1024), 9))
    started = time.monotonic()
    await asyncio.gather(images.examine(wide), return_exceptions=True)
    assert time.monotonic() - started < 2


async def test_a_jpeg_is_told_in_a_few_passes(images: Images) -> None:
    assert (await images.examine(saved(corners(), "jpeg", progressive=True))).width == 60
    assert (await images.examine(many_passes(64, MAX_SCANS - 10))).width == 64
    began = time.monotonic()
    with pytest.raises(ImageRefused) as refused:
        await images.examine(many_passes(3_000, 4_000))
    assert refused.value.reason == "heavy"
    assert time.monotonic() - began < 2


async def test_bombs_of_frames_are_refused(images: Images) -> None:
    assert await refused(images, moving("gif", MAX_FRAMES + 1, (8, 8))) == "frames"
    assert await refused(images, moving("webp", MAX_FRAMES + 1, (8, 8), method=0, minimize_size=False)) == "frames"
    wide = bytearray(moving("gif", 10))
    wide[6:10] = struct.pack("<HH", 5000, 4900)
    assert await refused(images, bytes(wide)) == "frames"
    many = moving("png", 2, (8, 8))
    at = many.index(b"acTL")
    body = struct.pack(">II", 100_000, 0)
    lying = many[: at - 4] + chunk(b"acTL", body) + many[at + 16 :]
    assert await refused(images, lying) in ("frames", "broken")


async def test_a_text_bomb_in_a_png_takes_no_memory(images: Images) -> None:
    whole = saved(corners(), "png")
    bomb = chunk(b"zTXt", b"C\0\0" + zlib.compress(bytes(300 * 1024 * 1024), 9))
    assert await refused(images, whole[:33] + bomb + whole[33:]) == "broken"


async def test_memory_and_time_are_bounded(images: Images) -> None:
    big = saved(Image.effect_noise((3000, 3000), 50).convert("RGB"), "jpeg")
    little = Examine(Bounds(memory_bytes=64 * _KIB * _KIB))
    with pytest.raises(ImageRefused, match="too much"):
        await images.examine(big, job=little)
    png = saved(Image.effect_noise((4900, 4900), 50).convert("RGB"), "png", compress_level=1)
    with pytest.raises(ImageRefused, match="too much"):
        await images.examine(png, job=Examine(Bounds(wall_s=0.2)))
    with pytest.raises(ImageRefused, match="too much"):
        await images.examine(png, job=Examine(Bounds(output_bytes=1000 * _KIB)))
    assert (await images.examine(saved(corners(), "png"))).width == 60


async def test_a_server_that_reads_pictures_stays_small(images: Images) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    bombs = [png_of(5001, 5000, b""), saved(Image.new("RGB", (5000, 5000)), "png")]
    await images.thumbnail(bombs[1], 64, 64)
    before = resident()
    for _ in range(5):
        await asyncio.gather(*(images.thumbnail(one, 64, 64) for one in bombs), return_exceptions=True)
    assert resident() - before < 20 * _KIB * _KIB


async def test_a_polyglot_loses_its_other_half(images: Images) -> None:
    page = b"<html><script>fetch('//x')</script></html>"
    for format_ in FORMATS:
        whole = saved(corners(), format_)
        facts = await images.examine(whole + page)
        assert page not in facts.data
    jpeg = saved(corners(), "jpeg")
    commented = jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + jpeg[2:]
    assert page not in (await images.examine(commented)).data
    gif = bytearray(saved(corners(), "gif"))
    gif[6:10] = b"/*" + b"\x10\0"
    try:
        facts = await images.examine(bytes(gif) + b"*/=1;alert(1)")
    except ImageRefused:
        return
    assert b"alert" not in facts.data


async def test_a_picture_goes_from_file_to_file(images: Images, tmp_path: Path) -> None:
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    source.write_bytes(saved(corners(), "png"))
    facts = await images.examine(source, target)
    assert (facts.data, facts.size) == (b"", target.stat().st_size)
    assert opened(target.read_bytes()).size == (60, 40)


async def test_thumbnails_fit_their_box(images: Images) -> None:
    given = saved(corners(600, 400), "jpeg")
    for box, size in (((100, 100), (100, 67)), ((1000, 1000), (600, 400)), ((300, 50), (75, 50))):
        data, type_ = await images.thumbnail(given, *box)
        assert (opened(data).size, type_) == (size, "image/webp")
    data, _ = await images.thumbnail(given, 64, 64, cover=True)
    assert opened(data).size == (64, 64)
    data, type_ = await images.thumbnail(given, 64, 64, "plain")
    assert type_ == "image/jpeg"
    data, type_ = await images.thumbnail(saved(corners(mode="RGBA"), "png"), 64, 64, "plain")
    assert type_ == "image/jpeg"
    ghost = corners(mode="RGBA")
    ghost.putalpha(90)
    _, type_ = await images.thumbnail(saved(ghost, "png"), 64, 64, "plain")
    assert type_ == "image/png"


async def test_initials_are_drawn(images: Images) -> None:
    drawn = {text: (await images.initials(text, (79, 70, 229), 64, "plain"))[0] for text in ("AB", "ŁŽ", "", "あ")}
    assert all(opened(data).size == (64, 64) for data in drawn.values())
    assert is_near(opened(drawn["AB"]), (2, 2), (79, 70, 229))
    assert drawn[""] == drawn["あ"]  # no font here has it: the figure
    assert drawn["AB"] != drawn[""]


async def test_the_process_comes_back_after_it_was_killed() -> None:
    images = Images()
    given = saved(corners(), "png")
    await images.examine(given)
    process: Any = images._all[0]  # pyright: ignore[reportPrivateUsage] - the process itself is what is tried
    process._process.kill()
    process._process.wait()
    with pytest.raises(ImageRefused):
        await images.examine(given)
    facts: ImageFacts = await images.examine(given)
    assert facts.width == 60
    await images.close()


async def test_a_process_that_is_slow_to_start_is_ended_and_answers_nobody_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its late first word would be taken for the end of the next picture."""
    images = Images()
    given = saved(corners(), "png")
    with monkeypatch.context() as patched:
        patched.setattr(processes, "_START_S", 0.001)
        with pytest.raises(OSError, match="timed out"):
            await images.examine(given)
    assert images.pids() == []
    facts: ImageFacts = await images.examine(given)
    assert facts.width == 60
    await images.close()


async def test_the_process_knows_no_secret_and_has_no_open_files(images: Images) -> None:
    await images.examine(saved(corners(), "png"))
    environment, descriptors = await asyncio.to_thread(seen_of, images.pids()[0])
    assert environment.strip(b"\0") == b"LC_ALL=C.UTF-8"
    assert descriptors == {"0", "1", "2"}


def seen_of(pid: int) -> tuple[bytes, set[str]]:
    """Environment and open files of a process."""
    process = Path(f"/proc/{pid}")
    return (process / "environ").read_bytes(), {one.name for one in (process / "fd").iterdir()}


def test_jobs_fit_a_message() -> None:
    longest = Initials("\U0001f600" * 200, (255, 255, 255), 512, "plain")
    assert len(msgspec.json.encode(longest)) < MESSAGE_BYTES
    assert len(msgspec.json.encode(Thumbnail(10**9, 10**9))) < MESSAGE_BYTES
