"""The whole server, put together."""

from dataclasses import dataclass
from pathlib import Path

from litestar.types import ASGIApp

from halloo.api.public.limits import PublicLimits
from halloo.app.chores import finish_erasures, read_facts, sweeps_of
from halloo.app.doors import Behind, open_doors
from halloo.app.ground import Ground, lay_ground, snippets_of
from halloo.app.rooms import file_rooms, hook_room, mail_room, relay_room, watch_room
from halloo.botcheck.guard import BotGuard
from halloo.config import Config
from halloo.contacts.networks import BlockedNetworks
from halloo.conversations.indexer import Indexer
from halloo.conversations.sweeper import Sweeper
from halloo.db.engine import Database
from halloo.edge.answers import Answers
from halloo.edge.services import Services
from halloo.edge.watch import Watch
from halloo.events.pump import Pump
from halloo.files.pictures import PictureRoom
from halloo.files.room import FileRoom
from halloo.hooks.room import HookRoom
from halloo.kit.clock import Clock, system_clock
from halloo.kit.sealing import Sealer
from halloo.mail.room import MailRoom
from halloo.relay.actions import LiveActions
from halloo.relay.hints import HubLive
from halloo.relay.server import RelayServer
from halloo.relay.tokens import RelayTokens


@dataclass(frozen=True, slots=True)
class Halloo:
    """The whole server, built and not yet listening."""

    asgi: ASGIApp
    rescue: ASGIApp
    relay: RelayServer
    database: Database
    services: Services
    sweeper: Sweeper
    indexer: Indexer
    mail: MailRoom
    hooks: HookRoom
    files: FileRoom
    pictures: PictureRoom
    watch: Watch
    guard: BotGuard

    async def close(self) -> None:
        """Finish what is queued and let go of everything."""
        self.watch.stop()
        await self.mail.stop()
        await self.hooks.stop()
        await self.hooks.outbound.close()
        await self.pictures.close()
        await self.files.close()
        self.services.close()
        await self.database.close()
        await self.relay.close()


def build(
    config: Config,
    database_url: str,
    public_url: str,
    secret: bytes,
    clock: Clock = system_clock,
    *,
    rescue_port: int = 0,
    data: Path | None = None,
) -> Halloo:
    """Build the server. Raises `ValueError`, `BadSetting`, `UnsafeLogin` with a sentence for whoever starts it.

    `rescue_port`: where its rescue relay listens; 0 for nowhere. `data`: the data folder.
    """
    ground = lay_ground(config, database_url, public_url, secret, clock, rescue_port, data)
    pump = Pump(ground.database)
    limits = PublicLimits(config.public_api, clock)
    files, pictures = file_rooms(ground)
    # Whoever lets a single address make ten times as many first contacts expects a crowd.
    guard = BotGuard(config.bot_check, secret, clock, crowd=config.public_api.contacts_per_minute // 10)
    barred = BlockedNetworks(ground.database, clock)
    tokens = RelayTokens(secret, clock)
    live = LiveActions(ground.database, ground.records, clock, limits, files.addresses, guard, barred)
    relay = relay_room(ground, pump, tokens, live)
    presence = HubLive(relay.hub)
    mail = mail_room(ground, presence)
    hook_secrets, identity_secrets = Sealer(secret, "hook"), Sealer(secret, "identity-key")
    hooks = hook_room(ground, relay, hook_secrets)
    answers = Answers(log=config.server.access_log)
    watch = watch_room(ground, relay, hooks, answers)
    services = Services(
        db=ground.database,
        clock=clock,
        public_url=ground.public_url,
        hosts=ground.hosts,
        own_origins=ground.inbox,
        relay_tokens=tokens,
        post=mail.post,
        watch=watch,
        hooks=hooks,
        outbound=hooks.outbound,
        hook_secrets=hook_secrets,
        files=files.addresses,
        storage=files.storage,
        max_file_bytes=files.max_bytes,
        pictures=pictures.addresses,
        previews=pictures.previews,
        live=presence,
        server=config.server,
        workspaces=config.workspaces,
        snippets=snippets_of(ground.assets, ground.hosts),
        identity_secrets=identity_secrets,
    )
    finish_erasures(pump, files.sweeper)
    indexer = _reading(ground, pump, barred, relay, hooks, mail, watch)
    asgi, rescue = open_doors(
        ground,
        Behind(
            services,
            relay,
            files,
            pictures,
            limits,
            guard,
            barred,
            tokens,
            presence,
            identity_secrets,
            answers,
        ),
    )
    sweeper = Sweeper(ground.database, *sweeps_of(config))
    return Halloo(
        asgi, rescue, relay, ground.database, services, sweeper, indexer, mail, hooks, files, pictures, watch, guard
    )


def _reading(
    ground: Ground,
    pump: Pump,
    barred: BlockedNetworks,
    relay: RelayServer,
    hooks: HookRoom,
    mail: MailRoom,
    watch: Watch,
) -> Indexer:
    indexer = Indexer(ground.database)
    read_facts(pump, ground.records, barred, relay, hooks, mail if ground.config.mail.on else None)
    pump.read_own_by(indexer.read_facts)
    pump.read_own_by(watch.activity.read_facts)
    return indexer
