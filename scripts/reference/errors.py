"""`docs/api/errors.md`: every code with which something is refused."""

import importlib
import inspect
import pkgutil
from dataclasses import dataclass, field

import halloo
from halloo.kit.refusals import Refusal
from halloo.kit.status import STATUS
from reference.markdown import code, page, table
from reference.sources import code_words

_NO_WIRE = frozenset({"schema_outdated", "already_initialised"})
"""Codes of the command line, which no wire carries."""
_SAID: dict[str, tuple[int, str]] = {
    "email_taken": (409, "A colleague or contact with this e-mail address is there already."),
    "field_required": (422, "A field that is needed is missing; `details.field` says which."),
    "field_unknown": (422, "There is no such field to set here; `details.field` says which."),
    "internal": (500, "A fault of the server. It was logged; the answer says nothing of it."),
    "method_not_allowed": (405, "This address does not take that method."),
    "operator_not_found": (404, "There is no such operator."),
    "route_not_found": (404, "There is no such address."),
    "stream_forbidden": (0, "Relay: this stream is not there, or not yours to follow."),
    "too_many_streams": (0, "Relay: more streams than one connection may name at once."),
    "unknown_frame": (0, "Relay: there is no frame of that kind."),
    "unknown_host": (421, "The server does not answer to that host name; see `server.hosts`."),
    "upgrade_required": (426, "The relay speaks WebSocket."),
    "visitor_not_found": (404, "No visitor of this widget is known by that id."),
    "visitor_token_missing": (401, "Send the visitor token in the header X-Halloo-Visitor."),
    "operators_only": (0, "Relay: only operators see who is on the site."),
    "visitors_only": (0, "Relay: only visitors tell their page."),
    "workspace_not_found": (404, "There is no such workspace."),
}
"""Status (0: the relay alone) and sentence of codes that have no class of their own, or several."""

_HEAD = """\
Everything that is refused has one shape. `error` is a code that stays the same; `message` is a sentence in English that
may change; `details` says where.

```json
{"error": "field_invalid", "message": "email: this is not an e-mail address.", "details": {"field": "email"}}
```

429 and 503 come with `Retry-After` in seconds. On the [relay](relay.md) a refusal is an `error` frame with the same code
and message."""

_TAIL = """\
`domain_invalid` names the entry in `details.index` and `details.input`, and the rule in `details.reason`: see
[allowed domains](../embed/domains.md#what-is-refused). `config_invalid` names the key in `details.path`. `missing_scope`
lists in `details.scopes` the scopes of which one is needed. `identity_invalid` says in `details.reason` why: `malformed`,
`algorithm`, `unknown_key`, `signature`, `audience`, `expired`, `not_yet_valid`, `too_long_lived` or `claims`, the last with the
claim in `details.field`."""


@dataclass
class _Row:
    status: int
    sentences: dict[str, None] = field(default_factory=dict[str, None])


def import_all() -> None:
    """Import every module of the product, so that every refusal is known."""
    for module in pkgutil.walk_packages(halloo.__path__, "halloo."):
        if module.name != "halloo.__main__" and ".migrations" not in module.name:
            importlib.import_module(module.name)


def refusal_classes() -> list[type[Refusal]]:
    """Every refusal of the product, in an order that is the same everywhere."""
    import_all()
    found: list[type[Refusal]] = []
    waiting = [Refusal]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            if cls.__module__.startswith("halloo."):
                found.append(cls)
                waiting.append(cls)
    return sorted(found, key=lambda cls: (cls.__module__, cls.__qualname__))


def codes() -> dict[str, _Row]:
    """Status and sentences by code. Raises `KeyError` for a code that is said somewhere and has no sentence."""
    rows: dict[str, _Row] = {}
    for cls in refusal_classes():
        row = rows.setdefault(cls.code, _Row(STATUS[cls.kind]))
        row.sentences[(inspect.getdoc(cls) or "").splitlines()[0]] = None
    for word, (status, sentence) in _SAID.items():
        rows[word] = _Row(status, {sentence: None})
    unknown = code_words() - _NO_WIRE - rows.keys()
    if unknown:
        raise KeyError(f"no sentence in scripts/reference/errors.py: {sorted(unknown)}")
    return rows


def render() -> str:
    """The page."""
    rows = [
        ("–" if row.status == 0 else str(row.status), code(name), " ".join(row.sentences))
        for name, row in sorted(codes().items(), key=lambda item: (item[1].status or 999, item[0]))
    ]
    return page("Errors", _HEAD, table(("status", "code", "what it means"), rows), _TAIL)
