"""The policy that the frame arrives with: it lets the frame do what the manifest says that it must (csp contract 2.2)."""

from collections.abc import Iterator
from typing import Any

from halloo.cli.doctor.finding import Finding, bad, ok
from halloo.cli.doctor.names import hosts_of
from halloo.cli.doctor.pages import NO_HEADERS, OK, page_origin
from halloo.cli.doctor.site import Site
from halloo.csp.manifest import needs, origins
from halloo.csp.model import Deployment, Given, Reading, Role
from halloo.csp.policy import Load, Policy, allowed, parse, split_header
from halloo.edge.deployment import features_of
from halloo.widgets.settings import Hosts

_READINGS: tuple[Reading, ...] = ("letter", "browser")
_ROLES: tuple[Role, ...] = ("client", "relay", "rescue", "image", "storage", "game", "stream")


def check_policy(site: Site) -> Iterator[Finding]:
    """Every policy on the frame allows every need of the features that are on."""
    answer = site.ask(f"/public/widget/{site.widget_id}?parentOrigin={page_origin(site)}", url=site.client)
    if answer.status != OK:
        return
    texts = [part for value in answer.all("content-security-policy") for part in split_header(value)]
    if not texts:
        return
    hosts = hosts_of(site)
    blocked = _blocked(_deployment(site, hosts), texts)
    if blocked:
        yield bad(
            "frame policy",
            f"The policy that arrives with the frame blocks {', '.join(blocked)}: something on the way wrote its own.",
            NO_HEADERS,
        )
    else:
        yield ok("frame policy", "The policy that arrives with the frame allows all that the widget needs.")


def _blocked(deployment: Deployment, texts: list[str]) -> list[str]:
    """What is refused, as `feature (directive's origin)`, each once."""
    given = [Given(text) for text in texts]
    by_reading: dict[Reading, list[Policy]] = {
        reading: [policy for one in given for policy in parse(one, deployment.client, reading)] for reading in _READINGS
    }
    found: dict[str, None] = {}
    for need in needs(deployment, "frame"):
        for origin in origins(deployment, need):
            load = Load(need.destination, origin + need.path, parser_inserted=need.initiator == "parser")
            if not allowed(by_reading, load):
                found[f"{need.feature} ({need.destination} {origin})"] = None
    return list(found)


def _deployment(site: Site, hosts: Hosts) -> Deployment:
    v1: dict[str, Any] = site.record["config"]["v1"]
    found: dict[Role, str | None] = {role: getattr(hosts, role) for role in _ROLES}
    return Deployment(
        hosts={role: origin for role, origin in found.items() if origin is not None},
        features=features_of(v1, rescue=hosts.rescue is not None),
        domains=tuple(site.record.get("domains") or ()),
        widget_id=site.widget_id,
    )
