"""Whether this server should be sent anybody: /healthz."""

from halloo.config import Config
from halloo.edge.health import PADDING
from halloo.edge.settings import ServerSettings
from tests.support.api import serving
from tests.support.product import Store


async def test_a_server_that_is_about_to_stop_says_so(store: Store) -> None:
    async with serving(store) as api:
        assert (await api.client.get("/healthz")).status_code == 200
        await api.halloo.relay.stop()
        answer = await api.client.get("/healthz")
        assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")


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
