"""Reports of browsers as cleaned values: both formats, what a report is about, and what it is counted with (csp contract 5).

Pure. All of it is text of strangers: nothing is taken but known fields of a known type, cut and without what only one visit has.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal, cast
from urllib.parse import quote, urlsplit

import msgspec

from halloo.csp.manifest import needs, origins
from halloo.csp.model import Deployment, Disposition
from halloo.csp.policy import CHAINS, KNOWN_DIRECTIVES
from halloo.kit.json import dump
from halloo.kit.text import clean

Kind = Literal["ours", "others", "extensions"]
ONE_MAX, MANY_MAX = 16 * 1024, 64 * 1024
"""Bytes of a body with one report, and with an array of them."""
USED_MAX = 20
"""Violations of an array that are used; what else it brings counts for nothing."""
URL_MAX, POLICY_MAX, SAMPLE_MAX, WORD_MAX = 512, 4 * 1024, 40, 40
CUT = "…"
"""Ends a policy that was too long to be kept: nobody can say any more what it does."""
NONCE = "'nonce-NONCE'"
"""What stands for every nonce: it is another one at each visit, and each visit would be a group of its own."""
_OLD, _NEW, _PLAIN = "application/csp-report", "application/reports+json", "application/json"
TYPES = frozenset({_OLD, _NEW, _PLAIN})
_DEFAULT_PORT = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_NONCE = re.compile(r"'nonce-[A-Za-z0-9+/_=-]*'", re.IGNORECASE)
_REPORT_URI = re.compile(r"((?:^|[;,])\s*report-uri\s)([^;,]*)", re.IGNORECASE)
_QUERY = re.compile(r"[?#]\S*")
_CREDENTIALS = re.compile(r"(//)[^/\s@]*@")
_HIDDEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""What has no looks of its own, and turns the text around it or hides in it."""
_HOST = re.compile(r"[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)(?::|\Z)", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:.+-)?extension|webkit-masked-url|user-script")
"""Schemes under which browsers show, or hide, where the code of an extension comes from."""
_UNKNOWN = "unknown"
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
_SPACE = re.compile(r"[\t\n\f\r ]+")


