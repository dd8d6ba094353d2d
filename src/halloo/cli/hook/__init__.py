"""`halloo hook …`: for people who write what receives web hooks."""

import asyncio
import signal
import sys
from contextlib import suppress
from typing import Annotated

import typer

from halloo.cli.options import DEFAULT_DATA, Data, Json, Workspace
from halloo.cli.say import fail, say, table

app = typer.Typer(help="Web hooks: receive them while you write your own receiver.", no_args_is_help=True)
_OK, _STATUSES = 200, range(200, 600)


@app.callback()
def hooks() -> None:
    """Web hooks: receive them while you write your own receiver."""


@app.command("list")
def list_(data: Data = DEFAULT_DATA, workspace: Workspace = None, as_json: Json = False) -> None:
    """List the web hooks with how they do; keys in their addresses are masked."""
    from halloo.cli.hook.records import seen_hooks

    rows = seen_hooks(data, workspace)
    say(rows, table(rows), as_json=as_json)


@app.command()
def listen(
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for any free one.")] = 9000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    secret: Annotated[
        str,
        typer.Option(
            envvar="HOOK_SECRET",
            help="The hook's signing secret, to check signatures with; two, separated by a comma, while it is being changed. "
            "Without a value it is asked for, and no list of processes shows it.",
            prompt="Signing secret",
            prompt_required=False,
            hide_input=True,
        ),
    ] = "",
    answer: Annotated[int, typer.Option(help="The status of every answer, such as 500 to see retries.")] = _OK,
    delay: Annotated[float, typer.Option(help="Seconds to wait before each answer.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Receive web hooks, show each, and say what is wrong with it. Ends with Ctrl+C."""
    from halloo.cli.hook.receiver import Receiver, serve
    from halloo.cli.hook.show import Printer
    from halloo.cli.hook.verdict import BadSecret, read_secrets

    if answer not in _STATUSES:
        fail(f"--answer: {answer} is no status between {_STATUSES[0]} and {_STATUSES[-1]}.")
    if delay < 0:
        fail("--delay: a wait cannot be shorter than nothing.")
    try:
        secrets = read_secrets(secret)
    except BadSecret as error:
        fail(f"--secret: {error}")
    printer = Printer(sys.stdout, as_json=as_json)
    try:
        for ending in (signal.SIGINT, signal.SIGTERM):  # also where a shell has turned the first one off for us
            signal.signal(ending, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            asyncio.run(serve(Receiver(secrets, answer, delay, printer.show), host, port, printer.listening))
    except OSError as error:
        fail(f"{host}:{port} cannot be listened on: {error.strerror or error}")
