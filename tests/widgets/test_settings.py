import pytest

from halloo.widgets.settings import Hosts, HostSettings, origin_of, resolve_hosts


def test_unset_hosts_fall_on_the_public_address() -> None:
    origin = "https://chat.example"
    assert resolve_hosts(HostSettings(), "https://Chat.example:443/") == Hosts(origin, origin, origin, origin, origin)


def test_sockets_follow_from_origins() -> None:
    hosts = resolve_hosts(
        HostSettings(relay="https://relay.example", rescue="http://localhost:9"), "http://localhost:8000"
    )
    assert hosts.record()["relay"] == "wss://relay.example/relay"
    assert hosts.record()["rescue"] == "ws://localhost:9/relay"
    assert hosts.client == "http://localhost:8000"


@pytest.mark.parametrize(
    "text",
    ["", "chat.example", "ftp://chat.example", "https://", "https://a@b.example", "https://b.example/x", "https://b:x"],
)
def test_what_is_no_origin_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="public"):
        origin_of("public.url", text)


def test_plain_http_is_for_this_machine() -> None:
    resolve_hosts(HostSettings(storage="http://files.localhost:8000"), "https://chat.example")
    with pytest.raises(ValueError, match=r"hosts\.storage"):
        resolve_hosts(HostSettings(storage="http://files.example"), "https://chat.example")


def test_ipv6_keeps_its_brackets() -> None:
    assert origin_of("public.url", "http://[::1]:8000") == "http://[::1]:8000"


def test_the_rescue_relay_has_an_address_by_itself_on_this_machine_alone() -> None:
    def rescue(public_url: str, port: int = 8002, **hosts: str) -> str | None:
        found: str | None = resolve_hosts(HostSettings(**hosts), public_url, port).record()["rescue"]
        return found

    assert rescue("http://localhost:8000") == "ws://localhost:8002/relay"
    assert rescue("http://127.0.0.1:9000", 9002) == "ws://127.0.0.1:9002/relay"
    assert rescue("http://[::1]:8000") == "ws://[::1]:8002/relay"
    assert rescue("http://localhost:8000", 0) is None
    assert rescue("https://localhost") is None
    assert rescue("https://chat.example") is None
    assert rescue("https://chat.example", rescue="https://rescue.example") == "wss://rescue.example/relay"
    assert rescue("http://localhost:8000", rescue="http://localhost:9") == "ws://localhost:9/relay"
