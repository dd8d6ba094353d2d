"""`halloo doctor`: looks at a running deployment through its public address, as a visitor's browser would.

Embedding contract 14, “What self-hosters must not break”, line by line; each finding says what to do.
"""

import sys
from typing import Annotated

import typer

from halloo.cli.options import DEFAULT_DATA, Data, Json
from halloo.cli.say import say


def doctor(
    url: Annotated[
        str, typer.Option(help="The public address, such as https://chat.example. Default: public.url.")
    ] = "",
    widget: Annotated[str, typer.Option(help="A published widget's id. Default: one from the data folder.")] = "",
    slow: Annotated[
        bool,
        typer.Option("--slow", help="Also hold a silent connection for 65 seconds, as a visitor who never writes."),
    ] = False,
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Look at a running deployment from outside, and say what to repair. Ends with 1 where something is broken."""
    from halloo.cli.doctor.examine import IDLE_S, examine, here, site_of
    from halloo.cli.doctor.finding import Finding, summary

    place = here(data)
    site = site_of(place, url, widget)
    findings: list[Finding] = []
    for finding in examine(site, place, IDLE_S if slow else 0):
        findings.append(finding)
        if not as_json:
            sys.stdout.write(finding.lines(colour=sys.stdout.isatty()) + "\n")
            sys.stdout.flush()
        elif sys.stderr.isatty():
            sys.stderr.write(f"{finding.level:>4} {finding.check}\n")
    broken = any(one.level == "bad" for one in findings)
    view = {
        "url": site.url,
        "widget_id": site.widget_id,
        "findings": [one.view() for one in findings],
        "ok": not broken,
    }
    say(view, f"\n{summary(findings)}", as_json=as_json)
    if broken:
        raise typer.Exit(1)
