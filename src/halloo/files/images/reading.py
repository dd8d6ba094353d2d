"""Opens a picture and gives it one plain form: upright, in sRGB, eight bits, nothing else with it. Runs in the child process only."""

import io
import warnings
from typing import IO, Any, cast

from PIL import (
    AvifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    ImageOps,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from halloo.files.images.model import (
    MAX_FRAMES,
    MAX_MOVING_PIXELS,
    MAX_PIXELS,
    MAX_SCANS,
    MAX_SIDE,
    Format,
    ImageRefused,
)
from halloo.files.images.rewriting import count_gif, count_scans

_FORMATS: dict[str, Format] = {
    "PNG": "png",
    "JPEG": "jpeg",
    "MPO": "jpeg",
    "GIF": "gif",
    "WEBP": "webp",
    "AVIF": "avif",
}
_TAKEN = tuple(name for name in _FORMATS if name != "MPO")
"""A picture of many JPEGs opens as the first of them."""
_ORIENTATION = 0x0112
_TURNED = range(2, 9)
_OPAQUE = ("1", "L", "RGB")
_PLAIN = ("L", "LA", "RGB", "RGBA")
_DEEP = ("I;16", "I;16L", "I;16B", "I;16N")
_WITH_PROFILE = ("L", "RGB", "CMYK", "RGBA", "LA")
_SRGB = ImageCms.ImageCmsProfile(cast("Any", ImageCms).createProfile("sRGB"))
_RIFF_HEAD = 30


def prepare() -> None:
    """Load what reading needs, since a child opens nothing any more, and set the bounds that the library has itself."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    PngImagePlugin.MAX_TEXT_MEMORY = PngImagePlugin.MAX_TEXT_CHUNK
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    WebPImagePlugin.__name__  # noqa: B018 - registered by being imported
    TiffImagePlugin.__name__  # noqa: B018 - reads the metadata of photos, and would be imported at the first one
    for name in ("PNG", "JPEG", "GIF", "WEBP", "AVIF"):  # the first use of each imports what is only then needed
        kept = io.BytesIO()
        Image.new("RGB", (16, 16), (9, 90, 200)).save(kept, name)
        kept.seek(0)
        with Image.open(kept, formats=_TAKEN) as image:
            upright(image)


def open_picture(source: IO[bytes]) -> tuple[Image.Image, Format]:
    """Read the head of a picture and judge its size. Raises `ImageRefused`."""
    _judge_canvas(source)
    try:
        image = Image.open(source, formats=_TAKEN)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageRefused("pixels") from None
    except Image.UnidentifiedImageError:
        source.seek(0)
        raise ImageRefused("broken" if looks_like(source.read(16)) else "type") from None
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageRefused("pixels")
    return image, _FORMATS[image.format or ""]


def looks_like(head: bytes) -> Format | None:
    """What the first 16 bytes of a file claim to be."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return "avif" if head[4:12] in (b"ftypavif", b"ftypavis") else None


def count_frames(image: Image.Image, format_: Format, source: IO[bytes]) -> int:
    """How many frames an animation has; 1 for what stands still. Raises `ImageRefused` for too many.

    Those of a GIF are counted here: its decoder would decode each to find the next. So are the passes of a JPEG.
    """
    if format_ == "gif":
        frames = count_gif(_whole(source), MAX_FRAMES)
    elif format_ == "jpeg":
        frames = 1
        if count_scans(_whole(source), MAX_SCANS) > MAX_SCANS:
            raise ImageRefused("heavy")
    else:
        frames = int(getattr(image, "n_frames", 1))
    if frames > 1:
        _judge_frames(frames, image)
    return frames


def _whole(source: IO[bytes]) -> bytes:
    """All of a file; where its reader stands, it stays."""
    at = source.tell()
    source.seek(0)
    data = source.read()
    source.seek(at)
    return data


def upright(image: Image.Image) -> Image.Image:
    """The picture decoded, turned as its metadata asks, in sRGB and eight bits: of mode L, LA, RGB or RGBA."""
    profile, turn = image.info.get("icc_profile"), _turn(image)
    image.load()
    transparency = image.info.get("transparency")
    plain = _eight_bits(image)
    if profile:
        plain = _in_srgb(plain, profile)
    if plain.mode not in _PLAIN:
        plain = plain.convert("RGBA" if _shines_through(plain, transparency) else "RGB")
    elif transparency is not None and plain.mode in ("L", "RGB") and plain is image:
        plain = plain.convert("RGBA")
    return ImageOps.exif_transpose(_with_turn(plain, turn)) if turn in _TURNED else plain


def lies_plain(image: Image.Image) -> bool:
    """Whether its metadata asks for no turn and no other colours."""
    return not image.info.get("icc_profile") and _turn(image) not in _TURNED


def is_opaque(image: Image.Image) -> bool:
    """Whether nothing shines through."""
    if image.mode in _OPAQUE:
        return True
    low = cast("tuple[int, int]", image.getchannel("A").getextrema())[0]
    return low == 255  # noqa: PLR2004 - fully opaque


def resized(image: Image.Image, size: tuple[int, int], way: Image.Resampling, gap: float) -> Image.Image:
    """Another size; `gap` as Pillow's `reducing_gap`."""
    return cast("Any", image).resize(size, way, reducing_gap=gap)  # its type leaves out NumPy's


def _judge_canvas(source: IO[bytes]) -> None:
    """Of an extended WebP the canvas is in its head; its decoder reserves all of it before anything can be asked."""
    head = source.read(_RIFF_HEAD)
    source.seek(0)
    if looks_like(head[:16]) == "webp" and head[12:16] == b"VP8X" and len(head) == _RIFF_HEAD:
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        if width * height > MAX_PIXELS:
            raise ImageRefused("pixels")


def _judge_frames(frames: int, image: Image.Image) -> None:
    if frames > MAX_FRAMES or frames * image.width * image.height > MAX_MOVING_PIXELS:
        raise ImageRefused("frames")


def _turn(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - metadata may be anything; the picture is shown as it lies
        return 1


def _with_turn(image: Image.Image, turn: int) -> Image.Image:
    exif = Image.Exif()
    exif[_ORIENTATION] = turn
    bare = image.copy()
    bare.info = {"exif": exif.tobytes()}
    return bare


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP:
        return _scaled(image.convert("I"), 1 / 256, 0.0)
    if image.mode in ("I", "F"):
        low, high = cast("tuple[float, float]", image.getextrema())
        scale = 255 / (high - low) if high > 255 or low < 0 else 1.0  # noqa: PLR2004 - what eight bits hold
        return _scaled(image.convert("F"), scale, -low * scale if scale != 1.0 else 0.0)
    return image


def _scaled(image: Image.Image, scale: float, offset: float) -> Image.Image:
    def brought_in(value: float) -> float:
        return value * scale + offset

    return cast("Any", image).point(brought_in).convert("L")  # its type leaves out its own helper's


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The colours as the profile means them; a profile that is not sound counts as none."""
    if image.mode not in _WITH_PROFILE:
        image = image.convert("RGBA" if _shines_through(image, image.info.get("transparency")) else "RGB")
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    base = image.convert("RGB" if image.mode == "RGBA" else "L") if alpha is not None else image
    try:
        meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        shown = ImageCms.profileToProfile(base, meant, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    if shown is None:
        return image
    if alpha is not None:
        shown.putalpha(alpha)
    return shown


def _shines_through(image: Image.Image, transparency: object) -> bool:
    return transparency is not None or image.mode in ("PA", "RGBa", "La", "RGBA", "LA")
