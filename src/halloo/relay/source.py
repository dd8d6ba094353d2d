"""Where a visitor came from, in a word; for show, never for decisions."""

import re
from urllib.parse import parse_qs, urlsplit

from halloo.kit.text import clean

DIRECT = "Direct"
_MAX = 40
_NAMED = (
    (re.compile(r"(?:.+\.)?google\.(?:[a-z]{2,3}|com?\.[a-z]{2})"), "Google"),
    (re.compile(r"(?:.+\.)?yahoo\.(?:[a-z]{2,3}|com?\.[a-z]{2})"), "Yahoo"),
    (re.compile(r"(?:.+\.)?yandex\.[a-z]{2,3}"), "Yandex"),
)
_HOSTS = {
    "bing.com": "Bing",
    "duckduckgo.com": "DuckDuckGo",
    "ecosia.org": "Ecosia",
    "baidu.com": "Baidu",
    "startpage.com": "Startpage",
    "qwant.com": "Qwant",
    "search.brave.com": "Brave",
    "kagi.com": "Kagi",
    "chatgpt.com": "ChatGPT",
    "perplexity.ai": "Perplexity",
    "facebook.com": "Facebook",
    "instagram.com": "Instagram",
    "linkedin.com": "LinkedIn",
    "lnkd.in": "LinkedIn",
    "t.co": "X",
    "x.com": "X",
    "twitter.com": "X",
    "reddit.com": "Reddit",
    "youtube.com": "YouTube",
    "pinterest.com": "Pinterest",
    "github.com": "GitHub",
    "news.ycombinator.com": "Hacker News",
}


def source_of(url: str, referrer: str) -> str:
    """The campaign that the page's address names, such as `Newsletter (utm)`; else a known site or the referrer's host; else `Direct`."""
    campaign = _campaign(url)
    if campaign:
        return f"{campaign} (utm)"
    host = _host(referrer)
    if not host or host == _host(url):
        return DIRECT
    for pattern, name in _NAMED:
        if pattern.fullmatch(host):
            return name
    parts = host.split(".")
    for start in range(len(parts) - 1):
        name = _HOSTS.get(".".join(parts[start:]))
        if name is not None:
            return name
    return host[:_MAX]


def _campaign(url: str) -> str:
    try:
        said = parse_qs(urlsplit(url).query, max_num_fields=100).get("utm_source", [""])[0]
    except ValueError:
        return ""
    word = " ".join(clean(said).split())[:_MAX]
    return word[:1].upper() + word[1:]


def _host(url: str) -> str:
    """The host's name in lower case, without `www.`; empty for what is no address."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.").removesuffix(".")
    except ValueError:
        return ""
