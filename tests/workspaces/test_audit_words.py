"""Every action that the audit log can name is told in words on the operators' screens, and its subject can be chosen there."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from halloo.workspaces.model import AuditAction

WEB = Path(__file__).resolve().parent.parent.parent / "web"
ACTIONS: tuple[str, ...] = get_args(AuditAction)
LANGUAGES = sorted(path.name for path in (WEB / "messages").iterdir())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_has_words(language: str) -> None:
    words = json.loads((WEB / "messages" / language / "inbox.json").read_text())
    needed = {f"done_{action.replace('.', '_')}" for action in ACTIONS}
    assert {key for key in words if key.startswith("done_")} == needed
    subjects = {f"audit_{action.partition('.')[0]}" for action in ACTIONS}
    assert subjects <= words.keys()


def test_every_subject_can_be_chosen() -> None:
    source = (WEB / "packages" / "inbox" / "src" / "settings" / "audit-filters.tsx").read_text()
    listed = re.search(r"SUBJECTS = \[(.*?)\]", source, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r'"(\w+)"', listed[1])) == {action.partition(".")[0] for action in ACTIONS}
