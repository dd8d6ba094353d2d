"""Each format read back, as its own server or framework would: the headers that would be sent."""

import ast
import json
import re
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from node import find_node

POLICY = "Content-Security-Policy"
Headers = dict[str, str]
_WORD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";{}]+))')
_WEB = Path(__file__).resolve().parents[2] / "web"
_RUBY = re.compile(r'\s*(?:(:\w+)|"((?:[^"\\#]|\\.|#(?!\{))*)")\s*(?:,|$)')
_SYMBOLS = {":https": "https:", ":http": "http:"}


def words(line: str, unescape: Callable[[str], str]) -> list[str]:
    """The words of a line of configuration; raises where something is left over."""
    found: list[str] = []
    at = 0
    while at < len(line.rstrip()):
        match = _WORD.match(line, at)
        assert match is not None, line[at:]
        found.append(match[2] if match[1] is None else unescape(match[1]))
        at = match.end()
    return found


def _quotes(text: str) -> str:
    return text.replace('\\"', '"')


def read_text(text: str) -> Headers:
    return {POLICY: "; ".join(" ".join(line.split()) for line in text.splitlines())}


def read_header(text: str) -> Headers:
    return dict(line.split(": ", 1) for line in text.splitlines())


def read_meta(text: str) -> Headers:
    found: list[dict[str, str | None]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag == "meta"
            found.append(dict(attrs))

        def handle_data(self, data: str) -> None:
            raise AssertionError(data)

    reader = Reader()
    reader.feed(text)
    reader.close()
    (meta,) = found
    assert meta.keys() == {"http-equiv", "content"}
    return {str(meta["http-equiv"]): str(meta["content"])}


def read_nginx(text: str) -> Headers:
    """A `;` ends a directive outside of quotes, and `$` would begin a variable."""
    assert "$" not in text
    lines = [words(line.removesuffix(";"), _quotes) for line in text.splitlines() if line.endswith(";")]
    assert len(lines) == len(text.splitlines())
    hidden, *added = lines
    assert hidden == ["proxy_hide_header", POLICY]
    assert all(line[0] == "add_header" and line[3:] == ["always"] for line in added)
    return {line[1]: line[2] for line in added}


def read_apache(text: str) -> Headers:
    """A value is a format: `%%` is one percent sign, any other `%` something else."""
    unset, *added = [words(line, _quotes) for line in text.splitlines()]
    assert unset == ["Header", "onsuccess", "unset", POLICY]
    assert all(line[:3] == ["Header", "always", "set"] and len(line) == 5 for line in added)
    assert all("%" not in line[4].replace("%%", "") for line in added)
    return {line[3]: line[4].replace("%%", "%") for line in added}


def read_caddy(text: str) -> Headers:
    """A brace without a backslash is a placeholder."""
    lines = [words(line, _quotes) for line in text.splitlines()]
    assert all(line[0] == "header" and line[1].startswith(">") and len(line) == 3 for line in lines)
    assert all(re.search(r"(?<!\\)\{", line[2]) is None for line in lines)
    return {line[1][1:]: line[2].replace("\\{", "{") for line in lines}


def read_json(text: str) -> Headers:
    value = json.loads(text)
    assert value["version"] == 1
    assert value["policy"] == value["headers"][POLICY]
    assert value["policy"] == "; ".join(" ".join([name, *sources]) for name, sources in value["directives"].items())
    return value["headers"]


class Constants:
    """Stands for the constants of Django and django-csp."""

    SELF = "'self'"
    NONE = "'none'"
    STRICT_DYNAMIC = "'strict-dynamic'"
    UNSAFE_INLINE = "'unsafe-inline'"
    NONCE = "'nonce-{NONCE}'"


def read_django(text: str) -> Headers:
    """Both settings, by Python itself, which must say the same; and the middleware for the other header."""
    tree = ast.parse(text)
    for node in [one for one in tree.body if isinstance(one, ast.ImportFrom)]:
        assert node.module in ("django.utils.csp", "csp.constants")
        assert all(name.name == "CSP" or hasattr(Constants, name.name) for name in node.names)
        tree.body.remove(node)
    found: dict[str, Any] = {"CSP": Constants, **vars(Constants)}
    exec(compile(tree, "settings.py", "exec"), found)  # noqa: S102 - the settings are the generator's own
    assert found["SECURE_CSP"] == found["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    headers = {POLICY: "; ".join(" ".join([name, *values]) for name, values in found["SECURE_CSP"].items())}
    if "reporting_endpoints" in found:
        headers |= found["reporting_endpoints"](_empty)(None)
    return headers


def _empty(_request: Any) -> Headers:
    return {}


def read_rails(text: str) -> Headers:
    """Ruby's literals by hand. Rails writes the nonce last."""
    lines = text.partition("<%#")[0].strip().splitlines()
    assert lines[1] == "Rails.application.config.content_security_policy do |p|"
    end = lines.index("end")
    directives: dict[str, list[str]] = {}
    for line in lines[2:end]:
        match = re.fullmatch(r"  p\.([a-z_]+) ?(.*)", line)
        assert match is not None, line
        directives[match[1].replace("_", "-")] = list(_ruby(match[2]))
    if "nonce_generator = ->(request)" in text:
        assert lines[-1].endswith("content_security_policy_nonce_directives = %w(script-src)")
        directives["script-src"].append(Constants.NONCE)
    return {POLICY: "; ".join(" ".join([name, *values]) for name, values in directives.items())}


def _ruby(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(text):
        match = _RUBY.match(text, at)
        assert match is not None, text[at:]
        symbol = match[1]
        found.append(_SYMBOLS.get(symbol, f"'{symbol[1:].replace('_', '-')}'") if symbol else match[2])
        at = match.end()
    return found


_NODE = r"""
const { transformSync } = require("rolldown/utils");
const [kind, text] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const compiled = (code) => {
  const made = transformSync("settings.ts", code);
  if (made.errors.length) throw new Error(JSON.stringify(made.errors));
  return made.code
    .replace(/^import (\w+) from ("[^"]+");$/gm, "const $1 = require($2).default;")
    .replace(/^import (\{.*\}) from ("[^"]+");$/gm, "const $1 = require($2);")
    .replace(/^export function (\w+)/gm, "module.exports.$1 = $1; function $1");
};
const run = (code, modules, globals) => {
  const module = { exports: {} };
  new Function("require", "module", "exports", ...Object.keys(globals), compiled(code))(
    (name) => modules[name] ?? require(name), module, module.exports, ...Object.values(globals));
  return module.exports;
};
const nonces = (value) => value.replace(/'nonce-([A-Za-z0-9+/=]+)'/, (_, nonce) => {
  if (atob(nonce).length < 16) throw new Error("a short nonce");
  return "'nonce-{NONCE}'";
});
const headers = {};
const set = (name, value) => { headers[name] = nonces(value); };

const express = () => {
  const middlewares = [];
  const helmet = ({ contentSecurityPolicy: { useDefaults = true, directives } }) => (request, response, next) => {
    if (!useDefaults && !directives["default-src"]) throw new Error("helmet wants default-src");
    const parts = Object.entries(directives).map(([name, values]) =>
      [name, ...values.map((one) => {
        const value = typeof one === "function" ? one(request, response) : one;
        if (/[;,]/.test(value)) throw new Error("helmet refuses " + value);
        return value;
      })].join(" "));
    response.setHeader("Content-Security-Policy", parts.join("; "));
    next();
  };
  run(text, { helmet: { __esModule: true, default: helmet } }, { app: { use: (one) => middlewares.push(one) } });
  const response = { locals: {}, setHeader: set };
  const go = (at) => { if (at < middlewares.length) middlewares[at]({}, response, () => go(at + 1)); };
  go(0);
};
const nextjs = async () => {
  if (!text.startsWith("// proxy.ts")) {
    const [{ source, headers: given }] = await run(text, {}, {}).headers();
    if (source !== "/(.*)") throw new Error(source);
    for (const { key, value } of given) set(key, value);
    return;
  }
  const [proxy, layout] = text.split("// app/layout.tsx");
  let forwarded;
  const NextResponse = { next: (init) => { forwarded = init.request.headers; return { headers: { set } }; } };
  run(proxy, { "next/server": { NextResponse } }, {}).proxy({ headers: new Headers() });
  if (nonces(forwarded.get("Content-Security-Policy")) !== headers["Content-Security-Policy"]) throw new Error("two policies");
  if (!forwarded.get("Content-Security-Policy").includes(forwarded.get("x-nonce"))) throw new Error("two nonces");
  if (!/<Script nonce=\{nonce\} src="https?:\/\/[^"]+" \/>\s*$/.test(layout)) throw new Error(layout);
};
Promise.resolve({ express, nextjs }[kind]()).then(() => process.stdout.write(JSON.stringify(headers)));
"""


def _by_node(kind: str, text: str) -> Headers:
    done = subprocess.run(
        [find_node().node, "-e", _NODE],
        cwd=_WEB,
        input=json.dumps([kind, text]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read_express(text: str) -> Headers:
    return _by_node("express", text)


def read_nextjs(text: str) -> Headers:
    return _by_node("nextjs", text)


READERS: dict[str, Callable[[str], Headers]] = {
    "text": read_text,
    "header": read_header,
    "meta": read_meta,
    "nginx": read_nginx,
    "apache": read_apache,
    "caddy": read_caddy,
    "nextjs": read_nextjs,
    "django": read_django,
    "rails": read_rails,
    "express": read_express,
    "json": read_json,
}
