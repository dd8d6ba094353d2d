"""An independent judge of policies finds nothing serious in Halloo's own, nor in those that the generator prints (csp contract 7.3)."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from halloo.csp import own
from halloo.csp.generate import Form, Options, generate
from halloo.csp.model import Deployment, Trust
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


def test_the_judge_finds_something() -> None:
    (findings,) = judge(["script-src 'unsafe-inline' https: data:; object-src *"])
    assert {"HIGH"} <= {finding[0] for finding in findings}
