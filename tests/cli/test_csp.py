"""`halloo csp doctor` and `halloo csp policy`: every option, every ending, and one plain sentence for what goes wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from halloo.cli.root import app
from halloo.csp.present import schema
from tests.cli.test_commands import answer as call
from tests.cli.test_commands import halloo
from tests.kit.outbound.receivers import answering, hanging, receiving

CLIENT = "https://chat.example"
GOOD = f"script-src {CLIENT}; frame-src {CLIENT}"
SELF = "default-src 'self'"


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with nothing in it, and a server by name."""
    for name in [one for one in os.environ if one.startswith("HALLOO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HALLOO_PUBLIC_URL", CLIENT)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, given: str | bytes | None = None) -> Done:
    done = CliRunner().invoke(app, ["csp", *arguments], input=given)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def doctor(*arguments: str, given: str | bytes | None = None) -> Done:
    return run("doctor", *arguments, given=given)


def found(*arguments: str, given: str | bytes | None = None) -> Any:
    """The answer as JSON; it fits the published schema."""
    value = json.loads(doctor(*arguments, "--json", given=given).out)
    check: Any = Draft202012Validator(schema())
    assert [error.message for error in check.iter_errors(value)] == []
    return value


def test_the_text_is_that_of_the_contract() -> None:
    done = doctor("--header", "default-src 'self'; img-src *")
    text = f"""\
policy 1 (header, enforced)
  ✗ chat: default-src blocks the script {CLIENT}                      required
      add   script-src 'self' {CLIENT}
  ✗ chat: default-src blocks the frame {CLIENT}                       required
      add   frame-src 'self' {CLIENT}
new policy
  default-src 'self'; img-src *; script-src 'self' {CLIENT}; frame-src 'self' {CLIENT}
2 required needs are blocked.
"""
    assert done == (1, text, "")


def test_the_new_policy_is_good() -> None:
    (fixed,) = found("--header", SELF)["fixed_policies"]
    assert doctor("--header", fixed["text"]) == (
        0,
        "policy 1 (header, enforced)\n  ✓ blocks nothing that Halloo needs\nNothing is blocked.\n",
        "",
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--header", GOOD], 0),
        (["--header", SELF], 1),
        (["--header", SELF, "--fail-on", "required"], 1),
        (["--header", SELF, "--fail-on", "warning"], 1),
        (["--header", GOOD, "--permissions-policy", "autoplay=()"], 3),
        (["--header", GOOD, "--permissions-policy", "autoplay=()", "--fail-on", "warning"], 3),
        (["--header", GOOD, "--permissions-policy", "autoplay=()", "--fail-on", "required"], 0),
        (["--header", f"{GOOD}; img-src self"], 0),
        (["--header", f"{GOOD}; img-src self", "--fail-on", "warning"], 5),
        (["--header", f"{GOOD}; style-src 'unsafe-inline'", "--fail-on", "warning"], 0),
        (["--report-only", "frame-src 'none'"], 0),
        (["--report-only", "frame-src 'none'", "--fail-on", "warning"], 5),
        (["--header", GOOD, "--page-origin", CLIENT, "--fail-on", "warning"], 5),
        (["--header", "sandbox allow-scripts"], 1),
        (["--coep", "require-corp"], 0),
    ],
)
def test_how_it_ends(arguments: list[str], code: int) -> None:
    assert doctor(*arguments).code == code
    assert doctor(*arguments, "--json").code == code


def test_policies_are_numbered_as_they_were_given() -> None:
    value = found(
        "--report-only", "img-src a.example", "--header=img-src b.example, img-src c.example", "--meta", "img-src d.example",
        "--header", "img-src --meta", "--report-only", "img-src f.example", "-", given="img-src g.example\n",
    )  # fmt: skip
    assert [(one["disposition"], one["delivery"], one["text"].strip()) for one in value["policies"]] == [
        ("report", "header", "img-src a.example"),
        ("enforce", "header", "img-src b.example"),
        ("enforce", "header", "img-src c.example"),
        ("enforce", "header", "img-src --meta"),
        ("report", "header", "img-src f.example"),
        ("enforce", "header", "img-src g.example"),
        ("enforce", "meta", "img-src d.example"),
    ]


def test_standard_input_is_one_policy() -> None:
    assert doctor("-", given="default-src 'self';\n  img-src *\n").code == 1
    assert doctor("-", given=f"{GOOD}\n").code == 0


def test_a_line_of_headers_may_be_handed_in_as_it_is() -> None:
    assert [one["text"] for one in found("-", given=f"Content-Security-Policy: {GOOD}\r\n")["policies"]] == [GOOD]
    value = found("--header", "content-security-policy-report-only: frame-src 'none'")
    assert [one["disposition"] for one in value["policies"]] == ["report"]


