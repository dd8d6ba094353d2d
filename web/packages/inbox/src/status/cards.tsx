/** The figures: live connections, the server, and the others beside it. */
import { Badge, Table } from "@halloo/ui";
import type { StatusView } from "../data/types.ts";
import { formatMoment, formatNumber, formatSize, formatTime, formatTook, type Key, t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { levelOf, Parts, Row, Rows } from "./rows.tsx";

const NONE = "–";

/** What closes are called; a code that this inbox does not know yet is among the others. */
const CLOSES: Readonly<Record<number, Key>> = {
  1000: "close_1000",
  1002: "close_1002",
  1012: "close_1012",
  4008: "close_4008",
  4009: "close_4009",
  4010: "close_4010",
  4400: "close_4400",
  4401: "close_4401",
  4403: "close_4403",
  4404: "close_4404",
  4408: "close_4408",
  4413: "close_4413",
  4429: "close_4429",
};

export function Connections({ status }: { status: StatusView }) {
  const { relay } = status;
  const { recoveries } = relay;
  return (
    <Card
      title={t("status_connections")}
      text={t("status_connections_text", { time: formatTime(Date.parse(status.hour_from)) })}
    >
      <Rows>
        <Row name={t("status_sockets")} about={t("status_sockets_text")} level={levelOf(status, "relay_stopping")}>
          {formatNumber(relay.sockets)}
        </Row>
        <Row name={t("status_behind")} about={t("status_behind_text")} level={levelOf(status, "slow_readers")}>
          {formatNumber(relay.behind)}
        </Row>
        <Row name={t("status_returns")} about={t("status_returns_text")}>
          <Parts
            parts={[
              [t("status_missed_nothing"), recoveries.nothing_missed],
              [t("status_from_memory"), recoveries.from_memory],
              [t("status_from_database"), recoveries.from_database],
              [t("status_afresh"), recoveries.afresh],
            ]}
          />
        </Row>
        <Row name={t("status_gaps")} about={t("status_gaps_text")} level={levelOf(status, "fell_behind")}>
          {formatNumber(relay.gaps)}
        </Row>
        <Row name={t("status_closes")} about={t("status_closes_text")}>
          {relay.closes.length === 0 ? (
            t("status_none")
          ) : (
            <Parts parts={relay.closes.map(({ code, count }) => [t(CLOSES[code] ?? "close_other"), count] as const)} />
          )}
        </Row>
      </Rows>
    </Card>
  );
}

const DATABASES = { sqlite: "SQLite", postgresql: "PostgreSQL" } as const;

export function Server({ status }: { status: StatusView }) {
  const { broker, database, disk, mail, relay } = status;
  return (
    <Card title={t("status_server")}>
      <Rows>
        <Row
          name={t("status_database")}
          about={database.kind === null ? NONE : DATABASES[database.kind]}
          level={levelOf(status, "database_silent", "database_slow")}
        >
          <span class="in-status-pair">
            {database.size_bytes === null ? NONE : formatSize(database.size_bytes)}
            <small>
              {database.round_trip_ms === null
                ? t("status_silent")
                : t("status_answers_in", { value: formatTook(database.round_trip_ms) })}
            </small>
          </span>
        </Row>
        <Row
          name={t("status_queue")}
          about={t("status_queue_text")}
          level={levelOf(status, "writes_stuck", "writes_waiting")}
        >
          {formatNumber(database.writes_waiting)}
        </Row>
        {disk && (
          <Row name={t("status_disk")} about={t("status_disk_text")} level={levelOf(status, "disk_full", "disk_low")}>
            <span class="in-status-pair">
              {t("status_free", { value: formatSize(disk.free_bytes) })}
              <small>{t("status_of", { value: formatSize(disk.total_bytes) })}</small>
              <span class="in-meter" aria-hidden="true">
                <span style={{ width: `${(1 - disk.free_bytes / disk.total_bytes) * 100}%` }} />
              </span>
            </span>
          </Row>
        )}
        <Row name={t("status_mail")} about={t("status_mail_text")} level={levelOf(status, "mail_stuck", "mail_failed")}>
          {mail.on ? (
            <Parts
              parts={[
                [t("status_waiting"), mail.waiting],
                [t("status_failed"), mail.failed],
              ]}
            />
          ) : (
            t("status_mail_off")
          )}
        </Row>
        <Row name={t("status_broker")} about={t("status_broker_text")} level={levelOf(status, "broker_down")}>
          {t(`broker_${broker.state}`)}
        </Row>
        <Row name={t("status_rescue")} about={t("status_rescue_text")}>
          {relay.rescue === null ? t("status_none") : <code dir="ltr">{relay.rescue}</code>}
        </Row>
      </Rows>
    </Card>
  );
}

/** All servers, where there are several. */
export function Nodes({ status }: { status: StatusView }) {
  if (status.nodes.length < 2) return null;
  return (
    <section class="in-card in-card-table">
      <header class="in-card-head in-card-head-table">
        <h3>{t("status_nodes")}</h3>
        <p>{t("status_nodes_text")}</p>
      </header>
      <Table
        label={t("status_nodes")}
        head={
          <>
            <th>{t("status_node")}</th>
            <th>{t("status_version")}</th>
            <th>{t("status_started")}</th>
            <th class="in-number">{t("status_sockets")}</th>
          </>
        }
      >
        {status.nodes.map((node) => (
          <tr key={node.id}>
            <td class="in-nowrap">
              <code dir="ltr">{node.id.slice(-8)}</code> {node.here && <Badge tone="good">{t("status_here")}</Badge>}
            </td>
            <td>{node.version}</td>
            <td class="in-soft in-nowrap">{formatMoment(Date.parse(node.started_at))}</td>
            <td class="in-number">{formatNumber(node.sockets)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
