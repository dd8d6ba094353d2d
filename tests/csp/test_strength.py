"""An independent judge of policies finds nothing serious in Halloo's own, nor in those that the generator prints (csp contract 7.3)."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from halloo.csp import own
from halloo.csp.doctor import examine, treated
from halloo.csp.generate import Form, Options, generate
from halloo.csp.model import Deployment, Given, Page, Pinned, Trust
from node import find_node
from tests.csp.test_generate import DEPLOYMENT, EVERY

WEB = Path(__file__).resolve().parents[2] / "web"
SERIOUS = ("HIGH", "SYNTAX", "MEDIUM", "HIGH_MAYBE")
ONE_ORIGIN = replace(EVERY, hosts=dict.fromkeys(EVERY.hosts, "https://chat.example.com"))
_JUDGE = """
const { CspEvaluator } = require("csp_evaluator/dist/evaluator.js");
const { CspParser } = require("csp_evaluator/dist/parser.js");
const { Severity } = require("csp_evaluator/dist/finding.js");
const judged = JSON.parse(require("fs").readFileSync(0, "utf8")).map((text) =>
  new CspEvaluator(new CspParser(text).csp).evaluate().map((one) =>
    [Severity[one.severity], one.directive, one.value ?? "", one.description]));
process.stdout.write(JSON.stringify(judged));
"""


def judge(policies: list[str]) -> list[list[list[str]]]:
    """For each policy its findings: severity, directive, source, sentence."""
    done = subprocess.run(
        [find_node().node, "-e", _JUDGE],
        input=json.dumps(policies),
        cwd=WEB,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def sent(deployment: Deployment, ancestors: str) -> dict[str, str]:
    """Every policy of section 2.3."""
    return {
        "frame": own.frame_policy(deployment, ancestors),
        "game": own.game_policy(deployment, ancestors),
        "inbox": own.inbox_policy(deployment),
        "preview": own.preview_policy(deployment),
        "replay": own.replay_policy(deployment),
        "files": own.FILE_POLICY,
        "errors": own.ERROR_POLICY,
    }


@pytest.mark.parametrize("deployment", [DEPLOYMENT, EVERY, ONE_ORIGIN], ids=["chat", "everything", "one origin"])
@pytest.mark.parametrize("ancestors", ["https://shop.example", "http: https:", "'none'"])
def test_nothing_serious_in_what_halloo_sends(deployment: Deployment, ancestors: str) -> None:
    policies = sent(deployment, ancestors)
    for name, findings in zip(policies, judge(list(policies.values())), strict=True):
        assert [finding for finding in findings if finding[0] in SERIOUS] == [], name


@pytest.mark.parametrize("deployment", [DEPLOYMENT, EVERY], ids=["chat", "everything"])
def test_nothing_serious_in_a_whole_policy(deployment: Deployment) -> None:
    trusts: tuple[Trust, ...] = get_args(Trust)
    for nonce in ("r4nd0mr4nd0mr4nd0mr4nd0m", "AAECAwQFBgcICQoLDA0ODw=="):
        policies = [
            generate(deployment, Options(form="strict", trust=trust, report=report)).policy.replace("{NONCE}", nonce)
            for trust in trusts
            for report in (False, True)
        ]
        for policy, findings in zip(policies, judge(policies), strict=True):
            assert [finding for finding in findings if finding[0] in SERIOUS] == [], policy


def test_what_is_merged_brings_nothing_but_our_host() -> None:
    """Beside a page's strict policy: by host one doubt about that host, by nonce or hash none."""
    forms: tuple[Form, ...] = ("additions", "merge")
    counts: tuple[tuple[Trust, int], ...] = (("host", 1), ("nonce", 0), ("hash", 0))
    for form in forms:
        for trust, allowed in counts:
            made = generate(DEPLOYMENT, Options(form=form, trust=trust, no_self=True)).policy
            text = f"object-src 'none'; base-uri 'none'; {made.replace('{NONCE}', 'r4nd0mr4nd0mr4nd0m')}"
            doubts = [finding for finding in judge([text])[0] if finding[0] in (*SERIOUS, "MEDIUM_MAYBE")]
            assert len(doubts) == allowed, (trust, doubts)
            assert all(finding[0] == "MEDIUM_MAYBE" and finding[2] == DEPLOYMENT.client for finding in doubts)


