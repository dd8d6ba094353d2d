"""What a page that a message links to says of itself: title, description, site and picture, read from the beginning of its head."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

from msgspec import Struct

from halloo.files.images.addresses import PictureAddresses
from halloo.files.outward import Found, Outward, Unreachable
from halloo.kit.outbound.url import BadUrl, parse_url
from halloo.kit.text import clean, excerpt

PAGE_BYTES = 128 * 1024
TITLE_MAX, DESCRIPTION_MAX, SITE_MAX = 140, 300, 60
WIDTH, HEIGHT = 480, 270
KEPT_S, FAILED_S = 3600.0, 300.0
_KEPT_MOST = 1024
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,image/*;q=0.5"
_PAGES = ("text/html", "application/xhtml+xml")
_TAG_MAX = 2500
_TAGS_MAX = 200
_ATTRIBUTE = re.compile(r"""([A-Za-z:_-]{1,24})\s{0,4}=\s{0,4}("[^"]{0,2000}"|'[^']{0,2000}'|[^\s"'<>]{1,500})|>""")
_CHARSET = re.compile(r"charset\s{0,4}=\s{0,4}[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_CHARSETS = frozenset(
    {
        "utf-8",
        "iso-8859-1",
        "iso-8859-15",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "windows-1255",
        "windows-1256",
    }
    | {"shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "gb2312", "gbk", "gb18030", "big5", "koi8-r", "utf-16"}
)
_TITLES = ("og:title", "twitter:title")
_DESCRIPTIONS = ("og:description", "twitter:description", "description")
_PICTURES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")


class Preview(Struct, frozen=True):
    """What is shown of a page. `image` is an address of the image host, which fetches the picture. All empty: nothing is known."""

    url: str
    title: str = ""
    description: str = ""
    site: str = ""
    image: str = ""


class Previews:
    """Reads pages, each at most once an hour. One a server."""

    def __init__(self, outward: Outward, addresses: PictureAddresses, *, on: bool = True) -> None:
        """`on`: the setting `files.previews`; off nothing is fetched."""
        self._outward = outward
        self._addresses = addresses
        self._on = on
        self._kept: OrderedDict[str, tuple[float, asyncio.Task[Preview]]] = OrderedDict()

    async def of(self, url: str) -> Preview:
        """What the page at an address says of itself. Whatever keeps it from being read gives an empty preview."""
        if not self._on:
            return Preview(url)
        now = time.monotonic()
        until, task = self._kept.get(url, (0.0, None))
        if task is None or until <= now:
            task = asyncio.create_task(self._read(url))
            self._kept[url] = (now + KEPT_S, task)
            self._kept.move_to_end(url)
            if len(self._kept) > _KEPT_MOST:
                self._kept.popitem(last=False)
        return await asyncio.shield(task)

    async def _read(self, url: str) -> Preview:
        try:
            found = await self._outward.fetch(url, _ACCEPT, PAGE_BYTES)
        except Unreachable:
            task = asyncio.current_task()
            if task is not None and url in self._kept and self._kept[url][1] is task:
                self._kept[url] = (time.monotonic() + FAILED_S, task)
            return Preview(url)
        kind = found.type.partition(";")[0].strip()
        if kind.startswith("image/") and not kind.endswith(("svg", "xml")):
            return Preview(url, image=self._picture(found.url, found.url))
        return self._of_page(url, found) if kind in _PAGES else Preview(url)

    def _of_page(self, url: str, found: Found) -> Preview:
        said, title = read_head(_text(found))
        picture = _first(said, _PICTURES)
        return Preview(
            url,
            _line(_first(said, _TITLES) or title, TITLE_MAX),
            _line(_first(said, _DESCRIPTIONS), DESCRIPTION_MAX),
            _line(said.get("og:site_name", ""), SITE_MAX) or parse_url(found.url).host,
            self._picture(found.url, picture) if picture else "",
        )

    def _picture(self, page: str, address: str) -> str:
        try:
            whole = parse_url(urljoin(page, address.strip()))
        except (BadUrl, ValueError):
            return ""
        return self._addresses.thumbnail(whole.text, WIDTH, HEIGHT)


def read_head(text: str) -> tuple[dict[str, str], str]:
    """What the `meta` elements of a page say, by name in lower case and each the first time, and its title.

    No parser of HTML, but bounded like one should be: a page takes no more time than its bytes.
    """
    folded = text.lower()
    end = folded.find("<body")
    said: dict[str, str] = {}
    for at in _places(folded, "<meta", end if end >= 0 else len(text)):
        attributes = _attributes(text[at + 5 : at + _TAG_MAX])
        name = (attributes.get("property") or attributes.get("name") or "").lower()
        if name and "content" in attributes:
            said.setdefault(name, attributes["content"])
    begin = folded.find("<title")
    begin = folded.find(">", begin, begin + _TAG_MAX) + 1 if begin >= 0 else 0
    stop = folded.find("</title", begin, begin + _TAG_MAX) if begin else -1
    return said, unescape(text[begin:stop]) if stop >= 0 else ""


def _places(text: str, what: str, end: int) -> Iterator[int]:
    at = text.find(what, 0, end)
    for _ in range(_TAGS_MAX):
        if at < 0:
            return
        yield at
        at = text.find(what, at + len(what), end)


def _attributes(tag: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] is None:
            break
        found.setdefault(match[1].lower(), unescape(match[2].strip("\"'")))
    return found


def _text(found: Found) -> str:
    named = _CHARSET.search(found.type) or _CHARSET.search(found.body[:2048].decode("latin-1"))
    charset = named[1].lower() if named is not None else "utf-8"
    return found.body.decode(charset if charset in _CHARSETS else "utf-8", "replace")


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if said.get(name, "").strip()), "")


def _line(text: str, most: int) -> str:
    return excerpt(clean(text), most)
