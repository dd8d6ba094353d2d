"""`halloo doctor` against the real server behind proxies that each make one mistake: it names that one."""

import gzip
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from halloo.cli.doctor import door
from halloo.cli.doctor.examine import examine
from halloo.cli.doctor.finding import Finding
from halloo.cli.doctor.site import Site
from tests.support.certificates import certificate
from tests.support.ports import free_port
from tests.support.product import Product, Store
from tests.support.proxy import Faults, Reply, Request, proxied

pytestmark = pytest.mark.slow

SHOP = "https://shop.example"


class Deployment:
    """A server whose public address is a proxy."""

    def __init__(self, product: Product, port: int) -> None:
        self.product = product
        self.port = port
        self.url = f"http://localhost:{port}"

    @property
    def site(self) -> Site:
        return Site(self.url, self.product.facts["widget_id"])

    def look(self, faults: Faults, silence_s: float = 0) -> dict[str, Finding]:
        """What the doctor finds through such a proxy, the worst for each check."""
        order = ("ok", "warn", "bad")
        found: dict[str, Finding] = {}
        with proxied(self.port, self.product.port, faults):
            for one in examine(self.site, None, silence_s):
                known = found.get(one.check)
                if known is None or order.index(one.level) > order.index(known.level):
                    found[one.check] = one
        return found


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    with deployed() as made:
        yield made


@contextmanager
def deployed(**settings: str) -> Generator[Deployment]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        store = Store("sqlite", Path(folder), f"sqlite:///{folder}/halloo.db")
        product = Product(store, {"HALLOO_PUBLIC_URL": f"http://localhost:{port}", **settings})
        product.init()
        product.start()
        product.widget([SHOP])
        try:
            yield Deployment(product, port)
        finally:
            product.stop()


def wrong(found: dict[str, Finding]) -> dict[str, str]:
    """What is not in order, but for what every server on one machine is told."""
    usual = {"https", "host names"}
    return {name: one.level for name, one in found.items() if one.level != "ok" and name not in usual}


def test_a_proxy_that_breaks_nothing_is_in_order(deployment: Deployment) -> None:
    found = deployment.look(Faults())
    assert wrong(found) == {}
    assert len(found) >= 20


def _on(path: str, change: object, *arguments: str) -> Faults:
    def reply(request: Request, answer: Reply) -> None:
        if request.path.startswith(path):
            change(answer, *arguments)  # type: ignore[operator] - one of several setters, each with its own arguments

    return Faults(reply=reply)


def _without(*names: str) -> Faults:
    def request(asked: Request) -> None:
        for name in names:
            asked.drop(name)

    return Faults(request=request)


def _writing(name: str, value: str) -> Faults:
    return Faults(request=lambda asked: asked.set(name, value))


def _redirect(asked: Request) -> Reply | None:
    return Reply(302, [("Location", f"https://www.example{asked.path}")]) if asked.path.startswith("/public/") else None


def _wall(asked: Request) -> Reply | None:
    return Reply(401, [("WWW-Authenticate", "Basic")]) if asked.path.startswith("/core/public/") else None


def _inject(_request: Request, answer: Reply) -> None:
    answer.body = answer.body.replace(b"</body>", b"<script src=/analytics.js></script></body>")


def _minify(_request: Request, answer: Reply) -> None:
    if answer.get("content-type").startswith("text/javascript"):
        answer.body = answer.body.replace(b"\n", b"") + b"/* optimised */"


def _compress(asked: Request, answer: Reply) -> None:
    if any(name.lower() == "accept-encoding" and "gzip" in value for name, value in asked.headers):
        if not answer.get("content-encoding"):
            answer.body = gzip.compress(answer.body)
        answer.set("content-encoding", "gzip")
        answer.set("etag", "W/" + answer.get("etag"))


def _old(_request: Request, answer: Reply) -> None:
    answer.add("Age", "4000")


def _small(asked: Request, status: int) -> Reply | None:
    size = next((int(value) for name, value in asked.headers if name.lower() == "content-length"), 0)
    return Reply(status, []) if size > 1024 * 1024 else None


def _hang_up(asked: Request) -> None:
    if _small(asked, 413):
        raise ConnectionResetError


def _no_method(asked: Request, method: str) -> Reply | None:
    return Reply(403, []) if asked.method == method else None


def _too_long(asked: Request, answer: Reply) -> None:
    if sum(len(name) + len(value) for name, value in answer.headers) > 4096:
        answer.status, answer.headers, answer.body = 502, [("Server", "proxy")], b"too big a header"
    assert asked.path


