"""The product as people run it: `halloo init` and `halloo serve` as processes, on a free port, over either database."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.support.pace import PATIENCE_S
from tests.support.ports import free_port

Kind = Literal["sqlite", "postgresql"]

SOURCES = Path(__file__).resolve().parent.parent.parent / "src"
OWNER_EMAIL = "ada@halloo.example"
OWNER_PASSWORD = "birch-heron-olive-42"


@dataclass(frozen=True)
class Store:
    """An empty database: what Halloo is told about it, and a folder for its data."""

    kind: Kind
    folder: Path
    url: str
    owner_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings of Halloo that name this database."""
        settings = {"HALLOO_DATABASE_URL": self.url}
        if self.owner_url:
            settings["HALLOO_DATABASE_OWNER_URL"] = self.owner_url
        return settings


@dataclass
class Product:
    """A Halloo that can be started, stopped and killed. `facts` is what `halloo init --json` said."""

    store: Store
    settings: dict[str, str] = field(default_factory=dict[str, str])
    port: int = field(default_factory=free_port)
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    process: subprocess.Popen[bytes] | None = None
    program: tuple[str, ...] = ("-m", "halloo")
    """What Python runs to serve."""

    @property
    def origin(self) -> str:
        """Return the origin it is reached at."""
        return f"http://localhost:{self.port}"

    @property
    def widget_origin(self) -> str:
        """Return where loader and frame come from, in a browser."""
        return self.origin

    @property
    def inbox_origin(self) -> str:
        """Return where the inbox is at home, in a browser."""
        return self.origin

    @property
    def public_url(self) -> str:
        """Return the public address: this one's own, unless several nodes share another."""
        return self.settings.get("HALLOO_PUBLIC_URL", self.origin)

    @property
    def log(self) -> Path:
        """Return the file that holds what it printed."""
        return self.store.folder / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment: none of the developer's own settings, this database, this address."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")}
        here = {"PYTHONPATH": str(SOURCES), "HALLOO_PUBLIC_URL": self.public_url, "HALLOO_RELAY_RESCUE_PORT": "0"}
        return {**own, **self.store.environment, **here, **self.settings}

    def halloo(self, *arguments: str) -> str:
        """Run a command of the product and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "halloo", *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            check=False,
        )
        assert done.returncode == 0, (
            f"halloo {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        )
        return done.stdout

    def init(self) -> None:
        """Create the first workspace, its owner, widget and token."""
        data = ("--data", str(self.store.folder))
        self.facts = json.loads(
            self.halloo("init", "--json", *data, "--email", OWNER_EMAIL, "--password", OWNER_PASSWORD)
        )

    def start(self) -> None:
        """Serve, and wait until it is ready."""
        command = [sys.executable, *self.program, "serve", "--data", str(self.store.folder), "--host", "127.0.0.1"]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                start_new_session=True,
            )
        for _ in range(20 * PATIENCE_S):
            if self.process.poll() is not None:
                break
            if self.is_ready():
                return
            time.sleep(0.05)
        raise AssertionError(f"The product did not get ready:\n{self.log.read_text(errors='replace')[-4000:]}")

    def stop(self) -> None:
        """Ask it to stop, and insist after a while."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(12)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def is_ready(self) -> bool:
        """Say whether it takes requests and connections."""
        try:
            with urllib.request.urlopen(f"{self.origin}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def call(self, method: str, path: str, body: object = None, token: str | None = None) -> Any:
        """Call the management API with the token of `init` and return the answer's JSON."""
        return self._request(method, path, body, {"Authorization": f"Bearer {token or self.facts['token']}"})

    def public(self, method: str, path: str, body: object = None, visitor_token: str | None = None) -> Any:
        """Call the public API as the frame does and return the answer's JSON."""
        visitor = {} if visitor_token is None else {"X-Halloo-Visitor": visitor_token}
        return self._request(method, path, body, {"Origin": self.public_url, **visitor})

    def _request(self, method: str, path: str, body: object, headers: dict[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(self.origin + path, data, {**headers, **kind}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{method} {path} answered {error.code}: {error.read().decode()}") from None
        return json.loads(text) if text else None

    def widget(self, domains: list[str], config: dict[str, Any] | None = None) -> None:
        """Let these origins embed the first widget, with this look."""
        body = {"domains": domains, "published": True, "config": {"v1": config or {}}}
        self.call("PUT", f"/core/web-widgets/{self.facts['widget_id']}", body)


def calling_home(folder: Path, make: Callable[..., Product]) -> Product:
    """Make a product on SQLite that may call this machine, which it never does by itself."""
    store = Store("sqlite", folder, f"sqlite:///{folder / 'halloo.db'}")
    return make(store, HALLOO_HOOKS_ALLOW_NETWORKS="127.0.0.1/32, ::1/128")
