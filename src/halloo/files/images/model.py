"""What is known of a picture, the bounds it is read within (csp contract, exact answers), and why one is refused. Values only."""

from typing import Literal, get_args

from msgspec import Struct

Format = Literal["png", "jpeg", "gif", "webp", "avif"]
Wanted = Literal["webp", "plain"]
"""What a browser takes: `plain` is JPEG, and PNG where something shines through."""
WANTED: tuple[Wanted, ...] = get_args(Wanted)
Reason = Literal["type", "broken", "pixels", "frames", "heavy"]

MAX_PIXELS = 25_000_000
MAX_FRAMES = 300
MAX_MOVING_PIXELS = 200_000_000
"""Of all frames of an animation together: what is read of one, bounded like time."""
MAX_SMALL_PIXELS = 20_000_000
"""Of all frames of an animated thumbnail together; beyond it stands still."""
MAX_SCANS = 64
"""Passes in which a JPEG is told; usual are ten. Each goes through every pixel, however few bytes it has."""
MAX_SIDE = 16_384
MEMORY_BYTES = 512 * 1024 * 1024
CPU_S = 8
WALL_S = 12.0
MAX_OUTPUT = 128 * 1024 * 1024
TYPES: dict[Format, str] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
}
SENTENCES: dict[Reason, str] = {
    "type": "This is no picture of a kind that is taken. Send a PNG, JPEG, GIF, WebP or AVIF.",
    "broken": "This picture is damaged or not complete. Save it anew and send it again.",
    "pixels": "This picture has more than 25 megapixels. Make it smaller and send it again.",
    "frames": "This animation has more than 300 frames, or too many pixels in all. Make it shorter or smaller and send it again.",
    "heavy": "This picture takes too much memory or time to read. Save it in another format and send it again.",
}


def wanted_of(accept: bytes | None) -> Wanted:
    """What the header `Accept` takes; whoever sends none takes everything."""
    return "webp" if accept is None or b"image/webp" in accept else "plain"


class ImageRefused(Exception):
    """A picture that is not taken; `reason` for programs, the message for people."""

    def __init__(self, reason: Reason) -> None:
        """As `SENTENCES` has it."""
        super().__init__(SENTENCES[reason])
        self.reason: Reason = reason


class Bounds(Struct, frozen=True):
    """What one picture may take. `cpu_s` and `wall_s` in seconds."""

    memory_bytes: int = MEMORY_BYTES
    cpu_s: int = CPU_S
    wall_s: float = WALL_S
    output_bytes: int = MAX_OUTPUT


class Examine(Struct, frozen=True, tag="examine"):
    """Read a picture whole and write it anew: orientation applied, colours in sRGB, no metadata."""

    bounds: Bounds = Bounds()


class Thumbnail(Struct, frozen=True, tag="thumbnail"):
    """Fit a picture into a box, never larger than it is. `cover`: fill the box and cut what juts out. `moving`: animations go on.

    Without `still`, an animation that cannot go on is refused.
    """

    width: int
    height: int
    wanted: Wanted = "webp"
    cover: bool = False
    moving: bool = False
    still: bool = True
    bounds: Bounds = Bounds()


class Initials(Struct, frozen=True, tag="initials"):
    """Draw letters on a ground, a square of `size`; without letters, or with ones that no font here has, a figure."""

    letters: str
    ground: tuple[int, int, int]
    size: int
    wanted: Wanted = "webp"
    bounds: Bounds = Bounds()


Job = Examine | Thumbnail | Initials


class Made(Struct, frozen=True, tag="made"):
    """What the child says of its work; the picture itself it has written."""

    format: Format
    width: int
    height: int
    frames: int = 1
    placeholder: str = ""
    source_width: int = 0
    source_height: int = 0


class Failed(Struct, frozen=True, tag="failed"):
    """Why the child made nothing."""

    reason: Reason


class ImageFacts(Struct, frozen=True):
    """A picture that was read whole. `data`: what it is now, empty where it was written to a file.

    `format` is what it was and stays, `size` the bytes it has now; `width` and `height` as one sees it, orientation applied.
    """

    format: Format
    type: str
    width: int
    height: int
    frames: int
    placeholder: str
    size: int
    data: bytes = b""
