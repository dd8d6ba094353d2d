"""The doctor's decisions, one by one (csp contract 4.1), and the named cases that 7.2 lists for it."""

from dataclasses import replace
from typing import get_args

import pytest

from halloo.csp.checkup import check_page
from halloo.csp.doctor import examine, treated
from halloo.csp.model import Delivery, Deployment, Diagnosis, Finding, FixKind, Given, Page, Pinned, Tag, Trust
from halloo.csp.shown import shown
from tests.csp.draws import HOSTS, PINNED, WIDGET, C

SITE = "https://site.test"
HASH = f"'{PINNED.integrity}'"
CHAT = Deployment(HOSTS, frozenset({"chat"}), (), WIDGET, PINNED)
PLAIN_TAG = f'<script async src="{C}/public/embed/{WIDGET}"></script>'
NONCE_TAG = PLAIN_TAG.replace(" src=", ' nonce="{NONCE}" src=')
MADE = Tag(made=True)


def page(*texts: str, tag: Tag | None = None) -> Page:
    """A page with these headers."""
    return Page(tuple(Given(text) for text in texts), SITE, tag or Tag())


def seen(*texts: str, tag: Tag | None = None, trust: Trust = "auto", deployment: Deployment = CHAT) -> Diagnosis:
    """What the doctor says of it."""
    return examine(deployment, page(*texts, tag=tag), trust)


def told(diagnosis: Diagnosis) -> list[tuple[str, FixKind, str]]:
    """Need, kind and line of each finding."""
    return [(one.need, one.fix.kind, one.fix.line) for one in diagnosis.findings]


def texts(diagnosis: Diagnosis) -> list[str]:
    """The new policies."""
    return [one.text for one in diagnosis.fixed]


NEW = "add_directive"
ADD = "add_source"


@pytest.mark.parametrize(
    ("policy", "script", "frame", "fixed"),
    [
        (
            "default-src 'self'; img-src *",
            (NEW, f"script-src 'self' {C}"),
            (NEW, f"frame-src 'self' {C}"),
            f"default-src 'self'; img-src *; script-src 'self' {C}; frame-src 'self' {C}",
        ),
        ("default-src 'none'", (NEW, f"script-src {C}"), (NEW, f"frame-src {C}"), None),
        ("default-src", (NEW, f"script-src {C}"), (NEW, f"frame-src {C}"), None),
        ("script-src 'NONE'; frame-src", ("replace_none", f"script-src {C}"), ("replace_none", f"frame-src {C}"), None),
        (f"child-src https://a.test; script-src {C}", None, (NEW, f"frame-src https://a.test {C}"), None),
        (
            "script-src 'self' 'unsafe-inline'",
            (ADD, f"script-src 'self' 'unsafe-inline' {C}"),
            None,
            f"script-src 'self' 'unsafe-inline' {C}",
        ),
        ("script-src-elem 'self'; script-src *", (ADD, f"script-src-elem 'self' {C}"), None, None),
        ("frame-src https:; script-src https:", None, None, None),
        ("img-src 'none'", None, None, None),
        (
            "Default-Src 'self' data: 'unsafe-eval' 'report-sample' ;",
            (NEW, f"script-src 'self' data: 'unsafe-eval' 'report-sample' {C}"),
            (NEW, f"frame-src 'self' data: {C}"),
            None,
        ),
    ],
)
def test_hosts(
    policy: str, script: tuple[FixKind, str] | None, frame: tuple[FixKind, str] | None, fixed: str | None
) -> None:
    """Rules 2 and 3."""
    found = seen(policy)
    wanted = [(need, *fix) for need, fix in (("host.loader", script), ("host.frame", frame)) if fix]
    assert told(found) == wanted
    assert found.verdict == ("required_blocked" if wanted else "ok")
    if fixed is not None:
        assert texts(found) == [fixed]
    assert all(one.directive in {"script-src-elem", "frame-src"} for one in found.findings)


def test_a_finding_says_who_blocks_what() -> None:
    found = examine(CHAT, Page((Given("img-src *"), Given("default-src 'none'", "meta", line=7)), SITE))
    first = found.findings[0]
    assert (first.need, first.feature, first.level, first.policy) == ("host.loader", "chat", "required", 2)
    assert (first.directive, first.decided_by, first.blocked, first.reading) == (
        "script-src-elem",
        "default-src",
        C,
        "both",
    )
    assert found.policies[1].given.line == 7
    assert "policy 2 (meta, line 7, enforced)\n  ✗ chat: default-src blocks the script" in shown(found)


