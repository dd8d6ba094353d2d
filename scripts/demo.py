"""Serve Halloo with a demo workspace and, on another origin as in life, a small shop that embeds the widget."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import seed
import setup
from setup import PYTHON
from steps import ROOT, StepError, paint, step

sys.path.insert(0, str(ROOT / "demo"))

import shop

HOME = ROOT / ".demo"
EMAIL = "ada@halloo.example"

_LAST_PORT = 65_535

_WORDS = (
    "amber",
    "birch",
    "cedar",
    "clover",
    "coral",
    "ember",
    "fern",
    "hazel",
    "heron",
    "lilac",
    "maple",
    "olive",
    "pebble",
    "poppy",
    "raven",
    "sorrel",
    "thistle",
    "willow",
)


@dataclass(frozen=True)
class Ports:
    """The ports of product and shop, from the environment (`make demo PORT=… SHOP_PORT=…`)."""

    product: int
    shop: int

    @classmethod
    def chosen(cls) -> Ports:
        """Read the environment; raises StepError for what is no port."""
        ports = cls(_port("PORT", 8000), _port("SHOP_PORT", 8001))
        if ports.product == ports.shop:
            raise StepError(
                f"Product and shop cannot share port {ports.shop}. Choose another: make demo SHOP_PORT=9001"
            )
        return ports

    @property
    def product_url(self) -> str:
        """The origin of the product."""
        return f"http://localhost:{self.product}"

    @property
    def shop_url(self) -> str:
        """The origin of the shop."""
        return f"http://localhost:{self.shop}"


def main() -> None:
    """Prepare what is missing, then serve until Ctrl-C."""
    ports = Ports.chosen()
    _require_free("PORT", ports.product)
    _require_free("SHOP_PORT", ports.shop)
    started = time.monotonic()
    setup.product()
    facts = _workspace(ports)
    log = HOME / "server.log"
    server = _serve(ports, log)
    try:
        with step("Product started"):
            _wait_until_ready(ports, server, log)
        facts = _seed(ports, facts)
        key = shop.IdentityKey(**facts["identity_key"])
        site = shop.make_server(ports.shop, ports.product_url, facts["widget_id"], key)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        _show(ports, facts, time.monotonic() - started)
        _stay(server, log)
    except KeyboardInterrupt:
        print("\nStopping.")
    finally:
        _stop(server)


def _workspace(ports: Ports) -> dict[str, Any]:
    file = HOME / "workspace.json"
    if file.exists():
        return json.loads(file.read_text())
    with step("Demo workspace"):
        HOME.mkdir(mode=0o700, exist_ok=True)
        shutil.rmtree(HOME / "data", ignore_errors=True)  # half-made, by a start that was interrupted
        password = "-".join([*(secrets.choice(_WORDS) for _ in range(3)), str(secrets.randbelow(90) + 10)])
        command = [str(PYTHON), "-m", "halloo", "init", "--json", "--data", str(HOME / "data")]
        command += ["--email", EMAIL, "--password", password, "--name", "Ada Morgenstern", "--workspace", "Kiln & Clay"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment(ports), cwd=ROOT)
        if done.returncode != 0:
            raise StepError(f"{done.stderr or done.stdout}\n`halloo init` failed. Remove .demo/ to begin again.")
        facts = {**json.loads(done.stdout), "password": password}
        file.touch(mode=0o600)
        file.write_text(json.dumps(facts, indent=2))
    return facts


def _environment(ports: Ports) -> dict[str, str]:
    """The demo's settings alone: whatever HALLOO_… the shell has is for another installation."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HALLOO_")}
    # The shop takes web hooks, on this machine; nothing else of it may be called.
    return {**own, "HALLOO_PUBLIC_URL": ports.product_url, "HALLOO_HOOKS_ALLOW_NETWORKS": "127.0.0.1/32"}


def _serve(ports: Ports, log: Path) -> subprocess.Popen[bytes]:
    command = [
        str(PYTHON),
        "-m",
        "halloo",
        "serve",
        "--data",
        str(HOME / "data"),
        "--host",
        "127.0.0.1",
        "--port",
        str(ports.product),
    ]
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(ports),
            cwd=ROOT,
            start_new_session=True,
        )