MISTAKES: list[tuple[str, Faults, str, str, str]] = [
    ("adds X-Frame-Options", _on("/", Reply.add, "X-Frame-Options", "SAMEORIGIN"), "framing", "bad", "X-Frame-Options"),
    (
        "adds a second policy",
        _on("/", Reply.add, "Content-Security-Policy", "frame-ancestors 'self'"),
        "policy",
        "bad",
        "2 Content-Security-Policy",
    ),
    (
        "replaces the policy",
        _on("/public/widget", Reply.set, "Content-Security-Policy", "default-src 'self'"),
        "policy",
        "bad",
        "0 times",
    ),
    (
        "writes a policy of its own",
        _on(
            "/public/widget",
            Reply.set,
            "Content-Security-Policy",
            "default-src 'self'; connect-src https://api.example; frame-ancestors https:",
        ),
        "frame policy",
        "bad",
        "chat (connect ws://localhost",
    ),
    ("drops the policy", _on("/public/widget", Reply.drop, "content-security-policy"), "policy", "bad", "has no"),
    ("redirects", Faults(request=_redirect), "loader", "bad", "https://www.example/public/embed"),
    ("asks for a password", Faults(request=_wall), "public API", "bad", "sign in"),
    ("strips Origin", _without("origin"), "Origin", "bad", "taken off"),
    ("writes Origin", _writing("Origin", SHOP), "Origin", "bad", "got 200"),
    ("strips X-Halloo-Visitor", _without("x-halloo-visitor"), "X-Halloo-Visitor", "bad", "does not arrive"),
    ("strips If-None-Match", _without("if-none-match"), "not modified", "warn", "200"),
    ("strips the ETag", _on("/public/", Reply.drop, "etag"), "loader etag", "bad", "lost its ETag"),
    ("weakens the ETag", _on("/public/widget", Reply.set, "etag", 'W/"x"'), "frame etag", "bad", "weakened"),
    ("compresses again", Faults(reply=_compress), "compression", "warn", "compresses"),
    ("injects a script", Faults(reply=_inject), "frame bytes", "bad", "not what Halloo sent"),
    ("optimises scripts", Faults(reply=_minify), "loader bytes", "bad", "not what Halloo sent"),
    (
        "asks browsers to keep for a day",
        _on("/public/", Reply.set, "cache-control", "public, max-age=86400"),
        "loader caching",
        "bad",
        "86400",
    ),
    ("keeps for itself", Faults(reply=_old), "frame caching", "bad", "4000 s old"),
    (
        "caches the API",
        _on("/core/", Reply.set, "cache-control", "public, max-age=5"),
        "API caching",
        "bad",
        "max-age=5",
    ),
    (
        "drops the resource policy",
        _on("/public/", Reply.drop, "cross-origin-resource-policy"),
        "resource policy",
        "bad",
        "is none",
    ),
    (
        "drops the embedder policy",
        _on("/public/widget", Reply.drop, "cross-origin-embedder-policy"),
        "isolation",
        "bad",
        "embedder",
    ),
    (
        "answers CORS itself",
        _on("/core/", Reply.set, "access-control-allow-origin", "*"),
        "CORS",
        "bad",
        "* instead of https://shop.example",
    ),
    (
        "refuses preflights",
        Faults(request=lambda asked: Reply(405, []) if asked.method == "OPTIONS" else None),
        "preflight",
        "bad",
        "405",
    ),
    ("sets a cookie", _on("/", Reply.add, "Set-Cookie", "lb=1; Path=/"), "cookies", "bad", "lb"),
    ("blocks upgrades", Faults(upgrades=False), "WebSocket", "bad", "426"),
    ("lets every site upgrade", _writing("Origin", "http://localhost:{port}"), "WebSocket origin", "bad", "let in"),
    ("writes Host", _writing("Host", "localhost"), "foreign host", "warn", "foreign"),
    ("has small buffers", Faults(reply=_too_long), "header buffers", "bad", "502"),
    (
        "passes Host as its own upstream's",
        _writing("Host", "backend.internal"),
        "address",
        "bad",
        "421",
    ),
    ("takes small bodies only", Faults(request=lambda asked: _small(asked, 413)), "upload", "bad", "413"),
    ("hangs up on large bodies", Faults(request=_hang_up), "upload", "bad", "broke while 4 MiB"),
    ("collects uploads", Faults(collects=True), "upload flow", "warn", "collects"),
    ("refuses PUT", Faults(request=lambda asked: _no_method(asked, "PUT")), "upload", "bad", "403"),
    ("refuses PATCH", Faults(request=lambda asked: _no_method(asked, "PATCH")), "upload resume", "bad", "PATCH"),
    ("refuses HEAD", Faults(request=lambda asked: _no_method(asked, "HEAD")), "upload resume", "bad", "HEAD"),
    ("refuses DELETE", Faults(request=lambda asked: _no_method(asked, "DELETE")), "upload resume", "bad", "DELETE"),
    ("strips Upload-Offset", _without("upload-offset"), "upload resume", "bad", "does not arrive"),
    (
        "keeps Upload-Offset",
        _on("/uploads/", Reply.drop, "upload-offset"),
        "upload resume",
        "bad",
        "does not come back",
    ),
    (
        "shows another clock",
        _on("/healthz", Reply.set, "date", "Mon, 01 Jan 2024 00:00:00 GMT"),
        "clock",
        "bad",
        "off this machine's",
    ),
]


