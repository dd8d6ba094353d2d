"""The commands."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from halloo import __version__
from halloo.cli.doctor import doctor
from halloo.cli.groups import Commands
from halloo.cli.options import DEFAULT_DATA, Data, Json
from halloo.cli.say import fail, say, table

app = typer.Typer(
    name="halloo", help="A website messenger that you host yourself.", no_args_is_help=True, pretty_exceptions_enable=False,
    add_completion=False, cls=Commands,
)  # fmt: skip
app.command("doctor")(doctor)


class ServeRole(StrEnum):
    """What a process serves."""

    ALL = "all"
    RESCUE = "rescue"


@app.command()
def version() -> None:
    """Say which release this is."""
    typer.echo(__version__)


@app.command()
def init(
    email: Annotated[str, typer.Option(help="The owner's e-mail address.")],
    password: Annotated[str, typer.Option(help="The owner's password.", prompt=True, hide_input=True)],
    name: Annotated[str, typer.Option(help="The owner's name.")] = "",
    workspace: Annotated[str, typer.Option(help="The workspace's name.")] = "My team",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Make the first workspace, its owner, a published widget and a token with every scope."""
    from halloo.cli.first import First, set_up
    from halloo.cli.place import open_place, read_secret
    from halloo.config import TOML_NAME, commented_toml
    from halloo.db import migrate as migrations
    from halloo.workspaces.model import check_password

    check_password(password)
    place = open_place(data)
    data.mkdir(parents=True, exist_ok=True)
    toml = data / TOML_NAME
    if not toml.exists():
        toml.write_text(commented_toml(), "utf-8")
    read_secret(place)
    migrations.upgrade(place.database_url, place.config.database.owner_url)
    made = set_up(place, First(workspace, email, name or email.partition("@")[0], password))
    text = (
        f"Ready. Start it with “halloo serve --data {data}”, then sign in at {made['inbox_url']} as {email}.\n"
        f'Snippet for your site: <script async src="{made["embed_url"]}"></script>\n'
        f"API token (shown once): {made['token']}"
    )
    say(made, text, as_json=as_json)


@app.command()
def serve(
    data: Data = DEFAULT_DATA,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "localhost",
    port: Annotated[
        int | None, typer.Option(help="The port to listen on.", show_default="8000; 8002 for the rescue relay alone")
    ] = None,
    role: Annotated[
        ServeRole, typer.Option(help="rescue: the rescue relay alone, as a process of its own over the same database.")
    ] = ServeRole.ALL,
) -> None:
    """Serve inbox, widget, API and relay on one port, and the rescue relay on another."""
    import uvloop

    from halloo.app import serve_forever
    from halloo.cli.place import open_place, read_secret, require_schema

    place = open_place(data)
    if not place.config.database.url and not (data / "halloo.db").exists():
        fail(f"There is nothing in {data} yet; run “halloo init --data {data} --email …” first.")
    require_schema(place)
    ports = place.ports(port, rescue=role is ServeRole.RESCUE)
    uvloop.run(
        serve_forever(
            place.config,
            place.database_url,
            place.public_url(host, ports.main),
            read_secret(place),
            data=data,
            host=host,
            port=ports.main,
            rescue_port=ports.rescue,
            only_rescue=role is ServeRole.RESCUE,
        )
    )


@app.command()
def migrate(data: Data = DEFAULT_DATA, as_json: Json = False) -> None:
    """Bring the database up to date; safe to repeat."""
    from halloo.cli.place import open_place
    from halloo.db import migrate as migrations

    place = open_place(data)
    done = migrations.upgrade(place.database_url, place.config.database.owner_url)
    say({"applied": done}, f"Applied: {', '.join(done)}." if done else "Nothing to do.", as_json=as_json)


@app.command()
def settings(as_json: Json = False, toml: Annotated[bool, typer.Option(help="As a commented file.")] = False) -> None:
    """List every setting with its default and what it does."""
    from halloo.config import commented_toml, list_settings

    if toml:
        typer.echo(commented_toml())
        return
    rows: list[dict[str, Any]] = [
        {"name": one.name, "env": one.env, "default": one.default, "sentence": one.sentence} for one in list_settings()
    ]
    say(rows, table(rows), as_json=as_json)
