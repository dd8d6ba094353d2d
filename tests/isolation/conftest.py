"""Two workspaces on one server, over each kind of database."""

from collections.abc import AsyncIterator

import pytest

from halloo.api.public.limits import PublicApiSettings
from halloo.config import Config
from halloo.relay.settings import RelaySettings
from tests.isolation.grounds import Grounds, settle
from tests.support.api import serving
from tests.support.product import Store

GENEROUS = Config(
    public_api=PublicApiSettings(
        reads_per_minute=10**6,
        contacts_per_minute=10**6,
        contacts_per_hour=10**6,
        starts_per_hour=10**6,
        starts_per_hour_and_address=10**6,
        messages_per_minute=10**6,
        messages_burst=10**6,
        forms_per_hour=10**6,
        identifications_per_hour=10**6,
        identity_failures_per_minute=10**6,
        tickets_per_minute=10**6,
        links_per_hour=10**6,
        links_per_hour_and_email=10**6,
        continues_per_minute=10**6,
        uploads_per_ten_minutes=10**6,
        upload_mib_per_day=10**6,
    ),
    relay=RelaySettings(
        visitor_frames_per_second=1000, operator_frames_per_second=1000, visitor_messages_per_minute=10**6
    ),
)
"""The matrix calls more often than a visitor would."""


@pytest.fixture
async def grounds(store: Store) -> AsyncIterator[Grounds]:
    """Both workspaces, furnished."""
    async with serving(store, GENEROUS) as api:
        yield Grounds(api, await settle(api, "apricot"), await settle(api, "bramble"))
