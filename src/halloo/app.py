"""The composition root: builds everything once and hands it down."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import structlog
import uvicorn
from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send

from halloo.api.manage.router import docs_config, manage_router
from halloo.api.public.app import PREFIX, PublicApp
from halloo.api.public.limits import PublicLimits
from halloo.api.public.parts import PublicApi
from halloo.api.public.replies import ReplyTimes
from halloo.api.public.visits import Visits
from halloo.config import Config
from halloo.contacts.device import parse_user_agent
from halloo.contacts.tickets import EmbedTickets
from halloo.conversations.sweeper import Sweeper
from halloo.db.connect import open_database
from halloo.db.engine import Database
from halloo.edge.countries import Countries
from halloo.edge.errors import EXCEPTION_HANDLERS
from halloo.edge.front import Front, host_names
from halloo.edge.health import Health
from halloo.edge.http import BoundedProtocol
from halloo.edge.services import Services, Snippets
from halloo.embed.assets import Assets, Page, load_assets
from halloo.embed.routes import BARE
from halloo.embed.routes import routes as embed_routes
from halloo.events.pump import Pump
from halloo.kit.clock import Clock, system_clock
from halloo.kit.sealing import Sealer
from halloo.mail.actions import Post, sweep_outbox
from halloo.mail.room import MailRoom
from halloo.relay.actions import LiveActions
from halloo.relay.cutter import Cutter
from halloo.relay.hints import HubLive
from halloo.relay.server import RelayServer, mount
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
    relay: RelayServer
    database: Database
    services: Services
    sweeper: Sweeper
    mail: MailRoom

    async def close(self) -> None:
        """Finish what is queued and let go of everything."""
        await self.mail.stop()
        self.services.close()
        await self.database.close()


def build(config: Config, database_url: str, public_url: str, secret: bytes, clock: Clock = system_clock) -> Halloo:
    """Build the server. Raises `ValueError`, `BadSetting`, `UnsafeLogin` with a sentence for whoever starts it."""
    public_url = origin_of("public.url", public_url)
    hosts = resolve_hosts(config.hosts, public_url)
    database = open_database(database_url, clock)
    pump = Pump(database)
    records = PublicRecords(database, hosts, clock)
    tokens = RelayTokens(secret, clock)
    limits = PublicLimits(config.public_api, clock)
    inbox = frozenset(_public_origins(config, public_url))
    own = inbox | {hosts.client}
    names = host_names(
        public_url, (*config.server.hosts, *_names(hosts), *(name for origin in own for name in host_names(origin)))
    )
    assets = load_assets()
    live = LiveActions(database, records, clock, limits)
    relay = mount(
        database=database,
        tokens=tokens,
        actions=live,
        settings=config.relay,
        hosts=names,
        origins=own,
        decide=lambda domains, origin: decide(domains, origin) == "allow",
        wall=clock,
    )
    sealer = Sealer(secret, "identity-key")
    presence = HubLive(relay.hub)
    post = Post(config.mail, Sealer(secret, "mail"), f"{hosts.client}/public/widget/")
    mail = MailRoom(database, post, presence.is_online, clock)
    services = Services(
        db=database,
        clock=clock,
        public_url=public_url,
        own_origins=inbox,
        relay_tokens=tokens,
        post=mail.post,
        live=presence,
        server=config.server,
        workspaces=config.workspaces,
        snippets=_snippets(assets, hosts),
        identity_secrets=sealer,
    )
    tickets = EmbedTickets(secret, clock)
    visits = Visits(database, tickets)
    replies = ReplyTimes(database, clock)
    countries = Countries(config.relay.country_file)
    api = PublicApi(database, tokens, limits, visits, replies, tickets, sealer, countries, mail=config.mail.on)
    public = PublicApp(api, records, own, services.trusted_proxies)
    pump.read_by(records.read_facts)
    pump.read_by(relay.reader)
    pump.read_by(Cutter(relay.hub, records).read_facts)
    if config.mail.on:
        pump.read_by(mail.planner.read_facts)
    embedded: list[tuple[str, Any]] = [("/relay", relay.plain), *embed_routes(records, assets, hosts)]
    health = Health(database, clock, services.trusted_proxies, lambda: relay.shared.draining)
    router = _Paths(_management(services, assets.docs or Page("")), public, embedded, health)
    return Halloo(Front(router, names, BARE), relay, database, services, Sweeper(database, sweep_outbox), mail)


def _snippets(assets: Assets, hosts: Hosts) -> Snippets:
    loaders = f"{hosts.client}/public/embed/"
    if not assets.loader:
        return Snippets(loaders)
    return Snippets(loaders, f"{hosts.client}/public/loader/{assets.pinned_name()}", assets.integrity())


def _names(hosts: Hosts) -> list[str]:
    origins = (hosts.client, hosts.relay, hosts.image, hosts.storage, hosts.rescue, hosts.game, hosts.stream)
    return [name for origin in origins if origin is not None for name in host_names(origin)]


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
        health: ASGIApp,
    ) -> None:
        self._management = management
        self._public = public
        self._embedded = embedded
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._management(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(PREFIX):
            await self._public(scope, receive, send)
            return
        if path == "/healthz":
            await self._health(scope, receive, send)
            return
        for prefix, app in self._embedded:
            if path == prefix or path.startswith(f"{prefix}/"):
                await app(scope, receive, send)
                return
        await self._management(scope, receive, send)


async def serve_forever(
    config: Config, database_url: str, public_url: str, secret: bytes, *, host: str, port: int
) -> None:
    """Listen until SIGTERM or SIGINT, then let every connection go in its own time."""
    _set_up_logging()
    halloo = build(config, database_url, public_url, secret)
    _log.info("serving", public_url=public_url, host=host, port=port)
    settings = uvicorn.Config(
        halloo.asgi,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws=cast("Any", halloo.relay.protocol),
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_graceful_shutdown=10,
    )
    await halloo.relay.start()
    halloo.mail.start()
    warm = asyncio.get_running_loop().run_in_executor(
        None, parse_user_agent, "Mozilla/5.0"
    )  # reads its rules at first use
    sweeping = asyncio.create_task(halloo.sweeper.run())
    try:
        await _Server(settings, halloo.relay).serve()
    finally:
        sweeping.cancel()
        await warm
        await halloo.close()


class _Server(uvicorn.Server):
    """uvicorn, whose shutdown lets the relay's connections go in their own time first."""

    def __init__(self, config: uvicorn.Config, relay: RelayServer) -> None:
        super().__init__(config)
        self._relay = relay

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._relay.stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGTERM and SIGINT end the loop; the process then ends as one that did what it was asked."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _set_up_logging() -> None:
    """One line an event: for people on a terminal, as JSON elsewhere."""
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
