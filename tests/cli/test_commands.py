import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KEYS = {"workspace_id", "widget_id", "operator_id", "token", "inbox_url", "embed_url"}


def halloo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")}
    return subprocess.run(
        [sys.executable, "-m", "halloo", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**clean, **environment},
    )


def answer(*arguments: str, **environment: str) -> Any:
    done = halloo(*arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("place") / "data"
    made = answer(
        "init", "--data", str(folder), "--email", "ada@example.com", "--password", "a long password",
        HALLOO_PUBLIC_URL="https://chat.example",
    )  # fmt: skip
    assert set(made) == KEYS
    assert made["inbox_url"] == "https://chat.example/inbox"
    assert made["embed_url"] == f"https://chat.example/public/embed/{made['widget_id']}"
    assert made["token"].startswith("hal_")
    return str(folder)


def test_init_keeps_its_secrets_to_itself(data: str) -> None:
    for path in (Path(data), *Path(data).iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path
    toml = (Path(data) / "halloo.toml").read_text()
    assert all(line.startswith(("#", "[")) for line in toml.splitlines() if line)


def test_init_twice_changes_nothing(data: str) -> None:
    done = halloo("init", "--data", data, "--email", "eve@example.com", "--password", "a long password")
    assert done.returncode == 1
    assert "already" in done.stderr
    assert [one["email"] for one in answer("operator", "list", "--data", data)] == ["ada@example.com"]


def test_people_workspaces_and_tokens(data: str) -> None:
    made = answer(
        "operator", "create", "grace@example.com", "--password", "a long password", "--role", "admin", "--data", data
    )
    assert (made["email"], made["role"]) == ("grace@example.com", "admin")
    assert answer("operator", "password", "grace@example.com", "--password", "another password", "--data", data)
    token = answer("token", "create", "ci", "--scope", "contacts:read", "--data", data)
    assert token["scopes"] == ["contacts:read"]
    assert token["token"] not in halloo("token", "list", "--data", data).stdout
    assert answer("token", "revoke", token["id"], "--data", data) == {"id": token["id"]}


def test_migrate_says_what_it_did(data: str) -> None:
    assert answer("migrate", "--data", data) == {"applied": []}


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (("serve", "--data", "nowhere"), {}, "halloo init"),
        (("settings",), {"HALLOO_RELAY_PING_S": "soon"}, ""),
        (("migrate", "--data", "{data}"), {"HALLOO_RELAY_PING_S": "soon"}, "HALLOO_RELAY_PING_S"),
        (("migrate", "--data", "{data}"), {"HALLOO_RELAY_ENGINE": "other"}, "none of picows, websockets"),
        (("migrate", "--data", "{data}"), {"HALLOO_DATABASE_URL": "mysql://x"}, "sqlite:///path or postgresql://"),
        (("serve", "--data", "{data}"), {"HALLOO_SERVER_SECRET_KEY": "short"}, "server.secret_key"),
        (
            ("migrate", "--data", "{data}"),
            {"HALLOO_DATABASE_URL": "postgresql://halloo@127.0.0.1:1/halloo"},
            "The database cannot be reached",
        ),
        (("init", "--data", "{data}-no", "--email", "a@example.com", "--password", "short"), {}, "characters"),
        (("serve", "--data", "{data}"), {"HALLOO_PUBLIC_URL": "not an address"}, "public.url"),
        (("operator", "create", "x", "--password", "a long password", "--data", "{data}"), {}, "e-mail"),
        (("operator", "create", "x@example.com", "--password", "short", "--data", "{data}"), {}, "characters"),
    ],
)
def test_what_is_wrong_is_said(
    data: str, arguments: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    done = halloo(*(part.format(data=data) for part in arguments), **environment)
    assert (done.returncode == 1) == bool(sentence)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_have_names_sentences_and_variables() -> None:
    rows = answer("settings")
    names = {row["name"] for row in rows}
    assert {"relay.visitor_sockets", "relay.pong_s", "hosts.storage", "public.url", "database.url"} <= names
    for row in rows:
        assert row["env"] == "HALLOO_" + row["name"].replace(".", "_").upper()
        assert row["sentence"].endswith("."), row["name"]


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "halloo.toml").write_text('[relay]\nping_s = 7\nvisitor_sockets = 3\n[server]\nhosts = ["a.example"]\n')
    script = (
        "from halloo.config import load_config; from pathlib import Path; "
        f"c = load_config(Path({str(tmp_path)!r})); print(c.relay.ping_s, c.relay.visitor_sockets, c.server.hosts)"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**clean, "HALLOO_RELAY_PING_S": "9"},
    )
    assert done.stdout.strip() == "9 3 ('a.example',)"


@pytest.mark.parametrize("text", ["[relay]\nping = 7\n", "[rely]\nx = 1\n", '[relay]\nping_s = "x"\n', "[relay\n"])
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "halloo.toml").write_text(text)
    done = halloo("migrate", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "halloo.db").exists()


def test_with_several_workspaces_one_has_to_be_named(data: str) -> None:
    other = answer("workspace", "create", "Other", "--data", data)
    assert {one["name"] for one in answer("workspace", "list", "--data", data)} == {"My team", "Other"}
    assert answer("operator", "list", "--workspace", other["id"], "--data", data) == []
    several = halloo("operator", "list", "--data", data)
    assert several.returncode == 1
    assert "--workspace" in several.stderr


@pytest.mark.parametrize(
    "arguments", [("version",), ("csp", "policy", "--help"), ("hook", "listen", "--help"), ("bench", "relay", "--help")]
)
def test_a_command_that_needs_no_data_loads_none_of_what_does(arguments: tuple[str, ...]) -> None:
    said = "import atexit, sys; atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr)); from halloo.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", said, *arguments], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "halloo.cli.root" in loaded
    assert not loaded & {"halloo.app", "halloo.config", "halloo.cli.place", "sqlalchemy", "litestar", "structlog"}
