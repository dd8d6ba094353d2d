"""`halloo mail`: what it says when it works, and when it does not."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.postbox import Postbox, part, postbox
from tests.support.product import Product, Store

pytestmark = pytest.mark.slow


@pytest.fixture
def place(tmp_path: Path) -> Product:
    """A product that was set up, over SQLite, and is not serving."""
    product = Product(Store("sqlite", tmp_path, f"sqlite:///{tmp_path / 'halloo.db'}"))
    product.init()
    return product


async def halloo(place: Product, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    place.settings = settings
    command = ["-m", "halloo", *arguments, "--data", str(place.store.folder)]
    return await asyncio.to_thread(
        subprocess.run, [sys.executable, *command], capture_output=True, text=True, check=False, env=place.environment
    )


def to(box: Postbox, **more: str) -> dict[str, str]:
    return {
        "HALLOO_MAIL_HOST": "127.0.0.1",
        "HALLOO_MAIL_PORT": str(box.port),
        "HALLOO_MAIL_SECURITY": "none",
        "HALLOO_MAIL_SENDER": "Acme <help@acme.example>",
        **more,
    }


async def test_a_mail_can_be_tried(place: Product) -> None:
    async with postbox() as box:
        done = await halloo(place, "mail", "test", "--to", "ada@visitors.example", **to(box))
        assert done.returncode == 0, done.stderr
        assert f"Connected to 127.0.0.1:{box.port}, in clear, without a sign-in." in done.stdout
        assert "250 taken" in done.stdout or "said: taken" in done.stdout
        (mail,) = box.mails
        assert "halloo mail test" in part(mail, "plain")
        again = await halloo(place, "mail", "test", "--to", "ada@visitors.example", "--json", **to(box))
        assert json.loads(again.stdout)["to"] == "ada@visitors.example"


async def test_what_does_not_work_is_said(place: Product) -> None:
    off = await halloo(place, "mail", "test", "--to", "a@b.example")
    assert (off.returncode, "mail.host is not set" in off.stderr) == (1, True)
    async with postbox() as box:
        bad = await halloo(place, "mail", "test", "--to", "nobody", **to(box))
        assert (bad.returncode, "no e-mail address" in bad.stderr) == (1, True)
        box.refused["a@b.example"] = "550 go away"
        refused = await halloo(place, "mail", "test", "--to", "a@b.example", **to(box))
        assert (refused.returncode, "550 go away" in refused.stderr) == (1, True)
        wrong = await halloo(place, "mail", "test", "--to", "a@b.example", **to(box, HALLOO_MAIL_SENDER="x"))
        assert (wrong.returncode, "mail.sender" in wrong.stderr) == (1, True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box = Postbox(free.getsockname()[1])
    away = await halloo(place, "mail", "test", "--to", "a@b.example", **to(box))
    assert (away.returncode, "Error connecting" in away.stderr) == (1, True)
    for done in (off, bad, refused, wrong, away):
        assert "Traceback" not in done.stderr


async def test_the_outbox_can_be_looked_at(place: Product) -> None:
    assert json.loads((await halloo(place, "mail", "list", "--json")).stdout) == []
    assert "Nothing here yet." in (await halloo(place, "mail", "list")).stdout


async def test_a_server_with_wrong_settings_does_not_start(place: Product) -> None:
    done: Any = await halloo(place, "serve", HALLOO_MAIL_HOST="smtp.example", HALLOO_MAIL_SENDER="nobody")
    assert done.returncode == 1
    assert "mail.sender" in done.stderr