def test_the_text_for_terminals_is_that_of_the_contract() -> None:
    assert shown(seen("default-src 'self'; img-src *")) == (
        "policy 1 (header, enforced)\n"
        "  ✗ chat: default-src blocks the script https://client.chat.test                  required\n"
        "      add   script-src 'self' https://client.chat.test\n"
        "  ✗ chat: default-src blocks the frame https://client.chat.test                   required\n"
        "      add   frame-src 'self' https://client.chat.test\n"
        "new policy\n"
        "  default-src 'self'; img-src *; script-src 'self' https://client.chat.test; frame-src 'self' https://client.chat.test\n"
        "2 required needs are blocked."
    )


class TestNoncesAndHashes:
    """Rule 1."""

    def test_a_nonce_adds_nothing_to_the_policy(self) -> None:
        found = seen("script-src 'nonce-abc' 'strict-dynamic'")
        (one,) = found.findings
        assert (one.fix.kind, one.fix.value, one.fix.line) == ("nonce", "'nonce-{NONCE}'", NONCE_TAG)
        assert one.fix.note.startswith("Give the tag your page's nonce")
        assert "let a script that the policy trusts make the tag" in one.fix.note
        assert found.fixed == ()
        assert found.tag == Tag(nonce="abc")
        assert [other.kind for other in one.alternatives] == ["hash"], "beside 'strict-dynamic' a host does nothing"

    def test_without_strict_dynamic_the_host_is_the_third_choice(self) -> None:
        (one,) = seen("script-src 'nonce-abc'").findings
        assert [one.fix.kind, *(other.kind for other in one.alternatives)] == ["nonce", "hash", ADD]
        assert one.alternatives[-1].line == f"script-src 'nonce-abc' {C}"

    def test_a_tag_that_has_the_nonce_is_well(self) -> None:
        assert seen("script-src 'nonce-abc' 'strict-dynamic'", tag=Tag(nonce="abc")).verdict == "ok"
        assert seen("script-src 'nonce-abc' 'strict-dynamic'", tag=Tag(nonce="ABC")).verdict != "ok"

    def test_a_tag_that_a_trusted_script_makes_is_well(self) -> None:
        assert seen("script-src 'nonce-abc' 'strict-dynamic'", tag=MADE).verdict == "ok"

    @pytest.mark.parametrize("policy", ["script-src 'strict-dynamic'", "script-src 'sha256-abcd'"])
    def test_without_a_nonce_the_pinned_loader_by_its_hash(self, policy: str) -> None:
        """`'strict-dynamic'` alone, and lists of hashes only; the record that it fetches is let in, too."""
        found = seen(f"{policy}; connect-src 'none'")
        assert told(found) == [
            ("host.loader", "hash", f"{policy} {HASH}"),
            ("host.record", "replace_none", f"connect-src {C}"),
        ]
        assert f'integrity="{PINNED.integrity}"' in found.findings[0].fix.note
        assert found.tag == Tag(integrity=PINNED.integrity, pinned=True)

    def test_a_hash_that_is_listed_wants_the_tag_alone(self) -> None:
        found = seen(f"script-src {HASH}")
        assert found.fixed == ()
        assert found.findings[0].fix.line.startswith('<script async crossorigin="anonymous"')

    @pytest.mark.parametrize("trust", ["auto", "nonce", "hash", "host"])
    def test_unsafe_inline_in_effect_is_never_switched_off(self, trust: Trust) -> None:
        found = seen("default-src 'self' 'unsafe-inline'", trust=trust)
        assert told(found)[0] == ("host.loader", NEW, f"script-src 'self' 'unsafe-inline' {C}")

    def test_a_dead_unsafe_inline_does_not_matter(self) -> None:
        assert told(seen("script-src 'unsafe-inline' 'nonce-a'"))[0][1] == "nonce"

    def test_default_src_with_strict_dynamic_keeps_its_workers(self) -> None:
        found = seen("default-src 'strict-dynamic' 'sha256-abcd'")
        assert told(found)[0] == ("host.loader", "hash", f"script-src-elem 'strict-dynamic' 'sha256-abcd' {HASH}")

    def test_a_tag_has_one_nonce(self) -> None:
        found = seen("script-src 'nonce-a'", "script-src 'nonce-b'")
        assert [(one.policy, one.fix.kind) for one in found.findings] == [(1, "nonce"), (2, "hash")]
        assert 'nonce="{NONCE}"' in found.findings[1].fix.note, "a nonce is never printed: it is another in each answer"

    def test_the_recorder_beside_a_hash_gets_the_host(self) -> None:
        cobrowse = replace(CHAT, features=frozenset({"chat", "cobrowse"}))
        found = seen("script-src 'sha256-abcd'", trust="hash", deployment=cobrowse)
        assert texts(found) == [f"script-src 'sha256-abcd' {HASH} {C}"]
        assert [one.level for one in found.findings] == ["required", "optional"]

    def test_the_recorder_under_strict_dynamic_gets_a_nonce(self) -> None:
        cobrowse = replace(CHAT, features=frozenset({"chat", "cobrowse"}))
        found = seen("script-src 'sha256-abcd' 'strict-dynamic'", deployment=cobrowse)
        assert texts(found) == ["script-src 'sha256-abcd' 'strict-dynamic' 'nonce-{NONCE}'"]

    def test_who_asks_for_the_host_gets_no_hash_beside_a_nonce(self) -> None:
        both = replace(CHAT, features=frozenset({"chat", "cobrowse"}))
        tag = Tag("", PINNED.integrity, pinned=True)
        diagnosis = seen("default-src 'strict-dynamic'; connect-src *", tag=tag, trust="host", deployment=both)
        assert HASH not in texts(diagnosis)[0]
        assert "'nonce-{NONCE}'" in texts(diagnosis)[0]

    @pytest.mark.parametrize(("trust", "kind"), [("host", ADD), ("nonce", "nonce"), ("hash", "hash")])
    def test_who_asks_for_a_way_gets_it(self, trust: Trust, kind: FixKind) -> None:
        assert told(seen("script-src 'self'", trust=trust))[0][1] == kind

    def test_a_first_nonce_wants_base_uri(self) -> None:
        assert "base-uri 'none'" in seen("script-src 'self'", trust="nonce").findings[0].fix.note
        assert "base-uri" not in seen("script-src 'self'; base-uri 'self'", trust="nonce").findings[0].fix.note

    @pytest.mark.parametrize("trust", get_args(Trust))
    def test_without_a_pinned_loader_there_is_still_a_way(self, trust: Trust) -> None:
        bare = replace(CHAT, pinned=None)
        for policy in ("script-src 'strict-dynamic'", "script-src 'sha256-abcd'", "default-src 'none'"):
            found = examine(bare, page(policy), trust)
            assert examine(bare, treated(page(policy), found), trust).verdict == "ok"


