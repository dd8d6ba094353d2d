"""The plain ASGI apps that answer browsers, by path prefix. They read no body, set no cookie and never redirect."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from halloo.csp import own
from halloo.edge.deployment import deployment_of, own_deployment
from halloo.embed import documents, policy
from halloo.embed.answers import NO_ROUTE, Answer, App, Receive, Scope, Send, prepare, refusal, respond
from halloo.embed.assets import IMMUTABLE, SCRIPT, Assets, Page
from halloo.embed.escape import json_literal
from halloo.widgets.records import PublicRecords, PublicWidget
from halloo.widgets.settings import Hosts

BARE = ("/public/embed/", "/public/loader/", "/public/widget/", "/public/assets/")
"""Prefixes whose answers bring every header they need: a script or worker must not get a policy by default."""
_HTML = "text/html; charset=utf-8"
_FAVICON = Path(__file__).parent / "favicon.svg"
_EVERGREEN = policy.shared_headers("public, max-age=60")
_UNKNOWN_LOADER = prepare(
    SCRIPT,
    b"// Halloo: there is no published widget at this address. Check the id in the script's address, and in the\n"
    b"// inbox under Settings, Widget, that the widget exists and is published.\n",
    policy.shared_headers("no-store"),
    status=404,
    compress=False,
)
_UNKNOWN_FRAME = prepare(_HTML, documents.UNKNOWN_WIDGET, policy.error_headers(), status=404, compress=False)
_NOT_BUILT_PAGE = prepare(_HTML, documents.NOT_BUILT, policy.error_headers(), status=503, compress=False)
_NOT_BUILT = refusal(503, "unavailable", "The browser packages of this server were not built.", (b"retry-after", b"60"))


def routes(records: PublicRecords, assets: Assets, hosts: Hosts) -> list[tuple[str, App]]:
    """Every prefix with its app; a prefix answers for itself and all below it."""
    public = _Public(records, assets, hosts)
    return [
        ("/public/embed", public.loader),
        ("/public/loader", _fixed(_pinned(assets), "/public/loader")),
        ("/public/widget", public.frame),
        ("/public/assets", _fixed(assets.files, "/public/assets")),
        ("/inbox", _inbox(assets, hosts)),
        ("/favicon.svg", _fixed({"": _favicon()}, "/favicon.svg")),
        ("/favicon.ico", _fixed({"": _favicon()}, "/favicon.ico")),
    ]


def _below(scope: Scope, prefix: str) -> str:
    """The path behind the prefix, without its slash; also where whoever mounted the app cut the prefix off."""
    return scope["path"].removeprefix(prefix).removeprefix("/")


def parent_origin(query: bytes) -> str | None:
    """The address's `parentOrigin`, if it stands there once."""
    try:
        found = [value for name, value in parse_qsl(query.decode("latin-1")) if name == "parentOrigin"]
    except ValueError:
        return None
    return found[0] if len(found) == 1 else None


class _Public:
    """Loader and frame, whose answers are kept beside the record they were made of."""

    def __init__(self, records: PublicRecords, assets: Assets, hosts: Hosts) -> None:
        self._records = records
        self._assets = assets
        self._hosts = hosts
        self._loaders: WeakKeyDictionary[PublicWidget, Answer] = WeakKeyDictionary()
        self._frames: WeakKeyDictionary[PublicWidget, Answer] = WeakKeyDictionary()

    async def loader(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """`GET /public/embed/{id}`."""
        found = await self._records.find(_below(scope, "/public/embed"))
        if found is None:
            await respond(scope, send, _UNKNOWN_LOADER)
        elif not self._assets.loader:
            await respond(scope, send, _NOT_BUILT)
        else:
            await respond(scope, send, _kept(self._loaders, found, self._make_loader))

    async def frame(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """`GET /public/widget/{id}?parentOrigin=…`."""
        found = await self._records.find(_below(scope, "/public/widget"))
        if found is None:
            await respond(scope, send, _UNKNOWN_FRAME)
        elif self._assets.widget is None:
            await respond(scope, send, _NOT_BUILT_PAGE)
        else:
            answer = _kept(self._frames, found, self._make_frame)
            if own.is_too_long(found.widget.domains):
                answer = answer.with_headers(self._frame_headers(found, parent_origin(scope["query_string"])))
            await respond(scope, send, answer)

    def _make_loader(self, found: PublicWidget) -> Answer:
        body = self._assets.evergreen(json_literal(found.record))
        return prepare(SCRIPT, body, _EVERGREEN, tagged=True)

    def _make_frame(self, found: PublicWidget) -> Answer:
        page = self._assets.widget or Page("")
        body = documents.frame_document(page, found.record)
        return prepare(_HTML, body, self._frame_headers(found, None), tagged=True)

    def _frame_headers(self, found: PublicWidget, parent: str | None) -> list[policy.Header]:
        widget = found.widget
        deployment = deployment_of(self._hosts, widget.id, widget.domains, widget.config)
        written = own.frame_policy(deployment, own.frame_ancestors(widget.domains, parent))
        endpoints = own.reporting_endpoints(deployment.client, widget.id)
        return policy.frame_headers(written, endpoints, deployment.features)


def _kept(
    answers: WeakKeyDictionary[PublicWidget, Answer], found: PublicWidget, make: Callable[[PublicWidget], Answer]
) -> Answer:
    answer = answers.get(found)
    if answer is None:
        answer = answers[found] = make(found)
    return answer


def _fixed(answers: dict[str, Answer], prefix: str) -> App:
    """An app that answers known names and nothing else."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        await respond(scope, send, answers.get(_below(scope, prefix), NO_ROUTE))

    return app


def _pinned(assets: Assets) -> dict[str, Answer]:
    if not assets.loader:
        return assets.earlier
    answer = prepare(SCRIPT, assets.pinned(), policy.shared_headers(IMMUTABLE))
    return {**assets.earlier, assets.pinned_name(): answer}


def _inbox(assets: Assets, hosts: Hosts) -> App:
    """The inbox under every path below it, but for its preview."""
    inbox, preview = _NOT_BUILT_PAGE, _NOT_BUILT_PAGE
    deployment = own_deployment(hosts)
    endpoints = own.reporting_endpoints(hosts.client)
    if assets.inbox is not None:
        named = hosts.record()
        relay = None if hosts.relay == hosts.public else named["relay"]
        body = documents.inbox_document(assets.inbox, named["rescue"], relay)
        inbox = prepare(_HTML, body, policy.page_headers(own.inbox_policy(deployment), endpoints, ["audio"]))
    if assets.preview is not None:
        body = documents.preview_document(assets.preview)
        preview = prepare(_HTML, body, policy.page_headers(own.preview_policy(deployment), endpoints))

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        await respond(scope, send, preview if _below(scope, "/inbox") == "preview" else inbox)

    return app


def _favicon() -> Answer:
    headers = [*policy.error_headers()[:2], *policy.headers(cache_control="public, max-age=86400")]
    return prepare("image/svg+xml", _FAVICON.read_bytes(), headers)
