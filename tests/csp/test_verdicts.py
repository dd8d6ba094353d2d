"""What is said of a group of reports (csp contract 5): what it blocks and what to add, or that it is not ours."""

from dataclasses import replace

import pytest

from halloo.csp.kept import Group
from halloo.csp.model import Deployment, Pinned
from halloo.csp.reports import read_reports, sort_reports
from halloo.csp.verdicts import Judged, blocks_chat, judge
from tests.support.csp import CLIENT, SHOP, Violation, body_of

PINNED = Pinned(f"{CLIENT}/public/loader/abc.js", "sha384-" + "A" * 64)
ONE = Deployment({"client": CLIENT, "relay": CLIENT}, frozenset({"chat"}), (SHOP,), "x", PINNED)
SCRIPT = {"directive": "script-src-elem", "blocked": f"{CLIENT}/public/embed/x", "source": ""}


def group(violation: Violation, deployment: Deployment = ONE) -> Group:
    found = sort_reports(read_reports(body_of(violation)) or [], deployment, lambda origin: origin == SHOP)
    ((_, counted),) = found.groups.items()
    report = counted.report
    return Group(
        "g", "x", counted.kind, report.page, report.disposition, report.directive, report.blocked, report.source,
        report.sample, report.policy, 1, 0, 0, muted=False, judged=False,
    )  # fmt: skip


def verdict(violation: Violation, deployment: Deployment = ONE) -> Judged | None:
    return judge(group(violation, deployment), deployment)


@pytest.mark.parametrize(
    ("policy", "line"),
    [
        ("default-src 'self'; frame-src 'none'", f"frame-src {CLIENT}"),
        ("default-src 'self'", f"frame-src 'self' {CLIENT}"),
    ],
)
def test_a_blocked_frame_gets_its_line(policy: str, line: str) -> None:
    found = verdict(Violation(policy=policy))
    assert found == Judged(True, "required", f"Blocks the chat: add {line}", line)
    assert blocks_chat(group(Violation(policy=policy)), ONE)


def test_nobody_is_told_to_let_a_stranger_in() -> None:
    """A forged report may bring any policy; what it lists is in no line that somebody copies."""
    evil = "https://evil.example"
    for policy, text in (
        (f"default-src 'self' {evil}", f"add {CLIENT} to frame-src, beside what default-src has."),
        (f"frame-src {evil}", f"add {CLIENT} to frame-src."),
    ):
        found = verdict(Violation(policy=policy))
        assert found is not None
        assert (found.blocks, found.level, found.line) == (True, "required", None)
        assert text in found.text
        assert evil not in found.text
    for keyword in ("'unsafe-inline'", "'unsafe-eval'", "data:", "*.evil.example", "https://chat.example.evil.example"):
        script = verdict(replace(Violation(policy=f"default-src {keyword}"), **SCRIPT))
        assert script is not None
        assert (script.blocks, script.line) == (True, None), keyword
        assert keyword not in script.text


def test_a_blocked_script_gets_its_line_or_a_nonce() -> None:
    found = verdict(replace(Violation(policy="script-src 'self'"), **SCRIPT))
    assert found is not None
    assert (found.blocks, found.line) == (True, f"script-src 'self' {CLIENT}")
    nonce = verdict(replace(Violation(policy="script-src 'nonce-abcdef'"), **SCRIPT))
    assert nonce == Judged(
        True,
        "required",
        "Blocks the chat: Give the tag your page's nonce, the one that the policy of the same answer has.",
        f'<script async nonce="{{NONCE}}" src="{CLIENT}/public/embed/x"></script>',
    )


@pytest.mark.parametrize("policy", ["script-src 'sha256-abcd'", f"script-src '{PINNED.integrity}' 'sha256-abcd'"])
def test_a_hash_is_told_with_the_tag_that_it_is_for(policy: str) -> None:
    found = verdict(replace(Violation(policy=policy), **SCRIPT))
    assert found is not None
    assert (PINNED.url in found.text, f"add '{PINNED.integrity}'" in found.text) == (
        True,
        PINNED.integrity not in policy,
    )
    assert "sha256-abcd" not in found.text


def test_the_pinned_loaders_record_is_known_by_its_directive() -> None:
    asked = Violation(policy="connect-src 'self'", directive="connect-src", blocked=f"{CLIENT}/core/public/x")
    found = verdict(asked)
    assert found is not None
    assert (found.blocks, found.level, found.line) == (True, "required", f"connect-src 'self' {CLIENT}")


def test_a_policy_that_is_only_reported_blocks_nothing_yet() -> None:
    dry = Violation(disposition="report")
    found = verdict(dry)
    assert found is not None
    assert (found.blocks, found.level) == (False, "required")
    assert found.text.startswith("Would block, once it is enforced, the chat: add ")
    assert not blocks_chat(group(dry), ONE)


def test_what_is_not_ours_says_so() -> None:
    others = verdict(Violation(blocked="https://ads.example", source=""))
    extension = verdict(Violation(source="chrome-extension://x/y.js"))
    own = verdict(Violation(page=f"{CLIENT}/public/widget/x", blocked="https://ads.example"))
    fine = verdict(Violation(policy="frame-src https:"))
    assert [one and (one.blocks, one.level, one.line) for one in (others, extension, own, fine)] == [
        (False, None, None)
    ] * 4
    assert len({one and one.text for one in (others, extension, own, fine)}) == 4


@pytest.mark.parametrize("policy", ["", f"frame-src 'none'; img-src {'https://a.example ' * 300}"])
def test_of_a_policy_that_is_not_known_as_a_whole_nothing_is_said(policy: str) -> None:
    assert verdict(Violation(policy=policy)) is None
    assert not blocks_chat(group(Violation(policy=policy)), ONE)


@pytest.mark.parametrize(
    "policy",
    [
        ";" * 4_000,
        "frame-src " + "'none' " * 500,
        "frame-src \u202e<script>alert(1)</script> {{x}} ${y}",
        "frame-src 'nonce-" + "x" * 3_000,
        ",".join(["frame-src 'none'"] * 200),
        "sandbox; frame-src 'none'; " + "x-y z; " * 400,
    ],
)
def test_a_hostile_policy_makes_no_verdict_fail(policy: str) -> None:
    found = verdict(Violation(policy=policy))
    assert found is None or len(found.text) < 10_000
