"""Whether this server lives, and whether it should be sent anybody: /healthz and /readyz."""

import asyncio
import threading

import pytest

from halloo.config import Config
from halloo.db.tx import Tx
from halloo.edge import pulse
from halloo.edge.health import PADDING
from halloo.edge.settings import ServerSettings
from tests.support.api import Api, serving
from tests.support.pace import PATIENCE_S, Pace
from tests.support.product import Store


async def ready(api: Api) -> tuple[int, str, dict[str, str]]:
    """What /readyz says: status, word, parts."""
    answer = await api.client.get("/readyz")
    told = answer.json()
    return answer.status_code, told["status"], told["parts"]


async def test_a_server_is_ready_between_its_start_and_its_stop_and_alive_all_the_time(store: Store) -> None:
    async with serving(store) as api:
        parts = {"database": "ok", "broker": "none"}
        assert await ready(api) == (503, "unready", {**parts, "relay": "starting"})
        await api.halloo.relay.start()
        assert await ready(api) == (200, "ready", {**parts, "relay": "ok"})
        await api.halloo.relay.stop()
        assert await ready(api) == (503, "unready", {**parts, "relay": "draining"})
        alive = await api.client.get("/healthz")
        assert (alive.status_code, alive.json()) == (200, {"status": "ok"})


async def test_without_its_broker_a_server_is_degraded_and_ready(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(store) as api:
        await api.halloo.relay.start()
        broker = api.halloo.relay.broker
        monkeypatch.setattr(broker.tally, "kind", "valkey")
        monkeypatch.setattr(broker, "up", False)
        assert await ready(api) == (200, "degraded", {"database": "ok", "relay": "ok", "broker": "down"})
        monkeypatch.setattr(broker, "up", True)
        assert (await ready(api))[2]["broker"] == "ok"
        await api.halloo.relay.stop()


def sleep(tx: Tx, gate: threading.Event) -> None:
    """Hold a worker until the gate opens."""
    assert tx
    gate.wait(20)


async def test_a_database_that_hangs_makes_a_server_unready_and_hangs_nobody(store: Store) -> None:
    gate = threading.Event()
    async with serving(store) as api:
        await api.halloo.relay.start()
        readers = api.halloo.database.readers
        held = [asyncio.ensure_future(api.halloo.database.read("", sleep, gate)) for _ in readers]
        try:
            pace = Pace()
            answers = await asyncio.gather(*(ready(api) for _ in range(20)))
            assert {(status, parts["database"]) for status, _, parts in answers} == {(503, "silent")}
            assert pace.seconds() < 4
            assert sum(reader.waiting for reader in readers) <= 8  # however many ask, few questions wait
            assert (await api.client.get("/healthz")).status_code == 200
        finally:
            gate.set()
        await asyncio.gather(*held)
        async with asyncio.timeout(PATIENCE_S):
            while (await ready(api))[0] != 200:  # noqa: ASYNC110 - an answer is all there is
                await asyncio.sleep(0.1)
        await api.halloo.relay.stop()


async def test_a_writer_that_is_stuck_is_told_apart(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "STUCK_S", 0.1)
    gate = threading.Event()
    async with serving(store) as api:
        await api.halloo.relay.start()
        held = asyncio.ensure_future(api.halloo.database.write("", sleep, gate))
        await asyncio.sleep(0.3)
        assert (await ready(api))[2]["database"] == "stuck"
        gate.set()
        await held
        while api.halloo.watch.pulse.stuck():  # noqa: ASYNC110 - a worker is done a moment after its callers were answered
            await asyncio.sleep(0.01)
        assert (await ready(api))[2]["database"] == "ok"
        await api.halloo.relay.stop()


async def test_one_busy_reader_makes_nobody_unready(store: Store) -> None:
    gate = threading.Event()
    async with serving(store) as api:
        heart = api.halloo.watch.pulse
        held = asyncio.ensure_future(api.halloo.database.read("", sleep, gate))
        answers = [await heart.beat(0.2) for _ in range(8) if await asyncio.sleep(0.55) is None]
        assert [answer for answer in answers if answer is not None]
        assert answers[-1] is not None or answers[-2] is not None
        gate.set()
        await held


async def test_the_doctor_is_told_whom_the_server_sees(store: Store) -> None:
    claim = {"X-Forwarded-For": "100.64.13.37"}
    async with serving(store) as api:
        told = (await api.client.get("/healthz?probe=address")).json()
        assert (told["status"], told["address"]) == ("ok", "internal")
        assert abs(told["time"] - api.clock()) < 5_000
        assert (await api.client.get("/healthz?probe=address", headers=claim)).json()["address"] == "internal"
        assert (await api.client.get("/healthz?probe=other")).json() == {"status": "ok"}
    async with serving(store, Config(server=ServerSettings(trusted_proxies=("127.0.0.1",)))) as api:
        seen = (await api.client.get("/healthz?probe=address", headers=claim)).json()["address"]
        assert seen == "100.64.13.37"
        inside = {"X-Forwarded-For": "10.1.2.3"}
        assert (await api.client.get("/healthz?probe=address", headers=inside)).json()["address"] == "internal"


async def test_long_headers_come_when_they_are_asked_for(store: Store) -> None:
    async with serving(store) as api:
        assert len((await api.client.get("/healthz?probe=headers")).headers["x-halloo-padding"]) == PADDING
        assert "x-halloo-padding" not in (await api.client.get("/healthz")).headers
