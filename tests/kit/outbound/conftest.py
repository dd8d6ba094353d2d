"""Outgoing HTTP over both event loops: the one that serves in life, and the one that tools run on."""

import asyncio
from collections.abc import Callable

import uvloop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Each loop in turn."""
    return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
