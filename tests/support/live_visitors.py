"""Thousands of live visitors for the inbox, without as many browsers: the list and the hints of a server that has them."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, WebSocketRoute

PAGES = (
    ("", "Kiln & Clay"),
    ("mugs", "Mugs in every glaze"),
    ("mugs/speckled", "Speckled mug, 300 ml"),
    ("vases/tall", "Tall vase, hand-thrown"),
    ("journal/glaze", "How a glaze gets its colour"),
    ("cart", "Your cart"),
    ("shipping", "Shipping and returns"),
)
NAMES = (
    "Ada Lovelace",
    "Grace Adeyemi",
    "Noor al-Hadi",
    "María José Ríos",
    "Kenji Watanabe",
    "Lena Vogel",
    "Tom O’Neil",
)
SOURCES = ("Direct", "Google", "Google", "Direct", "Instagram", "Newsletter (utm)", "blog.example", "Bing")
PLACES = (
    ("DE", "Berlin"),
    ("NL", "Utrecht"),
    ("US", "Portland"),
    ("FR", None),
    ("JP", "Kyoto"),
    ("BR", "Recife"),
    (None, None),
)
DEVICES = (
    {"browser": "Chrome", "os": "Windows", "kind": "desktop"},
    {"browser": "Mobile Safari", "os": "iOS", "kind": "mobile"},
    {"browser": "Firefox", "os": "Linux", "kind": "desktop"},
    {"browser": "Chrome Mobile", "os": "Android", "kind": "mobile"},
    {"browser": "Safari", "os": "iOS", "kind": "tablet"},
)


def _time(seconds_ago: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Crowd:
    """Visitors made from a seed, served to one page of the inbox."""

    def __init__(self, size: int, widget_id: str, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._widget_id = widget_id
        self._lines: list[WebSocketRoute] = []
        self.visitors = {one["visitor_id"]: one for one in (self._made(n) for n in range(size))}

    def _made(self, n: int) -> dict[str, Any]:
        pick = self._random.choice
        country, city = pick(PLACES)
        on_site = self._random.randrange(1, 2_400)
        named = self._random.random() < 0.35
        return {
            "visitor_id": f"0196f0c2-0000-7000-8000-{n:012x}",
            "widget_id": self._widget_id,
            "name": pick(NAMES) if named else None,
            "since": _time(on_site),
            "source": pick(SOURCES),
            "device": pick(DEVICES),
            "state": "away" if self._random.random() < 0.2 else "online",
            **({"country": country} if country else {}),
            **({"city": city} if city else {}),
            **({"conversation_id": f"0196f0c2-1111-7000-8000-{n:012x}"} if self._random.random() < 0.05 else {}),
            "page": self.page(self._random.uniform(0, on_site)),
        }

    def page(self, seconds_ago: float = 0) -> dict[str, Any]:
        """Some page of the shop."""
        path, title = self._random.choice(PAGES)
        return {"url": f"https://shop.example/{path}", "title": title, "referrer": "", "at": _time(seconds_ago)}

    def serve(self, page: Page) -> None:
        """Answer for the server from now on."""
        page.route("**/core/visitors?*", self._list)
        page.route("**/core/visitors/count", lambda route: route.fulfill(json={"count": len(self.visitors)}))
        page.route_web_socket("**/relay", self._relay)

    def _list(self, route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        ids = sorted(self.visitors, reverse=True)
        behind = query.get("cursor", [None])[0]
        left = [id for id in ids if behind is None or id < behind]
        shown = left[: int(query["limit"][0])]
        following = shown[-1] if len(left) > len(shown) else None
        route.fulfill(json={"data": [self.visitors[id] for id in shown], "next_cursor": following})

    def _relay(self, line: WebSocketRoute) -> None:
        line.connect_to_server()
        self._lines.append(line)

    def tell(self, changed: list[dict[str, Any]], gone: list[str] | None = None) -> None:
        """Send a hint, as the server does at most twice a second."""
        for one in changed:
            self.visitors[one["visitor_id"]] = one
        for id in gone or []:
            self.visitors.pop(id, None)
        hint = {"t": "hint", "name": "visitors", "data": {"set": changed, "gone": gone or []}}
        for line in self._lines:
            line.send(json.dumps(hint))

    def newcomer(self, n: int, **more: Any) -> dict[str, Any]:
        """Somebody who has just come."""
        return {**self._made(n), "since": _time(0), "page": self.page(), **more}
