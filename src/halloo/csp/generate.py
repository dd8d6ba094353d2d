"""Print what a site must allow (csp contract 3). Same input, same bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal, assert_never

from halloo.csp import own
from halloo.csp.formats import Target, written
from halloo.csp.manifest import needs, origins, permissions
from halloo.csp.model import Context, Deployment, Destination, Feature, Need, Trust
from halloo.csp.printed import NONCE, Printed
from halloo.csp.table import table
from halloo.kit.refusals import Invalid

Form = Literal["merge", "additions", "strict"]
"""What is printed: lines to put together with a page's own, only what is new, or a whole policy to start from."""
_DIRECTIVES: dict[Destination, str] = {"script": "script-src", "connect": "connect-src", "frame": "frame-src"}
_SELF = "'self'"
_WRITABLE = re.compile(r"(?:https?|wss?)://[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?(?::\d+)?")
_BASE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_IPV4 = re.compile(r"://\d+(?:\.\d+){3}(?::|$)")
_MERGE = (
    "Put these lines together with those that your page's policy has: each directive may stand there once. Where your policy has "
    "no line of that name, copy what default-src lists into the new one, since it then no longer counts there."
)
_ADDITIONS = (
    "Add each source to the line of that name in your page's policy. Where there is no such line, write a new one: what "
    "default-src lists, and then the source."
)
_STRICT = (
    "A whole policy to start from. Add what your own pages load; require-trusted-types-for 'script' asks your own scripts for Trusted "
    "Types, so leave it out until they are ready."
)
_BY_HOST = (
    "Where your script-src has 'strict-dynamic', host names count for nothing in it: trust by nonce. With a nonce alone, "
    "either works."
)
_BY_NONCE = (
    "{NONCE} stands for a random value of at least 128 bits that your server makes anew for every answer, the same in policy and "
    "tag. A fixed one protects nobody."
)
_BY_HASH = (
    "The hash is that of the loader in your present Halloo. Its file goes on working for 12 months after the release that replaces it; "
    "take the new tag and hash with each update."
)
_INLINE = "A nonce or hash switches 'unsafe-inline' off in the same list: if your script-src has it and needs it, trust by host."
_RECORD = "connect-src is there because the pinned loader fetches the widget's record."
_TICKET = "connect-src is there because this widget requires verified embedding, for which the loader fetches a ticket."
_RECORDER = "The host stays in script-src, because co-browsing loads its recorder from there and no hash covers that."
_SENT = "Halloo sends this policy itself. There is nothing to write; a proxy must let it pass as it is, and add none of its own."
_IP = "An IP address in a policy works in browsers, but the standard's text lets it match nothing. Better give the host a name."
_LOOSE = (
    "Every present and future sub-domain of {0} is trusted then, for what these lines allow; {0} itself is not among them. "
    "The exact origins are always enough."
)
_REPORTS = "Browsers then tell Halloo what your page's policy blocks: the inbox shows it under Settings, Widget, Content security."
_DEVICES = "If your page sends Permissions-Policy, it must leave these to the chat: {}. Without that header there is nothing to do."


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for. All but `context`, `target` and `features` speak of the customer's page, context `host`, alone.

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
    headers: tuple[tuple[str, str], ...] = ()


def generate(deployment: Deployment, options: Options) -> Generated:
    """What a page must allow for this widget, or what Halloo sends itself, in the wanted form and format.

    Raises `Invalid` for wishes that no policy can say; its `field` names the option.
    """
    asked = deployment
    if options.features is not None:
        asked = replace(deployment, features=options.features | {"chat"})
    printed, notes = _of_page(asked, options) if options.context == "host" else _of_ours(asked, options.context)
    text, further = (table(asked), []) if options.target == "table" else written(options.target, printed)
    return Generated(printed.policy, text, printed.tag, (*notes, *further), printed.headers)


def _of_page(deployment: Deployment, options: Options) -> tuple[Printed, list[str]]:
    trust = options.trust if options.trust != "auto" else ("nonce" if options.form == "strict" else "host")
    if trust == "hash" and deployment.pinned is None:
        raise Invalid(
            "trust: the browser side of this server is not built, so there is no pinned loader.", field="trust"
        )
    wanted = needs(deployment, "host", pinned=trust == "hash")
    directives: dict[str, list[str]] = {
        "script-src": _scripts(deployment, options, trust, [need for need in wanted if need.destination == "script"])
    }
    for name in ("connect-src", "frame-src"):
        sources = [
            source
            for need in wanted
            if _DIRECTIVES[need.destination] == name
            for source in _hosts(deployment, options, need)
        ]
        if sources:
            bare = options.form == "strict" and name == "frame-src"
            directives[name] = [*(_first(options) if not bare else ()), *sources]
    if options.form == "strict":
        directives = {"default-src": [_SELF], **directives, "object-src": ["'none'"], "base-uri": ["'none'"]}
        directives["require-trusted-types-for"] = ["'script'"]
    further: dict[str, str] = {}
    if options.report and options.target != "meta":
        if not deployment.widget_id:
            raise Invalid("report: name a widget, since its operators see the reports.", field="report")
        directives["report-uri"] = [own.reports_url(deployment.client, deployment.widget_id)]
        directives["report-to"] = ["halloo"]
        further["Reporting-Endpoints"] = own.reporting_endpoints(deployment.client, deployment.widget_id)
    tag, source = _tag(deployment, trust)
    whole = options.form == "strict"
    unique = {name: tuple(dict.fromkeys(sources)) for name, sources in directives.items()}
    printed = Printed(
        unique, further, tag, source, nonce=trust == "nonce", whole=whole, lines=options.form == "additions"
    )
    return printed, list(_notes(deployment, options, trust, wanted))