def test_a_page_is_read_from_a_file(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        f"<!doctype html>\n<head>\n<meta http-equiv=Content-Security-Policy content=\"script-src 'nonce-n'; frame-src 'self'\">\n"
        f'<script async nonce=n src="{CLIENT}/public/embed/x"></script>',
        "utf-8",
    )
    value = found("--html", str(page))
    assert [(one["line"], one["delivery"]) for one in value["policies"]] == [(3, "meta")]
    assert [one["need"] for one in value["findings"]] == ["host.frame"]
    made = found("--html", str(page), "--tag-by", "script", "--header", "require-trusted-types-for 'script'")
    assert "trusted_types" in [one["fix"]["kind"] for one in made["findings"]]


def test_the_tag_and_trust_decide_what_is_asked_for() -> None:
    policy = f"script-src 'nonce-abc'; frame-src {CLIENT}"
    tag = f'<script nonce="abc" src="{CLIENT}/public/embed/x"></script>'
    assert doctor("--header", policy).code == 1
    assert doctor("--header", policy, "--tag", tag).code == 0
    assert [one["fix"]["kind"] for one in found("--header", policy, "--trust", "host")["findings"]] == ["add_source"]


def page_of(policy: str, html: bytes = b"<p>Hello") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Security-Policy: {policy}\r\n"
    return f"{head}Content-Length: {len(html)}\r\n\r\n".encode() + html


def test_a_page_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOO_HOOKS_ALLOW_NETWORKS", "127.0.0.1")
    with receiving(answering(page_of(GOOD))) as site:
        at = f"http://127.0.0.1:{site.port}"
        value = found("--url", f"{at}/shop")
        assert (value["verdict"], value["page_origin"]) == ("ok", at)
        assert doctor("--url", at, "--header", SELF).code == 1
    done = doctor("--url", at)
    assert (done.code, done.out) == (4, "")
    assert done.err == f"halloo: {at} could not be fetched: it takes no connections. Check the address and the port.\n"


def test_what_a_page_sends_gives_the_terminal_no_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOO_HOOKS_ALLOW_NETWORKS", "127.0.0.1")
    onward = b"HTTP/1.1 302 Found\r\nLocation: http://x\xc2\x9b31m\xe2\x80\xae/\r\nContent-Length: 0\r\n\r\n"
    with receiving(answering(onward)) as site:
        done = doctor("--url", f"http://127.0.0.1:{site.port}")
    assert (done.code, "http://x\\x9b31m\\x202e/" in done.err) == (4, True)


def test_a_page_that_hangs_costs_no_more_than_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOO_HOOKS_ALLOW_NETWORKS", "127.0.0.1")
    monkeypatch.setattr("halloo.csp.fetch.TIME_S", 0.3)
    with receiving(hanging) as site:
        done = doctor("--url", f"http://127.0.0.1:{site.port}")
    assert (done.code, "did not answer in time" in done.err) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "Give the doctor a policy, a page's HTML or its address."),
        (["default-src"], 2, "Hand a policy over with --header, or “-” to read it from standard input."),
        (["-"], 2, "standard input is empty."),
        (["--html", "nowhere.html"], 2, "--html: nowhere.html cannot be read: No such file or directory."),
        (["--html", "."], 2, "--html: . cannot be read: Is a directory."),
        (["--header", GOOD, "--page-origin", "shop"], 2, "--page-origin: write it as https://shop.example."),
        (["--header", GOOD, "--tag", "<p>"], 2, f"--tag: there is no <script> of {CLIENT} in it."),
        (["--meta", "<p>"], 2, "--meta: there is no <meta> with a Content-Security-Policy in it."),
        (["--url", "shop"], 4, "shop could not be fetched: The address must begin with https:// or http://."),
        (["--url", "http://127.0.0.1/"], 4, "hooks.allow_networks"),
        (["--url", "http://[::1]/"], 4, "hooks.allow_networks"),
        (["--url", "https://user:secret@shop.example/"], 4, "does not belong into the address."),
        (["--header", GOOD, "--widget", "x"], 2, "There is nothing in halloo-data, so the widget is not known."),
    ],
)
def test_what_goes_wrong_is_one_sentence(arguments: list[str], code: int, sentence: str) -> None:
    done = doctor(*arguments, given="")
    assert (done.code, done.out) == (code, "")
    assert sentence in done.err
    assert done.err.startswith("halloo: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["--fail-on", "luck"], ["--trust", "luck"], ["--tag-by", "hand"], ["--nonsense"], ["--header"]]
)
def test_wrong_options_end_with_2(arguments: list[str]) -> None:
    assert doctor(*arguments).code == 2


