"""What the benchmarks ask of the machine: cores, CPU time and memory of a process, file handles, free ports. Linux tells all of it."""

import os
import resource
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def cores() -> list[int]:
    """The cores this process may use; empty where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@contextmanager
def on_core(core: int | None) -> Generator[None]:
    """What is started in here stays on one core, with all its threads."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def two_cores() -> tuple[int | None, int | None]:
    """One core for the server and one for the client, or None twice where they must share."""
    found = cores()
    return (found[0], found[1]) if len(found) > 1 else (None, None)


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, user and system, all threads, ended ones too; to the nanosecond."""
    return time.clock_gettime(~pid << 3 | 2)  # the process's clock as clock_getcpuclockid(3) names it on Linux


def rss_bytes(pid: int) -> int:
    """Memory that a process holds now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def raise_handles() -> int:
    """Allow as many open files as the system lets us, and say how many; processes started later inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def cpu_name() -> str:
    """The processor, as it calls itself."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"
