"""`halloo bench …`: the benchmarks, each beside its peers in the same run. Results worth keeping go into `bench/RESULTS.md`."""

from pathlib import Path
from typing import Annotated

import typer

from halloo.cli.options import Json
from halloo.cli.say import fail, say

app = typer.Typer(help="Benchmarks, each beside its peers in the same run.", no_args_is_help=True)


@app.callback()
def benchmarks() -> None:
    """Benchmarks, each beside its peers in the same run."""


@app.command()
def send(
    visitors: Annotated[
        int, typer.Option(help="Visitors that write at once, each in a conversation of their own.")
    ] = 200,
    seconds: Annotated[float, typer.Option(help="How long each side runs.")] = 10.0,
    rounds: Annotated[int, typer.Option(help="How often both sides run; medians are reported.")] = 3,
    database_url: Annotated[
        str, typer.Option(help="An empty PostgreSQL to store in, for one round; without it a SQLite file for each.")
    ] = "",
    owner_url: Annotated[str, typer.Option(help="The login that owns its tables.")] = "",
    as_json: Json = False,
) -> None:
    """Stored and acknowledged messages per CPU second through the relay, beside bare SQLite loops that write the same rows."""
    from halloo.cli.bench.send import Base, report, run

    figures = run(visitors, seconds, rounds, Base(database_url, owner_url))
    say(figures, report(figures), as_json=as_json)


@app.command()
def images(
    seconds: Annotated[float, typer.Option(help="How long each side runs with each picture.")] = 3.0,
    rounds: Annotated[int, typer.Option(help="How often both sides run; medians are reported.")] = 3,
    as_json: Json = False,
) -> None:
    """Thumbnails per CPU second in processes with bounds, beside a bare Pillow loop without any. Linux only."""
    from halloo.cli.bench.images import report, run

    figures = run(seconds, rounds)
    say(figures, report(figures), as_json=as_json)


