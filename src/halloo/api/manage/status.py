"""Route: how the server is doing, for who looks after it."""

from litestar import get

from halloo.api.manage import shapes
from halloo.edge.activity import Counted
from halloo.edge.handed import Db, Parts, Who
from halloo.edge.health import broker_part, relay_part
from halloo.edge.verdict import Figures, judge, worst
from halloo.edge.watch import Watch
from halloo.kit.clock import DAY, rfc3339
from halloo.kit.histogram import quantile
from halloo.mail.actions import count_outbox
from halloo.mail.model import Outbox
from halloo.relay.frames import CLOSES, TOO_SLOW
from halloo.relay.tally import LAG_SECONDS

_A_SECOND_MS = 1000


@get("/status", opt={"scope": "status:read"}, tags=["Status"])
async def read_status(db: Db, who: Who, services: Parts) -> shapes.StatusView:
    """How the server is doing, and what to look at where something is amiss. What people do is counted for this workspace alone."""
    watch = services.watch
    await watch.fresh()
    answered = await watch.pulse.beat()
    since = max(0, watch.clock() - DAY)
    outbox = await db.read(who.workspace_id, count_outbox, who, since)
    nodes = [
        shapes.NodeView(id, one.version, rfc3339(one.started_at), one.sockets, id == watch.relay.broker.node)
        for id, one in await watch.nodes()
    ]
    return _view(watch, who.workspace_id, answered, outbox, nodes)


def _view(
    watch: Watch, workspace_id: str, answered: float | None, outbox: Outbox, nodes: list[shapes.NodeView]
) -> shapes.StatusView:
    now = watch.clock()
    hour = watch.hour.counted(now)
    lag = _lag(hour)
    round_trip = None if answered is None else round(answered * 1000, 1)
    waiting = sum(writer.waiting for writer in watch.database.writers)
    findings = judge(
        Figures(
            round_trip_ms=round_trip,
            writes_stuck=watch.pulse.stuck(),
            writes_waiting=waiting,
            disk=watch.disk,
            draining=watch.relay.shared.draining,
            broker_up=broker_part(watch.relay) != "down",
            releases=len({node.version for node in nodes}),
            lag_p99_ms=lag.p99_ms,
            lag_count=lag.count,
            fell_behind=hour.fell_behind,
            slow_readers=hour.closes[TOO_SLOW.code],
            mail_overdue_ms=_overdue(watch, now),
            mail_failed=outbox.failed,
        )
    )
    messages, facts = watch.activity.last_hour(workspace_id, now)
    present = watch.relay.hub.present(workspace_id)
    return shapes.StatusView(
        state=worst(findings),
        findings=[shapes.StatusFinding(finding.code, finding.level) for finding in findings],
        at=rfc3339(now),
        version=watch.version,
        started_at=rfc3339(watch.started_at),
        uptime_s=int(watch.uptime_s),
        hour_from=rfc3339(hour.at),
        nodes=nodes,
        people=shapes.PeopleStatus(present["visitor"], present["operator"]),
        activity=shapes.ActivityStatus(messages, facts),
        lag=lag,
        relay=_relay(watch, hour),
        database=shapes.DatabaseStatus(watch.kind, watch.size, round_trip, waiting),
        broker=shapes.BrokerStatus(broker_part(watch.relay), watch.relay.broker.tally.drops),
        mail=shapes.MailStatus(watch.mails, outbox.waiting, outbox.failed),
        disk=None if watch.disk is None else shapes.DiskStatus(*watch.disk),
    )


def _overdue(watch: Watch, now: int) -> int:
    """How long the oldest mail has waited beyond its time; nothing where no mail is sent at all."""
    since = watch.due.overdue_since
    return 0 if since is None or not watch.mails else now - since


def _lag(hour: Counted) -> shapes.LagStatus:
    def at(share: float) -> float | None:
        found = quantile(LAG_SECONDS, hour.lag, share)
        return None if found is None else round(found * _A_SECOND_MS, 1)

    return shapes.LagStatus(at(0.5), at(0.99), sum(hour.lag))


def _relay(watch: Watch, hour: Counted) -> shapes.RelayStatus:
    behind, _ = watch.relay.hub.behind()
    afresh = sum(count for (_, outcome), count in hour.recoveries.items() if outcome == "lost")
    recoveries = shapes.RecoveryStatus(
        hour.recoveries["none", "recovered"],
        hour.recoveries["ring", "recovered"],
        hour.recoveries["log", "recovered"],
        afresh,
    )
    closes = [
        shapes.CloseStatus(code, CLOSES[code].name if code in CLOSES else "other", count)
        for code, count in hour.closes.most_common()
    ]
    return shapes.RelayStatus(
        state=relay_part(watch.relay),
        sockets=watch.relay.hub.sockets,
        behind=behind,
        gaps=hour.repairs + hour.fell_behind,
        recoveries=recoveries,
        closes=closes,
        rescue=watch.rescue,
    )


ROUTES = (read_status,)
