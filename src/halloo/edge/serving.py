"""The process's listeners, and its stop: uvicorn, with the relay's connections let go in their own time first."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Generator
from typing import Any, cast

import structlog
import uvicorn
from litestar.types import ASGIApp

from halloo.edge.http import BoundedProtocol
from halloo.kit.clock import SECOND
from halloo.relay.draining import HARD_S
from halloo.relay.server import RelayServer

_log = structlog.get_logger("halloo")
_HTTP_S = 10
_CLOSING_S = 2
"""What is left behind the last request, to close the database."""


def listener(app: ASGIApp, relay: RelayServer, host: str, port: int) -> uvicorn.Config:
    """One port: what answers requests there, and the relay for upgrades."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        ws=cast("Any", relay.protocol),
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_graceful_shutdown=_HTTP_S,
    )


class Server(uvicorn.Server):
    """Both listeners as one: they begin together, and they drain and end together.

    SIGTERM or SIGINT: nobody new is let in from then on, connections are asked to come back and closed, requests finish.
    What is not done `HARD_S` behind the spread of the connections is not waited for. A second signal ends the process at once.
    """

    def __init__(self, main: uvicorn.Config, relay: RelayServer, rescue: uvicorn.Config | None = None) -> None:
        """`rescue`: the second listener. Its port may be taken: that is a warning, and no fault."""
        super().__init__(main)
        self._relay = relay
        self._rescue = rescue
        self._ends: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        rescue = self._rescue
        if rescue is None:
            return
        rescue.load()
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(
                lambda: BoundedProtocol(rescue, self.server_state, self.lifespan.state, loop),
                host=rescue.host,
                port=rescue.port,
                backlog=rescue.backlog,
            )
        except OSError as error:
            _log.warning("rescue_port_taken", port=rescue.port, why=str(error), setting="relay.rescue_port")
        else:
            self.servers.append(server)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """The first signal: readiness ends at once, and the stop begins with the next tick."""
        del frame
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)  # the second one needs nobody's help, be the loop ever so busy
        patience = self._relay.refuse_newcomers() / SECOND + HARD_S
        _log.info("stopping", signal=signal.Signals(sig).name, connections=len(self._relay.shared.connections))
        self._ends = time.monotonic() + patience
        watch = threading.Timer(patience, _stop_hard, [patience])
        watch.daemon = True
        watch.start()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let connections go, then requests finish."""
        await self._relay.stop()
        if self._ends is not None:
            left = self._ends - time.monotonic() - _CLOSING_S
            self.config.timeout_graceful_shutdown = max(1, min(_HTTP_S, int(left)))
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGTERM and SIGINT end the loop; the process then ends as one that did what it was asked."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _stop_hard(after_s: float) -> None:
    """A writer hangs, or a client stalls: what was acknowledged is stored, and the rest is not waited for any longer."""
    _log.error("stopped_hard", after_s=round(after_s, 1))
    sys.stderr.flush()
    os._exit(1)
