"""The servers that the benchmark starts: each is one process that listens on a port of loopback."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path

from halloo.cli.bench import machine
from halloo.cli.bench.control import answers
from halloo.cli.bench.swarm import Wrong

BUCKET = "halloo-bench"
_START_S = 60
_STORE = """
import logging, sys
logging.getLogger("werkzeug").disabled = True
from moto.server import ThreadedMotoServer
ThreadedMotoServer(ip_address="127.0.0.1", port=int(sys.argv[1]), verbose=False).start()
sys.stdin.read()
"""
_NGINX = """
daemon off; master_process off; error_log stderr error; pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type video/mp4;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


class Server:
    """A process that listens."""

    def __init__(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        """Raise `Wrong` where it does not start."""
        self.name, self.port, self._process = name, port, process
        ends = time.monotonic() + _START_S
        while not answers(port):
            if process.poll() is not None or time.monotonic() > ends:
                raise Wrong(f"{name} did not start.")
            time.sleep(0.02)

    def cpu_s(self) -> float:
        """CPU seconds so far."""
        return machine.cpu_s(self._process.pid)

    def rss_bytes(self) -> int:
        """Memory that it holds."""
        return machine.rss_bytes(self._process.pid)

    def peak_bytes(self) -> int:
        """The most memory that it ever held."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0


@contextlib.contextmanager
def _started(name: str, port: int, command: Sequence[str], core: int | None) -> Generator[Server]:
    with machine.on_core(core):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603 - ours, fixed
    try:
        yield Server(name, port, process)
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def halloo(folder: Path, core: int | None, address: str = "", endpoint: str = "") -> Generator[Server]:
    """The storage host over a folder, or over an object store."""
    (port,) = machine.free_ports(1)
    command = [sys.executable, "-m", "halloo.cli.bench.files.node", str(port), str(folder), address, endpoint]
    with _started("halloo", port, command, core) as server:
        yield server


@contextlib.contextmanager
def bare(folder: Path, core: int | None) -> Generator[Server]:
    """Uvicorn and one file."""
    (port,) = machine.free_ports(1)
    command = [sys.executable, "-m", "halloo.cli.bench.files.bare", str(port), str(folder)]
    with _started("uvicorn", port, command, core) as server:
        yield server


@contextlib.contextmanager
def nginx(folder: Path, core: int | None) -> Generator[Server | None]:
    """The same folder; None where nginx is not on the path."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        yield None
        return
    (port,) = machine.free_ports(1)
    with tempfile.TemporaryDirectory() as own:
        config = Path(own) / "nginx.conf"
        user = "user root;" if os.getuid() == 0 else ""
        config.write_text(user + _NGINX.format(folder=own, port=port, root=folder))
        with _started("nginx", port, [program, "-p", own, "-c", str(config), "-e", "stderr"], core) as server:
            yield server


@contextlib.contextmanager
def object_store(core: int | None) -> Generator[Server]:
    """A server that speaks S3, from the package moto; make its bucket yourself."""
    (port,) = machine.free_ports(1)
    with _started("moto", port, [sys.executable, "-c", _STORE, str(port)], core) as server:
        yield server
