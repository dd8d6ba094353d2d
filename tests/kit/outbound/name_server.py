"""A name server on loopback with a table, over UDP; it counts what it is asked."""

import contextlib
import socket
import struct
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

_A, _CNAME, _AAAA = 1, 5, 28
_NXDOMAIN = 3


class NameServer:
    """Answers from `table`: addresses of both families by name, or one name for a CNAME; silent for names in `mute`."""

    def __init__(self, table: Mapping[str, Sequence[str]], mute: Sequence[str]) -> None:
        self.table = dict(table)
        self.mute = mute
        self.asked: list[tuple[str, int]] = []
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._sock.getsockname()[1]}"

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                question, peer = self._sock.recvfrom(4096)
                if not question:
                    return
                answer = self._answer(question)
                if answer:
                    self._sock.sendto(answer, peer)

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"", self._sock.getsockname())

    def close(self) -> None:
        self._sock.close()

    def _answer(self, question: bytes) -> bytes:
        labels: list[bytes] = []
        at = 12
        while size := question[at]:
            labels.append(question[at + 1 : at + 1 + size])
            at += size + 1
        name = b".".join(labels).decode().lower()
        kind = int.from_bytes(question[at + 1 : at + 3])
        self.asked.append((name, kind))
        if name in self.mute:
            return b""
        records = [record for entry in self._chain(name) if (record := _record(*entry, kind))]
        code = 0 if name in self.table else _NXDOMAIN
        return (
            question[:2]
            + struct.pack(">HHHHH", 0x8180 | code, 1, len(records), 0, 0)
            + question[12 : at + 5]
            + b"".join(records)
        )

    def _chain(self, name: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for entry in self.table.get(name, ()):
            found.append((name, entry))
            if entry in self.table:
                found.extend(self._chain(entry))
        return found


def _record(name: str, entry: str, kind: int) -> bytes:
    if ":" in entry:
        own, data = _AAAA, socket.inet_pton(socket.AF_INET6, entry)
    elif entry[-1].isdigit():
        own, data = _A, socket.inet_pton(socket.AF_INET, entry)
    else:
        own, data = _CNAME, _encode(entry)
    if own not in (kind, _CNAME):
        return b""
    return _encode(name) + struct.pack(">HHIH", own, 1, 0, len(data)) + data


def _encode(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


@contextmanager
def serving_names(table: Mapping[str, Sequence[str]], mute: Sequence[str] = ()) -> Generator[NameServer]:
    """Answer questions in a thread of its own."""
    server = NameServer(table, mute)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(5)
        server.close()
