"""`GET /core/embed`: what goes into a snippet (embedding contract 4.1)."""

import base64
import hashlib

from tests.support.api import ORIGIN, Api, House


async def test_a_snippet_s_addresses_lead_to_the_loader(api: Api, house: House) -> None:
    embed = (await api.client.get("/core/embed", headers=house.bearer)).json()
    assert set(embed) == {"loader_url", "pinned_url", "integrity"}
    assert embed["loader_url"] == f"{ORIGIN}/public/embed/"
    pinned = await api.client.get(embed["pinned_url"])
    assert pinned.status_code == 200
    digest = hashlib.sha384(pinned.content).digest()
    assert embed["pinned_url"] == f"{ORIGIN}/public/loader/{digest.hex()}.js"
    assert embed["integrity"] == f"sha384-{base64.b64encode(digest).decode()}"


async def test_one_scope_of_widgets_is_enough_and_none_is_not(api: Api, house: House) -> None:
    for scope, status in (("web_widgets:read", 200), ("web_widgets:manage", 200), ("audit:read", 403)):
        answer = await api.client.get("/core/embed", headers=await api.token(house, scope))
        assert answer.status_code == status
