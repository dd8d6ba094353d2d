"""The workflow for a site's own repository: it is YAML that a runner takes, and its command tells a good page from a bad one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from halloo.csp.present import schema
from tests.cli.test_csp import CLIENT, GOOD, page_of
from tests.kit.outbound.receivers import answering, receiving

EMBED = Path(__file__).resolve().parents[2] / "docs/embed"


def job() -> dict[str, Any]:
    workflow: Any = yaml.safe_load((EMBED / "csp-check.yml").read_text("utf-8"))
    assert workflow["permissions"] == {}
    # YAML 1.1 takes the bare word `on` for a truth value; runners do not.
    assert set(workflow[True]) == {"push", "schedule"}
    (found,) = workflow["jobs"].values()
    return found


def test_the_workflow_names_what_it_needs() -> None:
    found = job()
    assert set(found["env"]) == {"HALLOO_PUBLIC_URL", "PAGE"}
    assert all(len({"uses", "run"} & set(step)) == 1 for step in found["steps"])
    assert "pip install halloo" in found["steps"][-2]["run"]


@pytest.mark.parametrize(
    ("policy", "code", "said"),
    [
        (GOOD, 0, "The policy lets the chat in.\n"),
        ("default-src 'self'", 1, "::error::The policy blocks the chat.\nrequired \"script-src 'self' https://chat.example\"\n"),
        (f"{GOOD}\r\nPermissions-Policy: autoplay=()", 0, "::warning::The policy lets the chat in, and blocks"),
        (None, 1, "::error::The page could not be fetched.\n"),
    ],
)  # fmt: skip
def test_its_command_tells_good_pages_from_bad_ones(policy: str | None, code: int, said: str, tmp_path: Path) -> None:
    shim = tmp_path / "halloo"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m halloo "$@"\n', "utf-8")
    shim.chmod(0o755)
    (tmp_path / "python").symlink_to(sys.executable)
    script = job()["steps"][-1]["run"]
    with receiving(answering(page_of(policy or ""))) as site:
        page = f"http://127.0.0.1:{site.port if policy else 9}/"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")},
            **job()["env"],
            "PAGE": page,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "HALLOO_HOOKS_ALLOW_NETWORKS": "127.0.0.1",
        }
        # As runners start it.
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout[: len(said)]) == (code, said), done.stderr
    assert job()["env"]["HALLOO_PUBLIC_URL"] == CLIENT


def test_the_published_schema_is_a_schema_and_the_answer_fits_it() -> None:
    published = json.loads((EMBED / "csp-doctor.schema.json").read_text("utf-8"))
    assert published == schema()
    Draft202012Validator.check_schema(published)
    answer = published["$defs"]["CspDiagnosis"]
    assert answer["required"] == [
        *("version", "widget", "page_origin", "verdict", "policies", "findings", "fixed_policies", "removable"),
        *("warnings", "notes"),
    ]
    finding = published["$defs"]["CspFinding"]["required"]
    assert finding == [
        *("need", "feature", "level", "policy", "directive", "decided_by", "blocked", "reading", "fix", "alternatives"),
    ]
    assert published["$defs"]["CspFix"]["required"] == ["kind", "directive", "value", "line", "note"]
