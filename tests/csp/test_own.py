from typing import Any

import pytest

from halloo.csp.manifest import needs, origins
from halloo.csp.model import Deployment, Destination
from halloo.csp.own import (
    ERROR_POLICY,
    FILE_POLICY,
    frame_ancestors,
    frame_policy,
    game_policy,
    inbox_policy,
    preview_policy,
    replay_policy,
    reporting_endpoints,
)
from halloo.edge.deployment import deployment_of, own_deployment
from halloo.embed.policy import permissions_policy
from halloo.widgets.settings import Hosts, HostSettings, resolve_hosts

ONE = resolve_hosts(HostSettings(), "https://chat.example")
MANY = resolve_hosts(
    HostSettings(
        client="https://client.chat.example",
        relay="https://relay.chat.example",
        rescue="https://rescue.chat.example",
        image="https://image.chat.example",
        storage="https://storage.chat.example",
        game="https://game.chat.example",
        stream="https://stream.chat.example",
    ),
    "https://inbox.chat.example",
)
LOCAL = resolve_hosts(HostSettings(), "http://localhost:8000")
WIDGET = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
END = (
    "base-uri 'none'; form-action 'none'; frame-ancestors https://shop.example; "
    "require-trusted-types-for 'script'; trusted-types halloo; report-to halloo; report-uri {}/core/public/web-widgets/"
    f"{WIDGET}/csp-reports"
)
EVERYTHING = {
    "features": {"calls": True, "cobrowse": True, "wait_game": True},
    "bot_check": {"guard_level": "always"},
    "files": {"enabled": True},
}
NAMES: dict[Destination, str] = {
    "script": "script-src",
    "style": "style-src",
    "font": "font-src",
    "image": "img-src",
    "media": "media-src",
    "connect": "connect-src",
    "worker": "worker-src",
    "frame": "frame-src",
}


def deployment(hosts: Hosts, **v1: Any) -> Deployment:
    return deployment_of(hosts, WIDGET, ["https://shop.example"], {"v1": v1})


def policy(hosts: Hosts, **v1: Any) -> str:
    found = deployment(hosts, **v1)
    return frame_policy(found, frame_ancestors(found.domains, None))


def listed(text: str, name: str) -> list[str]:
    for directive, *values in (part.split() for part in text.split(";")):
        if directive == name:
            return values
    return []


def test_everything_on_one_origin() -> None:
    assert policy(ONE) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self' wss://chat.example; worker-src 'self'; frame-src 'none'; "
        + END.format("https://chat.example")
    )


def test_without_tls_the_socket_is_ws() -> None:
    assert "connect-src 'self' ws://localhost:8000;" in policy(LOCAL)


def test_every_feature_on_hosts_of_its_own() -> None:
    assert policy(MANY, **EVERYTHING) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' https://image.chat.example https://storage.chat.example; "
        "media-src 'self' https://storage.chat.example; "
        "connect-src 'self' wss://relay.chat.example https://relay.chat.example wss://rescue.chat.example "
        "https://rescue.chat.example https://storage.chat.example wss://stream.chat.example; "
        "worker-src 'self'; frame-src https://game.chat.example; " + END.format("https://client.chat.example")
    )


def test_a_feature_that_is_off_has_no_entry() -> None:
    text = policy(MANY, files={"enabled": False}, bot_check={"guard_level": "off"}, sound=False)
    assert "media-src https://storage.chat.example;" in text
    assert "https://rescue.chat.example;" in text
    assert "worker-src 'none'; frame-src 'none';" in text
    assert "stream" not in text


@pytest.mark.parametrize("hosts", [ONE, MANY, LOCAL])
def test_the_frame_is_allowed_what_the_manifest_says_and_nothing_else(hosts: Hosts) -> None:
    found = deployment(hosts, **EVERYTHING)
    text = policy(hosts, **EVERYTHING)
    wanted: dict[str, set[str]] = {name: set() for name in NAMES.values()}
    for need in needs(found, "frame"):
        wanted[NAMES[need.destination]] |= {"'self'" if at == found.client else at for at in origins(found, need)}
    wanted["img-src"].add("'self'")
    for name, sources in wanted.items():
        assert set(listed(text, name)) == (sources or {"'none'"}), name
        assert len(listed(text, name)) == len(set(listed(text, name)))