CUSTOMERS = {
    "a bank": (
        "default-src 'none'; script-src 'self' https://js.bank.example; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "a forge": (
        "default-src 'none'; base-uri 'self'; child-src forge.example/assets-cdn/worker/; "
        "connect-src 'self' uploads.forge.example api.forge.example wss://alive.forge.example; font-src assets.forge.example; "
        "form-action 'self' gist.forge.example; frame-ancestors 'none'; frame-src viewer.forge.example; img-src 'self' data: blob:; "
        "script-src assets.forge.example; style-src 'unsafe-inline' assets.forge.example; upgrade-insecure-requests"
    ),
    "Next.js with a nonce": (
        "default-src 'self'; script-src 'self' 'nonce-r4nd0mr4nd0mr4nd0mr4nd0m' 'strict-dynamic'; "
        "style-src 'self' 'nonce-r4nd0mr4nd0mr4nd0mr4nd0m'; img-src 'self' blob: data:; font-src 'self'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'; upgrade-insecure-requests"
    ),
    "WordPress": (
        "default-src 'self' https: data: 'unsafe-inline' 'unsafe-eval'; img-src * data:; object-src 'none'; base-uri 'self'"
    ),
    "default-src alone": "default-src 'self'",
    "nothing at all": "default-src 'none'",
    "a strict one": (
        "script-src 'nonce-r4nd0mr4nd0mr4nd0mr4nd0m' 'strict-dynamic' https: 'unsafe-inline'; object-src 'none'; base-uri 'none'"
    ),
    "hashes": "script-src 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='; frame-src 'none'; object-src 'none'; base-uri 'none'",
    "frames of a family": "child-src https://pay.example; script-src 'self'; object-src 'none'; base-uri 'self'",
    "Trusted Types": (
        "script-src 'nonce-r4nd0mr4nd0mr4nd0mr4nd0m'; frame-src 'self'; object-src 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "wide open": "script-src * 'unsafe-inline' data:; frame-src *",
    "badly written": "default-src self; script-src 'self' 'unsafe-inline' foo'; img-src",
}
"""Policies as customers have them."""
PINNED = Pinned(f"{DEPLOYMENT.client}/public/loader/{'0' * 96}.js", f"sha384-{'A' * 64}")


def _doubts(found: list[list[str]]) -> set[tuple[str, ...]]:
    """What counts as a finding, by what it says: not by the directive, for a copied list is the same list under another name."""
    return {(one[0], one[2], one[3]) for one in found if one[0] in {*SERIOUS, "MEDIUM_MAYBE"}}


@pytest.mark.parametrize("trust", get_args(Trust))
def test_what_the_doctor_adds_makes_no_policy_weaker(trust: Trust) -> None:
    """Save one doubt about the named host with `--trust host`, and where the list has nothing but hosts; by nonce or hash none."""
    nonce = "r4nd0mr4nd0mr4nd0mr4nd0m"
    deployment = replace(DEPLOYMENT, pinned=PINNED)
    fixed: list[str] = []
    notes: list[str] = []
    for text in CUSTOMERS.values():
        page = Page((Given(text),), "https://shop.example")
        diagnosis = examine(deployment, page, trust)
        after = treated(page, diagnosis)
        notes.append(" ".join(one.fix.note for one in diagnosis.findings))
        assert examine(deployment, after, trust).verdict == "ok"
        fixed.append(after.policies[0].text.replace("{NONCE}", nonce))
    judged = judge([*CUSTOMERS.values(), *fixed])
    changed = 0
    for name, text, note, before, after in zip(CUSTOMERS, fixed, notes, judged, judged[len(fixed) :], strict=False):
        new = _doubts(after) - _doubts(before)
        # What a list gets its first nonce for wants base-uri, which the doctor cannot know the page's use of: it says so.
        base = {one for one in new if one[2].startswith("Missing base-uri")}
        assert not base or (trust == "nonce" and "Beside a nonce write base-uri" in note), (name, text)
        new -= base
        named = {one for one in new if one[0] == "MEDIUM_MAYBE" and one[1] == deployment.client}
        assert new == named, (name, text)
        assert not named or deployment.client in text.partition("script-src")[2].partition(";")[0], (name, text)
        if trust in {"nonce", "hash"} and "'unsafe-inline'" not in text:
            assert not named, (name, text)
        changed += text != CUSTOMERS[name]
    assert changed > len(CUSTOMERS) // 2


def test_the_judge_finds_something() -> None:
    (findings,) = judge(["script-src 'unsafe-inline' https: data:; object-src *"])
    assert {"HIGH"} <= {finding[0] for finding in findings}
