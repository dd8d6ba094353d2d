import { Bone, Button, Empty, Table } from "@halloo/ui";
import { useState } from "preact/hooks";
import { keys } from "../data/keys.ts";
import { auditQuery, grow, operatorsQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { AuditEntry } from "../data/types.ts";
import { formatMoment, t } from "../i18n.ts";
import { ListBroken } from "../shell/list-broken.tsx";
import { type AuditFilter, AuditFilters, asQuery, NONE } from "./audit-filters.tsx";
import { actionWords, subjectWords } from "./audit-words.ts";
import { Title } from "./card.tsx";

export function Audit() {
  const [filter, setFilter] = useState<AuditFilter>(NONE);
  const asked = asQuery(filter);
  const query = useQuery(auditQuery(asked));
  const operators = useQuery(operatorsQuery).data ?? [];
  const who = (actor: string) => operators.find((one) => one.id === actor || actor.endsWith(one.id))?.name ?? actor;
  const all = query.data?.items ?? [];
  return (
    <>
      <Title title={t("settings_audit")} text={t("audit_text")} />
      <AuditFilters filter={filter} onFilter={setFilter} />
      <div class="in-card in-card-table in-audit">
        {query.isPending ? (
          <div class="in-table-bones" aria-hidden="true">
            {[40, 55, 45].map((width) => (
              <div key={width}>
                <Bone width={20} />
                <Bone width={width} />
              </div>
            ))}
          </div>
        ) : query.isError ? (
          <ListBroken query={query} />
        ) : all.length === 0 ? (
          <Empty
            drawing="list"
            title={t(filter === NONE ? "no_audit" : "nothing_found")}
            {...(filter === NONE ? {} : { action: <Button onClick={() => setFilter(NONE)}>{t("show_all")}</Button> })}
          />
        ) : (
          <Table
            label={t("settings_audit")}
            head={
              <>
                <th>{t("when")}</th>
                <th>{t("who")}</th>
                <th>{t("what")}</th>
                <th>{t("from")}</th>
              </>
            }
          >
            {all.map((entry) => (
              <tr key={entry.id}>
                <td class="in-soft in-nowrap">{formatMoment(Date.parse(entry.at))}</td>
                <td class="in-nowrap" dir="auto">
                  {who(entry.actor)}
                </td>
                <td>
                  <span class="in-two">
                    <strong>{actionWords(entry.action)}</strong>
                    <span class="in-details" dir="auto">
                      {subjectWords(entry, who)}
                    </span>
                  </span>
                </td>
                <td class="in-soft">{entry.address ?? "–"}</td>
              </tr>
            ))}
          </Table>
        )}
      </div>
      {query.data?.next && (
        <div class="in-more">
          <Button onClick={() => void grow<AuditEntry>(keys.audit(JSON.stringify(asked)), "/audit", asked)}>
            {t("show_more")}
          </Button>
        </div>
      )}
    </>
  );
}
