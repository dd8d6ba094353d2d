"""What the wires are handed: built once by the composition root, passed by hand."""

from dataclasses import dataclass

from halloo.csp.visits import Visits
from halloo.db.engine import Database
from halloo.edge.address import parse_networks
from halloo.edge.auth import Authenticator
from halloo.edge.door import Door
from halloo.edge.live import Live, NobodyLive
from halloo.edge.settings import ServerSettings
from halloo.edge.watch import Watch
from halloo.files.images.addresses import PictureAddresses
from halloo.files.model import FileAddresses
from halloo.files.outward import Outward
from halloo.files.previews import Previews
from halloo.files.storage import Storage
from halloo.hooks.room import HookRoom
from halloo.hooks.trial import Trials
from halloo.kit.clock import Clock
from halloo.kit.outbound.client import Outbound
from halloo.kit.sealing import Sealer
from halloo.mail.actions import Post
from halloo.relay.tokens import RelayTokens
from halloo.widgets.settings import Hosts
from halloo.workspaces.settings import WorkspacesSettings


@dataclass(frozen=True, slots=True)
class Snippets:
    """What goes into a snippet: where loaders are, and the pinned one with its `integrity`, if the browser side is built."""

    loader_url: str = ""
    pinned_url: str | None = None
    integrity: str | None = None


class Services:
    """The server's parts that routes need. `public_url` is the origin that browsers see, without a slash at its end.

    A plain class on purpose: Litestar would look into a dataclass at every request.
    """

    def __init__(  # noqa: PLR0913 - what the composition root has built, by name
        self,
        *,
        db: Database,
        clock: Clock,
        public_url: str,
        relay_tokens: RelayTokens,
        identity_secrets: Sealer,
        post: Post,
        watch: Watch,
        hooks: HookRoom,
        outbound: Outbound,
        hook_secrets: Sealer,
        files: FileAddresses | None = None,
        storage: Storage | None = None,
        max_file_bytes: int = 0,
        pictures: PictureAddresses | None = None,
        previews: Previews | None = None,
        hosts: Hosts,
        own_origins: frozenset[str] | None = None,
        live: Live | None = None,
        server: ServerSettings | None = None,
        workspaces: WorkspacesSettings | None = None,
        snippets: Snippets | None = None,
    ) -> None:
        """Put the parts together. `own_origins`: where the inbox is at home; that of the public address by default.

        `identity_secrets` seals the secrets of identity keys, `hook_secrets` those of hooks.

        Raises `ValueError` for trusted proxies that are no networks.
        """
        self.db = db
        self.clock = clock
        self.public_url = public_url.rstrip("/")
        self.hosts = hosts
        self.relay_tokens = relay_tokens
        self.identity_secrets = identity_secrets
        self.post = post
        self.watch = watch
        self.hooks = hooks
        self.outbound = outbound
        self.hook_secrets = hook_secrets
        self.files = files or FileAddresses(hosts.storage, pictures=pictures)
        self.storage = storage
        self.max_file_bytes = max_file_bytes
        self.pictures = pictures or PictureAddresses(hosts.image, b"")
        self.previews = previews or Previews(Outward(outbound), self.pictures, on=False)
        self.hook_trials = Trials(db, hooks, hook_secrets, clock)
        self.csp_visits = Visits(outbound, clock)
        self.live = live or NobodyLive()
        self.server = server or ServerSettings()
        self.workspaces = workspaces or WorkspacesSettings()
        self.snippets = snippets or Snippets()
        self.trusted_proxies = parse_networks(self.server.trusted_proxies)
        own = own_origins or frozenset({self.public_url})
        self.authenticator = Authenticator(db, self.workspaces, own, self.trusted_proxies)
        self.door = Door(db, clock, self.workspaces)

    def close(self) -> None:
        """Let go of threads; the database is closed by who opened it."""
        self.door.close()
