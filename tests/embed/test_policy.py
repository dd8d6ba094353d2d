from typing import Any

import pytest

from halloo.embed.policy import frame_ancestors, frame_policy, inbox_policy, permissions_policy, preview_policy
from halloo.widgets.config import complete_config
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
END = (
    "base-uri 'none'; form-action 'none'; frame-ancestors https://shop.example; "
    "require-trusted-types-for 'script'; trusted-types halloo"
)


def policy(hosts: Hosts, **v1: Any) -> str:
    return frame_policy(hosts, complete_config({"v1": v1})["v1"], frame_ancestors(["https://shop.example"], None))


def test_everything_on_one_origin() -> None:
    assert policy(ONE) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self' wss://chat.example; worker-src 'self'; frame-src 'none'; " + END
    )


def test_without_tls_the_socket_is_ws() -> None:
    assert "connect-src 'self' ws://localhost:8000;" in policy(LOCAL)


def test_every_feature_on_hosts_of_its_own() -> None:
    features = {"calls": True, "cobrowse": True, "wait_game": True}
    assert policy(MANY, features=features) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' https://image.chat.example https://storage.chat.example; "
        "media-src 'self' https://storage.chat.example; "
        "connect-src 'self' wss://relay.chat.example https://relay.chat.example wss://rescue.chat.example "
        "https://rescue.chat.example https://storage.chat.example wss://stream.chat.example; "
        "worker-src 'self'; frame-src https://game.chat.example; " + END
    )


def test_a_feature_that_is_off_has_no_entry() -> None:
    text = policy(MANY, files={"enabled": False})
    assert "media-src 'self';" in text
    assert "https://rescue.chat.example;" in text
    assert "frame-src 'none';" in text
    assert "stream" not in text


def test_inbox() -> None:
    assert inbox_policy(ONE) == (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self' wss://chat.example; worker-src 'self'; frame-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types halloo"
    )
    assert "connect-src 'self' wss://relay.chat.example https://relay.chat.example" in inbox_policy(MANY)
    assert "frame-ancestors 'self';" in preview_policy(ONE)


@pytest.mark.parametrize("text", [policy(ONE), policy(MANY), inbox_policy(MANY), preview_policy(MANY)])
def test_nothing_wide_is_ever_written(text: str) -> None:
    for wide in ("*", "unsafe", "blob:", "data:", "http: "):
        assert wide not in text


def test_permissions() -> None:
    rest = "geolocation=(), payment=(), usb=()"
    assert permissions_policy() == f"camera=(), microphone=(), display-capture=(), {rest}"
    assert permissions_policy(calls=True) == f"camera=(self), microphone=(self), display-capture=(self), {rest}"


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
