"""The page about several host names: its settings are settings, and its proxies know every name that its settings bring."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from halloo.edge.names import OWNERS, names_of
from halloo.widgets.settings import HostSettings, resolve_hosts

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "names.md").read_text("utf-8")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None, language
    return found[1]


def test_every_host_has_its_row() -> None:
    rows = set(re.findall(r"^\| `(?:hosts\.)?(\w+)(?:\.url)?` \|", GUIDE, re.MULTILINE))
    assert rows == set(OWNERS)


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