def test_a_wrong_setting_is_no_blocked_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOO_PUBLIC_URL", "chat")
    done = doctor("--header", GOOD)
    assert (done.code, done.err.count("\n")) == (2, 1)
    monkeypatch.setenv("HALLOO_RELAY_PING_S", "soon")
    assert doctor("--header", GOOD).code == 2


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A data folder, and its widget."""
    folder = str(tmp_path_factory.mktemp("place") / "data")
    made = call(
        "init", "--data", folder, "--email", "ada@halloo.example", "--password", "a long password",
        HALLOO_PUBLIC_URL=CLIENT,
    )  # fmt: skip
    return folder, made["widget_id"]


def test_a_widget_of_the_data_folder_is_meant(stored: tuple[str, str]) -> None:
    folder, widget = stored
    value = found("--header", SELF, "--data", folder, "--widget", widget)
    assert value["widget"] == widget
    done = doctor("--header", SELF, "--data", folder, "--widget", "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1")
    assert (done.code, done.err) == (2, "halloo: There is no such widget in this data folder.\n")
    tag = run("policy", "--data", folder, "--widget", widget, "--trust", "nonce").out.splitlines()[-1]
    assert tag == f'<script async nonce="{{NONCE}}" src="{CLIENT}/public/embed/{widget}"></script>'
    reporting = run("policy", "--data", folder, "--widget", widget, "--report", "--as", "header").out
    assert f'Reporting-Endpoints: halloo="{CLIENT}/core/public/web-widgets/{widget}/csp-reports"' in reporting


def test_the_policy_goes_out_and_advice_goes_beside_it() -> None:
    done = run("policy")
    assert (done.code, done.out) == (0, f"script-src 'self' {CLIENT}; frame-src 'self' {CLIENT}\n")
    assert all(line.startswith("note: ") for line in done.err.splitlines())
    header = run("policy", "--form", "strict", "--as", "header")
    assert header.out.startswith(
        "Content-Security-Policy: default-src 'self'; script-src 'nonce-{NONCE}' 'strict-dynamic'"
    )
    assert header.out.count("\n") == 1
    assert header.err.startswith('tag: <script async nonce="{NONCE}"')


def test_each_option_of_the_policy_counts() -> None:
    assert run("policy", "--no-self").out == f"script-src {CLIENT}; frame-src {CLIENT}\n"
    assert run("policy", "--form", "additions").out == f"script-src  {CLIENT}\nframe-src  {CLIENT}\n"
    assert "https://*.example" not in run("policy").out
    assert "connect-src" in run("policy", "--features", "chat,pusher").out
    assert "frame-ancestors http: https:" in run("policy", "--context", "frame").out
    assert "frame-ancestors 'none'" in run("policy", "--context", "inbox").out
    assert json.loads(run("policy", "--as", "json").out)["policy"] == json.loads(run("policy", "--json").out)["policy"]
    assert set(json.loads(run("policy", "--json").out)) == {"form", "as", "policy", "text", "tag", "notes"}
    assert run("policy", "--as", "table").out.startswith("| Service |")


def test_wildcards_are_written_for_a_host_below_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLOO_HOSTS_CLIENT", "https://client.chat.example.com")
    done = run("policy", "--wildcards", "chat.example.com", "--no-self")
    assert done.out == "script-src https://*.chat.example.com; frame-src https://*.chat.example.com\n"
    assert "chat.example.com itself is not among them" in done.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--wildcards", "evil.example"], f"--wildcards: {CLIENT} is not below evil.example"),
        (["--features", "telepathy"], "--features: there is no feature “telepathy”. There are: chat,"),
        (["--report"], "--report: name a widget"),
        (["--widget", "x"], "There is nothing in halloo-data"),
    ],
)
def test_a_policy_that_cannot_be_is_one_sentence(arguments: list[str], sentence: str) -> None:
    done = run("policy", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert sentence in done.err


def test_the_whole_command_needs_no_data() -> None:
    done = halloo("csp", "doctor", "--header", SELF, "--json", HALLOO_PUBLIC_URL=CLIENT)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "required_blocked")


def raw(*arguments: bytes, given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable.encode(), b"-m", b"halloo", b"csp", b"doctor", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, env={**os.environ, **environment})


def test_bytes_that_are_no_text_are_answered_all_the_same() -> None:
    done = raw(b"--header", b"frame-src \xff\xfe; img-src 'none'", b"--json", PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr
    assert [one["code"] for one in json.loads(done.stdout)["policies"][0]["warnings"]] == ["non_ascii"]
    assert raw(b"-", given=b"frame-src \xff\x00\x1b[2J 'none'").returncode == 0


def test_nothing_of_a_policy_commands_the_terminal() -> None:
    done = raw(b"-", given="script-src \x1b[2J\x07; frame-src \u202e\x9b 'none'".encode(), PYTHONUTF8="1")
    assert done.returncode == 1  # by the script alone: a part with other letters than ASCII does not count
    assert not [one for one in done.stdout.decode() if one not in "\n✗✓–" and not one.isprintable()]


def test_a_terminal_of_few_letters_is_no_mishap() -> None:
    done = raw(b"--header", SELF.encode(), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1, done.stderr
    assert b"\\u2717 chat" in done.stdout


def test_too_much_is_refused_before_it_is_read() -> None:
    done = doctor("-", given="frame-src 'self' " * 20_000)
    assert (done.code, done.err) == (2, "halloo: standard input has more than 64 KiB: the doctor reads no more.\n")


def test_who_stops_reading_gets_no_traceback() -> None:
    command = f'{sys.executable} -m halloo csp doctor --header "$P" | head -c 1; echo ${{PIPESTATUS[0]}}'
    policy = "; ".join(f"x{n} y" for n in range(5000))
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, check=False, text=True, env={**os.environ, "P": policy[:100_000]}
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in {"p0", "0"}
