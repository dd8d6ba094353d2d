"""`halloo bench …`."""

import typer

app = typer.Typer(help="Benchmarks, each beside its peers in the same run.", no_args_is_help=True)
