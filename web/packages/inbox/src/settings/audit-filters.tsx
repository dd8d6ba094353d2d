/** Which lines of the audit log are shown: by who, about what, and since when. */
import { Select } from "@halloo/ui";
import { operatorsQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { t } from "../i18n.ts";

/** What lines are about: the beginnings of their actions. */
export const SUBJECTS = [
  "block",
  "contact",
  "conversation",
  "csp_report",
  "hook",
  "identity_key",
  "invitation",
  "operator",
  "retention",
  "session",
  "token",
  "widget",
  "workspace",
] as const;
type Subject = (typeof SUBJECTS)[number];

const SPANS = { day: 1, week: 7, month: 30 } as const;
type Span = keyof typeof SPANS;

export interface AuditFilter {
  readonly actor: string;
  readonly action: Subject | "";
  readonly since: Span | "";
}

export const NONE: AuditFilter = { actor: "", action: "", since: "" };

const DAY = 86_400_000;

/** The filter as the server takes it. The moment is that of a whole hour, so that the same filter stays the same question. */
export function asQuery(filter: AuditFilter, now = Date.now()): Record<string, string> {
  const hour = Math.floor(now / 3_600_000) * 3_600_000;
  return {
    ...(filter.actor === "" ? {} : { actor: filter.actor }),
    ...(filter.action === "" ? {} : { action: filter.action }),
    ...(filter.since === "" ? {} : { since: new Date(hour - SPANS[filter.since] * DAY).toISOString() }),
  };
}

export function AuditFilters({ filter, onFilter }: { filter: AuditFilter; onFilter: (filter: AuditFilter) => void }) {
  const operators = useQuery(operatorsQuery).data ?? [];
  const set = (change: Partial<AuditFilter>) => {
    const next = { ...filter, ...change };
    onFilter(next.actor === "" && next.action === "" && next.since === "" ? NONE : next);
  };
  return (
    <div class="in-audit-filters">
      <Select
        label={t("who")}
        value={filter.actor}
        options={[
          { id: "", label: t("everybody") },
          ...operators.map((one) => ({ id: one.id, label: one.name })),
          { id: "system", label: "Halloo" },
        ]}
        onValue={(actor) => set({ actor })}
      />
      <Select
        label={t("what")}
        value={filter.action}
        options={[{ id: "", label: t("everything") }, ...SUBJECTS.map((id) => ({ id, label: t(`audit_${id}`) }))]}
        onValue={(id) => set({ action: id as AuditFilter["action"] })}
      />
      <Select
        label={t("when")}
        value={filter.since}
        options={[
          { id: "", label: t("at_any_time") },
          ...(Object.keys(SPANS) as Span[]).map((id) => ({ id, label: t(`past_${id}`) })),
        ]}
        onValue={(id) => set({ since: id as AuditFilter["since"] })}
      />
    </div>
  );
}
