"""What only the data folder knows: settings, the database's revision, the storage, mail, a widget to look at."""

import asyncio
import ipaddress
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from halloo.cli.doctor.finding import Finding, bad, ok, warn
from halloo.cli.place import Place, with_database
from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.db.migrate import is_postgres, pending, sqlite_path
from halloo.edge.address import parse_networks
from halloo.files.opening import open_storage
from halloo.files.settings import FilesSettings
from halloo.mail.smtp import TROUBLE, Smtp, explain
from halloo.widgets.actions import list_widgets
from halloo.workspaces.model import system_actor

_MOST = 2
"""A network with fewer fixed bits than this says “everybody”."""


def is_set_up(place: Place) -> bool:
    """Whether there is a database behind these settings, as on the server itself."""
    return is_postgres(place.database_url) or sqlite_path(place.database_url).exists()


def find_widget(place: Place) -> str | None:
    """A published widget, best one with a list of domains."""

    async def run(database: Database) -> str | None:
        found: list[tuple[bool, str]] = []
        for one in await database.read(DIRECTORY, directory.list_keys, "workspace"):
            page = await database.read(one, list_widgets, system_actor(one))
            found += [(not widget.domains, widget.id) for widget in page.widgets if widget.published]
        return min(found)[1] if found else None

    return with_database(place, run)


def check_revision(place: Place) -> Iterator[Finding]:
    """The database has what this release needs."""
    missing = pending(place.database_url)
    if missing:
        yield bad("revision", f"The database lacks {len(missing)} revision(s).", f"halloo migrate --data {place.data}")
    else:
        yield ok("revision", "The database is up to date.")


def check_proxies(place: Place) -> Iterator[Finding]:
    """Nobody is trusted who could be anybody."""
    wide = [str(one) for one in parse_networks(place.config.server.trusted_proxies) if _is_everybody(one)]
    if wide:
        yield bad(
            "trusted proxies",
            f"server.trusted_proxies holds {', '.join(wide)}: everybody may claim any address.",
            "Name your proxies' addresses alone.",
        )
    elif not place.config.server.trusted_proxies:
        yield warn(
            "trusted proxies",
            "server.trusted_proxies is empty: behind a proxy all visitors count as one.",
            'halloo.toml: [server] trusted_proxies = ["127.0.0.1", "::1"], or wherever the proxy is.',
        )
    else:
        yield ok("trusted proxies", f"Trusted: {', '.join(place.config.server.trusted_proxies)}.")


def _is_everybody(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    return network.prefixlen < _MOST


def check_storage(place: Place) -> Iterator[Finding]:
    """Files can be kept: a probe is written, read and deleted."""
    settings = place.config.files
    where = settings.storage or str(place.data / "files")
    if "://" not in where and (user := _owner_beside_root(place.data)) is not None:
        yield warn(
            "storage",
            f"Whether files can be kept in {where} is not tried as root: what root writes there, the server could not change.",
            f"Run the doctor as the server's own user: sudo -u {user} halloo doctor --data {place.data}",
        )
        return
    try:
        trouble = asyncio.run(_probe(settings, place.data))
    except ValueError as error:
        trouble = str(error)
    if trouble is None:
        yield ok("storage", f"Files can be written, read and deleted in {where}.")
        return
    found, _, advice = trouble.rpartition(". ")  # the last sentence says what to do, where there is more than one
    if found:
        yield bad("storage", f"{found}.", advice)
    else:
        yield bad("storage", trouble, "docs/guide/files.md says what a storage needs.")


async def _probe(settings: FilesSettings, data: Path) -> str | None:
    storage = open_storage(settings, data)
    try:
        return await storage.check()
    finally:
        await storage.close()


def _owner_beside_root(folder: Path) -> str | None:
    """Who has the folder, where that is somebody else than root, and root looks at it."""
    uid = folder.stat().st_uid
    if os.geteuid() or not uid:
        return None
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


def check_mail(place: Place) -> Iterator[Finding]:
    """The mail server lets us in. Nothing is sent."""
    settings = place.config.mail
    if not settings.on:
        yield warn(
            "mail",
            "mail.host is not set: nobody gets an answer by mail, and links to continue elsewhere are not offered.",
            "docs/guide/mail.md says how to set it.",
        )
        return
    where = f"{settings.host}:{settings.port}"
    try:
        settings.check()
        how = asyncio.run(_connect(Smtp(settings)))
    except ValueError as error:
        yield bad("mail", str(error), "docs/guide/mail.md lists the settings.")
    except TROUBLE as error:
        yield bad("mail", f"{where}: {explain(error)}", "Check mail.host, port, security, username and password.")
    else:
        signed = f"signed in as {settings.username}" if settings.username else "without a sign-in"
        make = warn if how == "in clear" and settings.host not in ("localhost", "127.0.0.1", "::1") else None
        found = f"{where} lets us in, {how}, {signed}."
        yield ok("mail", found) if make is None else make("mail", found, "Set mail.security to starttls or tls.")


async def _connect(smtp: Smtp) -> str:
    async with smtp:
        return smtp.describe()
