"""The composition root: builds everything once and hands it down."""

import asyncio
import gc
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send

from halloo import __version__
from halloo.api.manage.router import docs_config, manage_router
from halloo.api.public.app import PREFIX, PublicApp
from halloo.api.public.csp_reports import OWN_PATH, OwnReports, Reports
from halloo.api.public.limits import PublicLimits
from halloo.api.public.parts import PublicApi
from halloo.api.public.replies import ReplyTimes
from halloo.api.public.visits import Visits
from halloo.botcheck.actions import sweep_solutions
from halloo.botcheck.guard import BotGuard
from halloo.config import Config
from halloo.contacts.actions import sweep_erasures
from halloo.contacts.device import parse_user_agent
from halloo.contacts.networks import BlockedNetworks
from halloo.contacts.tickets import EmbedTickets
from halloo.conversations.actions.blocks import sweep_blocks
from halloo.conversations.indexer import Indexer
from halloo.conversations.sweeper import Sweep, Sweeper
from halloo.csp.actions.reports import sweep_reports
from halloo.csp.own import FILE_POLICY
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.db.migrate import is_postgres, sqlite_path
from halloo.edge.address import newcomer_key, parse_networks
from halloo.edge.answers import Answers
from halloo.edge.countries import Countries
from halloo.edge.deployment import kinds_of, widget_deployment
from halloo.edge.errors import EXCEPTION_HANDLERS, error_body
from halloo.edge.front import Front
from halloo.edge.health import Alive, Ready
from halloo.edge.metrics import Metrics
from halloo.edge.names import PICTURED, STORED, names_of
from halloo.edge.portraits import PeoplesPortraits
from halloo.edge.services import Services, Snippets
from halloo.edge.serving import Server, listener
from halloo.edge.watch import Watch
from halloo.embed.assets import Assets, Page, load_assets
from halloo.embed.routes import BARE
from halloo.embed.routes import routes as embed_routes
from halloo.events.pump import Pump
from halloo.events.retention import payload_sweep
from halloo.files.images.addresses import PictureAddresses
from halloo.files.pictures import PictureRoom
from halloo.files.room import FileRoom
from halloo.hooks.actions.sweep import log_sweep
from halloo.hooks.passing import Passing
from halloo.hooks.room import HookRoom
from halloo.kit.clock import Clock, system_clock
from halloo.kit.logs import set_up_logging
from halloo.kit.outbound.client import Outbound
from halloo.kit.outbound.guard import Guard
from halloo.kit.sealing import Sealer
from halloo.mail.actions import Post, sweep_outbox
from halloo.mail.retention import sweep_retention
from halloo.mail.room import MailRoom
from halloo.relay.actions import LiveActions
from halloo.relay.cutter import Cutter
from halloo.relay.hints import HubLive
from halloo.relay.server import RELAY_PATHS, RelayServer, mount
from halloo.relay.tokens import RelayTokens
from halloo.widgets.origins import decide
from halloo.widgets.records import PublicRecords
from halloo.widgets.settings import Hosts, origin_of, resolve_hosts

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_log = structlog.get_logger("halloo")


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
    public_url = origin_of("public.url", public_url)
    hosts = resolve_hosts(config.hosts, public_url, rescue_port)
    database = open_database(database_url, clock)
    pump = Pump(database)
    records = PublicRecords(database, hosts, clock)
    tokens = RelayTokens(secret, clock)
    limits = PublicLimits(config.public_api, clock)
    inbox = frozenset(_public_origins(config, public_url))
    names = names_of(hosts, inbox, config.server.hosts)
    # While they share a host, the widget is at home under each of the inbox's names, too.
    widget = inbox if hosts.client in inbox else frozenset({hosts.client})
    assets = load_assets()
    trusted = parse_networks(config.server.trusted_proxies)
    folder = data or (Path(tempfile.mkdtemp()) if is_postgres(database_url) else sqlite_path(database_url).parent)
    files = FileRoom(
        database,
        config.files,
        folder,
        host=hosts.storage,
        policy=FILE_POLICY,
        origins=inbox | widget,
        kinds_of=partial(kinds_of, records),
    )
    pictures = PictureRoom(
        PictureAddresses(hosts.image, secret),
        config.files,
        folder,
        images=files.images,
        storage=files.storage,
        outbound=open_outbound(config, ()),
        portraits=PeoplesPortraits(database),
        now=clock,
    )
    # Whoever lets a single address make ten times as many first contacts expects a crowd.
    guard = BotGuard(config.bot_check, secret, clock, crowd=config.public_api.contacts_per_minute // 10)
    barred = BlockedNetworks(database, clock)
    live = LiveActions(database, records, clock, limits, files.addresses, guard, barred)
    relay = mount(
        database=database,
        pump=pump,
        tokens=tokens,
        actions=live,
        settings=config.relay,
        hosts=names.all,
        relays=names.relays,
        origins=inbox | widget,
        decide=lambda domains, origin: decide(domains, origin) == "allow",
        wall=clock,
        whence=lambda peer, forwarded: newcomer_key(peer, forwarded, trusted),
    )
    sealer = Sealer(secret, "identity-key")
    presence = HubLive(relay.hub)
    post = Post(config.mail, Sealer(secret, "mail"), f"{hosts.client}/public/widget/", f"{public_url}/inbox/")
    mail = MailRoom(database, post, presence.ask_online, clock)
    hook_secrets = Sealer(secret, "hook")
    room = HookRoom(database, open_outbound(config, config.hooks.allow_networks), hook_secrets, config.hooks, clock)
    relay.hub.overhear(Passing(room, database, clock))
    answers = Answers(log=config.server.access_log)
    watch = Watch(
        database,
        relay,
        clock,
        hooks=room,
        answers=answers,
        folder=data if is_postgres(database_url) else sqlite_path(database_url).parent,
        rescue=hosts.record()["rescue"],
        mails=config.mail.on,
    )
    services = Services(
        db=database,
        clock=clock,
        public_url=public_url,
        hosts=hosts,
        own_origins=inbox,
        relay_tokens=tokens,
        post=mail.post,
        watch=watch,
        hooks=room,
        outbound=room.outbound,
        hook_secrets=hook_secrets,
        files=files.addresses,
        storage=files.storage,
        max_file_bytes=files.max_bytes,
        pictures=pictures.addresses,
        previews=pictures.previews,
        live=presence,
        server=config.server,
        workspaces=config.workspaces,
        snippets=snippets_of(assets, hosts),
        identity_secrets=sealer,
    )
    tickets = EmbedTickets(secret, clock)
    visits = Visits(database, tickets, guard)
    replies = ReplyTimes(database, clock)
    countries = Countries(config.relay.country_file)
    reports = Reports.of(database, watch.csp, partial(widget_deployment, hosts, services.snippets), clock)
    api = PublicApi(
        database,
        tokens,
        limits,
        visits,
        replies,
        tickets,
        sealer,
        countries,
        presence,
        reports,
        mail=config.mail.on,
        files=files.addresses,
        max_file_bytes=files.max_bytes,
        previews=pictures.previews,
        guard=guard,
    )
    public = PublicApp(api, records, widget, services.trusted_proxies, barred)
    indexer = Indexer(database)
    _read_facts(pump, records, barred, relay, room, mail if config.mail.on else None)
    pump.read_own_by(indexer.read_facts)
    pump.read_own_by(watch.activity.read_facts)
    embedded: list[tuple[str, Any]] = [
        ("/relay", relay.plain),
        *embed_routes(records, assets, hosts),
        ("/files", files.serving),
        ("/uploads", files.receiving),
        ("/avatar", pictures.host),
        ("/process", pictures.host),
    ]
    alive = Alive(clock, services.trusted_proxies)
    exact: dict[str, ASGIApp] = {
        "/healthz": alive,
        "/readyz": Ready(watch.pulse, relay),
        "/metrics": Metrics(watch, config.server.metrics_token),
        OWN_PATH: OwnReports(reports, inbox | {hosts.client}, services.trusted_proxies),
    }
    router = _Paths(_management(services, assets.docs or Page("")), public, embedded, exact)
    # Prometheus calls a server by whatever address it found; the token is what lets it in.
    named_by_others = frozenset({"/metrics"} if config.server.metrics_token else ())
    front = Front(router, names, (*BARE, *STORED, *PICTURED), answers, named_by_others)
    health = {path: exact[path] for path in ("/healthz", "/readyz")}
    rescue = Front(_RescuePaths(relay, health), names, answers=answers)
    sweeper = Sweeper(database, *_sweeps(config))
    return Halloo(front, rescue, relay, database, services, sweeper, indexer, mail, room, files, pictures, watch, guard)


def open_outbound(config: Config, allowed: Sequence[str]) -> Outbound:
    """A way out for HTTP; `allowed`: private networks that may be called.

    Raises `ValueError` with a sentence for networks and certificates that are none.
    """
    try:
        guard = Guard(allowed, config.hooks.deny_networks)
    except ValueError as error:
        msg = f"hooks.allow_networks, hooks.deny_networks: {error}."
        raise ValueError(msg) from error
    try:
        return Outbound(guard, ca_file=config.outbound.ca_file)
    except OSError as error:
        msg = f"outbound.ca_file: {config.outbound.ca_file} cannot be read as certificates: {error}."
        raise ValueError(msg) from error


def _sweeps(config: Config) -> tuple[Sweep, ...]:
    """What is deleted once its time is over."""
    return (
        sweep_outbox,
        log_sweep(config.hooks.log_days),
        sweep_reports,
        payload_sweep(config.events.payload_days),
        sweep_blocks,
        sweep_retention,
        sweep_erasures,
        sweep_solutions,
    )


def _read_facts(
    pump: Pump,
    records: PublicRecords,
    barred: BlockedNetworks,
    relay: RelayServer,
    hooks: HookRoom,
    mail: MailRoom | None,
) -> None:
    """Who reads what: all facts, or those that this node committed."""
    cutter = Cutter(relay.hub, records)
    pump.read_own_by(records.read_facts)
    pump.read_own_by(barred.read_facts)
    pump.read_own_by(cutter.read_own)
    pump.read_by(records.read_facts)
    pump.read_by(barred.read_facts)
    pump.read_by(relay.reader)
    pump.read_by(cutter.read_facts)
    pump.read_own_by(hooks.planner_read)
    pump.read_by(hooks.changed_read)
    if mail is not None:
        pump.read_own_by(mail.planner.read_facts)


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


def _management(services: Services, docs: Page) -> Litestar:
    return Litestar(
        route_handlers=[manage_router(services)],
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=docs_config(docs.js, docs.css),
        logging_config=None,
    )


class _Paths:
    """Which application answers a path; the most frequent first."""

    def __init__(
        self,
        management: ASGIApp,
        public: ASGIApp,
        embedded: list[tuple[str, Any]],
        exact: dict[str, ASGIApp],
    ) -> None:
        self._management = management
        self._public = public
        self._embedded = embedded
        self._exact = exact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._management(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(PREFIX):
            await self._public(scope, receive, send)
            return
        if path in self._exact:
            await self._exact[path](scope, receive, send)
            return
        for prefix, app in self._embedded:
            if path == prefix or path.startswith(f"{prefix}/"):
                await app(scope, receive, send)
                return
        await self._management(scope, receive, send)


class _RescuePaths:
    """What the rescue relay's listener answers: the relay, and how it does."""

    def __init__(self, relay: RelayServer, health: dict[str, ASGIApp]) -> None:
        self._relay = relay
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path in self._health:
            await self._health[path](scope, receive, send)
        elif path in RELAY_PATHS:
            await self._relay.plain(scope, receive, send)
        else:
            body = error_body("route_not_found", "There is nothing here but the rescue relay.")
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})


