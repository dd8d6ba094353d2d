"""The named cases of csp contract 7.2 as a table: what a page with these policies may do, in browsers and by the letter.

Both halves read it: `test_cases.py` asks the matcher, `browser/` asks Chromium.
"""

import base64
import hashlib
from dataclasses import dataclass
from itertools import count
from typing import Literal

from halloo.csp.model import Destination

C = "https://client.chat.test"
RELAY = "wss://relay.chat.test"
OWN = "https://site.test"
EVIL = "https://evil.test"
LOADER_URL = f"{C}/public/embed/w1"
RECORDER_URL = f"{C}/public/assets/recorder.js"
IMPORTED = "import"
"""A probe's `note`: the script of the probe before it brings this one by `import()`."""
_LOADER = (
    "(function () { var tag = document.currentScript; window.halloo_loaded = true;"
    " var more = tag && tag.getAttribute('data-import');"
    " if (more) { window.halloo_import = import(more).then(function () { return true; }, function () { return false; }); }"
    " })();"
)


def _digest(code: str) -> str:
    return base64.b64encode(hashlib.sha384(code.encode()).digest()).decode()


def _with_both_signs() -> str:
    """The loader, with a comment that makes its hash differ between the two alphabets of base64."""
    tried = (f"{_LOADER} // {number}\n" for number in count())
    return next(code for code in tried if {"+", "/"} <= set(_digest(code)))


LOADER = _with_both_signs()
"""What `LOADER_URL` answers, so that the hashes below are those of a script that runs."""
HASH = f"sha384-{_digest(LOADER)}"
HASH_URL_SAFE = HASH.replace("+", "-").replace("/", "_")
OTHER_HASH = f"sha384-{_digest('something else')}"


@dataclass(frozen=True)
class Meta:
    """A `<meta>` of the page, in the head before or after the loader's tag, or in the body."""

    text: str
    place: Literal["before", "after", "body"] = "before"


@dataclass(frozen=True)
class Probe:
    """One thing that the page asks for, and whether it gets it. `letter`: by the standard's text, None where browsers agree.

    `made`: by a script of the page, else it stands in the HTML. `via`: the address that is asked, which redirects to `url`.
    """

    kind: Destination
    url: str | None
    allowed: bool
    letter: bool | None = None
    nonce: str = ""
    integrity: str = ""
    made: bool = False
    inline: bool = False
    via: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Case:
    """A page, its policies, and what it may do. `headers` are whole values, as they are sent."""

    name: str
    page: str = OWN
    headers: tuple[str, ...] = ()
    report_only: tuple[str, ...] = ()
    metas: tuple[Meta, ...] = ()
    probes: tuple[Probe, ...] = ()


def _frame(allowed: bool, letter: bool | None = None, url: str = f"{C}/w") -> Probe:  # noqa: FBT001 - reads as a table's column
    return Probe("frame", url, allowed, letter)


def _loader(allowed: bool, letter: bool | None = None, *, nonce: str = "", integrity: str = "") -> Probe:  # noqa: FBT001
    return Probe("script", LOADER_URL, allowed, letter, nonce, integrity)


def _made(allowed: bool, *, nonce: str = "") -> Probe:  # noqa: FBT001
    return Probe("script", LOADER_URL, allowed, nonce=nonce, made=True)


def _imported(allowed: bool, *, nonce: str = "") -> Probe:  # noqa: FBT001
    return Probe("script", RECORDER_URL, allowed, nonce=nonce, note=IMPORTED)


def _fetch(url: str, allowed: bool, letter: bool | None = None) -> Probe:  # noqa: FBT001
    return Probe("connect", url, allowed, letter)


def _worker(allowed: bool, letter: bool | None = None, url: str = f"{OWN}/worker.js") -> Probe:  # noqa: FBT001
    return Probe("worker", url, allowed, letter, made=True)


def _image(url: str, allowed: bool, letter: bool | None = None) -> Probe:  # noqa: FBT001
    return Probe("image", url, allowed, letter)


