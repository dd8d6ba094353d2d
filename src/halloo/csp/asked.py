"""What somebody hands the doctor, put together into a page (csp contract 4): pasted policies, HTML, a fetched answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from halloo.csp.fetch import Fetched
from halloo.csp.model import Deployment, Given, Page, Tag
from halloo.csp.page import Document, read_html, read_meta, read_tag
from halloo.csp.policy import split_header
from halloo.kit.refusals import Invalid, field_invalid

Kind = Literal["header", "report", "meta"]
POLICIES, CHARS = 64, 64 * 1024
"""How many policies a page may have, and how much text they have together: no honest page comes near."""
_NO_TAG = "The page's HTML has no tag of this widget: the plain one was assumed. If a script adds it, say so."
_PAGE_HEADERS: dict[str, Kind] = {
    "content-security-policy": "header",
    "content-security-policy-report-only": "report",
}
_NAMED = re.compile(r"\s*(content-security-policy(?:-report-only)?)[ \t]*:", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")
_DEFAULT_PORT = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was handed in. `policies`: with their kinds, in order. `made`: a script of the page makes our tag."""

    policies: tuple[tuple[Kind, str], ...] = ()
    html: str | None = None
    page_origin: str | None = None
    tag: str | None = None
    permissions_policy: tuple[str, ...] = ()
    coep: tuple[str, ...] = ()
    made: bool = False


class Read(NamedTuple):
    """A page to examine, and what is worth saying of how it was read."""

    page: Page
    notes: tuple[str, ...]


class NothingAsked(Invalid):
    """Give the doctor a policy, a page's HTML or its address."""

    code = "nothing_to_examine"


class TooMuch(Invalid):
    """The page has more than 64 policies, or more than 64 KiB of them: the doctor reads no more, and says nothing of a part."""

    code = "too_much_policy"


def put_together(asked: Asked, deployment: Deployment, fetched: Fetched | None = None) -> Read:
    """The page that was meant: headers first, then metas, as a browser would meet them.

    Raises `NothingAsked`, `TooMuch`, and `Invalid` for a `meta`, `tag` or `page_origin` that is none.
    """
    if fetched is None and asked.html is None and not (asked.policies or asked.permissions_policy or asked.coep):
        raise NothingAsked
    if sum(len(text) for _, text in asked.policies) > CHARS * 2:
        raise TooMuch  # before it is cut at its commas: each would be a policy
    documents = _documents(asked, deployment, fetched)
    found = [*_headers(asked, fetched), *_metas(asked), *(meta for one in documents for meta in one.metas)]
    notes = [*(fetched.notes if fetched else ()), *(note for one in documents for note in one.notes)]
    # To browsers each part between the commas of a meta is one, too.
    if (
        sum(max(1, len(split_header(one.text))) for one in found) > POLICIES
        or sum(len(one.text) for one in found) > CHARS
    ):
        raise TooMuch
    tag = _tag(asked, deployment, documents, notes)
    own = asked.page_origin
    page = Page(
        tuple(found),
        fetched.origin if own is None and fetched else None if own is None else origin_of(own),
        tag,
        (*_values(fetched, "permissions-policy"), *asked.permissions_policy),
        _values(fetched, "feature-policy"),
        (*_values(fetched, "cross-origin-embedder-policy"), *asked.coep),
    )
    return Read(page, tuple(dict.fromkeys(notes)))


def origin_of(text: str) -> str:
    """A page's origin in its one form; of an address its origin. Raises `Invalid` for what is none of the web."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORT or _HOST.fullmatch(host) is None or parts.username is not None:
        raise field_invalid("page_origin", "write it as https://shop.example.")
    name = f"[{host}]" if ":" in host else host
    shown = "" if port in (None, _DEFAULT_PORT[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{name}{shown}"


def _documents(asked: Asked, deployment: Deployment, fetched: Fetched | None) -> list[Document]:
    found: list[Document] = []
    if fetched is not None:
        found.append(read_html(fetched.html, deployment, fetched.url))
    if asked.html is not None:
        found.append(read_html(asked.html, deployment))
    return found


def _headers(asked: Asked, fetched: Fetched | None) -> Iterator[Given]:
    sent = fetched.headers if fetched else ()
    yield from (one for name, value in sent if name in _PAGE_HEADERS for one in _parts(_PAGE_HEADERS[name], value))
    yield from (one for kind, text in asked.policies if kind != "meta" for one in _parts(kind, text))


def _parts(kind: Kind, value: str) -> Iterator[Given]:
    """The policies of a header's value; a whole line of a header, as people copy it, says itself which one it is."""
    named = _NAMED.match(value)
    if named is not None:
        kind, value = _PAGE_HEADERS[named[1].lower()], value[named.end() :]
    parts = split_header(value)
    for part in parts:
        yield Given(part, disposition="report" if kind == "report" else "enforce", joined=len(parts) > 1)


def _metas(asked: Asked) -> Iterator[Given]:
    for kind, text in asked.policies:
        if kind == "meta":
            found = read_meta(text)
            if not found:
                raise field_invalid("metas", "there is no <meta> with a Content-Security-Policy in it.")
            yield from found


def _tag(asked: Asked, deployment: Deployment, documents: list[Document], notes: list[str]) -> Tag:
    tag = next((one.tag for one in documents if one.tag is not None), None)
    if asked.tag is not None:
        document = read_tag(asked.tag, deployment)
        if document.tag is None:
            raise field_invalid("tag", f"there is no <script> of {deployment.client} in it.")
        tag = document.tag
        notes += document.notes
    elif tag is None and any(one.seen for one in documents) and not asked.made:
        notes.append(_NO_TAG)
    tag = tag or Tag()
    return replace(tag, made=True) if asked.made else tag


def _values(fetched: Fetched | None, name: str) -> tuple[str, ...]:
    return fetched.values(name) if fetched else ()
