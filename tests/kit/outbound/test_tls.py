"""TLS: who is trusted, and that nothing is said to anybody else (hooks contract 5, F8)."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from halloo.kit.outbound.model import Exchange, Limits
from halloo.kit.outbound.tls import client_context
from tests.kit.outbound.receivers import (
    HOST,
    OK,
    PATIENT,
    Line,
    answering,
    deaf,
    outbound,
    post,
    receiving,
    until,
)
from tests.support.certificates import certificate, self_signed

Make = Callable[[Path], ssl.SSLContext]


def old_protocol(folder: Path) -> ssl.SSLContext:
    context = certificate(folder, names=[HOST])
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def of_another_authority(folder: Path) -> ssl.SSLContext:
    other = folder / "other"
    other.mkdir()
    context = certificate(other, names=[HOST])
    certificate(folder)
    return context


REFUSED: dict[str, tuple[Make, str]] = {
    "expired": (lambda folder: certificate(folder, days=-1, names=[HOST]), "expired"),
    "self-signed": (lambda folder: (certificate(folder), self_signed(folder, HOST))[1], "self-signed"),
    "another authority": (of_another_authority, "certificate"),
    "another name": (lambda folder: certificate(folder, names=["other.test"]), "Hostname mismatch"),
    "a wildcard too far up": (lambda folder: certificate(folder, names=["*.test.test"]), "Hostname mismatch"),
    "TLS 1.1": (old_protocol, "version"),
}


async def ask(receiver_url: str, ca_file: Path | None, limits: Limits = PATIENT) -> Exchange:
    async with outbound(ca_file=str(ca_file or "")) as client:
        return await client.send(post(receiver_url), limits)


@pytest.mark.parametrize("fault", REFUSED)
async def test_f8_a_certificate_that_is_not_sound_fails_and_nothing_is_sent(fault: str, tmp_path: Path) -> None:
    make, detail = REFUSED[fault]
    with receiving(answering(OK), make(tmp_path)) as receiver:
        found = await ask(receiver.url(), tmp_path / "ca.pem")
        assert (found.outcome, found.status, found.remote_address) == ("tls", None, "127.0.0.1")
        assert detail.lower() in found.detail.lower()
        await until(lambda: receiver.trouble)
        assert receiver.requests == []
        assert receiver.accepted == 1


async def test_a_common_name_is_no_name(tmp_path: Path) -> None:
    with receiving(answering(OK), certificate(tmp_path, names=[])) as receiver:
        found = await ask(receiver.url("localhost"), tmp_path / "ca.pem")
        assert found.outcome == "tls"
        assert "not valid for 'localhost'" in found.detail
        assert receiver.requests == []


async def test_an_authority_of_ones_own_needs_the_file(tmp_path: Path) -> None:
    with receiving(answering(OK), certificate(tmp_path, names=[HOST])) as receiver:
        assert (await ask(receiver.url(), None)).outcome == "tls"
        assert receiver.requests == []
        found = await ask(receiver.url(), tmp_path / "ca.pem")
        assert (found.outcome, found.response_body) == ("success", b"ok")


async def test_the_systems_authorities_stay_trusted_beside_the_file(tmp_path: Path) -> None:
    certificate(tmp_path)
    system, more = client_context(), client_context(str(tmp_path / "ca.pem"))
    assert more.cert_store_stats()["x509_ca"] == system.cert_store_stats()["x509_ca"] + 1
    assert system.minimum_version == ssl.TLSVersion.TLSv1_2
    with pytest.raises(OSError, match=r".*"):
        client_context(str(tmp_path / "none.pem"))
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(OSError, match=r".*"):
        client_context(str(tmp_path / "bad.pem"))


@pytest.mark.parametrize(
    ("names", "host", "outcome"),
    [
        (["127.0.0.1"], "127.0.0.1", "success"),
        ([HOST, "10.0.0.1"], "127.0.0.1", "tls"),
        ([f"*.{HOST}"], f"a.{HOST}", "success"),
        ([HOST.upper()], HOST, "success"),
    ],
)
async def test_an_address_in_the_url_needs_an_address_in_the_certificate(
    names: list[str], host: str, outcome: str, tmp_path: Path
) -> None:
    with receiving(answering(OK), certificate(tmp_path, names=names)) as receiver:
        found = await ask(receiver.url(host), tmp_path / "ca.pem")
        assert found.outcome == outcome, found.detail


@pytest.mark.parametrize(("host", "expected"), [(HOST, HOST), ("127.0.0.1", None)])
async def test_the_name_is_sent_and_no_address(host: str, expected: str | None, tmp_path: Path) -> None:
    asked: list[str | None] = []
    context = certificate(tmp_path, names=[HOST, "127.0.0.1"])
    context.sni_callback = lambda _, name, __: asked.append(name)
    with receiving(answering(OK), context) as receiver:
        assert (await ask(receiver.url(host), tmp_path / "ca.pem")).outcome == "success"
        assert asked == [expected]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_kept_connection_carries_many_requests_over_tls(version: ssl.TLSVersion, tmp_path: Path) -> None:
    context = certificate(tmp_path, names=[HOST])
    context.minimum_version = context.maximum_version = version
    with receiving(answering(OK), context) as receiver:
        async with outbound(ca_file=str(tmp_path / "ca.pem")) as client:
            for at in range(20):
                found = await client.send(post(receiver.url(), b"%d" % at), PATIENT)
                assert found.outcome == "success", found.detail
                assert (found.timings.tls > 0) <= (at == 0)
                await asyncio.sleep(0)
            assert (receiver.accepted, len(receiver.requests), client.idle) == (1, 20, 1)


async def test_a_large_body_and_a_large_answer_go_through_tls(tmp_path: Path) -> None:
    body, page = bytes(range(256)) * 20_000, b"p" * 3_000_000
    script = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(page) + page)
    with receiving(script, certificate(tmp_path, names=[HOST])) as receiver:
        async with outbound(ca_file=str(tmp_path / "ca.pem")) as client:
            for _ in range(2):
                found = await client.send(post(receiver.url(), body), PATIENT._replace(body_bytes=len(page)))
                assert (found.outcome, found.response_body == page, found.truncated) == ("success", True, False)
        assert receiver.accepted == 1
        assert receiver.requests[1].endswith(body)


async def test_a_kept_connection_over_tls_that_died_is_replaced(tmp_path: Path) -> None:
    def script(line: Line) -> None:
        line.request()
        line.send(OK)
        line.request()
        line.reset()

    with receiving(script, certificate(tmp_path, names=[HOST])) as receiver:
        async with outbound(ca_file=str(tmp_path / "ca.pem")) as client:
            for _ in range(2):
                assert (await client.send(post(receiver.url()), PATIENT)).outcome == "success"
            assert receiver.accepted == 2


async def test_the_end_of_tls_is_the_end_of_a_body_without_length(tmp_path: Path) -> None:
    def script(line: Line) -> None:
        line.request()
        line.send(b"HTTP/1.1 200 OK\r\n\r\nto the end")
        assert isinstance(line.sock, ssl.SSLSocket)
        line.sock.unwrap()

    with receiving(script, certificate(tmp_path, names=[HOST])) as receiver:
        found = await ask(receiver.url(), tmp_path / "ca.pem")
        assert (found.outcome, found.response_body, found.truncated) == ("success", b"to the end", False)


@pytest.mark.parametrize("words", [b"\x00\xff" * 500, OK, b"220 hello\r\n", b"\x15\x03\x01\x00\x02\x02\x28", b""])
@pytest.mark.parametrize("at_once", [True, False])
async def test_f6_a_receiver_that_speaks_no_tls_is_tls(words: bytes, *, at_once: bool) -> None:
    def script(line: Line) -> None:
        if not at_once:
            line.sock.recv(10)
        line.send(words)
        line.wait(30 if words else 0)

    with receiving(script) as receiver:
        found = await ask(receiver.url().replace("http:", "https:"), None)
        assert (found.outcome, found.status) == ("tls", None), found.detail
        assert found.detail


async def test_f6_a_handshake_that_hangs_ends_with_the_clock_of_connecting() -> None:
    with receiving(deaf) as receiver:
        found = await ask(receiver.url().replace("http:", "https:"), None, Limits(connect_s=0.5))
        assert found.outcome == "connect_timeout"
        assert 450 <= found.timings.tls < 2500


async def test_garbage_within_tls_ends_the_exchange(tmp_path: Path) -> None:
    """Records that cannot be decrypted, after a sound handshake: a man in the middle who tampers."""
    with receiving(answering(OK), certificate(tmp_path, names=[HOST])) as receiver:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=_tamper, args=(listener, receiver.port), daemon=True)
            thread.start()
            found = await ask(f"https://{HOST}:{listener.getsockname()[1]}/", tmp_path / "ca.pem")
            assert (found.outcome, found.status) == ("protocol", None)
        thread.join(10)


def _tamper(listener: socket.socket, port: int) -> None:
    near, _ = listener.accept()
    with near, socket.create_connection(("127.0.0.1", port)) as far:
        near.settimeout(0.3)
        far.settimeout(0.3)
        for one, other in ((near, far), (far, near), (near, far)):
            try:
                while data := one.recv(65536):
                    other.sendall(data)
            except TimeoutError:
                pass
        near.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
