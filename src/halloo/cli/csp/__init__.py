"""`halloo csp …`: what a page's Content-Security-Policy must allow, and whether it does (csp contract 3 and 4)."""

import typer

from halloo.cli.csp.doctor import InOrder, doctor
from halloo.cli.csp.policy import policy

app = typer.Typer(help="Content-Security-Policy: what a site must allow, and whether it does.", no_args_is_help=True)
app.command("doctor", cls=InOrder)(doctor)
app.command("policy")(policy)


@app.callback()
def csp() -> None:
    """Content-Security-Policy: what a site must allow, and whether it does."""
