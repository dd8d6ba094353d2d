"""What is served under which host name: a name that belongs to some of the seven hosts serves what is theirs, and nothing else.

With all hosts on one origin, as it is without settings, its name serves everything. Names are compared without ports, which
proxies and tunnels change: two hosts that differ in the port alone share what they serve.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from halloo.csp.own import REPORTS_PATH
from halloo.relay.server import RELAY_PATHS
from halloo.widgets.settings import Hosts

Owner = Literal["public", "client", "relay", "rescue", "image", "storage", "game", "stream"]
"""`public` is the inbox's and the management API's host; the others are the settings `hosts.*`."""
OWNERS: tuple[Owner, ...] = ("public", "client", "relay", "rescue", "image", "storage", "game", "stream")
ANYWHERE = frozenset({"/healthz", "/readyz", "/metrics"})
"""What those who watch a server ask under whatever name it has."""
STORED = ("/files/", "/uploads/")
"""What the storage host serves: files that were sent, and targets of those that are being sent."""
PICTURED = ("/avatar/", "/process/")
"""What the image host serves: people's pictures, and pictures from elsewhere made smaller."""
_HOST = re.compile(rb"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?")
_EVERYTHING: frozenset[Owner] = frozenset(OWNERS)
_RELAYS: frozenset[Owner] = frozenset({"relay", "rescue"})
_OWN_PAGES: tuple[Owner, ...] = ("client", "public")


def owners_of(path: str) -> tuple[Owner, ...]:
    """Whose a path is, the likeliest first; nobody's is none. A path that does not exist is the public host's to refuse."""
    if path.startswith("/public/"):
        return _OWN_PAGES if path.startswith("/public/assets/") else ("client",)
    if path.startswith("/core/public/"):
        return _OWN_PAGES if path == REPORTS_PATH else ("client",)
    if path in RELAY_PATHS:
        return ("relay", "rescue")
    if path.startswith((*STORED, *PICTURED)):
        return ("storage",) if path.startswith(STORED) else ("image",)
    if path in ("/favicon.svg", "/favicon.ico"):
        return _OWN_PAGES
    return ("public",)


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a server answers to, in lower case and without ports, and what each of them serves."""

    owners: Mapping[str, frozenset[Owner]]
    origins: Mapping[Owner, str]

    def of(self, headers: Iterable[tuple[bytes, bytes]]) -> frozenset[Owner] | None:
        """Whose the request's one `Host` is; None where it is not ours, or not one."""
        found = [value for name, value in headers if name.lower() == b"host"]
        if len(found) != 1:
            return None
        match = _HOST.fullmatch(found[0].lower())
        return None if match is None else self.owners.get(match[1].decode().strip("[]"))

    def elsewhere(self, owners: frozenset[Owner], path: str) -> str | None:
        """None where a name of these owners serves the path; else the origin that does, empty where there is none."""
        if owners is _EVERYTHING or path in ANYWHERE:
            return None
        wanted = owners_of(path)
        if not owners.isdisjoint(wanted):
            return None
        return next((self.origins[one] for one in wanted if one in self.origins), "")

    @property
    def all(self) -> frozenset[str]:
        """Every name."""
        return frozenset(self.owners)

    @property
    def relays(self) -> frozenset[str]:
        """The names under which the relay answers."""
        return frozenset(name for name, owners in self.owners.items() if not owners.isdisjoint(_RELAYS))


def names_of(hosts: Hosts, inbox: Iterable[str] = (), further: Iterable[str] = ()) -> Names:
    """The names of a deployment.

    `inbox`: every origin at which the inbox is at home, beside the public one. `further`: the setting `server.hosts`; a name
    in it that is none of the hosts' serves everything, as health checks and tunnels want it.
    """
    found: dict[Owner, str | None] = {owner: getattr(hosts, owner) for owner in OWNERS}
    origins: dict[Owner, str] = {owner: origin for owner, origin in found.items() if origin is not None}
    owned: dict[str, set[Owner]] = {}
    for owner, origin in origins.items():
        owned.setdefault(name_of(origin), set()).add(owner)
    for origin in inbox:
        owned.setdefault(name_of(origin), set()).update(owned[name_of(hosts.public)])
    needed = frozenset(origins)
    whole: dict[str, frozenset[Owner]] = {
        name: _EVERYTHING if needed <= owners else frozenset(owners) for name, owners in owned.items()
    }
    for name in further:
        if name.strip():
            whole.setdefault(name.strip().lower().strip("[]"), _EVERYTHING)
    return Names(whole, origins)


def name_of(origin: str) -> str:
    """The host name of an origin, in lower case and without brackets."""
    return (urlsplit(origin).hostname or "").lower()
