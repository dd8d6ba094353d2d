"""The log of requests: what opens something is in no line of it."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from halloo.edge.answers import Answers


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/files/0195f0c2/secret-key/photo.png", "/files/0195f0c2"),
        ("/files/0195f0c2", "/files/0195f0c2"),
        ("/uploads/0195f0c2", "/uploads/0195f0c2"),
        ("/core/public/web-widgets/1", "/core/public/web-widgets/1"),
    ],
)
async def test_a_line_names_the_path_and_never_what_opens_a_file(path: str, logged: str) -> None:
    async def nothing(_: Any) -> None:
        """Take it."""

    scope: Any = {"type": "http", "method": "GET", "path": path, "query_string": b"until=1&token=secret-token"}
    with capture_logs() as lines:
        send = Answers(log=True).counted(scope, nothing)
        await send({"type": "http.response.start", "status": 200, "headers": []})
    assert [line["path"] for line in lines] == [logged]
    assert "secret" not in str(lines)
