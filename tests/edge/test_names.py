"""Which host name serves what: each its own, all of it where there is one name, and never more than the two lists say."""

import pytest

from halloo.edge.names import OWNERS, Names, names_of, owners_of
from halloo.relay.server import RELAY_PATHS
from halloo.widgets.settings import HostSettings, resolve_hosts

ROLES = tuple(owner for owner in OWNERS if owner != "public")
ONE = names_of(resolve_hosts(HostSettings(), "https://chat.example"))
SEVEN = names_of(
    resolve_hosts(HostSettings(**{role: f"https://{role}.example" for role in ROLES}), "https://inbox.example"),
    ["https://inbox.example"],
    ["localhost"],
)
WIDGET = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
PATHS = {
    f"/public/embed/{WIDGET}": {"client"},
    "/public/loader/abc.js": {"client"},
    f"/public/widget/{WIDGET}": {"client"},
    "/public/assets/boot.abc.js": {"client", "public"},
    "/public/": {"client"},
    f"/core/public/web-widgets/{WIDGET}": {"client"},
    f"/core/public/web-widgets/{WIDGET}/conversations": {"client"},
    f"/core/public/web-widgets/{WIDGET}/csp-reports": {"client"},
    "/core/public/csp-reports": {"client", "public"},
    "/core/web-widgets": {"public"},
    "/core/session": {"public"},
    "/core/publicity": {"public"},
    "/inbox": {"public"},
    "/inbox/preview": {"public"},
    "/docs": {"public"},
    "/docs/openapi.json": {"public"},
    "/": {"public"},
    "//inbox": {"public"},
    "/nothing": {"public"},
    "/favicon.ico": {"client", "public"},
    "/relay": {"relay", "rescue"},
    f"/files/{WIDGET}/key/photo.png": {"storage"},
    f"/uploads/{WIDGET}": {"storage"},
    "/files": {"public"},
    "/uploads": {"public"},
    "/relay/stream": {"relay", "rescue"},
    "/relay/send": {"relay", "rescue"},
    "/relay/more": {"public"},
    **{path: set(OWNERS) for path in ("/healthz", "/readyz", "/metrics")},
}


def _serves(names: Names, host: str, path: str) -> bool:
    owners = names.of([(b"host", host.encode())])
    assert owners is not None
    return names.elsewhere(owners, path) is None


@pytest.mark.parametrize("path", PATHS)
def test_each_of_seven_names_serves_its_own_and_nothing_else(path: str) -> None:
    served = {
        owner for owner in OWNERS if _serves(SEVEN, "inbox.example" if owner == "public" else f"{owner}.example", path)
    }
    assert served == PATHS[path]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("names", "host"), [(ONE, "chat.example"), (SEVEN, "localhost")])
def test_one_name_for_all_serves_everything_and_so_does_a_further_one(names: Names, host: str, path: str) -> None:
    assert _serves(names, host, path)


def test_who_asks_the_wrong_name_is_told_the_right_one() -> None:
    owners = SEVEN.of([(b"Host", b"IMAGE.example:8443")])
    assert owners is not None
    assert owners == {"image"}
    assert SEVEN.elsewhere(owners, "/inbox") == "https://inbox.example"
    assert SEVEN.elsewhere(owners, f"/public/embed/{WIDGET}") == "https://client.example"
    assert SEVEN.elsewhere(owners, "/relay") == "https://relay.example"


def test_a_name_that_two_hosts_share_serves_what_is_either_s() -> None:
    hosts = resolve_hosts(
        HostSettings(client="https://chat.example", relay="https://chat.example:8443", image="https://media.example"),
        "https://inbox.example",
    )
    names = names_of(hosts)
    assert _serves(names, "chat.example", "/relay")
    assert _serves(names, "chat.example:8443", f"/public/embed/{WIDGET}")
    assert not _serves(names, "chat.example", "/inbox")
    assert not _serves(names, "inbox.example", "/relay")
    assert names.relays == {"chat.example"}


def test_a_further_name_that_is_a_host_s_stays_that_host_s() -> None:
    hosts = resolve_hosts(HostSettings(client="https://chat.example"), "https://inbox.example")
    names = names_of(hosts, further=["chat.example", " Tunnel.Example ", "[::1]", ""])
    assert not _serves(names, "chat.example", "/inbox")
    assert _serves(names, "tunnel.example", "/inbox")
    assert _serves(names, "[::1]:8000", "/inbox")
    assert names.all == {"chat.example", "inbox.example", "tunnel.example", "::1"}


def test_every_name_of_this_machine_is_the_inbox_s_while_there_is_no_public_address() -> None:
    origins = [f"http://{name}:8000" for name in ("localhost", "127.0.0.1", "[::1]")]
    names = names_of(resolve_hosts(HostSettings(), "http://localhost:8000", 8002), origins)
    for host in ("localhost", "127.0.0.1", "[::1]"):
        assert all(_serves(names, host, path) for path in PATHS)
    apart = names_of(
        resolve_hosts(HostSettings(client="http://client.localhost:8000"), "http://localhost:8000"), origins
    )
    for host in ("localhost", "127.0.0.1", "[::1]"):
        assert _serves(apart, host, "/inbox")
        assert not _serves(apart, host, f"/public/embed/{WIDGET}")


def test_the_relay_s_paths_are_those_that_it_answers() -> None:
    assert {path for path in PATHS if owners_of(path) == ("relay", "rescue")} == RELAY_PATHS
