"""`docs/guide/watching.md`: how one sees whether a server is well; the metrics from the code, the rest by hand."""

from pathlib import Path

from halloo.db.tally import GROUP_SIZES, SECONDS
from halloo.edge.metrics import METRICS, Described
from halloo.edge.pulse import PATIENCE_S, STUCK_S
from halloo.relay.tally import LAG_SECONDS
from reference.markdown import code, page, table

_DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "prometheus"
_HEAD = """\
Three ways to know whether Halloo is well, from the simplest on: the [status page](#the-status-page) for people, two
[routes](#alive-and-ready) for supervisors and load balancers, and [metrics](#metrics) for Prometheus. And there is the
[log](#the-log).

## The status page

*Settings → Status* in the inbox, for owners and admins. It says in one sentence whether everything is all right, what is amiss and
what to do about it, and then the figures. It looks again every five seconds while it is seen. The same stands at
`GET /core/status` of the [management API](../api/management.md), with a token of the scope `status:read`.

People, messages and mail are counted for the workspace that asks. Everything else is of the server as a whole. What was counted lies
in memory, so that it begins anew at each start."""

_HEALTH = f"""\
## Alive and ready

| route | 200 | otherwise | for |
|---|---|---|---|
| `/healthz` | the process answers | no answer | whoever restarts a process that hangs |
| `/readyz` | it should be sent visitors | 503, with the part that is not ready | whoever sends visitors to one of several |

`/healthz` does not ask the database. No restart of Halloo brings a database back, and one that waits for it serves again by itself.
A server that stops is alive until it has: connections are let go one after another.

`/readyz` says

```json
{{"status": "unready", "parts": {{"database": "ok", "relay": "draining", "broker": "none"}}}}
```

| part | can be | |
|---|---|---|
| `database` | `ok`, `silent`, `stuck` | `silent`: no answer in {PATIENCE_S:.0f} s; `stuck`: a change under way for {STUCK_S:.0f} s |
| `relay` | `ok`, `starting`, `draining` | `draining`: it is about to stop, connections go elsewhere |
| `broker` | `ok`, `down`, `none` | `down` makes the server `degraded`, and leaves it ready: the database stands in |

`status` is `ready`, `degraded` (200 too) or `unready`. However many ask, and however long the database is silent, the answer
comes within {PATIENCE_S:.0f} seconds and few questions are under way.

Both routes answer to the names of [`public.url` and `server.hosts`](proxy.md) alone, so a check has to send one of them as `Host`.

**systemd** restarts a process that ended by itself. To have `systemctl start` wait until the server is ready, and a timer that
restarts one that hangs:

```ini
# systemctl edit halloo
[Service]
ExecStartPost=/usr/bin/curl -fsS -o /dev/null --retry 30 --retry-delay 1 --retry-all-errors \\
    -H "Host: chat.example" http://127.0.0.1:8000/readyz

# /etc/systemd/system/halloo-alive.service, started each minute by a halloo-alive.timer with OnCalendar=minutely
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'curl -fsS -m 10 --retry 2 -o /dev/null -H "Host: chat.example" http://127.0.0.1:8000/healthz \\
    || systemctl restart halloo'
```

**Compose**: the image checks `/healthz`, and [compose.yaml](../../deploy/compose/compose.yaml) `/readyz`.

**Kubernetes**:

```yaml
livenessProbe:
  httpGet: {{ path: /healthz, port: 8000, httpHeaders: [{{ name: Host, value: chat.example }}] }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {{ path: /readyz, port: 8000, httpHeaders: [{{ name: Host, value: chat.example }}] }}
  periodSeconds: 5
  timeoutSeconds: 4
terminationGracePeriodSeconds: 90
```"""

_METRICS = """\
## Metrics

`/metrics` speaks the format of Prometheus. It is there once [`server.metrics_token`](settings.md) is set, and asks for that token
as a bearer token. It answers under any host name, since Prometheus calls a server by whatever address it found; a proxy need not
pass it on. Reading it takes about a millisecond and asks nobody: what takes a question is looked at every 15 seconds.

A counter ends with `_total` there. Labels come from fixed sets. Nothing of a workspace, a visitor, an operator or an address is in
them. Each node tells its own figures; add them up in Prometheus."""

