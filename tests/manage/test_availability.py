"""Who answers at present: said by operators, seen by visitors and colleagues."""

from typing import Any

import msgspec

from halloo.relay.tokens import Claims
from tests.support.api import Api, House


def claims_of(api: Api, token: str) -> Claims:
    found = api.halloo.services.relay_tokens.open(token)
    assert found is not None
    return found


async def test_an_operator_goes_away_and_comes_back(api: Api, house: House, monkeypatch: Any) -> None:
    said: list[tuple[str, bool]] = []
    presence = api.halloo.relay.hub.presence

    def say_away(_workspace_id: str, operator_id: str, _at: int, *, away: bool) -> None:
        said.append((operator_id, away))

    monkeypatch.setattr(presence, "say_away", say_away)
    async with api.browser(house.owner_email) as browser:
        for state in ("away", "away", "online"):
            answer = await browser.put("/core/me/availability", json={"state": state})
            assert answer.json()["availability"] == state
            token = (await browser.post("/core/relay-token")).json()["token"]
            assert claims_of(api, token).away is (state == "away")
        seen = (await browser.get("/core/operators")).json()["data"][0]
        assert seen["availability"] == "online"
        wrong = await browser.put("/core/me/availability", json={"state": "asleep"})
        assert (wrong.status_code, wrong.json()["details"]) == (422, {"field": "state"})
    assert said == [(house.owner_id, True), (house.owner_id, False)]


async def test_the_relay_s_token_carries_what_its_holder_may(api: Api, house: House) -> None:
    answer = await api.client.post("/core/relay-token", headers=house.bearer)
    assert (answer.json()["expires_in"], answer.json()["streams"]) == (900, [f"w:{house.workspace_id}"])
    claims = claims_of(api, answer.json()["token"])
    assert (claims.role, claims.workspace_id, claims.token_id) == ("operator", house.workspace_id, house.token_id)
    assert house.token not in msgspec.json.encode(answer.json()).decode()


async def test_a_token_that_acts_for_nobody_has_no_availability(api: Api, house: House) -> None:
    answer = await api.client.put("/core/me/availability", json={"state": "away"}, headers=house.bearer)
    assert (answer.status_code, answer.json()["error"]) == (403, "not_an_operator")