def _first(options: Options) -> list[str]:
    """What a list begins with, so that the page's own things go on working."""
    return [] if options.no_self or options.form == "additions" else [_SELF]


def _scripts(deployment: Deployment, options: Options, trust: Trust, scripts: Sequence[Need]) -> list[str]:
    """The list of script-src. No hash covers what is imported; a nonce does."""
    if trust == "nonce":
        return [NONCE, "'strict-dynamic'"] if options.form == "strict" else [*_first(options), NONCE]
    if trust == "hash" and deployment.pinned is not None:
        imported = [
            source for need in scripts if need.initiator == "import" for source in _hosts(deployment, options, need)
        ]
        return [*_first(options), f"'{deployment.pinned.integrity}'", *imported]
    return [*_first(options), *(source for need in scripts for source in _hosts(deployment, options, need))]


def _hosts(deployment: Deployment, options: Options, need: Need) -> list[str]:
    """The sources for a need: exact origins, or the wildcard where one was asked for."""
    found = origins(deployment, need)
    for origin in found:
        if _WRITABLE.fullmatch(origin) is None:
            raise Invalid(
                f"{origin} cannot be written in a policy; give hosts.{need.host} a plain host name.", field="features"
            )
    if options.wildcards is None:
        return found
    base = options.wildcards.lower().rstrip(".")
    if _BASE.fullmatch(base) is None:
        raise Invalid(
            "wildcards: give a domain such as chat.example.com, without https:// and without a star.", field="wildcards"
        )
    if not _is_below(deployment.client, base):
        raise Invalid(
            f"wildcards: {deployment.client} is not below {base}, so that the wildcard would not match it.",
            field="wildcards",
        )
    return [_widened(origin, base) if _is_below(origin, base) else origin for origin in found]


def _is_below(origin: str, base: str) -> bool:
    host = origin.partition("://")[2].partition(":")[0]
    return host.rstrip(".").endswith("." + base) and _IPV4.search(origin) is None


def _widened(origin: str, base: str) -> str:
    scheme, _, rest = origin.partition("://")
    _, colon, port = rest.partition(":")
    return f"{scheme}://*.{base}{colon}{port}"


def _tag(deployment: Deployment, trust: Trust) -> tuple[str | None, str]:
    """The script's tag where the plain one does not do, and the script's address."""
    widget = deployment.widget_id or "{WIDGET_ID}"
    evergreen = f"{deployment.client}/public/embed/{widget}"
    if trust == "nonce":
        return f'<script async nonce="{{NONCE}}" src="{escape(evergreen)}"></script>', evergreen
    if trust == "hash" and deployment.pinned is not None:
        pinned = deployment.pinned
        marks = f'integrity="{escape(pinned.integrity)}" data-widget="{escape(widget)}"'
        return f'<script async crossorigin="anonymous" src="{escape(pinned.url)}" {marks}></script>', pinned.url
    return None, evergreen


def _notes(deployment: Deployment, options: Options, trust: Trust, wanted: Sequence[Need]) -> list[str]:
    ids = {need.id for need in wanted}
    leave = ", ".join(f'{name}=(self "{deployment.client}")' for _, name in permissions(deployment))
    reports = "Reports need the header: in a meta tag report-uri does not count, so that it was left out."
    asked = (
        ({"merge": _MERGE, "additions": _ADDITIONS, "strict": _STRICT}[options.form], True),
        (_BY_HOST, trust == "host" and options.form != "strict"),
        (_BY_NONCE, trust == "nonce"),
        (_BY_HASH, trust == "hash"),
        (_INLINE, trust in ("nonce", "hash") and options.form != "strict"),
        (_RECORD, "host.record" in ids),
        (_RECORDER, trust == "hash" and "host.recorder" in ids),
        (_TICKET, "host.ticket" in ids),
        (_LOOSE.format(options.wildcards), options.wildcards is not None),
        (reports if options.target == "meta" else _REPORTS, options.report),
        (_DEVICES.format(leave), bool(leave)),
        (_IP, any(_IPV4.search(origin) for need in wanted for origin in origins(deployment, need))),
    )
    return [note for note, counts in asked if counts]


def _of_ours(deployment: Deployment, context: Context) -> tuple[Printed, list[str]]:
    """A policy that Halloo sends with its own answers."""
    ancestors = own.frame_ancestors(deployment.domains, None)
    match context:
        case "inbox" | "host":
            policy = own.inbox_policy(deployment)
        case "frame":
            policy = own.frame_policy(deployment, ancestors)
        case "game":
            policy = own.game_policy(deployment, ancestors)
        case _:
            assert_never(context)
    parts = [part.split() for part in policy.split(";")]
    reports = {"inbox": "", "frame": deployment.widget_id}.get(context)
    further = {} if reports is None else {"Reporting-Endpoints": own.reporting_endpoints(deployment.client, reports)}
    return Printed({name: tuple(sources) for name, *sources in parts}, further, None, "", whole=True), [_SENT]