def test_inbox() -> None:
    assert inbox_policy(own_deployment(ONE)) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self' wss://chat.example; worker-src 'self'; frame-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types halloo; "
        "report-to halloo; report-uri https://chat.example/core/public/csp-reports"
    )
    many = inbox_policy(own_deployment(MANY))
    assert "connect-src 'self' wss://relay.chat.example https://relay.chat.example" in many
    assert "report-uri https://client.chat.example/core/public/csp-reports" in many
    assert "game" not in many
    assert "frame-src 'self';" in many


def test_preview() -> None:
    text = preview_policy(own_deployment(MANY))
    assert "frame-ancestors 'self';" in text
    assert "frame-src 'none';" in text
    assert "stream" not in text


def test_the_game_is_framed_by_the_widget_inside_of_the_page() -> None:
    found = deployment(MANY)
    start = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    )
    expected = {
        "https://shop.example": "https://client.chat.example https://shop.example",
        "http: https:": "http: https:",
        "'none'": "'none'",
    }
    for ancestors, written in expected.items():
        assert game_policy(found, ancestors) == f"{start}frame-ancestors {written}"


def test_replay_is_the_one_place_with_inline_styles() -> None:
    assert replay_policy(own_deployment(MANY)) == (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src https://image.chat.example; frame-ancestors 'self'"
    )
    assert "img-src 'self';" in replay_policy(own_deployment(ONE))


def test_what_is_no_page() -> None:
    assert FILE_POLICY == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert ERROR_POLICY == "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def test_where_reports_go() -> None:
    client = "https://client.chat.example"
    widget = f'halloo="{client}/core/public/web-widgets/{WIDGET}/csp-reports"'
    assert reporting_endpoints(client, WIDGET) == widget
    assert reporting_endpoints(client) == f'halloo="{client}/core/public/csp-reports"'


@pytest.mark.parametrize(
    "text",
    [policy(ONE), policy(MANY, **EVERYTHING), inbox_policy(own_deployment(MANY)), preview_policy(own_deployment(MANY))],
)
def test_nothing_wide_is_ever_written(text: str) -> None:
    for wide in ("*", "unsafe", "blob:", "data:", "http: "):
        assert wide not in text


def test_permissions() -> None:
    rest = "geolocation=(), payment=(), usb=()"
    assert permissions_policy() == f"camera=(), microphone=(), display-capture=(), {rest}"
    assert permissions_policy(["chat", "sounds"]) == permissions_policy()
    assert permissions_policy(["chat", "audio"]) == f"camera=(), microphone=(self), display-capture=(), {rest}"
    assert permissions_policy(["calls"]) == f"camera=(self), microphone=(self), display-capture=(self), {rest}"


def test_ancestors() -> None:
    assert frame_ancestors([], None) == "http: https:"
    assert frame_ancestors([], "https://evil.example") == "http: https:"
    assert (
        frame_ancestors(["https://a.example", "http://localhost:3000"], None)
        == "https://a.example http://localhost:3000"
    )


def test_a_list_above_3_kib_shrinks() -> None:
    exact = [f"https://{number:030}.example" for number in range(64)]
    exact.append("https://" + "c" * (3072 - len(" ".join(exact)) - 1 - len("https://.example")) + ".example")
    assert len(frame_ancestors(exact, None)) == 3072
    longer = [*exact[:-1], exact[-1] + "x"]
    assert frame_ancestors(longer, longer[3]) == longer[3]
    assert frame_ancestors(longer, "https://evil.example") == "'none'"
    assert frame_ancestors(longer, None) == "'none'"
