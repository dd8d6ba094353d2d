"""Placeholders of pictures: what is written here is what the browser reads. `python -m tests.files.test_placeholder` writes the vectors."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from math import cos, pi
from pathlib import Path
from typing import Any

import pytest

from halloo.files.images.placeholder import encode, kept

VECTORS = Path(__file__).parents[1] / "vectors" / "placeholders.json"
Pixel = tuple[int, int, int, int]
PICTURES: dict[str, tuple[int, int, Callable[[int, int], Pixel]]] = {
    "one red": (24, 16, lambda _x, _y: (220, 20, 30, 255)),
    "from black to white": (24, 24, lambda x, _y: (x * 11, x * 11, x * 11, 255)),
    "a sky above grass": (24, 18, lambda _x, y: (90, 150, 240, 255) if y < 10 else (40, 140, 50, 255)),
    "a tall one": (8, 24, lambda x, y: (x * 30, y * 10, 128, 255)),
    "a very long one": (24, 1, lambda x, _y: (255 - x * 10, x * 10, 60, 255)),
    "half seen through": (20, 20, lambda x, _y: (250, 120, 10, 255 if x < 10 else 0)),
    "nothing at all": (10, 10, lambda _x, _y: (0, 0, 0, 0)),
    "one pixel": (1, 1, lambda _x, _y: (1, 2, 3, 255)),
    "checkered": (24, 24, lambda x, y: (255, 255, 255, 255) if (x // 4 + y // 4) % 2 else (0, 0, 0, 255)),
}


def pixels_of(name: str) -> list[Pixel]:
    """A picture, line by line."""
    width, height, at = PICTURES[name]
    return [at(x, y) for y in range(height) for x in range(width)]


def decode(text: str, side: int = 12) -> dict[str, Any]:
    """What a placeholder shows, as the browser is to read it."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    columns, rows = raw[0] & 7, raw[0] >> 3 & 7
    steps = [step for byte in raw[6:] for step in (byte & 15, byte >> 4)]
    light, colour = kept(columns, rows), kept(3, 3)
    taken = iter(steps)

    def strengths(mean: float, waves: list[tuple[int, int]], reach: int) -> list[float]:
        return [mean, *((next(taken) - 7) / 7 * reach / 63.75 for _ in waves[1:])]

    parts = [
        (strengths(raw[1] / 255, light, raw[4]), light),
        (strengths((raw[2] / 255 - 0.5) * 2, colour, raw[5]), colour),
        (strengths((raw[3] / 255 - 0.5) * 2, colour, raw[5]), colour),
    ]
    width, height = max(1, round(side * columns / 6)), max(1, round(side * rows / 6))
    pixels: list[list[int]] = []
    for j in range(height):
        for i in range(width):
            values = [
                sum(
                    s * cos(pi * x * (i + 0.5) / width) * cos(pi * y * (j + 0.5) / height)
                    for s, (x, y) in zip(strength, waves, strict=True)
                )
                for strength, waves in parts
            ]
            blue = values[0] - values[1] * 2 / 3
            red = (3 * values[0] - blue + values[2]) / 2
            shown = [max(0, min(255, round(v * 255))) for v in (red, red - values[2], blue)]
            pixels.append([*shown, raw[-1] if raw[0] >> 6 else 255])
    return {"placeholder": text, "columns": columns, "rows": rows, "pixels": pixels}


def vectors() -> list[dict[str, Any]]:
    """What stands in the file that both sides read."""
    found: list[dict[str, Any]] = []
    for name, (width, height, _) in PICTURES.items():
        found.append({"name": name, **decode(encode(pixels_of(name), width, height))})
    return found


def test_the_vectors_are_those_of_the_encoder() -> None:
    assert json.loads(VECTORS.read_text("utf-8")) == vectors()


@pytest.mark.parametrize("name", PICTURES)
def test_a_placeholder_looks_like_its_picture(name: str) -> None:
    width, height, at = PICTURES[name]
    text = encode(pixels_of(name), width, height)
    assert 8 <= len(text) <= 40
    shown = decode(text)
    wide, high = max(1, round(12 * shown["columns"] / 6)), max(1, round(12 * shown["rows"] / 6))
    assert len(shown["pixels"]) == wide * high
    if name in ("checkered", "nothing at all"):
        return  # finer than what is kept, and without any colour
    for i, j in ((0, 0), (wide - 1, high - 1)):
        meant = at(int((i + 0.5) * width / wide), int((j + 0.5) * height / high))
        got = shown["pixels"][j * wide + i]
        if meant[3]:
            assert all(abs(a - b) <= 56 for a, b in zip(meant[:3], got[:3], strict=True)), (i, j, meant, got)


if __name__ == "__main__":
    VECTORS.write_text(
        "[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in vectors()) + "\n]\n", "utf-8"
    )
