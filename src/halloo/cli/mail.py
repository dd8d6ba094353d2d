"""`halloo mail …`."""

import asyncio
from typing import Annotated, Any

import typer

from halloo.cli.options import DEFAULT_DATA, Data, Json, Workspace
from halloo.cli.place import in_workspace, open_place
from halloo.cli.say import fail, say, table
from halloo.db.tx import Tx
from halloo.kit.clock import optional_rfc3339, rfc3339, system_clock
from halloo.kit.ids import new_id
from halloo.mail.actions import list_outbox
from halloo.mail.mime import BadAddress, render
from halloo.mail.model import Letter, Mail
from halloo.mail.settings import MailSettings
from halloo.mail.smtp import TROUBLE, Smtp, explain
from halloo.workspaces.model import system_actor

app = typer.Typer(help="Mail: try the settings, look at the outbox.", no_args_is_help=True)


@app.command("test")
def try_settings(
    to: Annotated[str, typer.Option(help="The e-mail address that gets the mail.")],
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Send one mail with the settings in force, and say what the mail server answered."""
    settings = open_place(data).config.mail
    if not settings.on:
        fail("mail.host is not set, so this server sends no mail. docs/guide/mail.md says how to set it.", "mail_off")
    settings.check()
    try:
        done = asyncio.run(send_test(settings, to))
    except BadAddress as error:
        fail(f"--to: {error}", "field_invalid")
    except TROUBLE as error:
        fail(f"{settings.host}:{settings.port}: {explain(error)}", "mail_failed")
    text = (
        f"Connected to {done['server']}, {done['connection']}"
        f"{f', signed in as {settings.username}' if settings.username else ', without a sign-in'}.\n"
        f"The mail to {done['to']} was taken; the server said: {done['answer']}\n"
        "Look whether it arrives, and not among the unwanted."
    )
    say(done, text, as_json=as_json)


async def send_test(settings: MailSettings, to: str) -> dict[str, Any]:
    """Send one mail; what was found on the way."""
    letter = Letter(
        mail_id=new_id(),
        recipient=to,
        language="en",
        subject="Halloo can send mail",
        lead="This mail was sent by “halloo mail test”. Nothing is to be done with it.",
        notes=(f"Sent through {settings.host}.",),
    )
    sender, recipient, message = render(letter, settings, system_clock())
    async with Smtp(settings) as smtp:
        connection = smtp.describe()
        answer = await smtp.send(sender, recipient, message)
    return {
        "server": f"{settings.host}:{settings.port}",
        "connection": connection,
        "from": sender,
        "to": recipient,
        "answer": answer,
    }


@app.command("list")
def list_(data: Data = DEFAULT_DATA, workspace: Workspace = None, as_json: Json = False) -> None:
    """List the outbox: what waits, was sent within 30 days, or has failed and why. Newest first, at most 200."""

    def look(tx: Tx, workspace_id: str) -> list[dict[str, Any]]:
        return [_view(one) for one in list_outbox(tx, system_actor(workspace_id))]

    rows = in_workspace(open_place(data), workspace, look)
    say(rows, table(rows), as_json=as_json)


def _view(mail: Mail) -> dict[str, Any]:
    waits = mail.state in ("waiting", "sending")
    return {
        "id": mail.id,
        "kind": mail.kind,
        "to": mail.recipient,
        "state": mail.state,
        "attempts": mail.attempts,
        "created_at": rfc3339(mail.created_at),
        "next_at": optional_rfc3339(mail.due_at if waits else None),
        "error": mail.error,
    }
