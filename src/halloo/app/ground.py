"""What every room stands on: settings, names, the database, the folder; said once, so that all rooms say the same."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from halloo.config import Config
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.migrate import is_postgres, sqlite_path
from halloo.edge.address import Network, parse_networks
from halloo.edge.names import Names, names_of
from halloo.edge.services import Snippets
from halloo.embed.assets import Assets, load_assets
from halloo.kit.clock import Clock
from halloo.widgets.records import PublicRecords
from halloo.widgets.settings import Hosts, origin_of, resolve_hosts

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Ground:
    """`inbox` and `widget`: origins at which they are at home. `folder`: the data folder, or one that goes with the process.

    `watched`: the folder whose room on the disk is looked at.
    """

    config: Config
    database: Database
    secret: bytes
    clock: Clock
    public_url: str
    hosts: Hosts
    names: Names
    inbox: frozenset[str]
    widget: frozenset[str]
    trusted: tuple[Network, ...]
    folder: Path
    watched: Path | None
    assets: Assets
    records: PublicRecords


def lay_ground(
    config: Config,
    database_url: str,
    public_url: str,
    secret: bytes,
    clock: Clock,
    rescue_port: int,
    data: Path | None,
) -> Ground:
    """Read what was said. Raises as `build`."""
    public_url = origin_of("public.url", public_url)
    hosts = resolve_hosts(config.hosts, public_url, rescue_port)
    database = open_database(database_url, clock)
    inbox = frozenset(_public_origins(config, public_url))
    own = None if is_postgres(database_url) else sqlite_path(database_url).parent
    return Ground(
        config=config,
        database=database,
        secret=secret,
        clock=clock,
        public_url=public_url,
        hosts=hosts,
        names=names_of(hosts, inbox, config.server.hosts),
        inbox=inbox,
        # While they share a host, the widget is at home under each of the inbox's names, too.
        widget=inbox if hosts.client in inbox else frozenset({hosts.client}),
        trusted=parse_networks(config.server.trusted_proxies),
        folder=data or own or Path(tempfile.mkdtemp()),
        watched=own or data,
        assets=load_assets(),
        records=PublicRecords(database, hosts, clock),
    )


def snippets_of(assets: Assets, hosts: Hosts) -> Snippets:
    """Where the loaders of this release are."""
    loaders = f"{hosts.client}/public/embed/"
    if not assets.loader:
        return Snippets(loaders)
    return Snippets(loaders, f"{hosts.client}/public/loader/{assets.pinned_name()}", assets.integrity())


def _public_origins(config: Config, public_url: str) -> list[str]:
    """Where the inbox is at home: at the public address. While none is set, under each name of this machine."""
    host = urlsplit(public_url)
    if config.public.url or host.hostname not in _LOOPBACK:
        return [public_url]
    port = "" if host.port is None else f":{host.port}"
    return [f"http://{f'[{name}]' if ':' in name else name}{port}" for name in _LOOPBACK]
