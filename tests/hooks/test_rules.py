"""What may be said of a hook (hooks contract 1, 2, 9 and 11)."""

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halloo.hooks import catalogue, rules
from halloo.hooks.errors import URL_REFUSALS
from halloo.hooks.model import Hook
from halloo.hooks.rules import HookChange, HookDraft
from halloo.kit.outbound.guard import Guard
from halloo.kit.outbound.model import Url
from halloo.kit.outbound.url import SENTENCES
from halloo.kit.refusals import Refusal

URL = "https://endpoint.example.com/crisp/hooks?key=KEY"
BASIC: dict[str, Any] = {"name": "Orders", "url": URL, "events": ["message:send"]}


def made(**said: Any) -> Hook:
    return rules.make("w", "h", HookDraft(**{**BASIC, **said}), 5)


def code(**said: Any) -> str:
    with pytest.raises(Refusal) as refused:
        made(**said)
    assert refused.value.kind == "invalid"
    assert refused.value.details["field"]
    return refused.value.code


def test_a_hook_of_three_values_has_the_usual_others() -> None:
    hook = made()
    assert (hook.name, hook.url, hook.events) == ("Orders", URL, ("message:send",))
    assert (hook.kind, hook.signing, hook.is_signed) == ("website", "none", False)
    assert (hook.timeout_ms, hook.max_in_flight, hook.ordered, hook.retry) == (2_000, 10, "none", "standard")
    assert (hook.enabled, hook.version, hook.created_at, hook.updated_at) == (True, 1, 5, 5)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ({"name": ""}, "name_empty"),
        ({"name": " \n\x00 "}, "name_empty"),
        ({"name": "a" * 101}, "field_invalid"),
        ({"events": []}, "events_empty"),
        ({"events": ["message:send", "message:sent"]}, "event_unknown"),
        ({"events": ["hook:updated"]}, "event_unknown"),
        ({"events": ["media:animation:listed"]}, "event_unknown"),
        ({"events": ["plugin:settings:saved"], "url": "http://endpoint.example.com/"}, "event_needs_https"),
        ({"kind": "plugin", "url": "http://endpoint.example.com/"}, "plugin_needs_https"),
        ({"kind": "plugin", "signing": "none"}, "field_invalid"),
        ({"environment": "development"}, "field_invalid"),
        ({"timeout_ms": 999}, "field_invalid"),
        ({"timeout_ms": 30_001}, "field_invalid"),
        ({"max_in_flight": 0}, "field_invalid"),
        ({"max_in_flight": 101}, "field_invalid"),
        ({"url": "gopher://endpoint.example.com/"}, "url_scheme"),
        ({"url": "endpoint.example.com"}, "url_scheme"),
        ({"url": "http:\\\\127.0.0.1"}, "url_host"),
        ({"url": "http://a b/"}, "url_host"),
        ({"url": "https://endpoint.example.com:22/"}, "url_port"),
        ({"url": "https://me:secret@endpoint.example.com/"}, "url_userinfo"),
        ({"url": "https://endpoint.example.com/#part"}, "url_fragment"),
        ({"url": f"https://endpoint.example.com/{'a' * 2_048}"}, "url_too_long"),
    ],
)
def test_what_breaks_a_rule_has_its_code(said: dict[str, Any], due: str) -> None:
    assert code(**said) == due


def test_every_rule_of_an_address_has_its_refusal() -> None:
    assert set(URL_REFUSALS) == set(SENTENCES)
    assert {code: cls.code for code, cls in URL_REFUSALS.items()} == {code: code for code in SENTENCES}


def test_every_event_of_website_hooks_can_be_chosen_each_once() -> None:
    names = [event.name for event in catalogue.EVENTS if event.name != "media:animation:listed"]
    assert made(events=[*names, *names]).events == tuple(names)


def test_a_plugin_has_a_hook_for_development_and_is_always_signed() -> None:
    hook = made(kind="plugin", environment="development")
    assert (hook.environment, hook.signing, hook.is_signed) == ("development", "signed", True)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Host",
            "content-type",
            "Content-Length",
            "Content-Anything",
            "Transfer-Encoding",
            "Connection",
            "Keep-Alive",
        ),
        *("TE", "Trailer", "Upgrade", "Proxy-Authorization", "Proxy-Connection", "Expect", "User-Agent", "Cookie"),
        *("Accept-Encoding", "webhook-id", "Webhook-Signature", "X-Crisp-Signature", "X-DELIVERY-Attempt-Count"),
        *("Content_Length", "transfer_encoding", "webhook_signature", "X_Crisp_Signature", "x-halloo_replay"),
        *("X-Halloo-Test", "", "two words", "colon:", "ümlaut", "line\r\nX-Other", "a" * 101),
    ],
)
def test_headers_that_are_not_the_hooks_own_are_refused(name: str) -> None:
    assert code(headers={name: "seven"}) == "header_forbidden"


@pytest.mark.parametrize("value", ["a" * 1_025, "two\r\nlines", "tab\t", "ümlaut", " before", "behind ", "\x7f"])
def test_values_of_headers_are_printable_and_short(value: str) -> None:
    assert code(headers={"X-Shop": value}) == "header_forbidden"


def test_up_to_ten_own_headers_are_taken_and_none_twice() -> None:
    ten = {f"X-Shop-{n}": "a" * 1_024 for n in range(10)}
    assert made(headers=ten).headers == ten
    assert made(headers={"Authorization": "Bearer x", "X-Empty": ""}).headers["X-Empty"] == ""
    assert code(headers={**ten, "X-Shop-10": ""}) == "header_forbidden"
    assert code(headers={"X-Shop": "1", "x-shop": "2"}) == "header_forbidden"


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_header_that_is_taken_can_end_its_line(name: str, value: str) -> None:
    try:
        taken = made(headers={name: value}).headers
    except Refusal:
        return
    for text in (*taken, *taken.values()):
        assert all(" " <= char <= "~" for char in text)


def test_a_change_changes_what_it_gives_and_counts() -> None:
    hook = made()
    assert rules.apply(hook, HookChange(name="Orders", events=["message:send"]), 9) is hook
    changed = rules.apply(hook, HookChange(name=" Bills\n"), 9)
    assert (changed.name, changed.version, changed.updated_at) == ("Bills", 2, 9)
    assert changed.events == hook.events


def test_an_event_with_a_secret_keeps_the_address_at_https() -> None:
    hook = made(events=["plugin:settings:saved"])
    with pytest.raises(Refusal) as refused:
        rules.apply(hook, HookChange(url="http://endpoint.example.com/"), 9)
    assert refused.value.code == "event_needs_https"


class Nowhere:
    """A resolver's answer that never comes: only the rules of the address itself, and the guard's for addresses."""

    async def check(self, url: Url) -> Literal["blocked", "dns"] | None:
        return "blocked" if Guard((), ()).refuses_url(url) else "dns"


async def test_a_name_that_leads_nowhere_is_a_warning_and_one_that_may_not_be_reached_a_refusal() -> None:
    assert await rules.look_up(Nowhere(), URL) == "dns"
    for url in ("http://127.0.0.1/", "https://[::1]/", "http://localhost/", "http://169.254.169.254/latest"):
        with pytest.raises(Refusal) as refused:
            await rules.look_up(Nowhere(), url)
        assert refused.value.code == "url_blocked"
    with pytest.raises(Refusal) as refused:
        await rules.look_up(Nowhere(), "ftp://a.example/")
    assert refused.value.code == "url_scheme"
