"""Runs the server: the listeners, the chores beside them, and an end in its own time."""

import asyncio
import gc
from pathlib import Path

import structlog

from halloo import __version__
from halloo.app.whole import build
from halloo.config import Config
from halloo.contacts.device import parse_user_agent
from halloo.db.migrate import is_postgres
from halloo.edge.serving import Server, listener
from halloo.kit.handles import raise_handles
from halloo.kit.logs import set_up_logging

_log = structlog.get_logger("halloo")


def collect_seldom() -> None:
    """Have the garbage collector look seldom: nearly all that a server holds it holds for long, and nothing common goes in circles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def serve_forever(  # noqa: PLR0913 - what `halloo serve` was told, by name
    config: Config,
    database_url: str,
    public_url: str,
    secret: bytes,
    *,
    host: str,
    port: int,
    rescue_port: int = 0,
    only_rescue: bool = False,
    data: Path,
) -> None:
    """Listen until SIGTERM or SIGINT, then let every connection go in its own time.

    `rescue_port`: where the rescue relay listens, 0 for nowhere. `only_rescue`: this process listens nowhere else.
    """
    set_up_logging(config.server.log_format, config.server.log_level)
    handles = raise_handles()
    halloo = build(config, database_url, public_url, secret, rescue_port=rescue_port, data=data)
    collect_seldom()
    relay = halloo.relay
    _log.info(
        "serving",
        version=__version__,
        public_url=public_url,
        host=host,
        port=None if only_rescue else port,
        rescue_port=rescue_port,
        database="postgresql" if is_postgres(database_url) else "sqlite",
        broker=relay.broker.tally.kind,
        handles=handles,
    )
    rescue = listener(halloo.rescue, relay, host, rescue_port) if rescue_port else None
    if only_rescue and rescue is not None:
        server = Server(rescue, relay)
    else:
        server = Server(listener(halloo.asgi, relay, host, port), relay, rescue)
    await relay.start()
    halloo.mail.start()
    halloo.hooks.start()
    halloo.watch.start()
    warm = asyncio.get_running_loop().run_in_executor(
        None, parse_user_agent, "Mozilla/5.0"
    )  # reads its rules at first use
    chores = [asyncio.create_task(chore.run()) for chore in (halloo.sweeper, halloo.indexer, halloo.files.sweeper)]
    try:
        await server.serve()
    finally:
        for chore in chores:
            chore.cancel()
        await warm
        await halloo.close()
        _log.info("stopped", uptime_s=round(halloo.watch.uptime_s))
