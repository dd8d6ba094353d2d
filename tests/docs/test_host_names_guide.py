"""The page about several host names: its settings are settings, and its proxies know every name that its settings bring."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from halloo.edge.names import OWNERS, names_of
from halloo.widgets.settings import HostSettings, resolve_hosts

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guide" / "names.md").read_text("utf-8")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None, language
    return found[1]


def test_every_host_has_its_row() -> None:
    rows = set(re.findall(r"^\| `(?:hosts\.)?(\w+)(?:\.url)?` \|", GUIDE, re.MULTILINE))
    assert rows == set(OWNERS)


def _uploads(text: str) -> set[str]:
    found = re.search(r"location /uploads/ \{(.*?)\}", text, re.DOTALL)
    assert found is not None
    return {line.strip() for line in found[1].splitlines() if line.strip() and "proxy_pass" not in line}


def test_every_nginx_lets_uploads_through_alike() -> None:
    deployed = (ROOT / "deploy" / "nginx" / "halloo.conf").read_text("utf-8")
    files = (ROOT / "docs" / "guide" / "files.md").read_text("utf-8")
    assert _uploads(_block("nginx")) == _uploads(deployed) == _uploads(files)
    assert "client_max_body_size 0;" in _uploads(deployed), "Halloo itself knows how large a file may be"


def test_the_example_s_settings_are_read_and_each_proxy_knows_all_of_their_names() -> None:
    settings = tomllib.loads(_block("toml"))
    hosts = resolve_hosts(HostSettings(**settings["hosts"]), settings["public"]["url"])
    names = names_of(hosts).all
    assert len(names) == 1 + len(settings["hosts"])
    nginx = {name for line in re.findall(r"server_name ([^;]+);", _block("nginx")) for name in line.split()}
    caddy = {
        name.strip()
        for line in re.findall(r"^(\S.*) \{$", _block("caddyfile"), re.MULTILINE)
        for name in line.split(",")
    }
    assert nginx == caddy == names
    assert urlsplit(hosts.rescue or "").hostname in names