def _inline(kind: Destination, allowed: bool, letter: bool | None = None) -> Probe:  # noqa: FBT001
    return Probe(kind, None, allowed, letter, inline=True)


def _case(name: str, policy: str, *probes: Probe, page: str = OWN) -> Case:
    return Case(name, page, headers=(policy,), probes=probes)


def _frame_source(name: str, source: str, allowed: bool, letter: bool | None = None, url: str = f"{C}/w") -> Case:  # noqa: FBT001
    return _case(name, f"frame-src {source}", _frame(allowed, letter, url))


PARSING = (
    _case("no-default-allows", "img-src 'none'", _frame(True)),
    _case("empty-value-blocks", "frame-src", _frame(False)),
    _frame_source("none-alone", "'NONE'", False),
    _frame_source("none-with-host", f"'none' {C}", True),
    _case("duplicate-first-wins", f"frame-src 'none'; frame-src {C}", _frame(False)),
    _case("name-case-and-tabs", f"FRAME-SRC\t{C}", _frame(True)),
    _case("only-ascii-whitespace", f"frame-src\u00a0{C}", _frame(True)),
    _case("non-ascii-part-skipped", "frame-src 'self' https://é.test; font-src 'none'", _frame(True)),
    _case("non-ascii-name-taken", "frame-src https://é.test; frame-src 'none'", _frame(True, letter=False)),
    _case("comma-splits-header", f"frame-src {C}, frame-src 'none'", _frame(False)),
    Case("comma-in-meta", metas=(Meta("font-src 'none', frame-src 'none'"),), probes=(_frame(False, letter=True),)),
    Case("two-policies-one-blocks", headers=(f"frame-src {C}", "frame-src 'self'"), probes=(_frame(False),)),
    Case(
        "two-headers-both-report",
        headers=("img-src 'none'", "default-src 'self'"),
        probes=(_image(f"{EVIL}/x.png", False),),
    ),
    Case("report-only-never-blocks", report_only=("frame-src 'none'",), probes=(_frame(True),)),
    Case("meta-after-tag", metas=(Meta("script-src 'none'", "after"),), probes=(_loader(True),)),
    Case("meta-before-tag", metas=(Meta("script-src 'none'"),), probes=(_loader(False),)),
    Case("meta-in-body", metas=(Meta("script-src 'none'", "body"),), probes=(_loader(True),)),
    Case(
        "meta-ignores-three",
        metas=(Meta("sandbox; frame-ancestors 'none'; report-uri /x; img-src 'none'"),),
        probes=(_frame(True), _loader(True), _image(f"{OWN}/x.png", False)),
    ),
    _case("unquoted-keywords", f"frame-src self none {C}", _frame(False, url=f"{OWN}/w"), _frame(True)),
    _case("missing-semicolon", f"img-src {C} script-src 'none'", _loader(True)),
    _frame_source("invalid-source-ignored", f"'foo' https://%2f ok$bad {C}", True),
)
FALLBACKS = (
    _case("frame-falls-to-child", f"child-src {C}; default-src 'none'", _frame(True)),
    _case("frame-before-child", f"child-src {C}; frame-src 'none'", _frame(False)),
    _case("frame-falls-to-default", f"default-src {C}", _frame(True), _loader(True), _fetch(f"{C}/x", True)),
    _case("elem-before-script-src", f"script-src {C}; script-src-elem 'self'", _loader(False)),
    _case("eval-ignores-elem", "script-src-elem 'none'; script-src 'unsafe-eval'", Probe("eval", None, True)),
    _case("worker-falls-to-child", "child-src 'none'; script-src 'self'", _worker(False)),
    _case("worker-falls-to-script", "script-src 'self'; script-src-elem 'none'", _worker(True)),
    _case(
        "worker-strict-dynamic-script",
        "script-src 'nonce-a' 'strict-dynamic'; default-src 'none'",
        _worker(True),
        _worker(True, url="blob:"),
    ),
    _case("worker-strict-dynamic-elsewhere", "worker-src 'strict-dynamic'", _worker(True, letter=False)),
    _case("worker-strict-dynamic-elsewhere-child", "child-src 'strict-dynamic'", _worker(True, letter=False)),
    _case("worker-strict-dynamic-elsewhere-default", "default-src 'strict-dynamic'", _worker(True, letter=False)),
    _case("worker-nonce-does-not-help", "script-src 'nonce-a'", _worker(False)),
)
SCHEMES = (
    _case(
        "star-network-only",
        "connect-src *",
        _fetch(f"{C}/x", True),
        _fetch(f"{RELAY}/relay", True),
        _fetch("data:text/plain,x", False),
    ),
    _case(
        "scheme-https", "default-src https:", _frame(True), _loader(True), _fetch(f"{RELAY}/relay", False, letter=True)
    ),
    _case(
        "scheme-ws-upgrades",
        "connect-src ws:",
        _fetch("ws://relay.chat.test/relay", True),
        _fetch(f"{RELAY}/relay", True),
        _fetch(f"{C}/x", False, letter=True),
        page="http://site.test",
    ),
    _case("https-host-not-wss", "connect-src https://relay.chat.test", _fetch(f"{RELAY}/relay", False, letter=True)),
    _case(
        "schemeless-not-wss",
        "connect-src relay.chat.test",
        _fetch("https://relay.chat.test/x", True),
        _fetch(f"{RELAY}/relay", False, letter=True),
    ),
    _case(
        "wss-host-not-https",
        "connect-src wss://relay.chat.test",
        _fetch(f"{RELAY}/relay", True),
        _fetch("https://relay.chat.test/x", False, letter=True),
    ),
    _case(
        "self-covers-own-wss",
        "connect-src 'self'",
        _fetch("wss://site.test/x", True),
        _fetch("wss://site.test:8443/x", False),
    ),
    _case(
        "self-upgrades-http-page",
        "connect-src 'self'",
        _fetch("https://site.test/x", True),
        _fetch("wss://site.test/x", True),
        _fetch("ws://site.test/x", True),
        page="http://site.test",
    ),
    _case(
        "self-same-port-ws",
        "connect-src 'self'",
        _fetch("ws://site.test:81/x", True),
        _fetch("wss://site.test:82/x", False),
        page="http://site.test:81",
    ),
    _frame_source("http-source-upgrades", "http://client.chat.test", True),
    _case(
        "https-source-no-downgrade",
        "connect-src https:",
        _fetch("http://client.chat.test/x", False),
        page="http://site.test",
    ),
)
HOSTS = (
    _frame_source("double-star", "https://*.*.test", False),
    _frame_source("inner-star", "https://chat.*", False, url="https://chat.test/w"),
    _frame_source("underscore-host", "https://a_b.test", False, url="https://a_b.test/w"),
    _frame_source("ipv6-host", "http://[::1]:81", False, url="http://[::1]:81/w"),
    _case("ipv4-host", "frame-src http://127.0.0.1:81", _frame(True, False, "http://127.0.0.1:81/w")),
    _frame_source("port-80-upgrade", "http://client.chat.test:80", True, letter=False),
    _frame_source(
        "other-port-upgrade", "http://client.chat.test:8443", False, letter=True, url="https://client.chat.test:8443/w"
    ),
    _frame_source("port-443-on-http", "http://client.chat.test:443", False, letter=True),
    _frame_source("port-443-on-http-80", "https://client.chat.test:80", False),
    _frame_source("port-star", f"{C}:*", True, url=f"{C}:8443/w"),
    _frame_source("port-leading-zero", f"{C}:0443", True),
    _frame_source("port-default-only", C, False, url=f"{C}:8443/w"),
    _case(
        "wildcard-depth",
        "frame-src https://*.chat.test",
        _frame(True, url="https://a.b.chat.test/w"),
        _frame(False, url="https://chat.test/w"),
    ),
    _frame_source("host-star-with-scheme", "https://*", True),
    _frame_source("host-case", "HTTPS://CLIENT.chat.TEST", True),
    _frame_source("trailing-dot", "https://client.chat.test.", False),
)
PATHS = (
    _case(
        "path-exact",
        f"frame-src {C}/w",
        _frame(True, url=f"{C}/w?x"),
        _frame(False, url=f"{C}/w/"),
        _frame(False, url=f"{C}/W"),
    ),
    _case("path-prefix", f"frame-src {C}/w/", _frame(True, url=f"{C}/w/x"), _frame(False, url=f"{C}/v")),
    _frame_source("path-percent", f"{C}/%77", True),
    _frame_source("path-percent-slash", f"{C}/a%2Fb", True, letter=False, url=f"{C}/a/b"),
    _frame_source("path-query", f"{C}/w?x=1", True, letter=False, url=f"{C}/w?x=2"),
    _case(
        "path-dropped-after-redirect",
        f"img-src {OWN}/go {C}/other",
        Probe("image", f"{C}/w.png", True, via=f"{OWN}/go?to={C}/w.png"),
    ),
    _case(
        "redirect-host-checked",
        f"img-src {OWN}",
        Probe("image", f"{C}/w.png", False, via=f"{OWN}/go?to={C}/w.png"),
    ),
    _case(
        "socket-path",
        "connect-src wss://relay.chat.test/relay",
        _fetch(f"{RELAY}/relay?x", True),
        _fetch(f"{RELAY}/other", False),
    ),
)
SCRIPTS = (
    _case("nonce-right", "script-src 'nonce-aB'", _loader(True, nonce="aB")),
    _case("nonce-case", "script-src 'nonce-aB'", _loader(False, nonce="ab")),
    _case("nonce-in-default", "default-src 'nonce-a'", _loader(True, nonce="a"), _image(f"{C}/x.png", False)),
    _case("hash-external", f"script-src '{HASH}'", _loader(True, integrity=HASH)),
    _case("hash-alone", f"script-src '{HASH}'", _loader(False)),
    _case("hash-extra", f"script-src '{HASH}'", _loader(False, integrity=f"{HASH} {OTHER_HASH}")),
    _case(
        "hash-disables-unsafe-inline",
        f"script-src 'unsafe-inline' '{OTHER_HASH}'",
        Probe("script", None, False, inline=True),
    ),
    _case("hash-base64url", f"script-src '{HASH_URL_SAFE}'", _loader(True, False, integrity=HASH)),
    _case("strict-dynamic-parser", f"script-src 'nonce-a' 'strict-dynamic' {C}", _loader(False)),
    _case("strict-dynamic-made", f"script-src 'nonce-a' 'strict-dynamic' {C}", _made(True)),
    _case("strict-dynamic-hash", f"script-src '{HASH}' 'strict-dynamic'", _loader(True, integrity=HASH)),
    _case("strict-dynamic-not-for-images", f"img-src 'strict-dynamic' {C}", _image(f"{C}/x.png", True)),
    _case("import-by-nonce", "script-src 'nonce-a'", _loader(True, nonce="a"), _imported(True, nonce="a")),
    _case(
        "import-by-nonce-dynamic",
        "script-src 'nonce-a' 'strict-dynamic'",
        _loader(True, nonce="a"),
        _imported(True, nonce="a"),
    ),
    _case("import-by-hash", f"script-src '{HASH}'", _loader(True, integrity=HASH), _imported(False)),
    _case(
        "import-by-hash-dynamic",
        f"script-src '{HASH}' 'strict-dynamic'",
        _loader(True, integrity=HASH),
        _imported(False),
    ),
    _case("import-by-host", f"script-src {C}", _loader(True), _imported(True)),
    _case("import-by-path", f"script-src {C}/public/embed/", _loader(True), _imported(False)),
    _case("made-script-nonce", "script-src 'nonce-a'", _made(True, nonce="a"), _made(False)),
    _case("nested-not-ours", f"frame-src {C}", _frame(True)),
)
BEYOND = (
    # D10: control characters, which only a `<meta>` can bring.
    Case("control-character-skips", metas=(Meta("frame-src 'none' \x01x"),), probes=(_frame(True, letter=False),)),
    Case(
        "control-character-takes-name",
        metas=(Meta("frame-src \x01x; frame-src 'none'"),),
        probes=(_frame(True, False),),
    ),
    Case("vertical-tab-is-a-space", metas=(Meta("frame-src\v'none'"),), probes=(_frame(False, letter=True),)),
    Case("vertical-tab-is-stripped", metas=(Meta("\vframe-src 'none'"),), probes=(_frame(False, letter=True),)),
    # D11: what counts as a hash.
    _case("hash-with-a-dash", f"script-src '{HASH.replace('sha', 'sha-')}'", _loader(True, False, integrity=HASH)),
    _case("hash-undecodable", "script-src 'unsafe-inline' 'sha256-abcde'", _inline("script", True, letter=False)),
    _case("hash-overpadded", "script-src 'unsafe-inline' 'sha256-abcd='", _inline("script", True, letter=False)),
    _case("hash-underpadded", "script-src 'unsafe-inline' 'sha256-ab='", _inline("script", False)),
    _case("hash-with-options", f"script-src '{HASH}'", _loader(True, integrity=f"{HASH}?ct=x md5-abc")),
    # D12: a frame's address and `'self'`, with a port that is written.
    _case("self-frame-upgrade", "frame-src 'self'", _frame(True, url=f"{OWN}/w"), page="http://site.test"),
    _case("self-frame-port", "frame-src 'self'", _frame(False, True, f"{OWN}:81/w"), page="http://site.test:81"),
    _case("self-image-port", "img-src 'self'", _image(f"{OWN}:81/x.png", True), page="http://site.test:81"),
    # D13: `default-src` is a list for scripts, also where it decides about styles.
    _case(
        "dynamic-default-style", "default-src 'unsafe-inline' 'strict-dynamic'", _inline("style", False, letter=True)
    ),
    _case("dynamic-own-style", "style-src 'unsafe-inline' 'strict-dynamic'", _inline("style", True)),
    # Paths: by UTF-8, and where it is none by bytes.
    _case("path-latin", f"img-src {C}/%E9.png", _image(f"{C}/%C3%A9.png", True, letter=False)),
    _case("path-fragment", f"frame-src {C}/w#x", _frame(True, letter=False)),
    _case("port-of-another-kind", f"frame-src {C}:99999", _frame(False)),
    _case("star-port", "frame-src *:8443", _frame(False), _frame(True, url=f"{C}:8443/w")),
    _case("star-path", "frame-src */w", _frame(True), _frame(False, url=f"{C}/v")),
    _case("empty-port", f"frame-src {C}:", _frame(False)),
    _case("schemeless-slashes", "frame-src //client.chat.test https:/client.chat.test https:*", _frame(False)),
    _case("prefetch-by-any", "default-src 'none'; img-src *", Probe("prefetch", f"{C}/x.png", True, made=True)),
    # D14: a list for scripts with 'strict-dynamic' helps by what workers may load, not by its hosts.
    _case(
        "prefetch-by-workers",
        "default-src 'none'; script-src 'strict-dynamic'",
        Probe("prefetch", f"{C}/x.png", True, letter=False, made=True),
    ),
    _case(
        "prefetch-dynamic-hosts",
        f"default-src 'none'; worker-src 'none'; script-src 'strict-dynamic' {C}",
        Probe("prefetch", f"{C}/x.png", False, letter=True, made=True),
    ),
    _case(
        "prefetch-dynamic-elem",
        f"default-src 'none'; worker-src 'none'; script-src-elem 'strict-dynamic' {C}",
        Probe("prefetch", f"{C}/x.png", False, letter=True, made=True),
    ),
    _case(
        "prefetch-dynamic-default",
        f"worker-src 'none'; default-src 'strict-dynamic' {C}",
        Probe("prefetch", f"{C}/x.png", True, made=True),
    ),
    _case("prefetch-by-none", "default-src 'none'; base-uri *", Probe("prefetch", f"{C}/x.png", False, made=True)),
)
"""Found by trying to tell matcher and Chromium apart."""
CASES: tuple[Case, ...] = (*PARSING, *FALLBACKS, *SCHEMES, *HOSTS, *PATHS, *SCRIPTS, *BEYOND)
