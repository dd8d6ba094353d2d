import json
import re
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halloo.embed.escape import json_block, json_literal

NASTY: dict[str, Any] = {
    "close": "</script><script>alert(1)</script><!--",
    "lines": "a\u2028b\u2029c\r\n\t\x00\x7f",
    "quotes": "'\"`\\ \\u003c",
    "emoji": "💬é",
    "__proto__": {"polluted": True},
    "markup": '"><img onerror=alert(1)>',
    "numbers": [1, 1.5, None, True],
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


def parsed_literal(literal: str) -> Any:
    """What `JSON.parse(<literal>)` gives: between the quotes only printable ASCII and hexadecimal escapes."""
    assert re.fullmatch(r'"(?:[ !#-\[\]-~]|\\u[0-9a-f]{4})*"', literal)
    return json.loads(json.loads(literal))


@given(JSON)
def test_round_trip(value: Any) -> None:
    assert json.loads(json_block(value)) == value
    assert parsed_literal(json_literal(value)) == value


def test_nothing_ends_the_place_it_stands_in() -> None:
    for text in (json_block(NASTY), json_literal(NASTY)):
        assert text.isascii()
        assert text.isprintable()
        assert not set(text) & set("<>&'")
    assert not set(json_literal(NASTY)[1:-1].replace("\\u", "")) & set('"\\')
    assert json.loads(json_block(NASTY)) == NASTY


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_javascript_engine_reads_the_same() -> None:
    script = (
        f"const v = JSON.parse({json_literal(NASTY)});"
        "console.log(JSON.stringify([v, Object.keys(v), ({}).polluted ?? null]))"
    )
    told = subprocess.run(["node", "-e", script], capture_output=True, check=True, text=True).stdout
    value, keys, polluted = json.loads(told)
    assert (value, keys, polluted) == (NASTY, list(NASTY), None)
