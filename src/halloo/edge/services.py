"""What the wires are handed: built once by the composition root, passed by hand."""

from dataclasses import dataclass

from halloo.db.engine import Database
from halloo.edge.address import Network, parse_networks
from halloo.edge.auth import Authenticator
from halloo.edge.door import Door
from halloo.edge.live import Live, NobodyLive
from halloo.edge.settings import ServerSettings
from halloo.kit.clock import Clock
from halloo.relay.tokens import RelayTokens
from halloo.workspaces.settings import WorkspacesSettings


@dataclass(frozen=True, slots=True)
class Services:
    """The server's parts that routes need. `public_url` is the origin that browsers see, without a slash at its end."""

    db: Database
    clock: Clock
    public_url: str
    server: ServerSettings
    workspaces: WorkspacesSettings
    trusted_proxies: tuple[Network, ...]
    authenticator: Authenticator
    door: Door
    relay_tokens: RelayTokens
    live: Live

    def close(self) -> None:
        """Let go of threads; the database is closed by who opened it."""
        self.door.close()


def build_services(
    *,
    db: Database,
    clock: Clock,
    public_url: str,
    relay_tokens: RelayTokens,
    live: Live | None = None,
    server: ServerSettings | None = None,
    workspaces: WorkspacesSettings | None = None,
) -> Services:
    """Put the parts together. Raises `ValueError` for networks that are none."""
    server = server or ServerSettings()
    workspaces = workspaces or WorkspacesSettings()
    trusted = parse_networks(server.trusted_proxies)
    return Services(
        db=db,
        clock=clock,
        public_url=public_url.rstrip("/"),
        server=server,
        workspaces=workspaces,
        trusted_proxies=trusted,
        authenticator=Authenticator(db, workspaces, public_url.rstrip("/"), trusted),
        door=Door(db, clock, workspaces),
        relay_tokens=relay_tokens,
        live=live or NobodyLive(),
    )