@pytest.mark.parametrize("verified", [False, True])
@pytest.mark.parametrize("pinned", [False, True])
def test_connect_only_where_it_is_needed(*, verified: bool, pinned: bool) -> None:
    deployment = replace(CHAT, verified_embedding=verified)
    tag = Tag(pinned=pinned, integrity=PINNED.integrity if pinned else "")
    found = seen("connect-src 'self'", tag=tag, deployment=deployment)
    wanted = (["host.record"] if pinned else []) + (["host.ticket"] if verified and not pinned else [])
    assert [one.need for one in found.findings] == wanted, "one addition serves both"


def test_sockets_are_written_out_beside_fetches() -> None:
    """Rule 4."""
    found = seen("connect-src 'self'", deployment=replace(CHAT, features=frozenset({"chat", "pusher"})))
    assert texts(found) == ["connect-src 'self' https://relay.chat.test wss://relay.chat.test"]
    assert [one.fix.value for one in found.findings] == ["https://relay.chat.test", "wss://relay.chat.test"]
    assert found.verdict == "optional_blocked"
    half = seen("connect-src https://relay.chat.test", deployment=replace(CHAT, features=frozenset({"pusher"})))
    assert [(one.reading, one.fix.value) for one in half.findings] == [("browser", "wss://relay.chat.test")]


