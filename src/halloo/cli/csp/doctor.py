"""`halloo csp doctor`: whether a site's policy lets the chat in, and which line is missing (csp contract 4)."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from halloo.cli.csp.policy import Widget
from halloo.cli.options import DEFAULT_DATA, Data, Json
from halloo.csp.model import Trust

_OPTIONS = {"metas": "--meta", "page_origin": "--page-origin", "tag": "--tag"}
_ORDER = "halloo.csp.order"
Texts = list[str] | None
FailOn = Literal["required", "optional", "warning"]


class InOrder(TyperCommand):
    """A command that knows in which order its options came: policies are numbered as they were given."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note the order, and go on as always."""
        command: Any = self
        _, _, order = command.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [one.name for one in order]
        return super().parse_args(ctx, args)


def doctor(  # noqa: PLR0913, PLR0917 - the contract's options
    ctx: typer.Context,
    stdin: Annotated[str, typer.Argument(metavar="[-]", help="- reads one policy from standard input.")] = "",
    widget: Widget = "",
    header: Annotated[Texts, typer.Option(help="A Content-Security-Policy header; repeat it for more.")] = None,
    report_only: Annotated[Texts, typer.Option(help="A Content-Security-Policy-Report-Only header.")] = None,
    meta: Annotated[Texts, typer.Option(help="A <meta> with a policy, or what its content says.")] = None,
    html: Annotated[Path | None, typer.Option(help="A file with the page's HTML.")] = None,
    url: Annotated[str, typer.Option(help="The page's address: it is fetched.")] = "",
    page_origin: Annotated[
        str, typer.Option(help="Where the page is at home, such as https://shop.example. Default: where --url led.")
    ] = "",
    tag: Annotated[str, typer.Option(help="The script's tag, as it stands on the page.")] = "",
    tag_by: Annotated[
        Literal["html", "script"],
        typer.Option(help="Whether the tag stands in the HTML, or a script of the page makes it."),
    ] = "html",
    permissions_policy: Annotated[Texts, typer.Option(help="A Permissions-Policy header.")] = None,
    coep: Annotated[Texts, typer.Option(help="A Cross-Origin-Embedder-Policy header.")] = None,
    trust: Annotated[Trust, typer.Option(help="By what the script shall be let in.")] = "auto",
    fail_on: Annotated[
        FailOn, typer.Option(help="What counts as a failure: blocked required needs, optional ones too, warnings too.")
    ] = "optional",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Say what a site's policies block of the chat, and what to add.

    Ends with 0 where nothing is blocked, 1 where the chat is, 2 for what cannot be read, 3 where only extras are blocked, 4 where the page
    cannot be fetched, and 5 where there are only warnings, with --fail-on warning.
    """
    from halloo.cli.csp.asking import Given, ending_of, examine, read_asked
    from halloo.cli.csp.ways import in_a_sentence, out, out_json
    from halloo.csp.present import present
    from halloo.csp.shown import shown

    given = Given(
        {"header": header or [], "report": report_only or [], "meta": meta or []},
        ctx.meta.get(_ORDER, []),
        stdin,
        html,
        page_origin,
        tag,
        permissions_policy or [],
        coep or [],
        made=tag_by == "script",
    )
    with in_a_sentence(_OPTIONS):
        found = examine(data, widget, read_asked(given), url, trust)
    if as_json:
        out_json(present(found))
    else:
        out(shown(found))
    raise typer.Exit(int(ending_of(found, fail_on)))
