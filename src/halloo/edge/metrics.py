"""`/metrics`: what the server has described, as Prometheus reads it.

The parts count plain integers where things happen; here they are read, once a scrape. Every metric stands in `METRICS`, from which
the manual is made. Labels come from fixed sets, and nothing in them is of a workspace, a person or an address.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from litestar.types import Receive, Scope, Send
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from halloo.csp.tally import OUTCOMES
from halloo.db.engine import Worker
from halloo.db.tally import GROUP_SIZES, SECONDS
from halloo.edge.errors import error_body
from halloo.edge.health import broker_part, relay_part
from halloo.edge.watch import Watch
from halloo.kit.histogram import Histogram
from halloo.kit.outbound.guard import RULES
from halloo.kit.outbound.model import Failure

TOKEN_MIN = 16
Kind = Literal["counter", "gauge", "histogram", "info"]
Labels = tuple[str, ...]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True)
class Described:
    """A metric: its name without suffix, its type, what it means, its labels, and how it is read."""

    name: str
    kind: Kind
    meaning: str
    read: Callable[[Watch], "Iterable[Sample] | Histogram"]
    labels: Labels = ()
    samples: str = ""
    """The labels' values, for the manual."""


def _one(value: float) -> list[Sample]:
    return [((), value)]


def _merged(bounds: Sequence[float], parts: Iterable[Histogram]) -> Histogram:
    """Several workers' numbers as one."""
    whole = Histogram(bounds)
    for part in parts:
        whole.counts = [mine + theirs for mine, theirs in zip(whole.counts, part.counts, strict=True)]
        whole.sum += part.sum
    return whole


def _waiting(workers: Sequence[Worker]) -> float:
    return sum(worker.waiting for worker in workers)


def _database_waiting(watch: Watch) -> Iterator[Sample]:
    yield ("write",), _waiting(watch.database.writers)
    yield ("read",), _waiting(watch.database.readers)


def _sockets(watch: Watch) -> list[Sample]:
    described = watch.relay.hub.tally.sockets
    usual = {("visitor", "websocket"): 0, ("operator", "websocket"): 0}
    return [((role, transport), count) for (role, transport), count in sorted({**usual, **described}.items())]


_OUTCOMES = ("success", *get_args(Failure))
_ENDS = ("delivered", "exhausted", "held", "too_large")
_REASONS = ("gone", "failing")
_Label = TypeVar("_Label", bound=str)


def _by_label(names: Sequence[_Label], counts: Mapping[_Label, int]) -> list[Sample]:
    return [((name,), counts.get(name, 0)) for name in names]


def _overdue(watch: Watch) -> float:
    since = watch.due.overdue_since
    return 0 if since is None else max(0, watch.clock() - since) / 1000


