"""A picture in some twenty bytes, to be shown until it is here: the first waves of its colours. Pure.

The text is base64url of: one byte `columns | rows << 3 | seen_through << 6` (how many waves of brightness there are each way, 1 to 6);
three bytes, the mean of brightness, of yellow against blue and of red against green; two bytes, how far the waves of brightness and of
the colours reach; then four bits for each wave, brightness first, then the two colours with 3 by 3. Of the waves those count that lie in
the triangle `column / columns + row / rows < 1`, but for the first, the mean. A picture that one sees through has a byte of the mean
opacity at the end. `web/packages/core/src/placeholder.ts` reads it; both sides read `tests/vectors/placeholders.json`.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from math import cos, pi

SIDE = 24
"""The picture comes scaled to at most so many pixels on a side."""
_WAVES = 6
_COLOUR_WAVES = 3
_STEPS = 15
_REACH = 63.75
Channel = list[float]


def encode(pixels: Sequence[Sequence[int]], width: int, height: int) -> str:
    """The placeholder of `width * height` pixels, each red, green, blue, opacity, from 0 to 255."""
    opacity = [pixel[3] / 255 for pixel in pixels]
    seen_through = min(opacity) < 1
    mean_opacity = sum(opacity) / len(opacity)
    brightness, yellow, red = _channels(pixels, opacity, mean_opacity)
    longer = max(width, height)
    columns = max(1, round(_WAVES * width / longer))
    rows = max(1, round(_WAVES * height / longer))
    light = _waves(brightness, width, height, columns, rows)
    warm = _waves(yellow, width, height, _COLOUR_WAVES, _COLOUR_WAVES)
    rosy = _waves(red, width, height, _COLOUR_WAVES, _COLOUR_WAVES)
    light_reach = _reach(light[1:])
    colour_reach = _reach([*warm[1:], *rosy[1:]])
    out = bytearray([columns | rows << 3 | seen_through << 6])
    out += bytes([_byte(light[0]), _byte(warm[0] / 2 + 0.5), _byte(rosy[0] / 2 + 0.5), light_reach, colour_reach])
    steps = [_step(value, light_reach) for value in light[1:]]
    steps += [_step(value, colour_reach) for value in (*warm[1:], *rosy[1:])]
    steps += [0] * (len(steps) % 2)
    out += bytes(steps[i] | steps[i + 1] << 4 for i in range(0, len(steps), 2))
    if seen_through:
        out.append(_byte(mean_opacity))
    return urlsafe_b64encode(out).rstrip(b"=").decode()


def kept(columns: int, rows: int) -> list[tuple[int, int]]:
    """The waves that are kept, in their order; the first is the mean."""
    return [(x, y) for y in range(rows) for x in range(columns) if x * rows + y * columns < columns * rows]


def _channels(
    pixels: Sequence[Sequence[int]], opacity: Sequence[float], mean_opacity: float
) -> tuple[Channel, Channel, Channel]:
    """Brightness, yellow against blue, red against green; what is seen through takes the mean colour."""
    weight = mean_opacity * len(pixels) or 1
    mean = [sum(p[i] * a for p, a in zip(pixels, opacity, strict=True)) / weight / 255 for i in range(3)]
    brightness: Channel = []
    yellow: Channel = []
    red: Channel = []
    for pixel, shown in zip(pixels, opacity, strict=True):
        r, g, b = (pixel[i] / 255 * shown + mean[i] * (1 - shown) for i in range(3))
        brightness.append((r + g + b) / 3)
        yellow.append((r + g) / 2 - b)
        red.append(r - g)
    return brightness, yellow, red


def _waves(channel: Channel, width: int, height: int, columns: int, rows: int) -> Channel:
    """How strong each wave is in a channel; first along the lines, then across them."""
    along = [[cos(pi * x * (i + 0.5) / width) for i in range(width)] for x in range(columns)]
    across = [[cos(pi * y * (j + 0.5) / height) for j in range(height)] for y in range(rows)]
    lines = [channel[j * width : (j + 1) * width] for j in range(height)]
    sums = [[sum(a * b for a, b in zip(line, wave, strict=True)) for line in lines] for wave in along]
    found: Channel = []
    for x, y in kept(columns, rows):
        strength = sum(a * b for a, b in zip(sums[x], across[y], strict=True)) / (width * height)
        found.append(strength * (1 if x == y == 0 else 2 if 0 in (x, y) else 4))
    return found


def _reach(values: Sequence[float]) -> int:
    """The furthest value in steps of 1/63.75, rounded up, from 1."""
    furthest = max((abs(value) for value in values), default=0)
    return min(255, max(1, int(furthest * _REACH + 0.999)))


def _step(value: float, reach: int) -> int:
    """A value within its reach as one of fifteen steps; 7 is nothing."""
    return max(0, min(_STEPS - 1, round(value * _REACH / reach * 7) + 7))


def _byte(value: float) -> int:
    return max(0, min(255, round(value * 255)))
