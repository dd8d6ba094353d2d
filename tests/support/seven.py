"""A product under names of its own for each host: `client.localhost`, `relay.localhost` and so on, all of this machine."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Response, WebSocket

from halloo.edge.names import OWNERS, Owner, owners_of
from halloo.widgets.settings import Hosts
from tests.support.ports import free_port
from tests.support.product import Product, Store
from tests.support.stores import empty_store

ROLES: tuple[Owner, ...] = tuple(owner for owner in OWNERS if owner != "public")
"""The hosts that have a setting `hosts.*`."""


def address(owner: Owner, port: int) -> str:
    """The origin of a host here."""
    return f"http://{owner}.localhost:{port}"


class SevenHosts(Product):
    """Serves every host under its own name; the tests themselves ask `localhost`, which answers for all."""

    @property
    def widget_origin(self) -> str:
        return address("client", self.port)

    @property
    def inbox_origin(self) -> str:
        return address("public", self.port)

    def hosts(self) -> Hosts:
        """Its hosts as policies see them."""
        return Hosts(**{owner: address(owner, self.port) for owner in OWNERS})


def seven_hosts(store: Store, further: dict[str, str] | None = None, *, at: int = 0) -> SevenHosts:
    """Make one, not started yet. `at`: the port in its addresses, where a proxy listens; its own without one."""
    port = free_port()
    settings = {
        "HALLOO_PUBLIC_URL": address("public", at or port),
        "HALLOO_SERVER_HOSTS": "localhost",
        **{f"HALLOO_HOSTS_{role.upper()}": address(role, at or port) for role in ROLES},
        **(further or {}),
    }
    return SevenHosts(store, settings, port)


@contextmanager
def crowded_hosts(folder: Path, prepare: Callable[[SevenHosts], None] | None = None) -> Generator[SevenHosts]:
    """One that runs, and whose visitors come from one address, more often than people do. `prepare` is called before it starts."""
    often = {
        f"HALLOO_PUBLIC_API_{one}": "1000" for one in ("CONTACTS_PER_MINUTE", "CONTACTS_PER_HOUR", "READS_PER_MINUTE")
    }
    with empty_store("sqlite", folder, None, migrated=False) as store:
        made = seven_hosts(store, often)
        made.init()
        if prepare is not None:
            prepare(made)
        made.start()
        yield made
        made.stop()


@dataclass
class Traffic:
    """What browsers asked of the product's hosts."""

    port: int
    asked: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """Host, path, and how: a resource type of the browser's, or `websocket`."""
    refused: list[str] = field(default_factory=list[str])

    def listen(self, context: BrowserContext) -> None:
        """Note everything that pages of a context ask from now on."""
        context.on("request", self._see)
        context.on("response", self._hear)
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("websocket", self._connect)

    def _see(self, request: Request) -> None:
        self._note(request.url, request.resource_type)

    def _connect(self, socket: WebSocket) -> None:
        self._note(socket.url, "websocket")

    def _hear(self, response: Response) -> None:
        if urlsplit(response.url).port == self.port and response.status in (404, 421):
            self.refused.append(f"{response.status} {response.request.method} {response.url}")

    def _note(self, url: str, how: str) -> None:
        parts = urlsplit(url)
        if parts.port == self.port:
            self.asked.append((parts.hostname or "", parts.path, how))

    def hosts(self) -> set[str]:
        """The hosts that were asked, by the first label of their names."""
        return {host.removesuffix(".localhost") for host, _, _ in self.asked}

    def astray(self) -> list[str]:
        """What was asked of a host whose it is not."""
        return sorted(
            {
                f"{how} {host}{path}"
                for host, path, how in self.asked
                if host.removesuffix(".localhost") not in owners_of(path)
            }
        )