@app.command()
def relay(
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="A figure (fanout, echo, memory, reconnect, stalled) or a server to take; repeat it for more."
        ),
    ] = None,
    sockets: Annotated[
        int, typer.Option(help="Sockets for memory and reconnect; the others take at most as many.")
    ] = 10_000,
    seconds: Annotated[float, typer.Option(help="How long a server is measured in a round.")] = 1.0,
    rounds: Annotated[int, typer.Option(help="Rounds in alternating order; medians are reported.")] = 5,
    peers: Annotated[
        Path | None, typer.Option(help="The folder bench/peers of the sources; found by itself when run from there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What the relay does with a CPU second and with memory, beside other servers in the same run (relay contract 8).

    Every delivery is counted and compared. Linux only. The servers: halloo (this one, whole), picows (a bare server with prebuilt
    frames: the limit in this language), ws and socket.io (from npm: needs Node 20 and bench/peers of the sources; the first run
    installs them there), and, where they are on the path, centrifugo (`go install github.com/centrifugal/centrifugo/v6@latest`,
    or a package from its releases) and mosquitto (`apt-get install mosquitto`).
    """
    from halloo.cli.bench.measures import Options
    from halloo.cli.bench.relay import FIGURES, PEERS, report, run
    from halloo.cli.bench.swarm import Wrong

    unknown = [one for one in only or () if one not in (*FIGURES, *PEERS)]
    if unknown:
        fail(f"There is no {unknown[0]!r}; take some of {', '.join((*FIGURES, *PEERS))}.")
    try:
        figures = run(only or (), Options(seconds, rounds, sockets, None), peers)
    except Wrong as wrong:
        fail(str(wrong))
    say(figures, report(figures), as_json=as_json)


@app.command()
def hooks(  # noqa: PLR0913, PLR0917 - the options of a command
    only: Annotated[
        list[str] | None,
        typer.Option(help="A figure (rates, tls, lag, sick, backlog, drain, ack); repeat it for more."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A small size of everything: shows that it works, and measures little.")
    ] = False,
    rounds: Annotated[
        int, typer.Option(help="Rounds of rates and acks, in alternating order; medians are reported.")
    ] = 3,
    seconds: Annotated[float, typer.Option(help="How long a steady pace of facts goes on.")] = 10.0,
    backlog: Annotated[int, typer.Option(help="Rows that wait for a dead hook.")] = 1_000_000,
    waiting: Annotated[int, typer.Option(help="Deliveries that wait for a receiver which comes back.")] = 100_000,
    outage: Annotated[float, typer.Option(help="Seconds of that outage; the contract says 600.")] = 30.0,
    database_url: Annotated[
        str, typer.Option(help="An empty PostgreSQL to store in, emptied between figures; without it SQLite.")
    ] = "",
    owner_url: Annotated[str, typer.Option(help="The login that owns its tables.")] = "",
    as_json: Json = False,
) -> None:
    """What the dispatcher of web hooks does with a CPU second, and how late it is, beside bare clients in the same run (hooks contract 15).

    Every request is counted, its id compared, its signature checked. Linux only; receivers listen on 127.0.1.1 and following. The
    clients: connection (Halloo's own HTTP library with nothing around it), outbound (the same with guard and pool) and aiohttp, where
    it is installed.
    """
    from dataclasses import replace

    from halloo.cli.bench.hooks.ground import Base
    from halloo.cli.bench.hooks.house import Options
    from halloo.cli.bench.hooks.run import FIGURES, QUICK, report, run
    from halloo.cli.bench.swarm import Wrong

    unknown = [one for one in only or () if one not in FIGURES]
    if unknown:
        fail(f"There is no {unknown[0]!r}; take some of {', '.join(FIGURES)}.")
    asked = replace(Options(), rounds=rounds, seconds=seconds, backlog=backlog, waiting=waiting, outage_s=outage)
    try:
        figures = run(only or (), QUICK if quick else asked, Base(database_url, owner_url))
    except Wrong as wrong:
        fail(str(wrong))
    say(figures, report(figures), as_json=as_json)


@app.command()
def csp(
    rounds: Annotated[int, typer.Option(help="How often each page is examined; medians are reported.")] = 9,
    web: Annotated[
        Path | None,
        typer.Option(help="The folder of the sources whose node_modules have csp_evaluator; web by itself."),
    ] = None,
    as_json: Json = False,
) -> None:
    """How long the doctor takes over 64 KiB of policy, by chance and hostile, beside npm csp_evaluator in the same run (csp contract 7.3).

    The doctor reads each policy in two ways, looks for the smallest change, warns, and writes its answer as JSON and as text; the peer
    parses and judges.
    """
    from halloo.cli.bench.csp import report, run

    figures = run(rounds, web)
    say(figures, report(figures), as_json=as_json)


@app.command()
def files(
    only: Annotated[list[str] | None, typer.Option(help="A figure (downloads, large); repeat it for more.")] = None,
    seconds: Annotated[float, typer.Option(help="How long a server is measured in a round.")] = 2.0,
    rounds: Annotated[int, typer.Option(help="Rounds in alternating order; medians are reported.")] = 3,
    mib: Annotated[int, typer.Option(help="Size of the large file in MiB.")] = 1024,
    as_json: Json = False,
) -> None:
    """Downloads per CPU second beside nginx and a bare loop, and a large file up and down over both storages, cut in the middle.

    Every byte of the large file is compared. Linux only. The servers of the same file: halloo (the storage host, without its
    database), uvicorn (a loop that knows nothing but the file: the limit in this language), and nginx where it is installed. The
    object store is moto's, where that package is installed.
    """
    from halloo.cli.bench.files.run import FIGURES, Options, report, run
    from halloo.cli.bench.swarm import Wrong

    unknown = [one for one in only or () if one not in FIGURES]
    if unknown:
        fail(f"There is no {unknown[0]!r}; take some of {', '.join(FIGURES)}.")
    try:
        figures = run(only or (), Options(seconds=seconds, rounds=rounds, large=mib * 1024 * 1024))
    except Wrong as wrong:
        fail(str(wrong))
    say(figures, report(figures), as_json=as_json)
