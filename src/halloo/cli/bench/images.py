"""Thumbnails per CPU second, through the child processes, beside a bare Pillow loop in this process that does the same to the same picture.

Halloo's seconds are all that it takes: this process, the one that forks, and each child that has ended. Linux only.
"""

import asyncio
import io
import os
import statistics
import time
from pathlib import Path
from typing import Any

from PIL import Image

from halloo.files.images.processes import Images

SIDE = 320
Figures = dict[str, dict[str, float]]


def pictures() -> dict[str, bytes]:
    """What is made smaller: a photo, a screenshot and a picture of a person."""
    noise = Image.effect_noise((1000, 750), 40).resize((4000, 3000), Image.Resampling.BICUBIC)  # pyright: ignore[reportUnknownMemberType] - Pillow types its size loosely
    ground = Image.radial_gradient("L").resize((4000, 3000))  # pyright: ignore[reportUnknownMemberType] - Pillow types its size loosely
    photo = Image.merge("RGB", (noise, ground, noise))
    screen = ground.resize((1920, 1080)).quantize(32).convert("RGB")  # pyright: ignore[reportUnknownMemberType] - Pillow types its size loosely
    return {
        "photo, 12 MP JPEG": _saved(photo, "JPEG", quality=88),
        "screenshot, 2 MP PNG": _saved(screen, "PNG"),
        "face, 512 px JPEG": _saved(photo.crop((0, 0, 512, 512)), "JPEG", quality=88),
    }


def run(seconds: float, rounds: int) -> Figures:
    """For each picture the medians: `halloo` and `bare` in thumbnails per CPU second, `ratio`."""
    found: Figures = {}
    for name, data in pictures().items():
        measured = [_both(data, seconds, halloo_first=number % 2 == 0) for number in range(rounds)]
        halloo, bare = (statistics.median(values) for values in zip(*measured, strict=True))
        found[name] = {"halloo": halloo, "bare": bare, "ratio": halloo / bare}
    return found


def _both(data: bytes, seconds: float, *, halloo_first: bool) -> tuple[float, float]:
    """Thumbnails per CPU second of either side."""
    if halloo_first:
        return asyncio.run(_halloo(data, seconds)), _bare(data, seconds)
    bare = _bare(data, seconds)
    return asyncio.run(_halloo(data, seconds)), bare


def report(figures: Figures) -> str:
    """The figures as a table."""
    lines = ["thumbnails per CPU second | Halloo | bare Pillow | ratio"]
    lines += [f"{name} | {one['halloo']:.1f} | {one['bare']:.1f} | {one['ratio']:.2f}" for name, one in figures.items()]
    return "\n".join(lines)


async def _halloo(data: bytes, seconds: float) -> float:
    images = Images(1)
    await images.thumbnail(data, SIDE, SIDE)
    pids = images.pids()
    before, count = _spent(pids), 0
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        await images.thumbnail(data, SIDE, SIDE)
        count += 1
    spent = _spent(pids) - before
    await images.close()
    return count / spent


def _bare(data: bytes, seconds: float) -> float:
    count, before = 0, time.process_time()
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        with Image.open(io.BytesIO(data)) as image:
            image.draft(None, (SIDE * 2, SIDE * 2))
            image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            _saved(image.convert("RGB"), "WEBP", quality=78, method=3)
        count += 1
    return count / (time.process_time() - before)


def _saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()


def _spent(pids: list[int]) -> float:
    """CPU seconds of this process and of others with their ended children."""
    spent = time.process_time()
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        spent += sum(int(one) for one in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return spent
