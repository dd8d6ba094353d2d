"""`halloo bench files`: which figures are taken, and what is said of them."""

import asyncio
import importlib.util
import os
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import obstore
import uvloop
from obstore.store import S3Store

from halloo.cli.bench import machine
from halloo.cli.bench.files.client import MIB, Content, download, fetch, file_path, upload
from halloo.cli.bench.files.servers import BUCKET, Server, bare, halloo, nginx, object_store
from halloo.cli.bench.measures import Options as Common
from halloo.cli.bench.measures import about, tell
from halloo.cli.bench.swarm import Wrong

FIGURES = ("downloads", "large")
SIZES = (64 * 1024, MIB, 16 * MIB)
MEMORY_GOAL_MIB = 100
_WARM_UP_S = 0.3


@dataclass(frozen=True, slots=True)
class Options:
    """How long, how often, how large."""

    seconds: float = 2.0
    rounds: int = 3
    connections: int = 16
    large: int = 1024 * MIB
    core: int | None = None


def run(only: Sequence[str], options: Options) -> dict[str, Any]:
    """All figures that are wanted; empty: all of them. Raises `swarm.Wrong`."""
    _check_disk(options)
    core, rest = machine.two_cores()
    if rest is None:
        tell("Server and client share what there is: this system cannot pin, or has one core. Figures are rough.")
    else:
        os.sched_setaffinity(0, {rest})
    options = replace(options, core=core)
    found: dict[str, Any] = about(Common(options.seconds, options.rounds, 0, core))
    wanted = only or FIGURES
    if "downloads" in wanted:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found["downloads"] = runner.run(_downloads(options))
    if "large" in wanted:
        found["large"] = large(options)
    return {**found, "uvicorn": version("uvicorn"), "obstore": version("obstore")}


def _check_disk(options: Options) -> None:
    needed, free = 3 * options.large + 512 * MIB, shutil.disk_usage(tempfile.gettempdir()).free
    if free < needed:
        raise Wrong(f"The temporary folder needs {needed // MIB} MiB for this, and has {free // MIB}.")


async def _downloads(options: Options) -> dict[str, Any]:
    """Files per CPU second, of three sizes, the servers in turns."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        own, shared = Path(folder) / "halloo", Path(folder) / "shared"
        shared.mkdir()
        mine = stack.enter_context(halloo(own, options.core))
        others = [stack.enter_context(bare(shared, options.core)), stack.enter_context(nginx(shared, options.core))]
        servers = [mine, *(server for server in others if server is not None)]
        for size in SIZES:
            paths = await asyncio.to_thread(_prepared, mine, servers, shared, size)
            found[str(size)] = await _in_turns(servers, paths, size, options)
    return found


def _prepared(mine: Server, servers: Sequence[Server], shared: Path, size: int) -> dict[str, str]:
    content = Content(size)
    (shared / str(size)).write_bytes(b"".join(content.piece(at, size) for at in range(0, size, MIB)))
    file_id, _ = upload(mine, content, cuts=0)
    return {server.name: file_path(file_id) if server is mine else f"/{size}" for server in servers}


async def _in_turns(servers: Sequence[Server], paths: dict[str, str], size: int, options: Options) -> dict[str, Any]:
    rates: dict[str, list[float]] = {server.name: [] for server in servers}
    for server in servers:
        await download(server, paths[server.name], size, options.connections, _WARM_UP_S)
    for number in range(options.rounds):
        for server in servers if number % 2 == 0 else reversed(servers):
            count, cpu = await download(server, paths[server.name], size, options.connections, options.seconds)
            rates[server.name].append(count / cpu)
        tell(f"  {size:,} bytes: " + ", ".join(f"{name} {found[-1]:,.0f}" for name, found in rates.items()))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    return {
        "rounds": {name: [round(one, 1) for one in found] for name, found in rates.items()},
        "per_cpu_s": {name: round(one, 1) for name, one in medians.items()},
        "mib_per_cpu_s": {name: round(one * size / MIB) for name, one in medians.items()},
        "ratio": {name: round(medians["halloo"] / one, 2) for name, one in medians.items() if name != "halloo"},
    }


def large(options: Options) -> dict[str, Any]:
    """One large file up and down over both storages, the line cut in the middle each way: seconds, CPU and memory above idle."""
    content, found = Content(options.large), dict[str, Any]()
    with tempfile.TemporaryDirectory() as folder, halloo(Path(folder), options.core) as server:
        found["local"] = moved(server, content)
    if importlib.util.find_spec("moto") is None:
        tell("  The object store is left out: the package moto is not installed.")
        return found
    with tempfile.TemporaryDirectory() as folder, object_store(None) as store:
        endpoint = f"http://127.0.0.1:{store.port}"
        make_bucket(endpoint)
        with halloo(Path(folder), options.core, f"s3://{BUCKET}/bench", endpoint) as server:
            found["objects"] = moved(server, content)
    return found


def moved(server: Server, content: Content) -> dict[str, Any]:
    """Up and down, each with a cut; raises `Wrong` where a byte differs."""
    upload(server, Content(64 * 1024), cuts=0)  # what is loaded at first use is no part of it
    idle, cpu = server.rss_bytes(), server.cpu_s()
    file_id, up = upload(server, content)
    up_cpu = server.cpu_s() - cpu
    down = fetch(server, file_id, content)
    found = {
        "bytes": content.size,
        "up_s": round(up, 2),
        "up_cpu_s": round(up_cpu, 2),
        "down_s": round(down, 2),
        "down_cpu_s": round(server.cpu_s() - cpu - up_cpu, 2),
        "memory_above_idle_mib": round((server.peak_bytes() - idle) / MIB, 1),
    }
    tell(f"  {found}")
    return found


def make_bucket(endpoint: str) -> None:
    """The bucket in a store that looks at no signature."""
    import urllib.request

    request = urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")  # noqa: S310 - loopback
    request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request")
    with urllib.request.urlopen(request, timeout=60):  # noqa: S310 - likewise
        pass
    store = S3Store(
        BUCKET,
        endpoint=endpoint,
        region="us-east-1",
        access_key_id="key",
        secret_access_key="secret",  # noqa: S106 - likewise
        client_options={"allow_http": True},
        virtual_hosted_style_request=False,
    )
    obstore.put(store, "probe", b"")


def report(figures: dict[str, Any]) -> str:
    """The figures for people."""
    lines: list[str] = []
    for size, found in figures.get("downloads", {}).items():
        rates = ", ".join(f"{name} {rate:,.0f}" for name, rate in found["per_cpu_s"].items())
        ratios = ", ".join(f"{ratio} of {name}" for name, ratio in found["ratio"].items())
        lines.append(f"Downloads of {int(size) // 1024:,} KiB per CPU second: {rates}. Halloo: {ratios}.")
    for twin, found in figures.get("large", {}).items():
        memory = found["memory_above_idle_mib"]
        lines.append(
            f"{found['bytes'] // MIB:,} MiB, {twin}, cut in the middle each way: up {found['up_s']} s ({found['up_cpu_s']} s CPU), "
            f"down {found['down_s']} s ({found['down_cpu_s']} s CPU), {memory} MiB above idle "
            f"(goal {MEMORY_GOAL_MIB}: {'met' if memory < MEMORY_GOAL_MIB else 'missed'})."
        )
    return "\n".join(lines)
