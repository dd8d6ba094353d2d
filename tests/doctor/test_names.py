"""`halloo doctor` where each host has a name: it finds its way from any of them, and names the one that is led astray."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from halloo.cli.doctor import names
from halloo.cli.doctor.examine import examine
from halloo.cli.doctor.finding import Finding
from halloo.cli.doctor.site import Answer, Site
from halloo.edge.names import Owner
from tests.support.ports import free_port
from tests.support.product import Store
from tests.support.proxy import Faults, Reply, Request, proxied
from tests.support.seven import SevenHosts, address, seven_hosts

pytestmark = pytest.mark.slow

Look = Callable[..., dict[str, Finding]]


@pytest.fixture(scope="module")
def port() -> int:
    """Where the proxy listens: the port of every public name."""
    return free_port()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[SevenHosts]:
    folder = tmp_path_factory.mktemp("named")
    made = seven_hosts(Store("sqlite", folder, f"sqlite:///{folder}/halloo.db"), at=port)
    made.init()
    made.start()
    made.widget(["https://shop.example"])
    yield made
    made.stop()


@pytest.fixture
def look(product: SevenHosts, port: int, monkeypatch: pytest.MonkeyPatch) -> Look:
    """What the doctor finds through a proxy under all names, the worst for each check; `at`: the name that it is given."""
    real = socket.getaddrinfo

    def here(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)

    def found(faults: Faults, at: Owner = "public") -> dict[str, Finding]:
        order = ("ok", "warn", "bad")
        worst: dict[str, Finding] = {}
        with proxied(port, product.port, faults):
            for one in examine(Site(address(at, port), product.facts["widget_id"]), None):
                known = worst.get(one.check)
                if known is None or order.index(one.level) > order.index(known.level):
                    worst[one.check] = one
        return worst

    return found


def _wrong(found: dict[str, Finding]) -> dict[str, str]:
    return {name: one.found for name, one in found.items() if one.level != "ok" and name != "https"}


@pytest.mark.parametrize("at", ["public", "client"])
def test_seven_names_are_in_order_whichever_of_the_two_is_looked_at(look: Look, at: Owner) -> None:
    found = look(Faults(), at)
    assert _wrong(found) == {}
    assert {"own names", "host names", "frame policy", "WebSocket", "rescue relay"} <= set(found)


def _host(request: Request) -> str:
    return next(value for name, value in request.headers if name.lower() == "host").partition(".")[0]


def test_a_name_that_leads_nowhere(look: Look) -> None:
    def nowhere(asked: Request) -> Reply | None:
        return Reply(502, []) if _host(asked) == "image" else None

    found = look(Faults(request=nowhere))
    assert list(_wrong(found)) == ["own names"]
    assert (found["own names"].level, "hosts.image" in found["own names"].found) == ("warn", True)
    assert "502" in found["own names"].found


def test_a_relay_s_name_that_leads_nowhere(look: Look) -> None:
    def nowhere(asked: Request) -> Reply | None:
        return Reply(502, []) if _host(asked) == "relay" else None

    found = look(Faults(request=nowhere))
    assert (found["own names"].level, found["WebSocket"].level) == ("bad", "bad")


def test_a_proxy_that_writes_the_name_takes_the_walls_down(look: Look) -> None:
    def everything(asked: Request) -> None:
        if _host(asked) == "storage":
            asked.set("Host", "localhost")

    found = look(Faults(request=everything))
    assert list(_wrong(found)) == ["own names"]
    assert (found["own names"].level, "also answers /inbox" in found["own names"].found) == ("warn", True)
    assert "proxy_set_header Host" in found["own names"].advice


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'{"details":null}', b'{"details":{"host":7}}', b'{"details":{"host":"https://a/b"}}', b"\xff"],
)
def test_another_s_404_names_no_host(body: bytes) -> None:
    assert names.elsewhere(Answer(404, [], body)) is None
    assert names.elsewhere(Answer(200, [], b'{"details":{"host":"https://a.example"}}')) is None
    assert names.elsewhere(Answer(404, [], b'{"details":{"host":"https://a.example"}}')) == "https://a.example"
