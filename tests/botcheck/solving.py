"""Solving challenges as a browser does, with the protocol's own library."""

import json
from base64 import b64decode, b64encode
from typing import Any

import altcha
import httpx

from tests.public.shop import Json, Shop, Visitor, error, text

FAILED = (422, "bot_check_failed")


def solve(challenge: Json) -> str:
    """The payload of a solved challenge."""
    whole = altcha.Challenge.from_dict(challenge)  # pyright: ignore[reportUnknownMemberType] - of any dictionary
    solution = altcha.solve_challenge(whole)
    assert solution is not None
    return altcha.Payload(whole, solution).to_base64()


def opened(payload: str) -> Json:
    """What a payload says."""
    return json.loads(b64decode(payload))


def closed(said: object) -> str:
    """A payload that says this."""
    return b64encode(json.dumps(said).encode()).decode()


async def challenge(shop: Shop, visitor: Visitor, base: str = "") -> Json:
    """A challenge that the visitor has asked for."""
    answer = await shop.call("GET", "/bot-check", headers=visitor.headers, base=base)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def solved(shop: Shop, visitor: Visitor, base: str = "") -> str:
    """A solution that nobody has used."""
    return solve(await challenge(shop, visitor, base))


async def send(shop: Shop, visitor: Visitor, cid: str, check: object = None, **more: Any) -> httpx.Response:
    """Say something."""
    body = {**text(**more), "bot_check": check}
    return await shop.call("POST", f"/conversations/{cid}/messages", body, visitor.headers)


async def start(shop: Shop, visitor: Visitor, check: object = None, **more: Any) -> httpx.Response:
    """Begin a conversation."""
    return await shop.call("POST", "/conversations", {"message": text(), "bot_check": check, **more}, visitor.headers)


async def begun(shop: Shop, visitor: Visitor) -> str:
    """A conversation that began with a solution."""
    answer = await start(shop, visitor, await solved(shop, visitor))
    assert answer.status_code == 201, answer.text
    return answer.json()["conversation"]["id"]


def required(answer: httpx.Response) -> Json:
    """The challenge of a refusal that wants it solved."""
    assert error(answer) == (428, "bot_check_required"), answer.text
    return answer.json()["details"]["challenge"]


async def said(shop: Shop, cid: str) -> list[str]:
    """What stands in a conversation, as operators read it."""
    page = await shop.manage("GET", f"/core/conversations/{cid}/messages")
    return [one["content"] for one in page["data"]]
