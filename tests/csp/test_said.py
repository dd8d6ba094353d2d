"""The inbox says in ten languages what the server writes in English: it knows a sentence by its words, so all must be in its catalogue."""

import itertools
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from halloo.csp.formats import Target
from halloo.csp.generate import Form, Options, generate
from halloo.csp.manifest import ALL_FEATURES
from halloo.csp.model import Deployment, Feature, Pinned, Trust
from halloo.csp.table import rows

CATALOGUE = Path(__file__).parents[2] / "web" / "messages" / "en" / "inbox.json"
C = "https://client.chat.example"
DEPLOYMENT = Deployment(
    {
        role: f"https://{role}.chat.example"
        for role in ("client", "relay", "rescue", "image", "storage", "game", "stream")
    },
    frozenset(ALL_FEATURES),
    widget_id="0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1",
    pinned=Pinned(f"{C}/public/loader/a.js", "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8KuxyQtOZDlD5q1W3f4hY8i0xqJ9uQ0JtN"),
    verified_embedding=True,
)


def _known() -> list[re.Pattern[str]]:
    texts = [text for key, text in json.loads(CATALOGUE.read_text()).items() if key.startswith("csp_said_")]
    return [re.compile(re.sub(r"\\\{[a-z_]+\\\}", ".*", re.escape(text)), re.DOTALL) for text in texts]


def _said(target: Target) -> set[str]:
    """All notes for a target, whatever is asked for."""
    found: set[str] = set()
    asked = itertools.product(get_args(Form), get_args(Trust), (None, "chat.example"), (False, True))
    for form, trust, base, report in asked:
        found |= set(generate(DEPLOYMENT, Options(form, trust, target=target, wildcards=base, report=report)).notes)
    return found


@pytest.mark.parametrize("target", get_args(Target))
def test_every_note_of_the_generator_is_in_the_catalogue(target: Target) -> None:
    known = _known()
    assert [note for note in _said(target) if not any(one.fullmatch(note) for one in known)] == []


def test_every_service_of_the_table_is_in_the_catalogue() -> None:
    known = _known()
    features: frozenset[Feature] = frozenset(ALL_FEATURES)
    assert "pusher" in features
    cells = {cell for row in rows(DEPLOYMENT) for cell in (row[0], row[3])}
    assert [cell for cell in cells if not any(one.fullmatch(cell) for one in known)] == []
