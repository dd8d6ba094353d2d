"""The storage host is killed in the middle of uploads and downloads, and started again over the same folder."""

import http.client
import json
import random
import socket
from pathlib import Path

from halloo.cli.bench.files.client import MIB, Content, fetch, file_path, upload
from halloo.cli.bench.files.servers import Server, halloo
from halloo.kit.ids import new_id

CONTENT = Content(24 * MIB)


def ask(
    server: Server, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = line.getresponse()
    said = answer.read()
    line.close()
    return answer, said


def received(server: Server, path: str) -> int:
    return int(ask(server, "HEAD", path)[0].headers["upload-offset"])


def test_an_upload_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    chance, path = random.Random(1), f"/uploads/{new_id()}?token=bytes-{CONTENT.size}"
    for _ in range(2):
        with halloo(tmp_path, None) as server:
            begin = offset = received(server, path)
            line = socket.create_connection(("127.0.0.1", server.port))
            head = f"PATCH {path} HTTP/1.1\r\nHost: x\r\nUpload-Offset: {offset}\r\n"
            line.sendall(f"{head}Content-Length: {CONTENT.size - offset}\r\n\r\n".encode())
            end = offset + chance.randrange(2 * MIB, 6 * MIB)
            while offset < end:
                piece = CONTENT.piece(offset, end)
                line.sendall(piece)
                offset += len(piece)
            while received(server, path) == begin:
                pass
        line.close()
    with halloo(tmp_path, None) as server:
        offset = received(server, path)
        assert 0 < offset < CONTENT.size
        rest = b""
        while offset + len(rest) < CONTENT.size:
            rest += CONTENT.piece(offset + len(rest), CONTENT.size)
        answer, said = ask(server, "PATCH", path, rest, upload_offset=str(offset))
        assert answer.status == 200
        assert json.loads(said)["sha256"] == CONTENT.digest()


def test_half_a_download_of_a_killed_server_does_not_look_whole(tmp_path: Path) -> None:
    with halloo(tmp_path, None) as server:
        file_id, _ = upload(server, CONTENT, cuts=0)
        line = socket.create_connection(("127.0.0.1", server.port))
        line.settimeout(30)
        line.sendall(f"GET {file_path(file_id)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        got = line.recv(MIB)
        assert got.startswith(b"HTTP/1.1 200")
    try:
        while piece := line.recv(MIB):
            got += piece
    except ConnectionError:
        pass
    line.close()
    assert f"content-length: {CONTENT.size}".encode() in got
    assert len(got) < CONTENT.size
    with halloo(tmp_path, None) as server:
        again, _ = upload(server, CONTENT, cuts=0)
        assert fetch(server, again, CONTENT, cuts=3) > 0