class TestTrustedTypes:
    """Rule 5."""

    @pytest.mark.parametrize("names", ["", "; trusted-types 'none'", "; trusted-types a"])
    def test_a_tag_in_the_html_needs_nothing(self, names: str) -> None:
        assert seen(f"require-trusted-types-for 'script'{names}").verdict == "ok"

    @pytest.mark.parametrize(
        ("names", "name", "fixed"),
        [
            ("", "halloo-loader", []),
            ("; trusted-types *", "halloo-loader", []),
            ("; trusted-types shop", "shop", []),
            ("; trusted-types default", "halloo-loader", ["; trusted-types default halloo-loader"]),
            ("; trusted-types 'none'", "halloo-loader", ["; trusted-types halloo-loader"]),
            ("; trusted-types", "halloo-loader", ["; trusted-types halloo-loader"]),
        ],
    )
    def test_one_that_a_script_makes_gets_three_lines(self, names: str, name: str, fixed: list[str]) -> None:
        require = "require-trusted-types-for 'script'"
        found = seen(f"{require}{names}", tag=MADE)
        first = found.findings[0].fix
        assert (first.kind, first.value, first.line.count("\n")) == ("trusted_types", name, 2)
        assert f'createPolicy("{name}"' in first.line
        assert f'createScriptURL: () => "{C}/public/embed/{WIDGET}"' in first.line
        assert texts(found) == [require + more for more in fixed]

    def test_a_name_alone_is_no_guard(self) -> None:
        assert seen("trusted-types 'none'", tag=MADE).verdict == "ok"


CALLS = replace(CHAT, features=frozenset({"chat", "calls", "sounds"}))


@pytest.mark.parametrize(
    ("sent", "lines"),
    [
        ((), []),
        (("camera=*",), []),
        ((f'camera=(self "{C}")',), []),
        (("camera=()",), [f'camera=(self "{C}")']),
        (("camera=self",), [f'camera=(self "{C}")']),
        (('microphone=(self "https://meet.test")',), [f'microphone=(self "https://meet.test" "{C}")']),
        (("camera=(), microphone=(self)",), [f'camera=(self "{C}")', f'microphone=(self "{C}")']),
        (("display-capture=()", "autoplay=()"), [f'display-capture=(self "{C}")', f'autoplay=(self "{C}")']),
        (("camera=(), camera=*",), []),
        (("camera=*", "camera=()"), [f'camera=(self "{C}")']),
        (("camera=(",), []),
        (("camera='none'",), []),
        (("geolocation=()",), []),
        (('camera=(self "https://*.chat.test")',), []),
        ((f'camera=("{C}")',), [f'camera=(self "{C}")']),
    ],
)
def test_permissions(sent: tuple[str, ...], lines: list[str]) -> None:
    """Rule 6: every form of the header."""
    whole = Page((), SITE, permissions_policy=sent)
    found = examine(CALLS, whole)
    assert sorted(one.fix.line for one in found.findings) == sorted(lines)
    assert all(one.fix.kind == "permissions_policy" and one.level == "optional" for one in found.findings)
    assert examine(CHAT, whole).verdict == "ok", "the chat alone needs nothing of it"
    assert examine(CALLS, treated(whole, found)).verdict == "ok"


def test_voice_messages_need_the_microphone() -> None:
    """It is asked for once, also where calls want it, too."""
    page = Page((), SITE, permissions_policy=("microphone=(), camera=(self)",))
    found = examine(replace(CHAT, features=frozenset({"chat", "files", "audio"})), page)
    assert [(one.need, one.feature, one.fix.line) for one in found.findings] == [
        ("host.microphone", "audio", f'microphone=(self "{C}")')
    ]
    both = examine(replace(CALLS, features=CALLS.features | {"audio"}), page)
    assert [(one.need, one.decided_by, one.directive) for one in both.findings] == [
        ("host.microphone", "Permissions-Policy", "microphone"),
        ("host.media", "Permissions-Policy", "camera"),
    ]
    assert examine(replace(CHAT, features=frozenset({"chat", "files"})), page).verdict == "ok"


@pytest.mark.parametrize("value", ["require-corp", "credentialless", 'Require-Corp; report-to="x"'])
def test_isolation_needs_nothing(value: str) -> None:
    """Rule 7."""
    found = examine(CHAT, Page((), SITE, coep=(value,)))
    assert found.verdict == "ok"
    assert "must not strip" in found.notes[0]
    assert examine(CHAT, Page((), SITE, coep=("unsafe-none",))).notes == ()