@pytest.mark.parametrize(
    ("faults", "check", "level", "part"), [one[1:] for one in MISTAKES], ids=[one[0] for one in MISTAKES]
)
def test_a_proxy_that(deployment: Deployment, faults: Faults, check: str, level: str, part: str) -> None:
    if check == "WebSocket origin":
        faults = _writing("Origin", deployment.url)
    found = deployment.look(faults)
    assert check in found, {name: one.found for name, one in found.items() if one.level != "ok"}
    assert (found[check].level, part in found[check].found) == (level, True), found[check]
    assert found[check].advice


def test_nothing_is_written_by_looking(deployment: Deployment) -> None:
    faults = Faults()
    deployment.look(faults)
    tried = {request.method for request in faults.seen if request.path != "/uploads/trial"}
    assert tried <= {"GET", "OPTIONS"}
    assert "PUT" in {request.method for request in faults.seen}
    files = deployment.product.store.folder / "files"
    assert [path for path in files.rglob("*") if path.is_file()] == [], "what was sent on trial is kept nowhere"


def test_a_proxy_that_keeps_streams_back(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("halloo.cli.doctor.streaming._PATIENCE_S", 1)
    kept = deployment.look(Faults(streams=False), silence_s=0.1)
    assert (kept["HTTP streaming"].level, kept["stream flow"].level) == ("ok", "warn")
    assert "proxy_buffering off" in kept["stream flow"].advice


def test_a_rescue_relay_that_nobody_reaches() -> None:
    port = free_port()
    with deployed(HALLOO_RELAY_RESCUE_PORT=str(port)) as made:
        assert made.look(Faults())["rescue relay"].level == "ok"
    with deployed(HALLOO_HOSTS_RESCUE=f"http://localhost:{port}") as made:
        found = made.look(Faults())["rescue relay"]
        assert (found.level, f"localhost:{port}" in found.found) == ("warn", True)


def test_a_silent_connection_is_held(deployment: Deployment) -> None:
    kept = deployment.look(Faults(), silence_s=1.5)
    assert kept["silence"].level == "ok", kept["silence"]
    assert kept["stream flow"].level == "ok", kept["stream flow"]
    cut = deployment.look(Faults(idle_s=0.5), silence_s=4)
    assert (cut["silence"].level, "closed after" in cut["silence"].found) == ("bad", True)
    assert "proxy_read_timeout" in cut["silence"].advice


def test_a_proxy_that_hangs_up_in_the_middle_is_a_finding(deployment: Deployment) -> None:
    def hang_up(asked: Request) -> None:
        if asked.path.startswith("/public/widget"):
            raise ConnectionResetError

    found = deployment.look(Faults(request=hang_up))
    assert (found["frame"].level, "broke" in found["frame"].found) == ("bad", True)
    assert found["WebSocket"].level == "ok"


def test_claims_about_the_callers_address_are_seen_through() -> None:
    with deployed(HALLOO_SERVER_TRUSTED_PROXIES="127.0.0.1") as trusting:
        open_door = trusting.look(Faults())
        assert (open_door["caller's address"].level, "any address" in open_door["caller's address"].found) == (
            "bad",
            True,
        )
        shut = trusting.look(_writing("X-Forwarded-For", "203.0.113.9"))
        assert shut["caller's address"].level == "ok"


def test_nobody_there(deployment: Deployment) -> None:
    found = list(examine(Site(f"http://localhost:{free_port()}", deployment.product.facts["widget_id"]), None))
    assert [(one.check, one.level) for one in found] == [("https", "warn"), ("address", "bad")]


def test_an_unknown_widget(deployment: Deployment) -> None:
    with proxied(deployment.port, deployment.product.port, Faults()):
        found = list(examine(Site(deployment.url, "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1"), None))
    assert (found[-1].check, found[-1].level, "404" in found[-1].found) == ("public API", "bad", True)
    assert "--widget" in found[-1].advice


def test_a_server_that_believes_to_be_elsewhere() -> None:
    with deployed(HALLOO_PUBLIC_URL="http://localhost:1") as lost:
        found = lost.look(Faults())
        assert "http://localhost:1" in found["own address"].found
        assert "offline" in found["WebSocket"].found


@pytest.mark.parametrize(("days", "level"), [(90, "ok"), (9, "warn"), (1, "bad")])
def test_how_long_the_certificate_lasts(
    days: int, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deployment: Deployment
) -> None:
    context = certificate(tmp_path, days)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    port = free_port()
    with proxied(port, deployment.product.port, Faults(tls=context)):
        (found,) = door.check_certificate(Site(f"https://localhost:{port}", "x"))
    assert (found.check, found.level) == ("certificate", level)
    assert "days" in found.found


def test_a_certificate_that_browsers_refuse(tmp_path: Path, deployment: Deployment) -> None:
    port = free_port()
    with proxied(port, deployment.product.port, Faults(tls=certificate(tmp_path))):
        found = list(examine(Site(f"https://localhost:{port}", "x"), None))
    assert [(one.check, one.level) for one in found] == [("certificate", "bad"), ("address", "bad")]


def test_plain_http_in_the_open_is_bad() -> None:
    (found,) = door.check_certificate(Site("http://chat.example", "x"))
    assert (found.check, found.level) == ("https", "bad")
