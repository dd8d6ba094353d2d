"""What a server writes into its log, and what it never does: a real process through a day of its life, with a fault in it."""

import asyncio
import http.client
import io
import json
import logging
import resource
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
import structlog
import uvicorn

from halloo.kit.handles import HANDLES_MOST
from halloo.kit.logs import set_up_logging
from tests.support.pace import PATIENCE_S
from tests.support.product import OWNER_EMAIL, OWNER_PASSWORD, Product, Store
from tests.support.visitor import Visitor

SAID = "my secret diagnosis is spondylitis"
METRICS_TOKEN = "metrics-token-of-some-length"
SECRET_KEY = "a server's secret of forty-two characters."


def lines(text: str) -> list[dict[str, Any]]:
    """Each line as the JSON object that it is."""
    return [json.loads(line) for line in text.splitlines()]


# ── the set-up, in this process ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where lines go; the process's own logging comes back afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("halloo")
    before = root.handlers, root.level, ours.level
    yield io.StringIO()
    root.handlers, level, our_level = before
    root.setLevel(level)
    ours.setLevel(our_level)
    structlog.reset_defaults()


def test_lines_of_ours_and_of_libraries_look_alike(out: io.StringIO) -> None:
    set_up_logging("json", "info", out)
    structlog.get_logger("halloo.test").info("serving", port=8000)
    logging.getLogger("halloo.test").warning("The %s is away", "log")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("halloo.test").debug("nothing of this")
    first, second, third = lines(out.getvalue())
    assert (first["event"], first["level"], first["logger"], first["port"]) == ("serving", "info", "halloo.test", 8000)
    assert (second["event"], second["level"]) == ("The log is away", "warning")
    assert (third["event"], third["logger"]) == ("Invalid HTTP request received.", "uvicorn.error")
    assert list(first)[:4] == ["timestamp", "level", "logger", "event"]


def test_what_a_server_has_set_up_for_itself_does_not_count(out: io.StringIO) -> None:
    uvicorn.Config("nothing:here", log_level="critical")
    set_up_logging("json", "info", out)
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert [line["event"] for line in lines(out.getvalue())] == ["Invalid HTTP request received."]


