"""`halloo hook list`: what hooks there are and how they do, without a key."""

from pathlib import Path

from halloo.cli.first import First, set_up
from halloo.cli.place import in_workspace, open_place
from halloo.db.migrate import upgrade
from halloo.db.tx import Tx
from halloo.kit.sealing import Sealer
from tests.cli.test_commands import answer, halloo
from tests.support.hooks import furnish_hook


def test_hooks_are_listed_with_how_they_do_and_without_keys(tmp_path: Path) -> None:
    place = open_place(tmp_path)
    upgrade(place.database_url)
    set_up(place, First("Acme", "ada@halloo.example", "Ada", "a long password"))

    def furnish(tx: Tx, _workspace_id: str) -> str:
        return furnish_hook(tx, Sealer(b"k" * 32, "hook"), "acme").hook_id

    hook_id = in_workspace(place, None, furnish)
    (one,) = answer("hook", "list", "--data", str(tmp_path))
    assert one.pop("last_call_at").endswith("Z")
    assert one == {
        "id": hook_id,
        "name": "Hook of acme",
        "url": "https://93.184.215.14/hooks?key=***",
        "events": 1,
        "state": "failing",
        "last_call": "failed",
        "last_error": "status",
        "waiting": 1,
    }
    shown = halloo("hook", "list", "--data", str(tmp_path)).stdout
    assert hook_id in shown
    assert "acmekey" not in shown
