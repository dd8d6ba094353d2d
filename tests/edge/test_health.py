"""Whether this server should be sent anybody: /healthz."""

from tests.support.api import serving
from tests.support.product import Store


async def test_a_server_that_is_about_to_stop_says_so(store: Store) -> None:
    async with serving(store) as api:
        assert (await api.client.get("/healthz")).status_code == 200
        await api.halloo.relay.stop()
        answer = await api.client.get("/healthz")
        assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
