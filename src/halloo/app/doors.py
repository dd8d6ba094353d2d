"""What answers requests: the public API, the management API, the rescue relay's listener, and the front before them all."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar.types import ASGIApp

from halloo.api.manage.app import ManagementApp
from halloo.api.public.app import PublicApp
from halloo.api.public.csp_reports import OWN_PATH, OwnReports, Reports
from halloo.api.public.limits import PublicLimits
from halloo.api.public.parts import PublicApi
from halloo.api.public.replies import ReplyTimes
from halloo.api.public.visits import Visits
from halloo.app.ground import Ground
from halloo.app.paths import Paths, RescuePaths
from halloo.botcheck.guard import BotGuard
from halloo.contacts.networks import BlockedNetworks
from halloo.contacts.tickets import EmbedTickets
from halloo.edge.answers import Answers
from halloo.edge.countries import Countries
from halloo.edge.deployment import widget_deployment
from halloo.edge.front import Front
from halloo.edge.health import Alive, Ready
from halloo.edge.metrics import Metrics
from halloo.edge.names import PICTURED, STORED
from halloo.edge.services import Services
from halloo.embed.assets import Page
from halloo.embed.routes import BARE
from halloo.embed.routes import routes as embed_routes
from halloo.files.pictures import PictureRoom
from halloo.files.room import FileRoom
from halloo.kit.sealing import Sealer
from halloo.relay.hints import HubLive
from halloo.relay.server import RelayServer
from halloo.relay.tokens import RelayTokens


@dataclass(frozen=True, slots=True)
class Behind:
    """What the doors lead to."""

    services: Services
    relay: RelayServer
    files: FileRoom
    pictures: PictureRoom
    limits: PublicLimits
    guard: BotGuard
    barred: BlockedNetworks
    tokens: RelayTokens
    presence: HubLive
    identity_secrets: Sealer
    answers: Answers


def open_doors(ground: Ground, behind: Behind) -> tuple[ASGIApp, ASGIApp]:
    """The main listener's application and the rescue relay's."""
    services, relay, watch = behind.services, behind.relay, behind.services.watch
    reports = Reports.of(
        ground.database, watch.csp, partial(widget_deployment, ground.hosts, services.snippets), ground.clock
    )
    public = PublicApp(_public(ground, behind, reports), ground.records, ground.widget, ground.trusted, behind.barred)
    embedded: list[tuple[str, Any]] = [
        ("/relay", relay.plain),
        *embed_routes(ground.records, ground.assets, ground.hosts),
        ("/files", behind.files.serving),
        ("/uploads", behind.files.receiving),
        ("/avatar", behind.pictures.host),
        ("/process", behind.pictures.host),
    ]
    token = ground.config.server.metrics_token
    exact: dict[str, ASGIApp] = {
        "/healthz": Alive(ground.clock, ground.trusted),
        "/readyz": Ready(watch.pulse, relay),
        "/metrics": Metrics(watch, token),
        OWN_PATH: OwnReports(reports, ground.inbox | {ground.hosts.client}, ground.trusted),
    }
    docs = ground.assets.docs or Page("")
    router = Paths(ManagementApp(services, docs.js, tuple(docs.css)), public, embedded, exact)
    # Prometheus calls a server by whatever address it found; the token is what lets it in.
    named_by_others = frozenset({"/metrics"} if token else ())
    front = Front(router, ground.names, (*BARE, *STORED, *PICTURED), behind.answers, named_by_others)
    health = {path: exact[path] for path in ("/healthz", "/readyz")}
    return front, Front(RescuePaths(relay, health), ground.names, answers=behind.answers)


def _public(ground: Ground, behind: Behind, reports: Reports) -> PublicApi:
    tickets = EmbedTickets(ground.secret, ground.clock)
    return PublicApi(
        ground.database,
        behind.tokens,
        behind.limits,
        Visits(ground.database, tickets, behind.guard),
        ReplyTimes(ground.database, ground.clock),
        tickets,
        behind.identity_secrets,
        Countries(ground.config.relay.country_file),
        behind.presence,
        reports,
        mail=ground.config.mail.on,
        files=behind.files.addresses,
        max_file_bytes=behind.files.max_bytes,
        previews=behind.pictures.previews,
        guard=behind.guard,
    )