METRICS: tuple[Described, ...] = (
    Described("halloo_build", "info", "The release that runs.", lambda w: [((w.version,), 1)], ("version",), "the release"),
    Described("halloo_uptime_seconds", "gauge", "Seconds since this process began to serve.", lambda w: _one(w.uptime_s)),
    Described(
        "halloo_relay_sockets", "gauge", "Connections that are let in now.",
        _sockets, ("role", "transport"), "visitor, operator; websocket, stream",
    ),
    Described(
        "halloo_relay_handshaking", "gauge", "Connections that were answered, and have not been let in yet or are about to close.",
        lambda w: _one(max(0, len(w.relay.shared.connections) - w.relay.hub.sockets)),
    ),
    Described(
        "halloo_relay_opened", "counter", "Connections that were answered, whether a `connect` followed or not.",
        lambda w: _one(w.relay.hub.tally.opened),
    ),
    Described(
        "halloo_relay_refused", "counter", "Handshakes that were turned away.",
        lambda w: [((reason,), count) for reason, count in sorted(w.relay.hub.tally.refused.items())],
        ("reason",), "host, path, origin, malformed, no_upgrade, busy (stopping, or too many at once), other",
    ),
    Described(
        "halloo_relay_closed", "counter", "Connections that the server closed, by close code.",
        lambda w: [((str(code),), count) for code, count in sorted(w.relay.hub.tally.closes.items())],
        ("code",), "1002, 1012, 4008 (too slow), 4009 (too fast), 4010 (fell behind), 4400 and on",
    ),
    Described("halloo_relay_frames_in", "counter", "Messages that came in from connections.", lambda w: _one(w.relay.hub.tally.frames_in)),
    Described(
        "halloo_relay_frames_out", "counter", "Frames that fan-out, hints and recoveries wrote, one for each connection and tick.",
        lambda w: _one(w.relay.hub.tally.frames_out),
    ),
    Described("halloo_relay_out_bytes", "counter", "Bytes that those frames carried.", lambda w: _one(w.relay.hub.tally.bytes_out)),
    Described("halloo_relay_hints", "counter", "Hints that were handed on, such as typing.", lambda w: _one(w.relay.hub.tally.hints)),
    Described("halloo_relay_rooms", "gauge", "Workspaces that this node holds in memory.", lambda w: _one(w.relay.hub.rooms)),
    Described("halloo_relay_behind", "gauge", "Connections that read too slowly just now.", lambda w: _one(w.relay.hub.behind()[0])),
    Described("halloo_relay_owed_bytes", "gauge", "Bytes that wait for those connections.", lambda w: _one(w.relay.hub.behind()[1])),
    Described(
        "halloo_relay_recoveries", "counter", "Streams that a client came back to with a position.",
        lambda w: [(key, count) for key, count in sorted(w.relay.hub.tally.recoveries.items())],
        ("source", "outcome"), "ring, log, none (nothing was missed, or nothing could be found); recovered, lost (it reads afresh)",
    ),
    Described(
        "halloo_relay_catch_ups", "counter", "Times a connection that was behind got what it had missed.",
        lambda w: _one(w.relay.hub.tally.catch_ups),
    ),
    Described(
        "halloo_relay_repairs", "counter", "Times facts that had not reached this node were read from the log.",
        lambda w: _one(w.relay.hub.repairs),
    ),
    Described(
        "halloo_relay_fell_behind", "counter", "Times a workspace's connections were closed with 4010, since this node was behind the log.",
        lambda w: _one(w.relay.hub.tally.fell_behind),
    ),
    Described(
        "halloo_relay_lag_seconds", "histogram",
        "From a fact's own time, before its commit, to the moment its last connection was written to; once for each tick.",
        lambda w: w.relay.hub.tally.lag,
    ),
    Described(
        "halloo_relay_state", "gauge", "1 for what the relay does now, 0 for the others.",
        lambda w: [((one,), relay_part(w.relay) == one) for one in ("ok", "starting", "draining")], ("state",), "ok, starting, draining",
    ),
    Described("halloo_facts", "counter", "Facts that this node handed on.", lambda w: _one(w.activity.facts)),
    Described(
        "halloo_broker_up", "gauge", "1 while the broker between nodes answers, 0 while it does not; nothing where this node is alone.",
        lambda w: [] if w.relay.broker.tally.kind == "memory" else _one(broker_part(w.relay) == "ok"),
    ),
    Described("halloo_broker_drops", "counter", "Times the connection to the broker was lost.", lambda w: _one(w.relay.broker.tally.drops)),
    Described(
        "halloo_broker_notes", "counter", "Notes to and from other nodes; `lost`: they could not be sent.",
        lambda w: [
            (("received",), w.relay.broker.tally.received),
            (("published",), w.relay.broker.tally.published),
            (("lost",), w.relay.broker.tally.lost_notes),
        ],
        ("way",), "received, published, lost",
    ),
    Described("halloo_database_waiting", "gauge", "Jobs that wait for a worker.", _database_waiting, ("kind",), "write, read"),
    Described("halloo_database_stuck", "gauge", "1 while a writer has been at one group for ten seconds.", lambda w: _one(w.pulse.stuck())),
    Described(
        "halloo_database_write_group", "histogram", "Actions that were committed together.",
        lambda w: _merged(GROUP_SIZES, (one.tally.sizes for one in w.database.writers)),
    ),
    Described(
        "halloo_database_write_seconds", "histogram", "How long a group took, from its begin to its sync.",
        lambda w: _merged(SECONDS, (one.tally.seconds for one in w.database.writers)),
    ),
    Described(
        "halloo_database_read_seconds", "histogram", "How long a group of queries took.",
        lambda w: _merged(SECONDS, (one.tally.seconds for one in w.database.readers)),
    ),
    Described(
        "halloo_database_size_bytes", "gauge", "How large the database is; looked at every 15 seconds.",
        lambda w: [] if w.size is None else _one(w.size),
    ),
    Described(
        "halloo_disk_free_bytes", "gauge", "What is free on the disk that the data lies on.",
        lambda w: [] if w.disk is None else _one(w.disk[0]),
    ),
    Described(
        "halloo_http_answers", "counter", "HTTP answers by class.",
        lambda w: [((f"{kind}xx",), w.answers.counts[kind]) for kind in range(2, 6)], ("class",), "2xx, 3xx, 4xx, 5xx",
    ),
    Described(
        "halloo_mail_waiting", "gauge", "Mails that wait in the outbox, those that may never be needed among them.",
        lambda w: _one(w.due.waiting),
    ),
    Described("halloo_mail_overdue_seconds", "gauge", "How long the oldest mail has waited beyond its time.", lambda w: _one(_overdue(w))),
    Described(
        "halloo_hooks_attempts", "counter", "Requests of web hooks, light events and tests among them, by how they ended.",
        lambda w: _by_label(_OUTCOMES, w.hooks.tally.attempts), ("outcome",), ", ".join(_OUTCOMES),
    ),
    Described(
        "halloo_hooks_deliveries", "counter", "Deliveries that this process has ended, by their state then.",
        lambda w: _by_label(_ENDS, w.hooks.tally.deliveries), ("state",), ", ".join(_ENDS),
    ),
    Described(
        "halloo_hooks_light_dropped", "counter", "Light events that were not told, since too many waited or they were no news any more.",
        lambda w: _one(w.hooks.tally.light_dropped),
    ),
    Described(
        "halloo_hooks_answer_seconds", "histogram", "From the last byte of a hook's request to the head of its answer.",
        lambda w: w.hooks.tally.answer,
    ),
    Described(
        "halloo_hooks_lag_seconds", "histogram", "From a fact's own time, before its commit, to its first attempt.",
        lambda w: w.hooks.tally.lag,
    ),
    Described(
        "halloo_hooks_due", "gauge", "Deliveries that are due and wait, up to a thousand of each hook; looked at every two seconds.",
        lambda w: _one(w.hooks.tally.due),
    ),
    Described("halloo_hooks_in_flight", "gauge", "Requests of web hooks that wait for their answer.", lambda w: _one(w.hooks.in_flight)),
    Described(
        "halloo_hooks_breakers_open", "gauge", "Hooks that are left alone for a while, since they did not answer.",
        lambda w: _one(w.hooks.breakers_open),
    ),
    Described(
        "halloo_hooks_disabled", "counter", "Hooks that were disabled for how they answered.",
        lambda w: _by_label(_REASONS, w.hooks.tally.disabled), ("reason",), ", ".join(_REASONS),
    ),
    Described(
        "halloo_hooks_plan_cursor_behind", "gauge", "Facts that no delivery was planned for yet; looked at every two seconds.",
        lambda w: _one(w.hooks.tally.behind),
    ),
    Described(
        "halloo_hooks_blocked", "counter", "Requests that were not made, since the address is refused.",
        lambda w: _by_label(RULES, w.hooks.outbound.tally.blocked), ("rule",), ", ".join(RULES),
    ),
    Described(
        "halloo_csp_reports", "counter", "Reports of browsers that a Content Security Policy refused something, by whose business it was.",
        lambda w: _by_label(OUTCOMES, w.csp.reports), ("outcome",), ", ".join(OUTCOMES),
    ),
)  # fmt: skip


