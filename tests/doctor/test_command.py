"""`halloo doctor` as it is run: on the server itself, from elsewhere, for people and for programs."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mail.test_commands import to
from tests.support.certificates import certificate
from tests.support.postbox import postbox
from tests.support.product import Product, Store

pytestmark = pytest.mark.slow


def doctor(product: Product, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "halloo", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**product.environment, **settings})


@pytest.fixture
def product(tmp_path: Path, make_product: Callable[..., Product]) -> Product:
    return make_product(Store("sqlite", tmp_path, f"sqlite:///{tmp_path / 'halloo.db'}"))


def levels(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return {one["check"]: one["level"] for one in json.loads(done.stdout)["findings"]}


def test_on_the_server_itself_it_knows_address_and_widget(product: Product) -> None:
    done = doctor(product, "--data", str(product.store.folder), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert (said["url"], said["widget_id"], said["ok"]) == (product.origin, product.facts["widget_id"], True)
    found = levels(done)
    assert (found["revision"], found["mail"], found["database"]) == ("ok", "warn", "ok")
    people = doctor(product, "--data", str(product.store.folder))
    assert "✓ loader bytes" in people.stdout
    assert people.stdout.rstrip().endswith("in order.")
    assert "\x1b" not in people.stdout


def test_from_elsewhere_address_and_widget_are_named(product: Product, tmp_path: Path) -> None:
    elsewhere = {"HALLOO_DATABASE_URL": "", "HALLOO_PUBLIC_URL": ""}
    nothing = ("--data", str(tmp_path / "nothing"))
    done = doctor(
        product, "--url", product.origin, "--widget", product.facts["widget_id"], *nothing, "--json", **elsewhere
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "revision" not in levels(done)
    lost = doctor(product, *nothing, **elsewhere)
    assert (lost.returncode, "--url" in lost.stderr) == (1, True)
    unnamed = doctor(product, "--url", product.origin, *nothing, **elsewhere)
    assert (unnamed.returncode, "--widget" in unnamed.stderr) == (1, True)
    wrong = doctor(product, "--url", "chat example", *nothing, **elsewhere)
    assert (wrong.returncode, "--url" in wrong.stderr) == (1, True)
    assert not (tmp_path / "nothing").exists()


def test_a_server_that_is_down_ends_with_one(product: Product) -> None:
    product.stop()
    done = doctor(product, "--data", str(product.store.folder), "--json")
    assert done.returncode == 1
    assert levels(done)["address"] == "bad"
    assert json.loads(done.stdout)["ok"] is False


async def test_mail_is_tried_and_nothing_is_sent(product: Product, tmp_path: Path) -> None:
    data = ("--data", str(product.store.folder), "--json")
    async with postbox(certificate(tmp_path), login=True) as box:
        good = to(
            box,
            HALLOO_MAIL_HOST="localhost",
            HALLOO_MAIL_SECURITY="starttls",
            HALLOO_MAIL_USERNAME="halloo",
            HALLOO_MAIL_PASSWORD="sesame",
            SSL_CERT_FILE=str(tmp_path / "ca.pem"),
        )
        works = await asyncio.to_thread(doctor, product, *data, **good)
        assert levels(works)["mail"] == "ok", works.stdout
        assert "encrypted (TLSv1.3), signed in as halloo" in works.stdout
        assert (box.logins, box.mails) == ([b"halloo"], [])
        refused = await asyncio.to_thread(doctor, product, *data, **{**good, "HALLOO_MAIL_PASSWORD": "wrong"})
        assert (refused.returncode, levels(refused)["mail"]) == (1, "bad")
        assert "wrong" not in refused.stdout


def test_who_trusts_everybody_is_told(product: Product) -> None:
    done = doctor(product, "--data", str(product.store.folder), "--json", HALLOO_SERVER_TRUSTED_PROXIES="0.0.0.0/0")
    assert (done.returncode, levels(done)["trusted proxies"]) == (1, "bad")
