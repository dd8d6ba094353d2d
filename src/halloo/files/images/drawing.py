"""Draws initials, and a figure where there are none. Runs in the child process only."""

import io
from importlib.resources import files
from typing import Any, cast

from PIL import Image, ImageDraw, ImageFont

_OVER = 2
"""Drawn so many times larger, for smooth edges."""
_LETTER_PART = 0.4
_NOTHING = "\uffff"
_WEIGHT = 600
_FONTS = ("inter-latin-wght", "inter-latin-ext-wght")
_WHITE = (255, 255, 255)
_INK = (28, 28, 34)
_found: list[bytes] = []


def prepare() -> None:
    """Read the fonts, since a child opens nothing any more."""
    _found.clear()
    folder = files("halloo.embed").joinpath("assets", "files")
    if folder.is_dir():
        named = sorted(folder.iterdir(), key=lambda one: one.name)
        _found.extend(one.read_bytes() for font in _FONTS for one in named if one.name.startswith(font))
    draw("Ab", (90, 90, 160), 32)


def draw(letters: str, ground: tuple[int, int, int], size: int) -> Image.Image:
    """A square with letters in its middle; with a figure where there are none, or no font here has them."""
    side = size * _OVER
    image = Image.new("RGB", (side, side), ground)
    ink = _WHITE if _contrast(_WHITE, ground) >= _contrast(_INK, ground) else _INK
    font = _font_for(letters, round(side * _LETTER_PART)) if letters else None
    pen = ImageDraw.Draw(image)
    if font is None:
        _figure(pen, side, ink)
    else:
        left, top, right, bottom = pen.textbbox((0, 0), letters, font=font)
        _, cap_top, _, cap_bottom = pen.textbbox((0, 0), "H", font=font)
        middle = (cap_top + cap_bottom) / 2 if top >= cap_top - side * 0.02 else (top + bottom) / 2
        pen.text(((side - left - right) / 2, side / 2 - middle), letters, font=font, fill=ink)
    return image.reduce(_OVER)


def _font_for(letters: str, size: int) -> ImageFont.FreeTypeFont | None:
    for raw in _found:
        font = ImageFont.truetype(io.BytesIO(raw), size, layout_engine=ImageFont.Layout.BASIC)
        font.set_variation_by_axes([_WEIGHT])
        if all(_mask(font, letter) != _mask(font, _NOTHING) for letter in letters):
            return font
    return None


def _mask(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    return bytes(cast("Any", font.getmask(letter)))  # bytes, which its type does not say


def _figure(pen: ImageDraw.ImageDraw, side: int, ink: tuple[int, int, int]) -> None:
    """Head and shoulders."""
    head, middle = side * 0.17, side / 2
    pen.ellipse((middle - head, side * 0.2, middle + head, side * 0.2 + 2 * head), fill=ink)
    pen.ellipse((side * 0.2, side * 0.6, side * 0.8, side * 1.24), fill=ink)


def _contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """How far apart two colours are, as WCAG has it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)  # noqa: PLR2004 - sRGB's own knee
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
