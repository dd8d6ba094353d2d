/** How the server is doing: one sentence first, then what is amiss and what to do, then the figures. */
import { Bone, Button, cx, Empty, IconButton } from "@halloo/ui";
import { CircleAlert, RefreshCw, TriangleAlert } from "lucide-preact";
import type { StatusView } from "../data/types.ts";
import { formatLasting, formatMoment, formatNumber, formatTook, t } from "../i18n.ts";
import { Title } from "../settings/card.tsx";
import { FigureBones } from "../shell/figure-bones.tsx";
import { Connections, Nodes, Server } from "./cards.tsx";
import { useStatus } from "./queries.ts";
import { type Level, levelOf } from "./rows.tsx";
import { Spark } from "./spark.tsx";

const NONE = "–";

export function Status() {
  const { status, gone, look } = useStatus();
  return (
    <div class="in-status" aria-busy={status || gone ? undefined : "true"}>
      <Title
        title={t("settings_status")}
        text={t("status_text")}
        action={<IconButton label={t("status_look")} icon={<RefreshCw size={18} />} onClick={() => void look()} />}
      />
      {status ? (
        <>
          <Verdict status={status} gone={gone} />
          <Headline status={status} />
          <Activity status={status} />
          <Connections status={status} />
          <Server status={status} />
          <Nodes status={status} />
        </>
      ) : gone ? (
        <div class="in-card">
          <Empty
            drawing="broken"
            title={t("status_gone")}
            text={t("status_gone_text")}
            action={<Button onClick={() => void look()}>{t("try_now")}</Button>}
          />
        </div>
      ) : (
        <StatusBones />
      )}
    </div>
  );
}

/** Is everything all right? While nothing is heard, the figures below are old, and that is said. */
function Verdict({ status, gone }: { status: StatusView; gone: boolean }) {
  const level: Level = gone ? "bad" : status.state;
  const lasting = formatLasting(status.uptime_s * 1000);
  return (
    <section class="in-card in-verdict">
      <div class="in-verdict-head">
        <span class={cx("in-verdict-dot", `in-status-${level}`)} aria-hidden="true" />
        <div>
          <h3>
            <span role="status">{gone ? t("status_gone") : t(`status_${level}`)}</span>
          </h3>
          <p>
            {gone
              ? t("status_old", { when: formatMoment(Date.parse(status.at)) })
              : t("status_since", { version: status.version, lasting })}
          </p>
        </div>
      </div>
      {!gone && status.findings.length > 0 && (
        <ul class="in-verdict-list">
          {status.findings.map(({ code, level: its }) => (
            <li key={code} class={`in-status-${its}`}>
              {its === "bad" ? <CircleAlert size={18} /> : <TriangleAlert size={18} />}
              <div>
                <strong>{t(`finding_${code}`)}</strong>
                <p>{t(`finding_${code}_text`)}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Headline({ status }: { status: StatusView }) {
  const { p50_ms: half, p99_ms: most } = status.lag;
  const messages = status.activity.messages.reduce((sum, value) => sum + value, 0);
  const figures = [
    {
      name: t("status_visitors"),
      value: formatNumber(status.people.visitors),
      level: null,
      about: t("status_operators", { value: formatNumber(status.people.operators) }),
    },
    { name: t("status_messages"), value: formatNumber(messages), level: null, about: t("status_last_hour") },
    {
      name: t("status_delivery"),
      value: half === null ? NONE : formatTook(half),
      level: levelOf(status, "lag_high"),
      about: most === null ? t("status_delivery_none") : t("status_delivery_text", { value: formatTook(most) }),
    },
  ];
  return (
    <dl class="in-figures">
      {figures.map((figure) => (
        <div key={figure.name} class={cx("in-figure", figure.level && `in-status-${figure.level}`)}>
          <dt>{figure.name}</dt>
          <dd>
            <strong>{figure.value}</strong>
            <span>{figure.about}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Activity({ status }: { status: StatusView }) {
  return (
    <section class="in-card" aria-label={t("status_per_minute")}>
      <header class="in-card-head">
        <h3>{t("status_per_minute")}</h3>
        <p>{t("status_per_minute_text")}</p>
      </header>
      <div class="in-card-body in-sparks">
        <Spark name={t("status_messages")} about={t("status_messages_text")} values={status.activity.messages} />
        <Spark name={t("status_facts")} about={t("status_facts_text")} values={status.activity.facts} />
      </div>
    </section>
  );
}

function StatusBones() {
  return (
    <>
      <div class="in-card in-card-bones" aria-hidden="true">
        <Bone width={40} height={18} />
        <Bone width={25} />
      </div>
      <FigureBones height={90} />
    </>
  );
}
