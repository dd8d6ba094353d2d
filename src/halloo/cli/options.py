"""Options that many commands have."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option("--data", help="The data folder.", envvar="HALLOO_DATA")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
Workspace = Annotated[str | None, typer.Option("--workspace", help="The workspace's id, where there are several.")]
DEFAULT_DATA = Path("halloo-data")
