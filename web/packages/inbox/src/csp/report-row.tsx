/** One group of reports: since when, where and what is blocked, and the line that helps. Every word of it may be a stranger's. */
import { Badge, IconButton, Menu, toast } from "@halloo/ui";
import { Bell, BellOff, ChevronRight, Ellipsis, Trash } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { formatAgo, formatMoment, formatWeekdayDate, t } from "../i18n.ts";
import { Confirm } from "../shell/confirm.tsx";
import { spoken } from "./parts.ts";
import { deleteReports, muteReports } from "./queries.ts";
import { Copy } from "./result.tsx";
import { gravityOf, MARK_OF } from "./state.ts";
import type { ReportGroup } from "./types.ts";
import { reportWords, StateMark } from "./words.tsx";

interface RowProps {
  readonly group: ReportGroup;
  readonly widget: string;
  readonly may: boolean;
  readonly now: number;
}

export function ReportRow({ group, widget, may, now }: RowProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const gravity = gravityOf(group);
  const line = group.verdict?.line;
  return (
    <li class={group.muted ? "in-csp-quiet" : undefined}>
      <div class="in-csp-row">
        <StateMark state={MARK_OF[gravity]} />
        <button
          type="button"
          class="in-csp-open-row"
          aria-expanded={open ? "true" : "false"}
          aria-controls={open ? id : undefined}
          onClick={() => setOpen(!open)}
        >
          <Headline group={group} gravity={gravity} now={now} />
          <ChevronRight size={16} class="ui-mirror in-csp-chevron" />
        </button>
        {may && <Actions group={group} widget={widget} />}
      </div>
      {line && !group.muted && (
        <div class="in-csp-help">
          <span>{t("csp_report_add")}</span>
          <Copy label={t("csp_report_add")} text={line} />
        </div>
      )}
      {open && <Details id={id} group={group} />}
    </li>
  );
}

type HeadlineProps = Pick<RowProps, "group" | "now"> & { readonly gravity: ReturnType<typeof gravityOf> };

function Headline({ group, gravity, now }: HeadlineProps) {
  const seen = Date.parse(group.last_seen);
  return (
    <>
      <span class="in-csp-row-words">
        <span class="in-csp-what">
          <strong>{reportWords(group, gravity)}</strong>
          {group.disposition === "report" && <Badge>{t("csp_only_reported")}</Badge>}
        </span>
        <span class="in-csp-blocked">
          <code dir="ltr">{group.directive}</code>
          <code dir="ltr">{group.blocked}</code>
        </span>
        <span class="in-soft">
          <span>{t("csp_since", { date: formatWeekdayDate(Date.parse(group.first_seen)) })}</span>
          <bdi dir="ltr">{spoken(group.page)}</bdi>
        </span>
      </span>
      <span class="in-csp-figures">
        <span>{t("csp_times", { count: group.count })}</span>
        <time dateTime={group.last_seen} title={formatMoment(seen)}>
          {formatAgo(seen, now)}
        </time>
      </span>
    </>
  );
}

function Actions({ group, widget }: { group: ReportGroup; widget: string }) {
  const [asking, setAsking] = useState(false);
  const mute = async (muted: boolean) => {
    try {
      await muteReports(widget, group, muted);
      toast({
        text: t(muted ? "csp_muted_toast" : "csp_unmuted_toast"),
        action: { label: t("undo"), onAction: () => void mute(!muted) },
      });
    } catch (error) {
      complain(error);
    }
  };
  const erase = async () => {
    try {
      await deleteReports(widget, group);
      toast({ text: t("csp_deleted_toast") });
    } catch (error) {
      complain(error);
    }
  };
  const name = t("csp_actions_of", { name: `${group.directive} ${spoken(group.page)}` });
  return (
    <>
      <Menu
        label={name}
        placement="bottom-end"
        items={[
          {
            kind: "item",
            id: "mute",
            label: t(group.muted ? "csp_unmute" : "csp_mute"),
            icon: group.muted ? <Bell size={16} /> : <BellOff size={16} />,
            onSelect: () => void mute(!group.muted),
          },
          { kind: "line" },
          {
            kind: "item",
            id: "delete",
            label: t("delete"),
            icon: <Trash size={16} />,
            danger: true,
            onSelect: () => setAsking(true),
          },
        ]}
        trigger={(props) => <IconButton {...props} size="small" label={name} icon={<Ellipsis size={18} />} />}
      />
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t("csp_delete_title")}
        text={t("csp_delete_text")}
        action={t("delete")}
        onConfirm={() => void erase()}
      />
    </>
  );
}

/** All that is kept of a group. */
function Details({ id, group }: { id: string; group: ReportGroup }) {
  return (
    <div class="in-csp-open" id={id}>
      <dl class="in-csp-facts">
        <Fact name={t("csp_first_seen")}>{formatMoment(Date.parse(group.first_seen))}</Fact>
        <Fact name={t("csp_last_seen")}>{formatMoment(Date.parse(group.last_seen))}</Fact>
        <CodeFact name={t("csp_page_reported")} text={group.page} />
        <CodeFact name={t("csp_source")} text={group.source} />
        <CodeFact name={t("csp_sample")} text={group.sample} />
        <CodeFact name={t("csp_policy_of_page")} text={group.policy} />
      </dl>
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const CodeFact = ({ name, text }: { name: string; text: string | null }) =>
  text ? (
    <Fact name={name}>
      <code dir="ltr">{text}</code>
    </Fact>
  ) : null;
