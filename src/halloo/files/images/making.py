"""What is made of a picture that was opened: itself anew, a thumbnail, a placeholder. Runs in the child process only."""

from collections.abc import Iterator
from typing import IO, Any, cast

from PIL import Image, ImageOps, ImageSequence

from halloo.files.images import drawing, placeholder
from halloo.files.images.model import (
    MAX_SMALL_PIXELS,
    Examine,
    Format,
    ImageRefused,
    Initials,
    Job,
    Made,
    Thumbnail,
    Wanted,
)
from halloo.files.images.reading import count_frames, is_opaque, lies_plain, open_picture, resized, upright
from halloo.files.images.rewriting import rewrite

_MOVING = ("gif", "png", "webp")
_WITH_PALETTES = ("gif", "png")
_DRAFTED = 2
"""A JPEG is decoded at no less than so many times the size that is wanted, and then made smaller with care."""
_SAVE: dict[Format, dict[str, Any]] = {
    "png": {"compress_level": 2},
    "jpeg": {"quality": 88, "progressive": False},
    "gif": {},
    "webp": {"quality": 84, "method": 2},
    "avif": {"quality": 75, "speed": 9, "max_threads": 1},
}
_SMALL: dict[Format, dict[str, Any]] = {
    "webp": {"quality": 78, "method": 3},
    "jpeg": {"quality": 80},
    "png": {"compress_level": 6},
}
_SMALL_MOVING: dict[str, Any] = {"quality": 70, "method": 0, "minimize_size": False}
_TABLES_KEPT = (2, 4)


def make(job: Job, source: IO[bytes], target: IO[bytes]) -> Made:
    """Do a job. Raises `ImageRefused`, and whatever a decoder raises where a picture is damaged."""
    if isinstance(job, Initials):
        square = drawing.draw(job.letters, job.ground, job.size)
        return _small(square, job.wanted, target, 1, square.size)
    image, format_ = open_picture(source)
    frames = count_frames(image, format_, source)
    if isinstance(job, Examine):
        return _examine(image, format_, frames, source, target)
    return _thumbnail(job, image, frames, target)


def _examine(image: Image.Image, format_: Format, frames: int, source: IO[bytes], target: IO[bytes]) -> Made:
    tables = _tables(image)
    palette = format_ in _WITH_PALETTES and image.mode == "P" and lies_plain(image)
    first = upright(image)
    shown = placeholder_of(first)
    if frames > 1 and format_ in _MOVING:
        for _ in _every_frame(image, frames):
            pass
        source.seek(0)
        target.write(rewrite(source.read(), format_))
    else:
        frames = 1
        _save(image if palette else first, format_, target, tables if first is image else {})
    return Made(format_, first.width, first.height, frames, shown, first.width, first.height)


def _tables(image: Image.Image) -> dict[str, Any]:
    """How a JPEG was written, so that writing it again costs hardly anything of it."""
    quantization = cast("dict[int, list[int]] | None", getattr(image, "quantization", None))
    if image.mode not in ("L", "RGB") or not quantization or len(quantization) > _TABLES_KEPT[0]:
        return {}
    return {"qtables": quantization, "subsampling": "keep"} if image.format == "JPEG" else {"qtables": quantization}


def _save(image: Image.Image, format_: Format, target: IO[bytes], tables: dict[str, Any]) -> None:
    options = _SAVE[format_] | tables
    if format_ == "jpeg" and image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    if format_ == "jpeg" and tables:
        options.pop("quality")
    elif format_ == "gif":
        image = _with_palette(image)
    bare(image).save(target, format_.upper(), **options)


def bare(image: Image.Image) -> Image.Image:
    """The same picture; what its file said besides, writers would copy."""
    kept = image.info.get("transparency") if image.mode == "P" else None
    image.info = {} if kept is None else {"transparency": kept}
    return image


def _with_palette(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "P"):
        return image
    if image.mode in ("LA", "RGBA"):
        return image.convert("RGBA").quantize(256, Image.Quantize.FASTOCTREE)
    return image.quantize(256, Image.Quantize.MEDIANCUT)


def _every_frame(image: Image.Image, most: int) -> Iterator[Image.Image]:
    """Each frame, decoded. What a decoder minds only by its way is raised here, and where it finds more than were counted."""
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number >= most:
            raise ImageRefused("broken")
        frame.load()
        yield frame


def _thumbnail(job: Thumbnail, image: Image.Image, frames: int, target: IO[bytes]) -> Made:
    if image.format == "JPEG":
        image.draft(None, (job.width * _DRAFTED, job.height * _DRAFTED))
    size = image.size
    moving = job.moving and frames > 1 and job.wanted == "webp"
    if moving and frames * _pixels(_fitted(image, job)) <= MAX_SMALL_PIXELS:
        return _moving(job, image, frames, target)
    if frames > 1 and not job.still:
        raise ImageRefused("frames")
    return _small(_scaled(upright(image), job), job.wanted, target, 1, size)


def _pixels(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _fitted(image: Image.Image, job: Thumbnail) -> tuple[int, int]:
    if job.cover:
        side = min(1.0, image.width / job.width, image.height / job.height)
        return max(1, round(job.width * side)), max(1, round(job.height * side))
    scale = min(1.0, job.width / image.width, job.height / image.height)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _scaled(image: Image.Image, job: Thumbnail) -> Image.Image:
    size = _fitted(image, job)
    if job.cover:
        return ImageOps.fit(image, size, Image.Resampling.LANCZOS)
    return image if size == image.size else resized(image, size, Image.Resampling.LANCZOS, 2.0)


def _small(image: Image.Image, wanted: Wanted, target: IO[bytes], frames: int, source: tuple[int, int]) -> Made:
    opaque = is_opaque(image)
    if opaque:
        image = image.convert("RGB")
    format_: Format = "webp" if wanted == "webp" else "jpeg" if opaque else "png"
    bare(image).save(target, format_.upper(), **_SMALL[format_])
    return Made(format_, image.width, image.height, frames, "", *source)


def _moving(job: Thumbnail, image: Image.Image, frames: int, target: IO[bytes]) -> Made:
    """An animation, smaller. The encoder takes one frame after another and keeps none."""
    times: list[int] = []
    shown: list[Image.Image] = []
    for frame in _every_frame(image, frames):
        times.append(_time(frame))
        shown.append(_scaled(frame.convert("RGBA"), job))
    first, *rest = shown
    loops = image.info.get("loop", 1 if image.format == "GIF" else 0)
    bare(first).save(
        target, "WEBP", save_all=True, append_images=rest, duration=times, loop=min(int(loops), 65535), **_SMALL_MOVING
    )
    return Made("webp", first.width, first.height, frames, "", *image.size)


def _time(frame: Image.Image) -> int:
    """How many milliseconds a frame is shown; browsers show a shorter one for 100, and so is meant what is that short."""
    try:
        time = int(frame.info.get("duration", 100))
    except (TypeError, ValueError):
        return 100
    return time if 20 <= time <= 600_000 else 100  # noqa: PLR2004 - as browsers have it


def placeholder_of(image: Image.Image) -> str:
    """The placeholder of a picture."""
    scale = placeholder.SIDE / max(image.size)
    size = max(1, round(image.width * min(1.0, scale))), max(1, round(image.height * min(1.0, scale)))
    small = resized(image, size, Image.Resampling.BOX, 1.0).convert("RGBA")
    data = small.tobytes()
    return placeholder.encode([data[i : i + 4] for i in range(0, len(data), 4)], *size)
