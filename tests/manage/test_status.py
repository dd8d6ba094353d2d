"""How the server is doing, as its owners are told: GET /core/status."""

import asyncio
from typing import Any

import pytest

from halloo import __version__
from halloo.config import Config
from halloo.edge.watch import NodeNote
from halloo.kit.clock import HOUR, MINUTE
from halloo.mail.settings import MailSettings
from halloo.relay.hub import Hub
from tests.support.api import Api, House, serving
from tests.support.product import Store


async def status(api: Api, house: House) -> dict[str, Any]:
    answer = await api.client.get("/core/status", headers=house.bearer)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_owners_and_admins_see_it_and_operators_do_not(api: Api, house: House) -> None:
    await api.operator(house, "ben@halloo.example", "admin")
    await api.operator(house, "cleo@halloo.example", "operator")
    for email, due in (("ada@halloo.example", 200), ("ben@halloo.example", 200), ("cleo@halloo.example", 403)):
        async with api.browser(email) as browser:
            answer = await browser.get("/core/status")
            assert (email, answer.status_code) == (email, due)
    limited = await api.token(house, "status:read")
    assert (await api.client.get("/core/status", headers=limited)).status_code == 200


async def test_a_server_that_is_well_says_so_with_its_figures(api: Api, house: House) -> None:
    await api.halloo.relay.start()
    told = await status(api, house)
    assert (told["state"], told["findings"], told["version"]) == ("good", [], __version__)
    database, disk, lag = told["database"], told["disk"], told["lag"]
    assert database["kind"] in ("sqlite", "postgresql")
    assert database["size_bytes"] > 100_000
    assert 0 <= database["round_trip_ms"] < 2_000
    assert disk is None or 0 < disk["free_bytes"] <= disk["total_bytes"]
    assert lag == {"p50_ms": None, "p99_ms": None, "count": 0}
    assert told["broker"] == {"state": "none", "drops": 0}
    assert [node["here"] for node in told["nodes"]] == [True]
    assert told["relay"]["state"] == "ok"
    await api.halloo.relay.stop()
    assert (await status(api, house))["findings"] == [{"code": "relay_stopping", "level": "warning"}]


async def test_what_people_do_is_counted_for_their_own_workspace_alone(api: Api, house: House) -> None:
    stranger = await api.house("eve@halloo.example", "Evil")
    await api.talk(house, "Hello", "Is anybody there?")
    activity = (await status(api, house))["activity"]
    assert (len(activity["messages"]), sum(activity["messages"])) == (60, 2)
    assert sum(activity["facts"]) >= 2
    theirs = await status(api, stranger)
    assert sum(theirs["activity"]["messages"]) == 0
    assert theirs["people"] == {"visitors": 0, "operators": 0}
    api.clock.shift += 30 * MINUTE
    shown = (await status(api, house))["activity"]["messages"]
    assert (sum(shown), sum(shown[-29:])) == (2, 0)
    api.clock.shift += HOUR
    assert sum((await status(api, house))["activity"]["messages"]) == 0


async def test_the_last_hour_of_the_relay_in_figures(api: Api, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tally = api.halloo.relay.hub.tally
    tally.recoveries["none", "recovered"] += 4
    tally.recoveries["ring", "recovered"] += 3
    tally.recoveries["log", "recovered"] += 2
    tally.recoveries["log", "lost"] += 1
    tally.closes[1012] += 7
    tally.closes[4008] += 25
    tally.fell_behind += 1
    monkeypatch.setattr(Hub, "repairs", 2)
    for _ in range(98):
        tally.lag.observe(0.004)
    for _ in range(2):
        tally.lag.observe(4.0)
    told = await status(api, house)
    assert told["relay"]["recoveries"] == {"nothing_missed": 4, "from_memory": 3, "from_database": 2, "afresh": 1}
    assert told["relay"]["closes"] == [
        {"code": 4008, "name": "too_slow", "count": 25},
        {"code": 1012, "name": "restart", "count": 7},
    ]
    assert told["relay"]["gaps"] == 3
    assert 2 < told["lag"]["p50_ms"] < 5
    assert 2_000 < told["lag"]["p99_ms"] < 5_000
    assert {finding["code"] for finding in told["findings"]} == {"lag_high", "fell_behind", "slow_readers"}
    assert told["state"] == "warning"


async def test_every_node_that_lives_is_listed(api: Api, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = api.halloo.relay.broker
    note = NodeNote("0.0.1", api.clock() - HOUR, 12)
    from msgspec import json

    broker.keep("", "node", "another", json.encode(note))
    broker.keep("", "node", "from another release", b"[1]")
    broker.tally.kind, broker.tally.drops = "valkey", 3
    monkeypatch.setattr(broker, "up", False)
    told = await status(api, house)
    assert [(node["id"], node["version"], node["sockets"], node["here"]) for node in told["nodes"]] == [
        ("another", "0.0.1", 12, False),
        (broker.node, __version__, 0, True),
    ]
    assert told["broker"] == {"state": "down", "drops": 3}
    assert {finding["code"] for finding in told["findings"]} == {"broker_down", "releases_differ"}


async def test_mail_that_waits_and_mail_that_was_given_up(store: Store) -> None:
    config = Config(mail=MailSettings(host="127.0.0.1", port=1, sender="halloo@acme.example"))
    async with serving(store, config) as api:
        house = await api.house()
        stranger = await api.house("eve@halloo.example", "Evil")
        invited = await api.client.post("/core/invitations", json={"email": "bea@halloo.example"}, headers=house.bearer)
        assert invited.status_code == 201
        assert (await status(api, house))["mail"] == {"on": True, "waiting": 1, "failed": 0}
        assert (await status(api, stranger))["mail"] == {"on": True, "waiting": 0, "failed": 0}
        api.clock.shift += HOUR // 2
        told = await status(api, house)
        assert [finding["code"] for finding in told["findings"]] == ["mail_stuck"]


async def test_a_status_never_waits_for_a_part_that_is_away(
    api: Api, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_folder: object) -> None:
        raise OSError("the disk is not there")

    monkeypatch.setattr("shutil.disk_usage", gone)
    told = await status(api, house)
    assert told["disk"] is None
    assert told["state"] == "good"


async def test_many_who_look_ask_once(api: Api) -> None:
    reads = api.halloo.database.readers
    before = sum(sum(reader.tally.sizes.counts) for reader in reads)
    await asyncio.gather(*(api.halloo.watch.fresh() for _ in range(50)))
    await asyncio.sleep(0.05)
    assert sum(sum(reader.tally.sizes.counts) for reader in reads) - before <= 2
