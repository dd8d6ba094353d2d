/** Proofs of deletion: what went of whom, when, and how that can be checked. */
import { Badge, Bone, Button, CopyField, Dialog, Empty, Table } from "@halloo/ui";
import { useState } from "preact/hooks";
import { keys } from "../data/keys.ts";
import { erasuresQuery, grow } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { ErasureView } from "../data/types.ts";
import { formatMoment, t } from "../i18n.ts";
import { go } from "../router.ts";
import { ListBroken } from "../shell/list-broken.tsx";
import { Title } from "./card.tsx";

const COUNTED = ["conversation", "message", "file", "visitor", "mail"] as const;

/** `2 conversations, 14 messages`: what was more than none. */
function countsLine({ counts }: ErasureView): string {
  const parts = COUNTED.filter((kind) => counts[kind] > 0).map((kind) => t(`erased_${kind}`, { count: counts[kind] }));
  return parts.join(", ") || t("erased_contact");
}

export function DeletedData() {
  const query = useQuery(erasuresQuery);
  const [open, setOpen] = useState<ErasureView | null>(null);
  const all = query.data?.items ?? [];
  const contacts = <Button onClick={() => go({ page: "contacts", id: null })}>{t("contacts")}</Button>;
  return (
    <>
      <Title title={t("settings_data")} text={t("data_text")} action={contacts} />
      <div class="in-card in-card-table">
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
          <Empty drawing="list" title={t("no_erasures")} text={t("no_erasures_text")} />
        ) : (
          <Table
            label={t("settings_data")}
            head={
              <>
                <th>{t("when")}</th>
                <th>{t("what")}</th>
                <th>{t("who")}</th>
                <th>{t("state")}</th>
                <th>
                  <span class="ui-hidden">{t("more")}</span>
                </th>
              </>
            }
          >
            {all.map((one) => (
              <tr key={one.id}>
                <td class="in-soft in-nowrap">{formatMoment(Date.parse(one.requested_at))}</td>
                <td>{countsLine(one)}</td>
                <td class="in-nowrap" dir="auto">
                  {one.requested_by?.name ?? "–"}
                </td>
                <td>
                  {one.finished_at ? (
                    <Badge tone="good">{t("erased_wholly")}</Badge>
                  ) : (
                    <Badge tone="warn">{t("erased_files_going")}</Badge>
                  )}
                </td>
                <td class="in-actions">
                  <Button size="small" kind="ghost" onClick={() => setOpen(one)}>
                    {t("proof")}
                  </Button>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </div>
      {query.data?.next && (
        <div class="in-more">
          <Button onClick={() => void grow<ErasureView>(keys.erasures, "/erasures")}>{t("show_more")}</Button>
        </div>
      )}
      {open && <Proof erasure={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function Proof({ erasure, onClose }: { erasure: ErasureView; onClose: () => void }) {
  return (
    <Dialog open size="small" onClose={onClose} title={t("proof_title")} closeLabel={t("close")}>
      <div class="in-form">
        <p class="in-confirm-text">{t("proof_text")}</p>
        <CopyField label={t("proof_number")} text={erasure.id} copyLabel={t("copy")} copiedLabel={t("copied")} />
        <CopyField label={t("proof_subject")} text={erasure.subject} copyLabel={t("copy")} copiedLabel={t("copied")} />
        <CopyField label="SHA-256" text={erasure.digest} copyLabel={t("copy")} copiedLabel={t("copied")} />
        <p class="ui-about">{countsLine(erasure)}</p>
      </div>
    </Dialog>
  );
}
