import json
from pathlib import Path
from typing import Any

import pytest

from halloo.widgets.origins import decide

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "matching_vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['domains']} {vector['origin']}")
def test_7_python_matches_as_the_browser_does(vector: dict[str, Any]) -> None:
    assert decide(vector["domains"], vector["origin"]) == vector["decision"]
