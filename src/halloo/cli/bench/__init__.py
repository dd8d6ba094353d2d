"""`halloo bench …`: the benchmarks, each beside its peers in the same run. Results worth keeping go into `bench/RESULTS.md`."""

from typing import Annotated

import typer

from halloo.cli.place import Json
from halloo.cli.say import say

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