def family(described: Described, watch: Watch) -> Metric:
    """The metric with its values now."""
    found = described.read(watch)
    if isinstance(found, Histogram):
        return _histogram(described, found)
    if described.kind == "info":
        info = InfoMetricFamily(described.name, described.meaning)
        for labels, _ in found:
            info.add_metric([], dict(zip(described.labels, labels, strict=True)))
        return info
    made = CounterMetricFamily if described.kind == "counter" else GaugeMetricFamily
    values = made(described.name, described.meaning, labels=described.labels)
    for labels, value in found:
        values.add_metric(labels, value)
    return values


def _histogram(described: Described, found: Histogram) -> Metric:
    passed = 0
    buckets: list[tuple[str, float]] = []
    for bound, count in zip((*map(str, found.bounds), "+Inf"), found.counts, strict=True):
        passed += count
        buckets.append((bound, passed))
    histogram = HistogramMetricFamily(described.name, described.meaning)
    histogram.add_metric([], buckets, found.sum)
    return histogram


class WatchCollector(Collector):
    """Reads everything at a scrape."""

    def __init__(self, watch: Watch) -> None:
        """Of one server."""
        self._watch = watch

    def collect(self) -> Iterator[Metric]:
        """Every metric of `METRICS`."""
        for described in METRICS:
            yield family(described, self._watch)


class Metrics:
    """The ASGI application behind `/metrics`."""

    def __init__(self, watch: Watch, token: str) -> None:
        """Without a token there is no such address. Raises `ValueError` for one that could be guessed."""
        if token and len(token) < TOKEN_MIN:
            msg = f"server.metrics_token: at least {TOKEN_MIN} characters are needed."
            raise ValueError(msg)
        self._token = token.encode()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(WatchCollector(watch))
        ProcessCollector(registry=self._registry)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one scrape. Nothing in it waits: what takes a question was asked before."""
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if not self._token:
            await _answer(send, 404, error_body("route_not_found", "There is no such address."))
        elif not self._lets_in(headers.get(b"authorization", b"")):
            await _answer(send, 401, error_body("unauthorized", "Send the metrics token as a bearer token."))
        else:
            render, kind = choose_encoder(headers.get(b"accept", b"").decode("latin-1"))
            await _answer(send, 200, render(self._registry), kind.encode())

    def _lets_in(self, header: bytes) -> bool:
        scheme, _, given = header.partition(b" ")
        return hmac.compare_digest(given.strip(), self._token) and scheme.lower() == b"bearer"


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if status == 401:  # noqa: PLR2004 - HTTP
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
