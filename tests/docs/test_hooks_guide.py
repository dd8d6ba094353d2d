"""The code of the page on web hooks checks what Halloo signs, in every language that is here; the inbox shows the same code."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from halloo.hooks.model import Hook, Secret, envelope, webhook_id
from halloo.hooks.sign import Letterhead
from halloo.kit.ids import new_id
from halloo.kit.outbound.url import parse_url
from node import find_node
from tests.support.postgres import free_port
from tests.support.snippets import block

PAGE = "../guide/hooks.md"
RECEIVERS = Path(__file__).resolve().parents[2] / "web/packages/inbox/src/hooks/receivers"
LANGUAGES = {"Python": "python", "Node": "js", "PHP": "php", "Go": "go", "Ruby": "ruby"}
PLACEHOLDER = "whsec_YOUR_SECRET"
MINE = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
URL = "http://127.0.0.1:9000/hooks"
DATA = '{"website_id":"w","session_id":"session_s","content":"Grüße, ✓ \\u0000 </script> 😀"}'.encode()
Call = tuple[dict[str, str], bytes]


def call(*secrets: str, now_ms: int | None = None, data: bytes = DATA, fact: str | None = None) -> Call:
    """Headers and body of a request as the dispatcher writes it; a second secret is the next one."""
    hook = Hook(
        workspace_id="w", id=new_id(), kind="website", environment="production", name="", url=URL, events=("message:send",),
        signing="signed" if secrets else "none", timeout_ms=2_000, max_in_flight=10, ordered="none", retry="standard",
        headers={}, enabled=True, disabled_reason=None, version=1, created_at=0, updated_at=0,
    )  # fmt: skip
    kept = [
        Secret(id=role, role=role, secret=secret, hint="", created_at=0, promotes_at=None)
        for role, secret in zip(("current", "next"), secrets, strict=False)
    ]
    now_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    body = envelope("w", "message:send", data, now_ms)
    head = Letterhead(hook, parse_url(URL), kept).write(webhook_id(fact or new_id()).encode(), body, now_ms, 1, 10)
    lines = head.written.decode().split("\r\n")[1:-2]
    return {name: value for name, _, value in (line.partition(": ") for line in lines)}, body


def cases() -> list[tuple[str, bool, Call]]:
    """What a receiver with the secret `MINE` has to take and to refuse."""
    now = time.time_ns() // 1_000_000
    headers, body = call(MINE)
    without = {name: value for name, value in headers.items() if not name.startswith("webhook-")}
    return [
        ("signed", True, call(MINE)),
        ("during a rotation, as the current one", True, call(MINE, OTHER)),
        ("during a rotation, as the next one", True, call(OTHER, MINE)),
        ("four minutes ago", True, call(MINE, now_ms=now - 240_000)),
        ("six minutes ago", False, call(MINE, now_ms=now - 360_000)),
        ("in six minutes", False, call(MINE, now_ms=now + 360_000)),
        ("by another secret", False, call(OTHER)),
        ("by nobody", False, call()),
        ("without the headers", False, (without, body)),
        ("with another body", False, (headers, body.replace(b"content", b"Content"))),
        ("parsed and written anew", False, (headers, json.dumps(json.loads(body)).encode())),
        ("with another id", False, ({**headers, "webhook-id": "msg_1"}, body)),
        (
            "with another version",
            False,
            ({**headers, "webhook-signature": f"v2{headers['webhook-signature'][2:]}"}, body),
        ),
        ("with an empty signature", False, ({**headers, "webhook-signature": "v1,"}, body)),
    ]


def code(language: str) -> str:
    text = block(PAGE, language, LANGUAGES[language])
    assert text.count(PLACEHOLDER) == 1
    return text.replace(PLACEHOLDER, MINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_inbox_shows_the_same_code(language: str) -> None:
    assert block(PAGE, language, LANGUAGES[language]) == (RECEIVERS / f"{language.lower()}.txt").read_text("utf-8")


# ── each language reads calls, one JSON object a line, and says of each whether it took it ───────────────────────


def _python(folder: Path) -> list[str]:
    loop = (
        "import base64, json, sys\nfrom http.client import HTTPMessage\nfrom verify import verify\n"
        "for line in sys.stdin:\n    call, headers = json.loads(line), HTTPMessage()\n"
        "    for name, value in call['headers'].items():\n        headers[name] = value\n"
        "    try:\n        print(verify(headers, base64.b64decode(call['body']))['event'])\n"
        "    except Exception:\n        print('no')\n"
    )
    (folder / "verify.py").write_text(code("Python"))
    (folder / "main.py").write_text(loop)
    return [sys.executable, str(folder / "main.py")]


def _node(folder: Path) -> list[str]:
    loop = (
        'import { createInterface } from "node:readline";\nimport { verify } from "./verify.mjs";\n'
        "for await (const line of createInterface({ input: process.stdin })) {\n  const call = JSON.parse(line);\n"
        "  const headers = Object.fromEntries(Object.entries(call.headers).map(([k, v]) => [k.toLowerCase(), v]));\n"
        '  try { console.log(verify(headers, Buffer.from(call.body, "base64")).event); } catch { console.log("no"); }\n}\n'
    )
    (folder / "verify.mjs").write_text(code("Node"))
    (folder / "main.mjs").write_text(loop)
    return [find_node().node, str(folder / "main.mjs")]


def _php(folder: Path) -> list[str]:
    loop = (
        "\nwhile (($line = fgets(STDIN)) !== false) {\n  $call = json_decode($line, true); $server = [];\n"
        "  foreach ($call['headers'] as $name => $value) "
        "$server['HTTP_' . strtoupper(str_replace('-', '_', $name))] = $value;\n"
        "  try { echo verify($server, base64_decode($call['body']))['event'], \"\\n\"; }"
        ' catch (Throwable $error) { echo "no\\n"; }\n}\n'
    )
    (folder / "main.php").write_text(f"<?php\n{code('PHP')}{loop}")
    return ["php", str(folder / "main.php")]


def _ruby(folder: Path) -> list[str]:
    loop = (
        "\nSTDIN.each_line do |line|\n  call = JSON.parse(line)\n  begin\n"
        '    puts verify(call["headers"], call["body"].unpack1("m"))["event"]\n'
        '  rescue StandardError\n    puts "no"\n  end\nend\n'
    )
    (folder / "main.rb").write_text(code("Ruby") + loop)
    return ["ruby", str(folder / "main.rb")]


def _go(folder: Path) -> list[str]:
    main = (
        'package main\n\nimport (\n\t"bufio"\n\t"encoding/base64"\n\t"encoding/json"\n\t"fmt"\n\t"net/http"\n\t"os"\n\n'
        '\t"example/hooks"\n)\n\nfunc main() {\n\tlines := bufio.NewScanner(os.Stdin)\n\tfor lines.Scan() {\n'
        "\t\tvar call struct {\n\t\t\tHeaders map[string]string\n\t\t\tBody string\n\t\t}\n"
        "\t\tjson.Unmarshal(lines.Bytes(), &call)\n\t\theaders := http.Header{}\n"
        "\t\tfor name, value := range call.Headers {\n\t\t\theaders.Set(name, value)\n\t\t}\n"
        "\t\tbody, _ := base64.StdEncoding.DecodeString(call.Body)\n"
        '\t\tif hooks.Verify(headers, body) != nil {\n\t\t\tfmt.Println("no")\n\t\t} else {\n'
        '\t\t\tfmt.Println("message:send")\n\t\t}\n\t}\n}\n'
    )
    (folder / "hooks").mkdir()
    (folder / "hooks" / "hooks.go").write_text(code("Go"))
    (folder / "main.go").write_text(main)
    (folder / "go.mod").write_text("module example\n\ngo 1.19\n")
    program = folder / "program"
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    subprocess.run(["go", "build", "-o", str(program), "."], cwd=folder, check=True, env=environment)
    return [str(program)]


def judged(command: list[str], calls: list[Call]) -> list[str]:
    import base64

    lines = [json.dumps({"headers": headers, "body": base64.b64encode(body).decode()}) for headers, body in calls]
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout.split()


def checks(make: Callable[[Path], list[str]], folder: Path) -> None:
    some = cases()
    found = judged(make(folder), [one for _, _, one in some])
    wrong = [
        name for (name, good, _), said in zip(some, found, strict=True) if said != ("message:send" if good else "no")
    ]
    assert wrong == []


@pytest.mark.parametrize("make", [_python, _node], ids=["Python", "Node"])
def test_the_code_takes_what_is_genuine_and_nothing_else(make: Callable[[Path], list[str]], tmp_path: Path) -> None:
    checks(make, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [make for program, make in (("php", _php), ("go", _go), ("ruby", _ruby)) if shutil.which(program)],
    ids=lambda make: make.__name__[1:],
)
def test_other_languages_that_are_installed_do_the_same(make: Callable[[Path], list[str]], tmp_path: Path) -> None:
    checks(make, tmp_path)


# ── the whole receivers ───────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def receiving(language: str, folder: Path) -> Generator[tuple[int, "subprocess.Popen[str]"]]:
    """A receiver of the page, on a free port; its file is named in its first line."""
    port = free_port()
    kind, ending = {"Python": ("python", "py"), "Node": ("js", "mjs")}[language]
    text = block(PAGE, "A verified receiver in five minutes", kind)
    assert text.split("\n", 1)[0].endswith(f" receive.{ending}")
    assert text.count("9000") == 1
    (folder / f"verify.{ending}").write_text(code(language))
    (folder / f"receive.{ending}").write_text(text.replace("9000", str(port)))
    program = sys.executable if language == "Python" else find_node().node
    command = [program, str(folder / f"receive.{ending}")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield port, process
        finally:
            process.kill()


def post(port: int, headers: dict[str, str], body: bytes) -> int:
    for _ in range(200):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("POST", "/hooks", body, headers)
            return connection.getresponse().status
        except ConnectionRefusedError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError("The receiver did not start.")


@pytest.mark.parametrize("language", ["Python", "Node"])
def test_the_receiver_answers_and_shows_what_came(language: str, tmp_path: Path) -> None:
    with receiving(language, tmp_path) as (port, process):
        assert post(port, *call(MINE)) == 204
        assert process.stdout is not None
        assert process.stdout.readline().startswith("message:send {")
        headers, body = call(MINE)
        assert post(port, headers, body.replace(b"Gr", b"gr")) == 401
        assert post(port, *call(OTHER)) == 401
        assert post(port, *call(MINE)) == 204


def test_an_id_counts_once() -> None:
    import sqlite3

    scope: dict[str, Callable[[sqlite3.Connection, str], bool]] = {}
    exec(block(PAGE, "Twice, and in which order", "python"), scope)  # noqa: S102 - the page's own code
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE hooks (id TEXT PRIMARY KEY)")
    assert [scope["once"](database, one) for one in ("msg_1", "msg_2", "msg_1")] == [True, True, False]
    database.close()


def test_a_key_in_the_address_is_compared() -> None:
    scope: dict[str, Callable[[str, str], bool]] = {}
    exec(block(PAGE, "A key in the address instead", "python"), scope)  # noqa: S102 - the page's own code
    knows = scope["knows_key"]
    assert knows("/hooks?key=a2sDx_1", "a2sDx_1")
    assert not any(
        knows(target, "a2sDx_1") for target in ("/hooks", "/hooks?key=", "/hooks?key=a2sDx_2", "/?k=a2sDx_1")
    )
