"""A policy as servers and frameworks take it (csp contract 3, ready lines). Values are escaped for each one's syntax."""

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Literal

from halloo.csp.frameworks import as_django, as_express, as_nextjs, as_rails
from halloo.csp.printed import POLICY, Printed

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
_FIXED = (
    "This server sends the same text with every answer, so it cannot make a nonce: set the header where the page is made, or trust by "
    "host or hash."
)
_NGINX = (
    "An add_header in an inner block (location, if) drops those of the outer ones: repeat the lines there. proxy_hide_header takes "
    "away the policy of the application behind, since two policies must both allow."
)
_APACHE = "The module mod_headers must be on. The first line takes away the policy of the application behind."
_CADDY = (
    "The sign > waits until the answer is there, so that the line also replaces the policy of the application behind."
)
_META = (
    "Put the tag into the head, above every script. It cannot loosen a header's policy: where the page has one, change the header. "
    "frame-ancestors, sandbox and report-uri do not count in it."
)
_BRACE = "\\{"
_IGNORED_IN_META = ("frame-ancestors", "sandbox", "report-uri", "report-to")


def written(target: Target, printed: Printed) -> tuple[str, list[str]]:
    """The text for this target, and what to know of it. `table` is written elsewhere."""
    fixed = [_FIXED] if printed.nonce and target in ("nginx", "apache", "caddy") else []
    text, notes = _WRITERS[target](printed)
    return text, [*fixed, *notes]


def _as_text(printed: Printed) -> tuple[str, list[str]]:
    if printed.lines:
        return "\n".join(f"{name}  {' '.join(sources)}" for name, sources in printed.directives.items()), []
    return printed.policy, []


def _as_header(printed: Printed) -> tuple[str, list[str]]:
    return "\n".join(f"{name}: {value}" for name, value in printed.headers), []


def _as_meta(printed: Printed) -> tuple[str, list[str]]:
    counting = {name: values for name, values in printed.directives.items() if name not in _IGNORED_IN_META}
    policy = Printed(counting, {}).policy
    # A single quote may stand in an attribute between double ones, and policies are full of them.
    content = escape(policy, quote=False).replace('"', "&quot;")
    return f'<meta http-equiv="{POLICY}" content="{content}">', [_META]


def _as_nginx(printed: Printed) -> tuple[str, list[str]]:
    lines = [f"add_header {name} {_quoted(value)} always;" for name, value in printed.headers]
    return "\n".join([f"proxy_hide_header {POLICY};", *lines]), [_NGINX]


def _as_apache(printed: Printed) -> tuple[str, list[str]]:
    """A percent sign begins a format there."""
    lines = [f"Header always set {name} {_quoted(value.replace('%', '%%'))}" for name, value in printed.headers]
    return "\n".join([f"Header onsuccess unset {POLICY}", *lines]), [_APACHE]


def _as_caddy(printed: Printed) -> tuple[str, list[str]]:
    """A brace begins a placeholder there, unless a backslash stands before it."""
    lines = [f"header >{name} {_quoted(value).replace('{', _BRACE)}" for name, value in printed.headers]
    return "\n".join(lines), [_CADDY]


def _as_json(printed: Printed) -> tuple[str, list[str]]:
    value = {
        "version": 1,
        "policy": printed.policy,
        "directives": {name: list(sources) for name, sources in printed.directives.items()},
        "headers": dict(printed.headers),
        "tag": printed.tag,
    }
    return json.dumps(value, indent=2), []


def _quoted(value: str) -> str:
    """Between double quotes, as nginx, Apache and Caddy read them. No policy of the generator has a backslash or a `$`."""
    return '"' + value.replace('"', '\\"') + '"'


_WRITERS: Mapping[Target, Callable[[Printed], tuple[str, list[str]]]] = {
    "text": _as_text,
    "header": _as_header,
    "meta": _as_meta,
    "nginx": _as_nginx,
    "apache": _as_apache,
    "caddy": _as_caddy,
    "nextjs": as_nextjs,
    "django": as_django,
    "rails": as_rails,
    "express": as_express,
    "json": _as_json,
}