@pytest.mark.parametrize(
    ("tokens", "levels"),
    [
        ("", ["required", "optional"]),
        (" allow-scripts", ["required", "optional"]),
        (" allow-scripts allow-same-origin ALLOW-FORMS", ["optional"]),
        (
            " allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads",
            [],
        ),
    ],
)
def test_sandbox(tokens: str, levels: list[str]) -> None:
    """Rule 8."""
    found = seen(f"sandbox{tokens}; img-src *")
    assert [one.level for one in found.findings] == levels
    assert all(one.fix.kind == "sandbox" and one.need == "host.sandbox" for one in found.findings)
    if levels:
        assert texts(found)[0].startswith(f"sandbox{tokens} allow-")
        assert texts(found)[0].endswith("; img-src *")
    in_meta = examine(CHAT, Page((Given(f"sandbox{tokens}; img-src *", "meta"),), SITE))
    assert in_meta.verdict == "ok", "browsers ignore it in a <meta>"


def test_origins() -> None:
    """Rule 9."""
    shop = replace(CHAT, domains=("https://shop.test",))
    (one,) = examine(shop, Page((), SITE)).findings
    assert (one.fix.kind, one.level, one.policy, one.fix.value) == ("allow_origin", "required", None, SITE)
    assert examine(shop, Page((), "https://shop.test")).verdict == "ok"
    assert examine(shop, Page((), None)).verdict == "ok"
    (warning,) = examine(CHAT, Page((), C)).warnings
    assert warning.code == "same_origin_frame"


class TestDelivery:
    """Contract 1.5."""

    def test_every_policy_must_allow(self) -> None:
        found = seen(f"frame-src {C}", "frame-src 'self'")
        assert [(one.policy, one.fix.line) for one in found.findings] == [(2, f"frame-src 'self' {C}")]

    def test_a_meta_beside_a_header(self) -> None:
        found = examine(CHAT, Page((Given("frame-src 'self'"), Given(f"frame-src {C}", "meta")), SITE))
        assert [one.policy for one in found.findings] == [1], "a <meta> never repairs a header"

    @pytest.mark.parametrize(
        "given",
        [
            Given("default-src 'none'", disposition="report"),
            Given("default-src 'none'", "meta", in_head=False),
            Given("default-src 'none'", "meta", disposition="report"),
            Given("script-src 'none'", "meta", before_tag=False),
        ],
    )
    def test_what_does_not_count(self, given: Given) -> None:
        assert examine(CHAT, Page((given,), SITE)).verdict == "ok"

    def test_a_meta_after_the_tag_holds_for_the_frame(self) -> None:
        found = examine(CHAT, Page((Given("default-src 'none'", "meta", before_tag=False),), SITE))
        assert [one.need for one in found.findings] == ["host.frame"]

    def test_report_only_is_told(self) -> None:
        found = check_page(CHAT, Page((Given("default-src 'none'", disposition="report"),), SITE))
        codes = [one.code for one in found.policies[0].warnings]
        assert codes == ["report_only_would_block", "report_only_would_block"]
        assert f"Write: frame-src {C}" in found.policies[0].warnings[1].text

    def test_what_a_report_only_policy_would_ask_for_is_said_by_the_wanted_way(self) -> None:
        reported = Page((Given("script-src 'nonce-abcd'", disposition="report"),), SITE)
        lines = {trust: examine(CHAT, reported, trust).policies[0].warnings[0].text for trust in get_args(Trust)}
        assert lines["auto"].endswith(f"Write: {NONCE_TAG}")
        assert lines["host"].endswith(f"Write: script-src 'nonce-abcd' {C}")
        nameless = replace(CHAT, hosts={**HOSTS, "client": "https://a_b.test"})
        found = examine(nameless, Page((Given("frame-src 'none'", disposition="report"),), SITE))
        assert found.policies[0].warnings[0].text.endswith("give it a host name of letters, digits, hyphens and dots.")

    @pytest.mark.parametrize("count", [9, 60])
    @pytest.mark.parametrize(
        ("part", "tag"),
        [
            ("frame-src 'self'", Tag()),
            ("script-src 'self'", Tag()),
            ("default-src 'none'", Tag()),
            ("default-src 'self' 'nonce-abcd'", Tag()),
            ("script-src 'strict-dynamic'", Tag()),
            (f"script-src {HASH}; frame-src 'none'", Tag()),
            ("trusted-types a; require-trusted-types-for 'script'; frame-src", MADE),
        ],
    )
    def test_every_policy_between_the_commas_of_a_meta_is_treated(self, part: str, tag: Tag, count: int) -> None:
        before = Page((Given(", ".join([part] * count), "meta"),), SITE, tag)
        diagnosis = examine(CHAT, before)
        assert diagnosis.verdict == "required_blocked"
        again = examine(CHAT, treated(before, diagnosis))
        assert (again.findings, again.fixed) == ((), ())

    @pytest.mark.parametrize(
        "skipped", ["script-src 'self' \x01", "\vSCRIPT-SRC é", "script-src \x7f", "frame-src\x01"]
    )
    @pytest.mark.parametrize("kind", ["header", "meta"])
    def test_a_part_that_browsers_skip_hides_nothing_that_is_added(self, skipped: str, kind: Delivery) -> None:
        before = Page((Given(f"{skipped}; default-src", kind),), SITE)
        diagnosis = examine(CHAT, before)
        again = examine(CHAT, treated(before, diagnosis))
        assert (again.findings, again.fixed) == ((), ())
        assert texts(diagnosis)[0].count("script-src") <= 2

    def test_what_is_added_begins_no_policy_of_its_own(self) -> None:
        before = Page((Given("default-src *, font-src 'none'", "meta"),), SITE)
        diagnosis = examine(CHAT, before)
        assert {one.reading for one in diagnosis.findings} == {"letter"}
        assert texts(diagnosis)[0].count(",") == 1

    def test_policies_between_commas_that_want_different_things(self) -> None:
        parts = [
            "script-src 'nonce-abcd'",
            "script-src 'self'",
            "script-src 'strict-dynamic'",
            "script-src 'unsafe-inline'",
        ]
        before = Page((Given(", ".join(parts * 3), "meta"),), SITE)
        again = examine(CHAT, treated(before, examine(CHAT, before)))
        assert (again.findings, again.fixed) == ((), ())


