"""Print what a site must allow (csp contract 3). Same input, same bytes."""

from dataclasses import dataclass, field
from typing import Literal

from halloo.csp.manifest import needs, origins
from halloo.csp.model import Context, Deployment, Destination, Feature, Trust

Form = Literal["merge", "additions", "strict"]
"""What is printed: lines to put together with a page's own, only what is new, or a whole policy to start from."""
Target = Literal[
    "text",
    "header",
    "meta",
    "nginx",
    "apache",
    "caddy",
    "nextjs",
    "django",
    "rails",
    "express",
    "table",
    "json",
]
"""Where it is to be written; `--as` of the command, `as` of the API."""
NONCE = "'nonce-{NONCE}'"
"""Stands for the nonce that a page makes anew for each answer."""
_DIRECTIVES: dict[Destination, str] = {"script": "script-src", "connect": "connect-src", "frame": "frame-src"}


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for.

    `trust` `auto`: by host, in the form `strict` by nonce. `wildcards`: a domain such as `chat.example.com`, whose sub-domains are
    all allowed then. `features` None: those of the deployment.
    """

    form: Form = "merge"
    trust: Trust = "auto"
    context: Context = "host"
    target: Target = "text"
    wildcards: str | None = None
    no_self: bool = False
    report: bool = False
    features: frozenset[Feature] | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of it.

    `policy`: on one line. `headers`: every header that the page must send, the policy's first. `text`: in the wanted format. `tag`:
    the script's tag where the plain one does not do. `notes`: what to know, a sentence or two each.
    """

    policy: str
    text: str
    tag: str | None = None
    notes: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=())


def generate(deployment: Deployment, options: Options) -> Generated:
    """What a page must allow for this widget, in the wanted form and format."""
    directives: dict[str, list[str]] = {}
    for need in needs(deployment, "host"):
        found = directives.setdefault(_DIRECTIVES[need.destination], [] if options.no_self else ["'self'"])
        found += [origin for origin in origins(deployment, need) if origin not in found]
    policy = "; ".join(" ".join([name, *sources]) for name, sources in directives.items())
    return Generated(policy, policy, headers=(("Content-Security-Policy", policy),))
