"""What both commands share: the widget as policies see it, words as a terminal gave them, and how a command ends."""

import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NoReturn

from halloo.app import snippets_of
from halloo.cli.place import Place, require_schema, with_database
from halloo.csp.fetch import PageUnreachable
from halloo.csp.model import Context, Deployment
from halloo.csp.shown import printable
from halloo.db import directory
from halloo.db.connect import is_postgres, sqlite_path, why_away
from halloo.db.engine import DIRECTORY, Database
from halloo.edge.deployment import deployment_of, own_deployment, widget_deployment
from halloo.embed.assets import load_assets
from halloo.kit.json import dump
from halloo.kit.refusals import Refusal
from halloo.widgets.actions import read_widget
from halloo.widgets.errors import WidgetNotFound
from halloo.widgets.model import Widget
from halloo.widgets.settings import resolve_hosts
from halloo.workspaces.model import system_actor


class Ending(IntEnum):
    """How `halloo csp doctor` ends (csp contract 4.2)."""

    FINE = 0
    REQUIRED = 1
    USAGE = 2
    OPTIONAL = 3
    UNREACHABLE = 4
    WARNED = 5


def stop(message: str, code: Ending = Ending.USAGE) -> NoReturn:
    """Say in a sentence why there is no answer; it may hold what a page has sent."""
    _write(sys.stderr, f"halloo: {printable(message)}\n")
    sys.exit(int(code))


@contextmanager
def in_a_sentence(options: Mapping[str, str]) -> Generator[None]:
    """Whatever is refused ends the command with one sentence. `options`: what a field is called on the command line."""
    try:
        yield
    except PageUnreachable as refusal:
        stop(refusal.message, Ending.UNREACHABLE)
    except Refusal as refusal:
        name = str(refusal.details.get("field", ""))
        stop(refusal.message.replace(f"{name}:", f"{options[name]}:", 1) if name in options else refusal.message)
    except (ValueError, OSError) as error:
        stop(str(error))
    except Exception as error:
        away = why_away(error)
        if away is None:
            raise
        stop(away)


def out(text: str) -> None:
    """Print to standard output, whatever its encoding; somebody who stops reading is no mishap."""
    try:
        _write(sys.stdout, f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def out_json(value: Any) -> None:
    """Print a value as JSON."""
    out(dump(value).decode())


def note(text: str) -> None:
    """Say something beside the answer."""
    _write(sys.stderr, f"{text}\n")


def _write(stream: Any, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def words(text: str) -> str:
    """What was typed, without the marks that stand for bytes that are no text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def find_deployment(place: Place, widget_id: str, context: Context = "host") -> Deployment:
    """The widget as policies see it; without an id one that has no domains yet, with the settings that a new one has.

    Raises `WidgetNotFound`, and `ValueError` for settings that are none.
    """
    ports = place.ports(None, rescue=False)
    hosts = resolve_hosts(place.config.hosts, place.public_url(port=ports.main), ports.rescue)
    if context == "inbox":
        return own_deployment(hosts)
    snippets = snippets_of(load_assets(), hosts)
    if not widget_id:
        return deployment_of(hosts, "", [], {}, snippets)
    return widget_deployment(hosts, snippets, _stored(place, widget_id))


def _stored(place: Place, widget_id: str) -> Widget:
    if not is_postgres(place.database_url) and not sqlite_path(place.database_url).exists():
        msg = f"There is nothing in {place.data}, so the widget is not known. Name the data folder with --data, or leave --widget out."
        raise ValueError(msg)
    require_schema(place)

    async def run(database: Database) -> Widget:
        workspace_id = await database.read(DIRECTORY, directory.find_workspace, "widget", widget_id)
        if workspace_id is None:
            raise WidgetNotFound("There is no such widget in this data folder.")
        return await database.read(workspace_id, read_widget, system_actor(workspace_id), widget_id)

    return with_database(place, run)
