"""What the generator prints (csp contract 3): the contract's own lines, and that they are enough and no more than enough."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import pytest

from halloo.csp import own, table
from halloo.csp.generate import NONCE, Form, Options, generate
from halloo.csp.manifest import ALL_FEATURES, needs, origins
from halloo.csp.model import Deployment, Feature, Given, Pinned, Reading, Role, Trust
from halloo.csp.policy import Load, Policy, allowed, parse
from halloo.kit.refusals import Invalid

ROLES: tuple[Role, ...] = get_args(Role)
READINGS: tuple[Reading, ...] = get_args(Reading)
SITE = "https://site.example"
C = "https://client.chat.example.com"
HASH = "sha384-" + "ab/+" * 16
CHAT: frozenset[Feature] = frozenset({"chat", "files", "images", "outbound"})
DEPLOYMENT = Deployment(
    hosts={role: f"https://{role}.chat.example.com" for role in ROLES},
    features=CHAT,
    domains=("https://shop.example",),
    widget_id="0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1",
    pinned=Pinned(f"{C}/public/loader/1f0c.js", HASH),
)
EVERY = replace(DEPLOYMENT, features=frozenset(ALL_FEATURES), verified_embedding=True)


def policy(options: Options, deployment: Deployment = DEPLOYMENT) -> str:
    return generate(deployment, options).policy


def test_merge_is_the_default() -> None:
    made = generate(DEPLOYMENT, Options())
    assert made.text == made.policy == f"script-src 'self' {C}; frame-src 'self' {C}"
    assert made.tag is None
    assert made.notes[0].startswith("Put these lines together with those that your page's policy has")
    assert policy(Options(no_self=True)) == f"script-src {C}; frame-src {C}"


def test_additions() -> None:
    assert generate(DEPLOYMENT, Options(form="additions")).text == f"script-src  {C}\nframe-src  {C}"


def test_strict_and_its_tag() -> None:
    made = generate(DEPLOYMENT, Options(form="strict"))
    assert made.text == (
        "default-src 'self'; script-src 'nonce-{NONCE}' 'strict-dynamic'; "
        f"frame-src {C}; object-src 'none'; base-uri 'none'; require-trusted-types-for 'script'"
    )
    assert made.tag == f'<script async nonce="{{NONCE}}" src="{C}/public/embed/{DEPLOYMENT.widget_id}"></script>'


def test_trust_by_nonce_prints_no_host_for_scripts() -> None:
    made = generate(DEPLOYMENT, Options(trust="nonce"))
    assert made.policy == f"script-src 'self' 'nonce-{{NONCE}}'; frame-src 'self' {C}"
    assert made.tag is not None
    assert 'nonce="{NONCE}"' in made.tag


def test_trust_by_hash_prints_the_pinned_tag() -> None:
    made = generate(DEPLOYMENT, Options(trust="hash"))
    assert made.policy == f"script-src 'self' '{HASH}'; connect-src 'self' {C}; frame-src 'self' {C}"
    assert made.tag == (
        f'<script async crossorigin="anonymous" src="{C}/public/loader/1f0c.js" integrity="{HASH}" '
        f'data-widget="{DEPLOYMENT.widget_id}"></script>'
    )
    cobrowse = replace(DEPLOYMENT, features=CHAT | {"cobrowse"})
    assert policy(Options(trust="hash", no_self=True), cobrowse).startswith(f"script-src '{HASH}' {C};")


def test_verified_embedding_and_pusher_connect() -> None:
    verified = replace(DEPLOYMENT, verified_embedding=True)
    assert f"; connect-src 'self' {C};" in policy(Options(), verified)
    asked = policy(Options(no_self=True, features=frozenset({"pusher"})))
    assert "; connect-src https://relay.chat.example.com wss://relay.chat.example.com;" in asked


def test_equal_origins_are_written_once() -> None:
    one = replace(EVERY, hosts=dict.fromkeys(ROLES, "https://chat.example.com"))
    assert policy(Options(no_self=True), one) == (
        "script-src https://chat.example.com; connect-src https://chat.example.com wss://chat.example.com; "
        "frame-src https://chat.example.com"
    )


def test_the_order_is_script_connect_frame() -> None:
    for form in get_args(Form):
        names = [part.split()[0] for part in policy(Options(form=form), EVERY).split("; ")]
        assert [name for name in names if name in ("script-src", "connect-src", "frame-src")] == [
            "script-src",
            "connect-src",
            "frame-src",
        ]


def test_wildcards_on_request_alone() -> None:
    made = generate(EVERY, Options(wildcards="chat.example.com", no_self=True))
    assert made.policy == (
        "script-src https://*.chat.example.com; "
        "connect-src https://*.chat.example.com wss://*.chat.example.com; frame-src https://*.chat.example.com"
    )
    assert any("sub-domain of chat.example.com" in note for note in made.notes)
    ported = replace(DEPLOYMENT, hosts={**DEPLOYMENT.hosts, "client": f"{C}:8443"})
    assert policy(Options(wildcards="Example.COM", form="additions"), ported).startswith(
        "script-src https://*.example.com:8443;"
    )
    elsewhere = replace(EVERY, hosts={**EVERY.hosts, "relay": "https://relay.other.example"})
    assert "wss://relay.other.example" in policy(Options(wildcards="chat.example.com"), elsewhere)
    for form in get_args(Form):
        assert "*" not in policy(Options(form=form), EVERY)


@pytest.mark.parametrize(
    "base",
    ["client.chat.example.com", "other.example", "hat.example.com", "com", "", "*.chat.example.com", f"{C}", "a b.com"],
)
def test_a_wildcard_that_would_not_match_is_refused(base: str) -> None:
    with pytest.raises(Invalid) as caught:
        generate(DEPLOYMENT, Options(wildcards=base))
    assert caught.value.details == {"field": "wildcards"}


def test_an_address_has_no_sub_domains() -> None:
    numbers = replace(DEPLOYMENT, hosts=dict.fromkeys(ROLES, "http://127.0.0.1:8000"))
    with pytest.raises(Invalid):
        generate(numbers, Options(wildcards="0.0.1"))
    made = generate(numbers, Options(no_self=True))
    assert made.policy == "script-src http://127.0.0.1:8000; frame-src http://127.0.0.1:8000"
    assert any("IP address" in note for note in made.notes)


@pytest.mark.parametrize(
    "origin", ["http://[::1]:8000", "https://a_b.example", "https://a;b", 'https://a"b', "https://*.a"]
)
def test_what_no_policy_can_say_is_refused(origin: str) -> None:
    strange = replace(DEPLOYMENT, hosts={**DEPLOYMENT.hosts, "client": origin})
    with pytest.raises(Invalid, match=r"hosts\.client"):
        generate(strange, Options())


def test_no_hash_without_the_browser_side() -> None:
    with pytest.raises(Invalid) as caught:
        generate(replace(DEPLOYMENT, pinned=None), Options(trust="hash"))
    assert caught.value.details == {"field": "trust"}


def test_reports() -> None:
    url = f"{C}/core/public/web-widgets/{DEPLOYMENT.widget_id}/csp-reports"
    made = generate(DEPLOYMENT, Options(report=True))
    assert made.policy.endswith(f"; report-uri {url}; report-to halloo")
    assert made.headers == (("Content-Security-Policy", made.policy), ("Reporting-Endpoints", f'halloo="{url}"'))
    meta = generate(DEPLOYMENT, Options(report=True, target="meta"))
    assert "report" not in meta.text
    assert any("meta tag" in note for note in meta.notes)
    with pytest.raises(Invalid) as caught:
        generate(replace(DEPLOYMENT, widget_id=""), Options(report=True))
    assert caught.value.details == {"field": "report"}


def test_header_and_meta_to_the_letter() -> None:
    line = f"script-src 'self' {C}; frame-src 'self' {C}"
    assert generate(DEPLOYMENT, Options(target="header")).text == f"Content-Security-Policy: {line}"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{line}">'
    assert generate(DEPLOYMENT, Options(target="meta")).text == meta


def test_no_fixed_nonce_for_servers_that_cannot_make_one() -> None:
    for target in ("nginx", "apache", "caddy"):
        made = generate(DEPLOYMENT, Options(target=target, trust="nonce"))
        assert any("cannot make a nonce" in note for note in made.notes)
        assert not any("cannot make a nonce" in note for note in generate(DEPLOYMENT, Options(target=target)).notes)


def test_the_microphone_is_named_where_voice_messages_are_on() -> None:
    notes = " ".join(generate(replace(DEPLOYMENT, features=CHAT | {"files", "audio"}), Options()).notes)
    assert f'must leave these to the chat: microphone=(self "{C}").' in notes
    both = " ".join(generate(replace(DEPLOYMENT, features=CHAT | {"audio", "calls"}), Options()).notes)
    assert both.count("microphone=(self") == 1
    assert "microphone" not in " ".join(generate(replace(DEPLOYMENT, features=CHAT | {"files"}), Options()).notes)


def test_devices_are_named_where_calls_are_on() -> None:
    notes = " ".join(generate(replace(DEPLOYMENT, features=CHAT | {"calls"}), Options()).notes)
    assert f'camera=(self "{C}"), microphone=(self "{C}"), display-capture=(self "{C}")' in notes
    assert "Permissions-Policy" not in " ".join(generate(DEPLOYMENT, Options()).notes)


def test_our_own_policies() -> None:
    frame = generate(EVERY, Options(context="frame"))
    assert frame.policy == own.frame_policy(EVERY, "https://shop.example")
    assert generate(EVERY, Options(context="game")).policy == own.game_policy(EVERY, "https://shop.example")
    assert generate(EVERY, Options(context="inbox")).policy == own.inbox_policy(EVERY)
    assert frame.notes[0].startswith("Halloo sends this policy itself.")


def test_the_table_of_the_contract() -> None:
    asked = replace(EVERY, verified_embedding=False)
    rows = table.rows(asked)
    assert [(row[1], row[2], row[4], row[5]) for row in rows] == [
        (f"`{C}`", "required", "script-src, frame-src", "script, style, font, img, media, connect, worker"),
        ("`wss://relay.chat.example.com`", "required", "nothing", "connect"),
        ("`https://image.chat.example.com`", "required", "nothing", "img"),
        ("`https://storage.chat.example.com`", "required", "nothing", "img, media, connect"),
        ("`https://game.chat.example.com`", "optional", "nothing", "frame"),
        ("`wss://stream.chat.example.com`", "optional", "nothing", "connect"),
        ("`wss://rescue.chat.example.com`", "optional", "nothing", "connect"),
        ("`wss://relay.chat.example.com`, `https://relay.chat.example.com`", "optional", "connect-src", "–"),
    ]
    made = generate(DEPLOYMENT, Options(target="table"))
    assert "pusher" not in made.text
    assert made.text.startswith("| Service | Full URL | Required? | Comments | Host page | Iframe (sent by Halloo) |")
    assert made.policy == policy(Options())
    without = {role: origin for role, origin in asked.hosts.items() if role not in ("game", "stream", "rescue")}
    assert len(table.rows(replace(DEPLOYMENT, hosts=without))) == 4
    assert "connect-src" in table.rows(EVERY)[0][4]


def test_the_table_is_what_the_frame_may_do() -> None:
    """Where a row names a kind, the frame's policy lists that host for it; where none does, no policy does."""
    sent = dict(part.split(" ", 1) for part in own.frame_policy(EVERY, "'none'").split("; "))
    rows = [row for row in table.rows(EVERY) if row[5] != "–"]
    for row in rows:
        origin = "'self'" if row[1] == f"`{C}`" else row[1].strip("`")
        for kind in ("script", "style", "font", "img", "media", "connect", "worker", "frame"):
            assert (origin in sent[f"{kind}-src"].split()) == (kind in row[5].split(", ")), (row, kind)