def collect_seldom() -> None:
    """Have the garbage collector look seldom: nearly all that a server holds it holds for long, and nothing common goes in circles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def serve_forever(  # noqa: PLR0913 - what `halloo serve` was told, by name
    config: Config,
    database_url: str,
    public_url: str,
    secret: bytes,
    *,
    host: str,
    port: int,
    rescue_port: int = 0,
    only_rescue: bool = False,
    data: Path,
) -> None:
    """Listen until SIGTERM or SIGINT, then let every connection go in its own time.

    `rescue_port`: where the rescue relay listens, 0 for nowhere. `only_rescue`: this process listens nowhere else.
    """
    set_up_logging(config.server.log_format, config.server.log_level)
    halloo = build(config, database_url, public_url, secret, rescue_port=rescue_port, data=data)
    collect_seldom()
    relay = halloo.relay
    _log.info(
        "serving",
        version=__version__,
        public_url=public_url,
        host=host,
        port=None if only_rescue else port,
        rescue_port=rescue_port,
        database="postgresql" if is_postgres(database_url) else "sqlite",
        broker=relay.broker.tally.kind,
    )
    rescue = listener(halloo.rescue, relay, host, rescue_port) if rescue_port else None
    if only_rescue and rescue is not None:
        server = Server(rescue, relay)
    else:
        server = Server(listener(halloo.asgi, relay, host, port), relay, rescue)
    await relay.start()
    halloo.mail.start()
    halloo.hooks.start()
    halloo.watch.start()
    warm = asyncio.get_running_loop().run_in_executor(
        None, parse_user_agent, "Mozilla/5.0"
    )  # reads its rules at first use
    chores = [asyncio.create_task(chore.run()) for chore in (halloo.sweeper, halloo.indexer, halloo.files.sweeper)]
    try:
        await server.serve()
    finally:
        for chore in chores:
            chore.cancel()
        await warm
        await halloo.close()
        _log.info("stopped", uptime_s=round(halloo.watch.uptime_s))