def test_an_address_of_ip_is_judged_by_browsers_alone() -> None:
    here = replace(CHAT, hosts={**HOSTS, "client": "http://127.0.0.1:8080"}, pinned=None)
    found = check_page(here, page("default-src 'none'"))
    assert [one.reading for one in found.findings] == ["both", "both"], "by the letter nothing ever matches it"
    assert texts(found) == ["default-src 'none'; script-src http://127.0.0.1:8080; frame-src http://127.0.0.1:8080"]
    assert [one.code for one in found.warnings] == ["ip_host"]
    assert examine(here, treated(page("default-src 'none'"), found)).verdict == "ok"


@pytest.mark.parametrize("client", ["https://[::1]:8443", "https://a_b.test"])
def test_a_host_that_no_policy_can_name(client: str) -> None:
    there = replace(CHAT, hosts={**HOSTS, "client": client}, pinned=None)
    found = seen("default-src 'none'", deployment=there)
    assert {one.fix.line for one in found.findings} == {""}
    assert all(f"No policy can name {client}" in one.fix.note for one in found.findings)


_FORBIDDEN = ("'unsafe-inline'", "'unsafe-eval'", "blob:", "data:", "*", "https:", "wss:")


def _added(finding: Finding) -> list[str]:
    return finding.fix.value.split() if finding.fix.kind in {ADD, NEW, "replace_none"} else []


def test_what_is_added_is_scheme_and_host() -> None:
    everything = replace(CHAT, features=frozenset({"chat", "cobrowse", "outbound", "pusher"}), verified_embedding=True)
    everything = replace(everything, pinned=Pinned(PINNED.url, PINNED.integrity))
    added = [
        value
        for one in seen("default-src 'self' data: *.a.test 'unsafe-inline'", deployment=everything).findings
        for value in _added(one)
    ]
    assert set(added) == {C, "https://relay.chat.test", "wss://relay.chat.test"}
    assert not set(added) & set(_FORBIDDEN)
    port = replace(CHAT, hosts={**HOSTS, "client": "https://chat.test:8443"}, pinned=None)
    assert seen("frame-src 'none'", deployment=port).findings[0].fix.value == "https://chat.test:8443"
