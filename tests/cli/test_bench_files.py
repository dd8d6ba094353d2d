"""The benchmark of files finds what is not the file, and one command gives its figures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from halloo.cli.bench.files.client import MIB, Content, download, fetch, file_path, upload
from halloo.cli.bench.files.run import report
from halloo.cli.bench.files.servers import halloo
from halloo.cli.bench.swarm import Wrong
from tests.support.product import SOURCES


def test_a_byte_that_is_not_right_ends_the_benchmark(tmp_path: Path) -> None:
    content = Content(3 * MIB)
    with halloo(tmp_path, None) as server:
        file_id, _ = upload(server, content)
        assert fetch(server, file_id, content, cuts=2) > 0
        (stored,) = tmp_path.glob(f"files/objects/*/*{file_id}")
        with stored.open("r+b") as file:
            file.seek(2 * MIB + 100)
            file.write(b"another")
        with pytest.raises(Wrong, match="differs"):
            fetch(server, file_id, content)


async def test_only_whole_answers_are_counted(tmp_path: Path) -> None:
    content = Content(MIB)
    with halloo(tmp_path, None) as server:
        file_id, _ = upload(server, content, cuts=0)
        count, cpu = await download(server, file_path(file_id), MIB, 2, 0.2)
        assert count >= 2
        assert cpu > 0
        with pytest.raises(Wrong, match="not the file"):
            await download(server, file_path(file_id), MIB + 1, 1, 0.1)


@pytest.mark.slow
def test_one_command_gives_every_figure() -> None:
    options = ("--only", "downloads", "--seconds", "0.1", "--rounds", "1", "--mib", "1", "--json")
    done = subprocess.run(
        [sys.executable, "-m", "halloo", "bench", "files", *options],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(figures["downloads"]) == {"65536", "1048576", "16777216"}
    assert figures["downloads"]["65536"]["per_cpu_s"]["halloo"] > 0
    assert "Downloads of 64 KiB" in report(figures)
