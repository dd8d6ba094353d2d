"""`docs/embed/csp.md`: what a page must allow, in every format, and three messengers side by side."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import get_args

from halloo.csp import own
from halloo.csp import table as hosts_table
from halloo.csp.checkup import check_page
from halloo.csp.generate import Form, Options, generate
from halloo.csp.manifest import ALL_FEATURES
from halloo.csp.model import Deployment, Given, Page, Pinned, Reading, Role
from halloo.csp.policy import Load, Policy, Source, allowed, parse
from halloo.csp.present import schema
from halloo.csp.shown import shown
from reference.markdown import code, listed, page, table

_TEMPLATE = Path(__file__).with_name("csp.md")
_WIDGET = "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"
_ROLES: tuple[Role, ...] = get_args(Role)
_READINGS: tuple[Reading, ...] = get_args(Reading)
_CHAT = Deployment(
    hosts=dict.fromkeys(_ROLES, "https://chat.example"),
    features=frozenset({"chat", "files", "images", "sounds", "outbound"}),
    widget_id=_WIDGET,
    pinned=Pinned("https://chat.example/public/loader/1f0c….js", "sha384-HwyA…"),
)
_OWN_HOSTS = replace(
    _CHAT,
    hosts={role: f"https://{role}.chat.example.com" for role in _ROLES},
    features=frozenset(ALL_FEATURES) - {"pusher"},
    domains=("https://shop.example",),
)
_SITE = "https://shop.example"

THEIRS = {
    "Crisp": (
        "img-src data: https://*.crisp.chat; font-src https://*.crisp.chat; media-src https://*.crisp.chat; "
        "style-src 'unsafe-inline' https://*.crisp.chat; frame-src https://*.crisp.chat; script-src https://*.crisp.chat; "
        "worker-src blob: https://*.crisp.chat; "
        "connect-src https://*.crisp.chat wss://*.relay.crisp.chat wss://*.relay.rescue.crisp.chat"
    ),
    "Gleap": (
        "frame-src 'self' https://*.gleap.io; script-src 'self' https://*.gleap.io; "
        "style-src 'self' 'unsafe-inline' https://*.gleap.io; font-src 'self' https://*.gleap.io data:; "
        "connect-src 'self' https://*.gleap.io wss://ws.gleap.io https://*.pusher.com wss://*.pusher.com; "
        "media-src 'self' https://*.gleap.io; img-src 'self' https://*.gleap.io data: blob:"
    ),
}
"""What their manuals ask for."""
_DOMAINS = {"Crisp": "crisp.chat", "Gleap": "gleap.io", "Halloo": "chat.example.com"}
_ORDER = ("script-src", "style-src", "img-src", "media-src", "font-src", "connect-src", "worker-src", "frame-src")
_OPENED: dict[str, Callable[[str], Load]] = {
    "an inline style, whoever wrote it": lambda _: Load("style", code="body{}"),
    "a worker made of text (`blob:`)": lambda _: Load("worker", f"blob:{_SITE}/0"),
    "a picture inside of an address (`data:`)": lambda _: Load("image", "data:image/png,"),
    "a font inside of an address (`data:`)": lambda _: Load("font", "data:font/woff2,"),
    "a script from any sub-domain of theirs": lambda domain: Load("script", f"https://any.{domain}/x.js"),
    "a frame from any sub-domain of theirs": lambda domain: Load("frame", f"https://any.{domain}/"),
    "data sent to any sub-domain of theirs": lambda domain: Load("connect", f"https://any.{domain}/"),
    "data sent to another company": lambda _: Load("connect", "https://any.pusher.com/"),
    "pictures from their hosts": lambda domain: Load("image", f"https://image.{domain}/x.png"),
}
_INSTEAD: dict[tuple[str, str], str] = {
    (
        "style-src",
        "'unsafe-inline'",
    ): "`adoptedStyleSheets` in a closed shadow root; no `<style>`, no `style` attribute",
    ("worker-src", "blob:"): "the worker is a file, started inside of the iframe",
    ("img-src", "data:"): "icons are inline SVG elements; pictures are in the iframe",
    ("img-src", "blob:"): "previews are drawn on a canvas, inside of the iframe",
    ("font-src", "data:"): "fonts are files, inside of the iframe",
}
_OTHERS = {
    "https": "exact origins, and no more than two directives; the rest lives in the iframe under Halloo's own policy",
    "wss": "sockets are opened inside of the iframe, to Halloo's own relay",
}


def ours(options: Options | None = None) -> str:
    """What Halloo asks for, with hosts of its own names and the chat's features."""
    return generate(replace(_OWN_HOSTS, features=_CHAT.features), options or Options()).policy


def parsed(text: str, *, base: str = "") -> dict[Reading, tuple[Policy, ...]]:
    """A policy by both readings, on the site that the page speaks of."""
    return {reading: parse(Given(f"{base}{text}"), _SITE, reading) for reading in _READINGS}


def render() -> str:
    """The page. Raises `KeyError` for a marker without a part, or a part without a marker."""
    text = _TEMPLATE.read_text("utf-8")
    for name, part in _parts().items():
        marker = f"<!-- {name} -->"
        if text.count(marker) != 1:
            raise KeyError(f"{name} must stand in {_TEMPLATE.name} once")
        text = text.replace(marker, part)
    if "<!--" in text:
        raise KeyError(f"{_TEMPLATE.name} has a marker that nothing fills: {text.partition('<!--')[2][:20]}")
    return page("Your page's Content-Security-Policy", text)


