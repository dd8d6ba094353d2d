/** The table of services: what is asked where, and by whom. */
import { Badge, Bone, Button, Table, useCopy } from "@halloo/ui";
import { Check, Copy as CopyIcon } from "lucide-preact";
import { useQuery } from "../data/query.ts";
import { t } from "../i18n.ts";
import { Broken } from "./broken.tsx";
import { policyQuery } from "./queries.ts";
import { Said } from "./said.tsx";
import { readTable } from "./table.ts";
import type { PolicyAsk } from "./types.ts";

export function Services({ widget, ask }: { widget: string; ask: PolicyAsk }) {
  const query = useQuery(policyQuery(widget, ask));
  if (query.isError) return <Broken error={query.error} onAgain={() => void query.refetch()} />;
  if (!query.data) return <Bone width={70} />;
  const { rows } = readTable(query.data.text);
  return (
    <>
      <Table
        label={t("csp_table")}
        class="in-csp-table"
        head={
          <>
            <th>{t("csp_col_service")}</th>
            <th>{t("csp_col_page")}</th>
            <th>{t("csp_col_frame")}</th>
          </>
        }
      >
        {rows.map((row) => (
          <Row key={row.join()} row={row} />
        ))}
      </Table>
      <CopyTable text={query.data.text} />
    </>
  );
}

function Row({ row }: { row: readonly string[] }) {
  const [service = "", url = "", required = "", comment = "", page = "", frame = ""] = row;
  return (
    <tr>
      <td>
        <span class="in-csp-service">
          <strong>
            <Said text={service} />
          </strong>
          <Badge tone={required === "required" ? "accent" : "grey"}>
            {t(required === "required" ? "csp_level_required" : "csp_level_optional")}
          </Badge>
        </span>
        <code dir="ltr">{url.replaceAll("`", "")}</code>
        <span class="in-soft">
          <Said text={comment} />
        </span>
      </td>
      <td>
        <Kinds text={page} />
      </td>
      <td>
        <Kinds text={frame} />
      </td>
    </tr>
  );
}

/** The kinds of things that are asked, a code each; or that there are none. */
const Kinds = ({ text }: { text: string }) =>
  text === "nothing" || text === "–" ? <span class="in-soft">{t("csp_nothing")}</span> : <code dir="ltr">{text}</code>;

function CopyTable({ text }: { text: string }) {
  const { copied, copy } = useCopy(text);
  return (
    <div>
      <Button size="small" icon={copied ? <Check size={16} /> : <CopyIcon size={16} />} onClick={copy}>
        {t(copied ? "copied" : "csp_copy_table")}
      </Button>
    </div>
  );
}