_BUCKETS = """\
Beside them stand the figures of the process, such as `process_resident_memory_bytes`, `process_cpu_seconds_total` and
`process_open_fds`."""

_ALERTS = """\
## Alerts

[deploy/prometheus/alerts.yml](../../deploy/prometheus/alerts.yml) has rules to begin with:"""

_WHAT_TO_DO = """\
| alert | look at |
|---|---|
| `HallooDown`, `HallooFaults` | the log: each fault is a line with its `trace` |
| `HallooDatabaseStuck`, `HallooWritesWaiting` | the disk, a running backup, what else holds the database, locks in PostgreSQL |
| `HallooDiskLow` | old backups and logs; a larger disk |
| `HallooLate` | the load of the machine first, then `halloo_database_write_seconds` (storing is slow) and `halloo_broker_up` |
| `HallooBrokerDown` | whether Valkey or Redis runs and can be reached. No message is lost meanwhile |
| `HallooFellBehind` | the broker; whether a process without a broker writes to the same database |
| `HallooSlowReaders` | a proxy that holds answers back; `halloo_relay_owed_bytes` says how much waits |
| `HallooTurnsAway` | usual for a minute after a restart; else more nodes are needed |
| `HallooMailStuck` | `halloo mail list`, `halloo mail test` |
| `HallooFileHandles` | `LimitNOFILE` of the systemd unit and `ulimits` of the containers, both in `deploy/` |"""

_LOG = """\
## The log

One line an event on standard error: JSON, or readable text on a terminal. `server.log_format` decides otherwise, `server.log_level`
how much is said, and `server.access_log` adds a line for each HTTP request.

```json
{"timestamp": "2026-11-20T10:00:00.000000Z", "level": "info", "logger": "halloo", "event": "serving",
 "version": "0.1.0", "public_url": "https://chat.example", "host": "127.0.0.1", "port": 8000, "database": "sqlite", "broker": "memory"}
```

| field | |
|---|---|
| `timestamp` | UTC |
| `level` | `debug`, `info`, `warning`, `error` |
| `logger` | who says it: `halloo.relay`, `halloo.db`, `halloo.events`, `halloo.mail`, `halloo.access`, a library |
| `event` | what happened: a word such as `serving`, `stopping`, `stopped`, `request_failed`, `mail_failed`, or a sentence |
| `trace` | of a fault: where it came from, without the values of variables |
| `method`, `path`, `status`, `ms` | of a request. Never its query, its body or an address |

A server that is well says `serving` at its start, `stopping` and `stopped` at its end, and little in between.

**Nothing secret stands in it, and nothing that anybody said.** Every line, those of libraries too, passes through a filter that
hides passwords in addresses, bearer tokens, cookies, our own tokens and links, signed values, mail addresses, what a database
quotes of a row, and every field whose name says that it holds a secret or a content. Libraries' own chatter below `warning` is never
shown."""


def render() -> str:
    """The page."""
    scrape, alerts = ((_DEPLOY / name).read_text("utf-8").strip() for name in ("scrape.yml", "alerts.yml"))
    return page(
        "Watching it",
        _HEAD,
        _HEALTH,
        _METRICS,
        f"```yaml\n{scrape}\n```",
        table(("metric", "type", "what it means", "labels"), [_row(one) for one in METRICS]),
        _bounds(),
        _BUCKETS,
        _ALERTS,
        f"```yaml\n{alerts}\n```",
        _WHAT_TO_DO,
        _LOG,
    )


def _row(one: Described) -> tuple[str, str, str, str]:
    suffix = {"counter": "_total", "info": "_info"}.get(one.kind, "")
    labels = f"{', '.join(map(code, one.labels))}: {one.samples}" if one.labels else ""
    return code(one.name + suffix), one.kind, one.meaning, labels


def _bounds() -> str:
    def listed(bounds: tuple[float, ...]) -> str:
        return ", ".join(f"{bound:g}" for bound in bounds)

    return (
        f"Classes: of `halloo_relay_lag_seconds` {listed(LAG_SECONDS)}; of the database's seconds {listed(SECONDS)}; "
        f"of `halloo_database_write_group` {listed(GROUP_SIZES)}."
    )