def render_schema() -> str:
    """`docs/embed/csp-doctor.schema.json`: what `halloo csp doctor --json` answers."""
    return json.dumps(schema(), indent=2) + "\n"


def _parts() -> dict[str, str]:
    forms: tuple[Form, ...] = ("additions", "strict")
    return {
        "merge": generate(_CHAT, Options()).text,
        "forms": "\n\n".join(
            f"`--form {form}`:\n\n{_block('text', generate(_CHAT, Options(form=form)).text)}" for form in forms
        ),
        "nonce": _with_tag(Options(form="additions", trust="nonce")),
        "hash": _with_tag(Options(form="additions", trust="hash")),
        "targets": _targets(),
        "table": hosts_table.table(replace(_OWN_HOSTS, features=frozenset(ALL_FEATURES))),
        "frame": _block("text", _broken(own.frame_policy(_OWN_HOSTS, _SITE))),
        "side": _side(),
        "opened": _opened(),
        "sources": _sources(),
        "wildcards": _block("text", ours(Options(wildcards="chat.example.com"))),
        "doctor": _block("text", shown(check_page(_CHAT, Page((Given("default-src 'self'; img-src *"),))))),
        "report": _block("text", generate(_OWN_HOSTS, Options(report=True, target="header")).text),
    }


def _with_tag(options: Options) -> str:
    made = generate(_CHAT, options)
    return f"{_block('text', made.text)}\n\n{_block('text', made.tag or '')}"


def _targets() -> str:
    named: tuple[tuple[str, str, Options], ...] = (
        ("A header, as it goes over the wire", "text", Options(target="header")),
        ("A `<meta>` in the page's head", "text", Options(target="meta")),
        ("nginx", "nginx", Options(target="nginx")),
        ("Apache", "apache", Options(target="apache")),
        ("Caddy", "text", Options(target="caddy")),
        ("Next.js", "js", Options(target="nextjs")),
        ("Next.js with a nonce", "tsx", Options(target="nextjs", form="strict")),
        ("Django", "python", Options(target="django")),
        ("Rails", "ruby", Options(target="rails")),
        ("Express", "js", Options(target="express")),
    )
    return "\n\n".join(_target(title, kind, options) for title, kind, options in named)


def _target(title: str, kind: str, options: Options) -> str:
    made = generate(_CHAT, options)
    general = set(generate(_CHAT, replace(options, target="text")).notes)
    special = " ".join(note for note in made.notes if note not in general)
    return "\n\n".join(part for part in (f"### {title}", _block(kind, made.text), special) if part)


def _block(kind: str, text: str) -> str:
    return f"```{kind}\n{text}\n```"


def _broken(policy: str) -> str:
    """A directive a line."""
    return policy.replace("; ", ";\n")


def _side() -> str:
    columns = {**THEIRS, "Halloo": ours()}
    lists = {
        name: {one.name: one.values for one in parsed(text)["letter"][0].directives} for name, text in columns.items()
    }
    rows = [
        (code(directive), *(_cell(lists[name].get(directive, ())) for name in columns))
        for directive in _ORDER
        if any(directive in found for found in lists.values())
    ]
    counted = ("sources in all", *(str(sum(map(len, found.values()))) for found in lists.values()))
    return table(("directive", *columns), [*rows, counted])


def _cell(values: Iterable[str]) -> str:
    return " ".join(code(value) for value in values) or "nothing"


def _opened() -> str:
    columns = {**THEIRS, "Halloo": ours()}
    policies = {name: parsed(text, base="default-src 'self'; ") for name, text in columns.items()}
    rows = [
        (what, *("yes" if allowed(policies[name], load(_DOMAINS[name])) else "no" for name in columns))
        for what, load in _OPENED.items()
    ]
    return table(("may then happen", *columns), rows)


def _sources() -> str:
    found: dict[tuple[str, str], tuple[Source, list[str], list[str]]] = {}
    for name, text in THEIRS.items():
        for directive in parsed(text)["letter"][0].directives:
            for source in directive.sources:
                # A host means the same everywhere, a scheme or keyword does not.
                key = (source.text, "" if source.kind == "host" else directive.name)
                _, where, who = found.setdefault(key, (source, [], []))
                where += [directive.name] if directive.name not in where else []
                who += [name] if name not in who else []
    rows = [
        (code(text), ", ".join(where), listed(who, "and"), _meaning(source), _instead(source, where))
        for (text, _), (source, where, who) in found.items()
        if text != "'self'"
    ]
    return table(("source", "in", "asked for by", "lets in", "Halloo instead"), rows)


def _meaning(source: Source) -> str:
    """What a source lets in. Raises `KeyError` for one that nothing here explains."""
    if source.kind == "host":
        kind = "sockets to " if source.scheme == "wss" else ""
        if source.host.startswith("*."):
            return f"{kind}every present and future sub-domain of {source.host[2:]}"
        return f"{kind}{source.host} alone"
    return {
        "'unsafe-inline'": "every style in the page's HTML, whoever wrote it",
        "data:": "whatever is written into an address itself",
        "blob:": "whatever a script of the page makes",
    }[source.text]


def _instead(source: Source, where: Iterable[str]) -> str:
    if source.kind == "host":
        return _OTHERS[source.scheme]
    return "; ".join(dict.fromkeys(_INSTEAD[name, source.text] for name in where))
