"""What a drawn page asks for besides what every page does: any kind of thing, by any scheme, host, port, path and redirect."""

from dataclasses import dataclass
from urllib.parse import quote

from hypothesis import strategies as st

from halloo.csp.model import Destination


@dataclass(frozen=True)
class Requested:
    """One request. `how`: a kind's other way, such as `xhr`. `hops`: where `url` redirects to, in order."""

    kind: Destination
    url: str
    how: str = ""
    hops: tuple[str, ...] = ()
    nonce: str = ""
    hashed: bool = False
    parser: bool = False


KINDS: tuple[tuple[Destination, str], ...] = (
    ("script", ""),
    ("script", "module"),
    ("style", ""),
    ("frame", ""),
    ("connect", ""),
    ("connect", "xhr"),
    ("connect", "beacon"),
    ("connect", "eventsource"),
    ("image", ""),
    ("font", ""),
    ("media", ""),
    ("manifest", ""),
)
HOSTS = (
    *(f"{role}.chat.test" for role in ("client", "relay", "rescue", "image", "storage", "game", "stream")),
    "client.chat.test",
    "site.test",
    "evil.test",
    "chat.test",
    "a.client.chat.test",
    "a.b.evil.test",
)
PATHS = (
    "/",
    "/s.js",
    "/a.png",
    "/public/embed/x.js",
    "/public/embed",
    "/PUBLIC/x.js",
    "/public%2Fembed/x.js",
    "/%70ublic/s.js",
    "/public//s.js",
    "/%C3%A9.png",
)
NO_REDIRECT: frozenset[tuple[Destination, str]] = frozenset({("manifest", ""), ("connect", "eventsource")})


@st.composite
def _addresses(draw: st.DrawFn, schemes: tuple[str, ...], hosts: tuple[str, ...] = HOSTS) -> str:
    port = draw(st.sampled_from(["", "", "", ":8443", ":443", ":80", ":81"]))
    return f"{draw(st.sampled_from(schemes))}://{draw(st.sampled_from(hosts))}{port}{draw(st.sampled_from(PATHS))}"


@st.composite
def _one(draw: st.DrawFn, number: int, page: str, nonce: str) -> Requested:
    kind, how = draw(st.sampled_from(KINDS))
    schemes = ("https", "http") if page.startswith("http:") else ("https",)
    if (kind, how) == ("connect", "") and draw(st.booleans()):
        # A socket.
        return Requested(kind, draw(_addresses(tuple(one.replace("http", "ws") for one in schemes))))
    hops: tuple[str, ...] = ()
    if (kind, how) not in NO_REDIRECT and draw(st.integers(0, 2)) == 0:
        hops = tuple(draw(st.lists(_addresses(schemes), min_size=1, max_size=2)))
    url = draw(_addresses(schemes))
    if hops:
        # Of what was redirected Chromium shows the origin alone: each redirect begins at a host of its own.
        url, hops = _chained(f"https://{draw(st.sampled_from(['hop', 'hop.chat']))}{number}.test", hops)
    proven = kind in ("script", "style") and draw(st.integers(0, 3)) == 0
    return Requested(
        kind,
        url,
        how,
        hops,
        nonce if proven else "",
        hashed=kind == "script" and draw(st.integers(0, 5)) == 0,
        parser=kind == "script" and not how and draw(st.booleans()),
    )


def _chained(origin: str, hops: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The address that leads to the first hop, and the hops as they are met: all but the last lead on."""
    *between, last = hops
    found = [last]
    for hop in reversed(between):
        found.insert(0, f"{_answering(hop)}/go?to={quote(found[0], safe='')}")
    return f"{origin}/go?to={quote(found[0], safe='')}", tuple(found)


def _answering(url: str) -> str:
    """The origin, without a port at which nobody speaks its scheme: from there no redirect would lead on."""
    origin = _origin(url)
    plain = origin.endswith((":80", ":81"))
    right = plain == origin.startswith("http:") or origin.count(":") == 1
    return origin if right else origin.rpartition(":")[0]


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


@st.composite
def requests(draw: st.DrawFn, page: str, nonce: str) -> tuple[Requested, ...]:
    """Up to eight. Of a frame Chromium shows the origin alone: no two are of one, nor of those that every page has."""
    found: list[Requested] = []
    taken = {page, "https://client.chat.test", "https://client.chat.test:443"}
    for number in range(draw(st.integers(0, 8))):
        one = draw(_one(number, page, nonce))
        if one.kind == "frame":
            origins = [_plain(url) for url in (one.url, *one.hops)]
            if len({*origins} - taken) < len(origins):
                continue
            taken.update(origins)
        if one.kind == "manifest" and any(other.kind == "manifest" for other in found):
            continue
        found.append(one)
    return tuple(found)


def _plain(url: str) -> str:
    """The origin, without a port that goes without saying."""
    origin = _origin(url)
    default = ":443" if origin.startswith("https:") else ":80"
    return origin.removesuffix(default)