@dataclass(frozen=True, slots=True)
class Report:
    """One violation, cleaned.

    `page` and `source`: URLs without query, fragment and credentials; of other schemes than http and https the scheme alone.
    `page_origin`: None for a page that has none. `blocked`: an origin, a keyword such as `inline`, or a scheme. `directive`: the
    effective one, `other` for a name that is no directive.
    """

    page: str
    page_origin: str | None
    disposition: Disposition
    directive: str
    blocked: str
    source: str
    sample: str
    policy: str
    policy_digest: str

    @property
    def by_extension(self) -> bool:
        """Whether an extension of the browser was refused something, and no page."""
        return any(_EXTENSION.fullmatch(text.partition(":")[0]) is not None for text in (self.source, self.blocked))

    def key(self) -> str:
        """What it is counted under."""
        parts = [self.page_origin, self.disposition, self.directive, self.blocked, self.policy_digest]
        return hashlib.sha256(dump(parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Counted:
    """Reports of one group: the first of them, and how many there were."""

    report: Report
    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a body of reports comes to, by group; `foreign`: how many are of pages that the widget has nothing to do with."""

    groups: dict[str, Counted] = field(default_factory=dict[str, Counted])
    foreign: int = 0


def size_limit(content_type: str) -> int:
    """How many bytes a body of this type may have. 0: none, as the type is not taken."""
    kind = _kind(content_type)
    return 0 if kind not in TYPES else ONE_MAX if kind == _OLD else MANY_MAX


def read_reports(body: bytes) -> list[Report] | None:
    """The reports of a body, in either format; others and broken ones are left out. None for a single report above `ONE_MAX`."""
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(value, list) and len(body) > ONE_MAX:
        return None
    found = cast("list[Any]", value) if isinstance(value, list) else [value]
    return list(islice((report for one in found if (report := _read(one)) is not None), USED_MAX))


def sort_reports(reports: Sequence[Report], deployment: Deployment, is_page: Callable[[str], bool]) -> Sorted:
    """Put reports into groups. `is_page`: whether an origin is an allowed domain of the widget."""
    groups: dict[str, Counted] = {}
    foreign = 0
    for report in reports:
        own = report.page_origin == deployment.client
        if report.page_origin is None or not (own or is_page(report.page_origin)):
            foreign += 1
            continue
        key = report.key()
        known = groups.get(key)
        if known is None or known.kind == "extensions":
            # what a page does too is no extension's business, whoever told of it first
            groups[key] = Counted(report, kind_of(report, deployment), 1 if known is None else known.count + 1)
        else:
            groups[key] = Counted(known.report, known.kind, known.count + 1)
    return Sorted(groups, foreign)


def kind_of(report: Report, deployment: Deployment) -> Kind:
    """Whose business a report is: Halloo's where one of its pages or hosts is concerned, or something that a page must allow it."""
    if report.by_extension:
        return "extensions"
    hosts = {as_http(origin) for origin in deployment.hosts.values()}
    own_page = report.page_origin == deployment.client
    own_code = as_http(origin_of(report.source) or "") in hosts
    return "ours" if own_page or own_code or as_http(report.blocked) in hosts or _hits(report, deployment) else "others"


def _hits(report: Report, deployment: Deployment) -> bool:
    """Whether a need is told of by its bare scheme, as some browsers tell of sockets."""
    if report.blocked not in ("ws", "wss"):
        return False
    return any(
        CHAINS[need.destination][0] == report.directive
        and any(origin.startswith(f"{report.blocked}:") for origin in origins(deployment, need))
        for need in needs(deployment, "host", pinned=True)
    )


def as_http(origin: str) -> str:
    """A socket's origin as that of its host: a report names either."""
    return "http" + origin[2:] if origin.startswith(("ws://", "wss://")) else origin


def origin_of(url: str) -> str | None:
    """The origin of a URL of the web, None for anything else. Default ports are left out."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in _DEFAULT_PORT or _HOST.fullmatch(host) is None:
        return None
    shown = "" if port is None or port == _DEFAULT_PORT[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _read(value: object) -> Report | None:
    """A report of either format, or None."""
    if not isinstance(value, dict):
        return None
    given = cast("dict[str, Any]", value)
    old, new = given.get("csp-report"), given.get("body")
    if isinstance(old, dict):
        return _report(cast("dict[str, Any]", old), _OLD_NAMES)
    if given.get("type") == "csp-violation" and isinstance(new, dict):
        return _report(cast("dict[str, Any]", new), _NEW_NAMES)
    return None


@dataclass(frozen=True, slots=True)
class _Names:
    page: str
    directive: tuple[str, ...]
    blocked: str
    source: str
    sample: str
    policy: str


_OLD_NAMES = _Names(
    "document-uri",
    ("effective-directive", "violated-directive"),
    "blocked-uri",
    "source-file",
    "script-sample",
    "original-policy",
)
_NEW_NAMES = _Names("documentURL", ("effectiveDirective",), "blockedURL", "sourceFile", "sample", "originalPolicy")


def _report(body: dict[str, Any], names: _Names) -> Report:
    page = _url(_text(body, names.page))
    policy = _policy(_text(body, names.policy))
    return Report(
        page=page,
        page_origin=origin_of(page),
        disposition="report" if body.get("disposition") == "report" else "enforce",
        directive=_directive(_text(body, name) for name in names.directive),
        blocked=_blocked(_text(body, names.blocked)),
        source=_url(_text(body, names.source)),
        sample=" ".join(_HIDDEN.sub("", clean(_text(body, names.sample)[: SAMPLE_MAX * 4])).split())[:SAMPLE_MAX],
        policy=policy if len(policy.encode()) <= POLICY_MAX else _cut(policy),
        policy_digest=hashlib.sha256(policy.encode()).hexdigest(),
    )


def _text(body: dict[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""


def _directive(texts: Iterator[str]) -> str:
    """The first one that is given; old browsers give its values with it."""
    first = next((words[0].lower() for text in texts if (words := text[: WORD_MAX * 2].split())), "")
    return first if first in KNOWN_DIRECTIVES else "other"


def _url(text: str) -> str:
    """A URL as it is kept; a scheme for what is none of the web's, empty for what is no URL."""
    text = _QUERY.sub("", quote(text[: URL_MAX * 4].strip(), safe=_PRINTABLE, errors="replace"))
    scheme = _SCHEME.match(text)
    if scheme is None:
        return ""
    name = scheme[1].lower()
    if name not in _DEFAULT_PORT:
        return name[:WORD_MAX]
    origin = origin_of(text)
    if origin is None:
        return ""
    path = text.partition("://")[2].partition("/")[2]
    return f"{origin}/{path}"[:URL_MAX]


def _blocked(text: str) -> str:
    """An origin, a keyword or a scheme. A word that is nothing else is a keyword."""
    url = _url(text)
    return origin_of(url) or (url if url and url not in _DEFAULT_PORT else "") or _bare(text)


def _bare(text: str) -> str:
    """A socket's bare scheme, as some browsers tell it."""
    word = text.strip().lower()
    return word if word in _DEFAULT_PORT else _UNKNOWN


def _policy(text: str) -> str:
    """A policy without what only one visit has, or nobody else may know: nonces, query and credentials of where it reports to."""
    text = _SPACE.sub(" ", _HIDDEN.sub("", clean(text))).strip(" ")
    return _REPORT_URI.sub(lambda found: found[1] + _plain(found[2]), _NONCE.sub(NONCE, text))


def _plain(urls: str) -> str:
    return _CREDENTIALS.sub(r"\1", _QUERY.sub("", urls))


def _cut(policy: str) -> str:
    return policy.encode()[: POLICY_MAX - len(CUT.encode())].decode(errors="ignore") + CUT