@pytest.mark.parametrize(("level", "seen"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_the_level_is_a_setting(out: io.StringIO, level: Any, seen: int) -> None:
    set_up_logging("json", level, out)
    for weight in ("debug", "info", "warning", "error"):
        getattr(logging.getLogger("halloo.test"), weight)("x")
        getattr(logging.getLogger("library"), weight if weight in ("debug", "info") else "debug")("never")
    assert len(lines(out.getvalue())) == seen


def test_a_fault_is_told_without_the_values_of_variables(out: io.StringIO) -> None:
    set_up_logging("json", "info", out)

    def fail(password: str) -> None:
        assert password
        raise RuntimeError("no connection to postgresql://halloo:pw@db/halloo for ada@shop.example")

    try:
        fail("birch" + "-heron")
    except RuntimeError:
        logging.getLogger("halloo.test").exception("It failed")
        structlog.get_logger("halloo.test").exception("failed", token="x", frame={"content": SAID})
    text = out.getvalue()
    for one in lines(text):
        assert "RuntimeError: no connection to postgresql://halloo:[hidden]@db/halloo" in one["trace"]
    for secret in ("birch-heron", ":pw@", "ada@shop.example", SAID):
        assert secret not in text


def test_as_text_a_fault_stands_below_its_line(out: io.StringIO) -> None:
    set_up_logging("text", "info", out)
    structlog.get_logger("halloo.test").error("request_failed", trace="Traceback\n  here", path="/x")
    first, *below = out.getvalue().splitlines()
    assert "request_failed" in first
    assert "path=/x" in first
    assert below == ["    Traceback", "      here"]
    assert "\x1b" not in out.getvalue()


def test_nobody_writes_a_line_of_the_log_or_moves_the_terminal(out: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(forged)

    forged = "a\n2026-01-01T00:00:00Z [info     ] forged\r\x1b[2J\x9b31m\u202e\u2028"
    for form in ("text", "json"):
        set_up_logging("text" if form == "text" else "json", "info", out)
        logging.getLogger("halloo.test").warning("why: %s", forged)
        structlog.get_logger("halloo.test").info("request", path=forged)
        try:
            fail()
        except ValueError:
            logging.getLogger("halloo.test").exception("It failed")
    assert not [line for line in out.getvalue().splitlines() if line.startswith("2026-01-01")]
    for unseen in "\r\x1b\x9b\u202e\u2028":
        assert unseen not in out.getvalue()


# ── a server ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def sign_in(product: Product, password: str) -> dict[str, str]:
    """Sign in as the inbox does; the answer's headers."""
    body = json.dumps({"email": OWNER_EMAIL, "password": password}).encode()
    headers = {"Origin": product.origin, "Content-Type": "application/json", "X-Halloo-Request": "1"}
    request = urllib.request.Request(f"{product.origin}/core/session", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return {"status": str(error.code)}


def provoke(store: Store) -> None:
    """From now on no message can be stored; PostgreSQL will quote the whole row in its error."""
    if store.kind == "sqlite":
        with sqlite3.connect(store.folder / "halloo.db") as database:
            database.execute("ALTER TABLE messages RENAME TO messages_gone")
    else:
        with psycopg.connect(store.owner_url, autocommit=True) as database:
            database.execute("ALTER TABLE messages ADD CONSTRAINT nothing_more CHECK (seq < 0) NOT VALID")


async def say(visitor: Visitor) -> None:
    """Send a message over the relay, and leave."""
    try:
        await visitor.write(SAID)
    finally:
        await visitor.leave()


def started(visitor: Visitor) -> dict[str, Any]:
    """What starts a conversation over HTTP."""
    return {"user_id": visitor.user_id, "message": {"client_id": str(uuid4()), "type": "text", "content": SAID}}


def garbage(product: Product) -> None:
    """Send something that is no HTTP, with a token in it."""
    address = urlsplit(product.origin)
    line = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE_S)
    line.putrequest("GET", "/core/me?token=hal_in_the_address_0123456789", skip_host=True)
    line.putheader("Host", "localhost")
    line.endheaders()
    line.getresponse().read()
    line.close()


@pytest.mark.slow
def test_no_secret_and_nothing_that_anybody_said_stands_in_a_log(
    bare_store: Store, make_product: Callable[..., Product]
) -> None:
    product = make_product(
        bare_store,
        HALLOO_SERVER_METRICS_TOKEN=METRICS_TOKEN,
        HALLOO_SERVER_SECRET_KEY=SECRET_KEY,
        HALLOO_SERVER_LOG_LEVEL="debug",
        HALLOO_SERVER_ACCESS_LOG="true",
    )
    assert sign_in(product, "not the password")["status"] == "401"
    cookie = sign_in(product, OWNER_PASSWORD)["set-cookie"].partition(";")[0].partition("=")[2]
    made = product.call("POST", "/core/tokens", {"name": "CI", "scopes": ["audit:read"]})["token"]
    invited = product.call("POST", "/core/invitations", {"email": "bea@halloo.example"})["url"].partition("#")[2]
    relay = product.call("POST", "/core/relay-token")["token"]
    visitor = Visitor(product, 1)
    visitor.arrive()
    asyncio.run(say(visitor))
    garbage(product)
    path = f"/core/public/web-widgets/{product.facts['widget_id']}/conversations"
    token = product.public("POST", path, started(visitor))["visitor"]["visitor_token"]
    product.call("GET", "/core/search?q=spondylitis")
    another = Visitor(product, 2)
    another.arrive()
    provoke(bare_store)
    with pytest.raises(AssertionError, match="answered 500"):
        product.public("POST", path, started(visitor))
    with pytest.raises(AssertionError, match="internal"):
        asyncio.run(say(another))
    product.stop()
    text = product.log.read_text()
    told = lines(text)
    events = [line["event"] for line in told]
    assert events[0] == "serving"
    begun, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert told[0]["handles"] == max(begun, min(HANDLES_MOST, allowed)), "more than a process begins with"
    assert events[-1] == "stopped"
    assert {"stopping", "request", "request_failed", "A frame could not be handled"} <= set(events)
    assert all(line["timestamp"].endswith("Z") and line["level"] and line["logger"] for line in told)
    assert any("messages" in line.get("trace", "") for line in told)
    secrets = {
        "a password": OWNER_PASSWORD,
        "a wrong one": "not the password",
        "a cookie": cookie,
        "an API token": made,
        "the first API token": product.facts["token"],
        "one in an address": "hal_in_the_address",
        "an invitation": invited,
        "a token of the relay": relay,
        "a visitor's token": token,
        "the metrics token": METRICS_TOKEN,
        "the server's secret": SECRET_KEY,
        "what a visitor said": "spondylitis",
        "an operator's mail address": OWNER_EMAIL,
        "an invited one": "bea@halloo.example",
    }
    for name, secret in secrets.items():
        assert len(secret) > 8, name
        assert secret not in text, name
