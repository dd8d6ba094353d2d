"""`halloo csp policy`: what a site must allow, ready to be written down (csp contract 3)."""

from pathlib import Path
from typing import Annotated

import typer

from halloo.cli.options import DEFAULT_DATA, Data, Json
from halloo.csp.formats import Target
from halloo.csp.generate import Form
from halloo.csp.model import Context, Trust

_OPTIONS = {"wildcards": "--wildcards", "features": "--features", "trust": "--trust", "report": "--report"}
Widget = Annotated[str, typer.Option(help="The widget's id. Default: one with the settings of a new widget.")]


def policy(  # noqa: PLR0913, PLR0917 - the contract's options
    widget: Widget = "",
    features: Annotated[
        str, typer.Option(help="Features with commas between, in place of the widget's: chat,files,calls …")
    ] = "",
    context: Annotated[
        Context, typer.Option(help="Whose policy: the site's pages, or one that Halloo sends itself.")
    ] = "host",
    form: Annotated[
        Form, typer.Option(help="Lines to put together with the site's own, only what is new, or a whole policy.")
    ] = "merge",
    trust: Annotated[Trust, typer.Option(help="By what the script is let in.")] = "auto",
    wildcards: Annotated[
        str, typer.Option(help="A domain, such as chat.example.com: all its sub-domains are trusted then.")
    ] = "",
    no_self: Annotated[bool, typer.Option("--no-self", help="Leave 'self' out.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Have browsers report to Halloo what they block.")] = False,
    target: Annotated[Target, typer.Option("--as", help="Where it is to be written.")] = "text",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Print what a site's Content-Security-Policy must allow. What is good to know goes to standard error."""
    from halloo.cli.csp.ways import find_deployment, in_a_sentence, out, out_json, words
    from halloo.cli.csp.ways import note as say_beside
    from halloo.cli.place import open_place
    from halloo.csp.features import read_features
    from halloo.csp.generate import Options, generate

    with in_a_sentence(_OPTIONS):
        named = read_features(words(features)) if features else None
        deployment = find_deployment(open_place(Path(data)), words(widget), context)
        options = Options(form, trust, context, target, words(wildcards) or None, no_self, report, named)
        made = generate(deployment, options)
    if as_json:
        out_json(
            {
                "form": form,
                "as": target,
                "policy": made.policy,
                "text": made.text,
                "tag": made.tag,
                "notes": list(made.notes),
            }
        )
        return
    out(made.text if made.tag is None or target != "text" else f"{made.text}\n\n{made.tag}")
    if made.tag is not None and target != "text":
        say_beside(f"tag: {made.tag}")
    for one in made.notes:
        say_beside(f"note: {one}")
