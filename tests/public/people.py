"""Identity keys of a shop's widget, and browsers that are identified with them."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.public.shop import Json, Shop, Visitor
from tests.support.identity import Issuer, decoded, new_private_key, private_pem, public_pem


@dataclass(frozen=True)
class Known:
    """The answer to `identify`."""

    answer: Json

    @property
    def visitor(self) -> Visitor:
        me = self.answer["visitor"]
        return Visitor(me["id"], me["user_id"], me["visitor_token"])

    @property
    def merged(self) -> int:
        return self.answer["merged"]

    @property
    def relay(self) -> Json:
        return self.answer["relay"]


def keys_of(shop: Shop) -> str:
    return f"/core/web-widgets/{shop.house.widget_id}/identity-keys"


async def hmac_issuer(shop: Shop) -> Issuer:
    made = await shop.manage("POST", keys_of(shop), {"alg": "HS256"})
    return Issuer(made["kid"], shop.house.widget_id, decoded(made["secret"]))


async def eddsa_issuer(shop: Shop) -> tuple[Issuer, str]:
    key = new_private_key()
    made = await shop.manage("POST", keys_of(shop), {"alg": "EdDSA", "public_key": public_pem(key)})
    return Issuer(made["kid"], shop.house.widget_id, private_pem(key), "EdDSA"), public_pem(key)


async def offer(shop: Shop, visitor: Visitor, body: Json) -> httpx.Response:
    """Bring a proof."""
    return await shop.call("POST", "/identify", body, visitor.headers)


async def identify(shop: Shop, visitor: Visitor, issuer: Issuer, sub: str = "42", **claims: Any) -> Known:
    """Be somebody."""
    answer = await offer(shop, visitor, {"token": issuer.token(shop.api.clock() / 1000, sub, **claims)})
    assert answer.status_code == 200, answer.text
    return Known(answer.json())