def _wait_until_ready(ports: Ports, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            _died(server, log)
        if seed.is_ready(ports.product_url):
            return
        time.sleep(0.05)
    raise StepError(f"The product did not answer within 30 s. What it said: {log.relative_to(ROOT)}")


def _seed(ports: Ports, facts: dict[str, Any]) -> dict[str, Any]:
    """Bring in the demo's people, replies and past, once; and the shop's address, which may change with the port."""
    if facts.get("shop") == ports.shop_url and "identity_key" in facts and "hook_id" in facts:
        return facts
    api = seed.Api(ports.product_url, facts["token"])
    with step("Demo colleague, replies and a month of feedback"):
        seed.fill(api, facts["password"])
        seed.dress_widget(api, facts["widget_id"], ports.shop_url)
        if "identity_key" not in facts:
            _run(ports, "past.py", facts["workspace_id"], facts["widget_id"])
            _run(ports, "past_picture.py", facts["workspace_id"], facts["widget_id"], ports.product_url)
            facts = _kept({**facts, "identity_key": seed.make_identity_key(api, facts["widget_id"])})
        hook_id = seed.point_hook(api, facts.get("hook_id"), f"http://127.0.0.1:{ports.shop}/hooks")
        if "hook_id" not in facts:
            _run(ports, "past_hook.py", facts["workspace_id"], facts["widget_id"], hook_id)
            facts = _kept({**facts, "hook_id": hook_id})
    return _kept({**facts, "shop": ports.shop_url})


def _run(ports: Ports, script: str, *ids: str) -> None:
    """Give the workspace a past; with the product's own Python, for it uses the product's own actions."""
    command = [str(PYTHON), str(ROOT / "scripts" / script), str(HOME / "data"), *ids]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment(ports), cwd=ROOT)
    if done.returncode != 0:
        raise StepError(f"{done.stderr}\nThe demo's past could not be made. Remove .demo/ to begin again.")


def _kept(facts: dict[str, Any]) -> dict[str, Any]:
    """Write down what the demo knows of itself; secrets are among it, and the file is its owner's alone."""
    (HOME / "workspace.json").write_text(json.dumps(facts, indent=2))
    return facts


def _show(ports: Ports, facts: dict[str, Any], seconds: float) -> None:
    def row(name: str, value: str, note: str = "") -> str:
        return f"  {name:<10}{paint(value, '1;36')}" + (f"   {paint(note, '2')}" if note else "")

    print(
        "\n".join(
            [
                "",
                paint(f"Halloo is up after {seconds:.1f} s.", "1"),
                "",
                row("Shop", ports.shop_url, "open it and write, as a visitor; or sign in as Mary first"),
                row("Inbox", f"{ports.product_url}/inbox", "answer yourself, in another window"),
                row("API", f"{ports.product_url}/docs", "the pages to read and try it on"),
                "",
                row("Sign in", EMAIL, "the owner; grace@halloo.example is a colleague with the same password"),
                row("Password", facts["password"]),
                "",
                paint("  Ctrl-C stops both. `make clean` removes the demo with its data.", "2"),
                "",
            ]
        ),
        flush=True,
    )


def _stay(server: subprocess.Popen[bytes], log: Path) -> NoReturn:
    server.wait()
    _died(server, log)


def _died(server: subprocess.Popen[bytes], log: Path) -> NoReturn:
    said = log.read_text(errors="replace").splitlines()[-30:]
    raise StepError("\n".join([*said, "", f"The product stopped by itself with {server.returncode}."]))


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is not None:
        return
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(8)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        server.kill()
        server.wait()


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _LAST_PORT:
        raise StepError(f"{name}={text} is no port; a number from 1 to 65535 is meant.")
    return int(text)


def _require_free(name: str, port: int) -> None:
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except PermissionError:
            raise StepError(
                f"Port {port} is reserved for the system. Choose another: make demo {name}={port + 8000}"
            ) from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = {"PORT": 9000, "SHOP_PORT": 9001}[name]
                raise StepError(
                    f"Port {port} is in use by another program. Choose another: make demo {name}={other}"
                ) from None


def _on_terminate(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _on_terminate)
    try:
        main()
    except StepError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
