"""What Prometheus reads: /metrics."""

import asyncio
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from halloo.config import Config
from halloo.edge.metrics import METRICS
from halloo.edge.settings import ServerSettings
from tests.support.api import Api, serving
from tests.support.product import Store

TOKEN = "a metrics token of some length"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
WATCHED = Config(server=ServerSettings(metrics_token=TOKEN))


async def scrape(api: Api) -> dict[str, float]:
    """Every sample by its name and labels."""
    answer = await api.client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found[" ".join([sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))])] = (
                sample.value
            )
    return found


async def test_without_a_token_in_the_settings_there_is_no_such_address(store: Store) -> None:
    async with serving(store) as api:
        for headers in ({}, BEARER, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
            answer = await api.client.get("/metrics", headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (404, "route_not_found")


async def test_only_the_token_of_the_settings_opens_it(store: Store) -> None:
    async with serving(store, WATCHED) as api:
        house = await api.house()
        wrong = [
            {},
            house.bearer,
            {"Authorization": TOKEN},
            {"Authorization": f"Basic {TOKEN}"},
            {"Authorization": "Bearer x"},
        ]
        for headers in wrong:
            answer = await api.client.get("/metrics", headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert answer.headers["cache-control"] == "no-store"
            assert "halloo_" not in answer.text
        assert (await api.client.get(f"/metrics?token={TOKEN}")).status_code == 401


async def test_prometheus_may_call_it_by_any_name(store: Store) -> None:
    async with serving(store, WATCHED) as api:
        answer = await api.client.get("/metrics", headers={**BEARER, "Host": "10.1.2.3:8000"})
        assert answer.status_code == 200
        assert (await api.client.get("/readyz", headers={"Host": "10.1.2.3:8000"})).status_code == 421


def test_a_token_that_could_be_guessed_is_refused(store: Store) -> None:
    from halloo.app import build

    with pytest.raises(ValueError, match=r"server\.metrics_token: at least 16"):
        build(Config(server=ServerSettings(metrics_token="short")), store.url, "https://chat.example", b"k" * 32)


async def test_every_metric_is_there_and_every_one_has_a_meaning(store: Store) -> None:
    async with serving(store, WATCHED) as api:
        api.halloo.relay.broker.tally.kind = "valkey"
        api.halloo.relay.hub.tally.refused["origin"] += 1
        api.halloo.relay.hub.tally.closes[4008] += 1
        api.halloo.relay.hub.tally.recoveries["ring", "recovered"] += 1
        await api.halloo.watch.look()
        api.halloo.watch.disk = 1, 2
        text = (await api.client.get("/metrics", headers=BEARER)).text
        families = {family.name: family for family in text_string_to_metric_families(text)}
        for described in METRICS:
            family = families[f"{described.name}_info" if described.kind == "info" else described.name]
            assert family.samples, described.name
            assert family.documentation == described.meaning
            assert family.type == ("gauge" if described.kind == "info" else described.kind), described.name
            assert described.meaning[0].isupper() or described.meaning[0] == "1"
            assert described.meaning.endswith((".", "`.")), described.name
            assert bool(described.labels) == bool(described.samples), described.name
            told = [(sample.name, *sorted(sample.labels.items())) for sample in family.samples]
            assert len(set(told)) == len(told), described.name
        ours = {name for name in families if name.startswith("halloo_")}
        assert ours == {described.name for described in METRICS[1:]} | {"halloo_build_info"}


async def test_what_happens_is_counted(store: Store) -> None:
    async with serving(store, WATCHED) as api:
        house = await api.house()
        before = await scrape(api)
        await api.talk(house, "Hello", "Is anybody there?")
        await api.client.get("/core/nothing")
        await asyncio.sleep(0.05)  # a worker counts its group once its callers were answered
        after = await scrape(api)

        def more(name: str) -> float:
            return after[name] - before[name]

        assert more("halloo_facts_total") >= 2
        assert more("halloo_database_write_seconds_count") >= 1
        assert more("halloo_database_write_group_sum") >= 1
        assert more("halloo_http_answers_total class=2xx") == 1
        assert more("halloo_http_answers_total class=4xx") == 1


async def test_nothing_of_anybody_stands_in_it(store: Store) -> None:
    async with serving(store, WATCHED) as api:
        house = await api.house()
        conversation, visitor = await api.talk(house, "Hello, it is me")
        text = (await api.client.get("/metrics", headers=BEARER)).text
        for secret in (
            house.workspace_id,
            house.owner_id,
            house.widget_id,
            conversation,
            visitor.id,
            "Acme",
            "it is me",
        ):
            assert secret not in text
        labels = {value for values in re.findall(r"{([^}]*)}", text) for value in re.findall(r'="([^"]*)"', values)}
        assert len(labels) < 120
