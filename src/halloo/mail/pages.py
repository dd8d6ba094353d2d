"""Which page a link may lead to. Pure."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from halloo.contacts.model import Visitor
from halloo.widgets.origins import decide

_URL_MAX = 1_800
_DEFAULT = {"https": 443, "http": 80}


def continue_page(visitor: Visitor, domains: Sequence[str], own: str) -> str | None:
    """The page that the visitor last looked at, where its origin may embed the widget today; else the site's first page.

    None where neither may. Without a fragment: that is for the code. A widget for any website has no page of which the
    owner has said that it is theirs: whoever claimed a stranger's address could send them anywhere in the owner's name. So
    its links lead to `own`, where the chat stands alone.
    """
    if not domains:
        return own
    for page in visitor.pages:
        url = page.url.partition("#")[0]
        if len(url) <= _URL_MAX and _is_plain(url) and decide(domains, origin_of_page(url)) == "allow":
            return url
    parent = visitor.parent_origin
    return f"{parent}/" if parent is not None and decide(domains, parent) == "allow" else None


def _is_plain(url: str) -> bool:
    """Whether every mail program takes the address for one: browsers send it in ASCII, without spaces."""
    return url.isascii() and url.isprintable() and not any(sign in url for sign in ' "<>\\^`{|}')


def origin_of_page(url: str) -> str | None:
    """The origin of an address as browsers write it; None for an address with a name in it, or none at all."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT or not host or "@" in parts.netloc:
        return None
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port in (None, _DEFAULT[parts.scheme]) else f":{port}")