def loads(deployment: Deployment, trust: Trust, pinned: Pinned | None) -> Iterator[Load]:
    """What the page does, by the manifest; the tag as the generator prints it."""
    nonce = "r4nd0m" if trust == "nonce" else ""
    integrity = pinned.integrity if trust == "hash" and pinned else ""
    for need in needs(deployment, "host", pinned=trust == "hash"):
        for origin in origins(deployment, need):
            parser = need.initiator == "parser"
            yield Load(
                need.destination,
                origin + need.path,
                nonce=nonce if need.destination == "script" else "",
                integrity=integrity if parser else "",
                # What is imported counts like the script that asks, which stands in the HTML.
                parser_inserted=need.destination == "script",
            )


def parsed(text: str) -> dict[Reading, tuple[Policy, ...]]:
    return {reading: parse(Given(text.replace("{NONCE}", "r4nd0m")), SITE, reading) for reading in READINGS}


@pytest.mark.parametrize("trust", get_args(Trust))
@pytest.mark.parametrize("form", get_args(Form))
@pytest.mark.parametrize("wildcards", [None, "example.com"])
@pytest.mark.parametrize("deployment", [DEPLOYMENT, EVERY], ids=["chat", "everything"])
def test_what_is_printed_is_enough_and_nothing_of_it_too_much(
    trust: Trust, form: Form, wildcards: str | None, deployment: Deployment
) -> None:
    options = Options(form=form, trust=trust, wildcards=wildcards, no_self=True)
    text = policy(options, deployment)
    means = trust if trust != "auto" else ("nonce" if form == "strict" else "host")
    wanted = list(loads(deployment, means, deployment.pinned))
    assert [load for load in wanted if not allowed(parsed(text), load)] == []
    sources = [word for word in text.replace(";", " ").split() if "://" in word or word in (NONCE, f"'{HASH}'")]
    assert sources
    for name, *values in [part.split() for part in text.split("; ")]:
        for value in values:
            # Beside the recorder's host the hash lets nothing more in; it is there so that the host may go with co-browsing.
            beside_host = value == f"'{HASH}'" and "cobrowse" in deployment.features
            if value not in sources or beside_host:
                continue
            kept = [one for one in values if one != value] or ["'none'"]
            less = re.sub(rf"(^|; ){name} [^;]+", rf"\g<1>{name} {' '.join(kept)}", text)
            assert any(not allowed(parsed(less), load) for load in wanted), (name, value)
