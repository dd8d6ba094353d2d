/** What a site must allow, ready to copy: in three forms, by three ways of trust, for what its pages are made with. */
import { Button, Checkbox, Notice, Segmented, Switch, Table, TabPanel, Tabs, TextField } from "@halloo/ui";
import { useState } from "preact/hooks";
import { useQuery } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import type { WidgetView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { useSettled } from "../shell/use.ts";
import { policyQuery } from "./queries.ts";
import { Copy, Fold } from "./result.tsx";
import { Notes, Said } from "./said.tsx";
import { readTable } from "./table.ts";
import { FORMS, type Form, type PolicyAsk, TARGETS, type Target, TRUSTS, type Trust } from "./types.ts";

const NAMES: Readonly<Record<Exclude<Target, "header" | "text">, string>> = {
  meta: "<meta>",
  nginx: "nginx",
  apache: "Apache",
  caddy: "Caddy",
  nextjs: "Next.js",
  django: "Django",
  rails: "Rails",
  express: "Express",
  json: "JSON",
};

const nameOf = (target: Target): string =>
  target === "header" ? t("csp_as_header") : target === "text" ? t("csp_as_text") : NAMES[target];

export function Snippets({ widget }: { widget: WidgetView }) {
  const [form, setForm] = useState<Form>("merge");
  const [trust, setTrust] = useState<Trust>("host");
  const [as, setAs] = useState<Target>("header");
  const [alone, setAlone] = useState(false);
  const [report, setReport] = useState(false);
  const [base, setBase] = useState<string | null>(null);
  const wildcards = useSettled(base?.trim() ?? "", 400);
  const ask: PolicyAsk = { form, trust, as, wildcards, no_self: alone, report };
  return (
    <Card title={t("csp_snippets")} text={t("csp_snippets_text")}>
      <div class="in-csp-choices">
        <div class="ui-field">
          <span class="ui-label">{t("csp_form")}</span>
          <Segmented
            label={t("csp_form")}
            value={form}
            onChoose={(next) => {
              setForm(next);
              // A whole policy begins with a nonce; lines for a policy that is there, with the address.
              setTrust(next === "strict" ? "nonce" : "host");
            }}
            choices={FORMS.map((id) => ({ id, label: t(`csp_form_${id}`) }))}
          />
        </div>
        <div class="ui-field">
          <span class="ui-label">{t("csp_trust")}</span>
          <Segmented
            label={t("csp_trust")}
            value={trust}
            onChoose={setTrust}
            choices={TRUSTS.map((id) => ({ id, label: t(`csp_trust_${id}`) }))}
          />
        </div>
      </div>
      <Code widget={widget.id} ask={ask} as={as} onAs={setAs} />
      <Fold title={t("csp_options")}>
        <Checkbox label={t("csp_no_self")} hint={t("csp_no_self_hint")} checked={alone} onChecked={setAlone} />
        <Checkbox label={t("csp_report")} hint={t("csp_report_hint")} checked={report} onChecked={setReport} />
        <Switch
          label={t("csp_wildcards")}
          hint={t("csp_wildcards_hint")}
          checked={base !== null}
          onChecked={(on) => setBase(on ? "" : null)}
        />
        {base !== null && (
          <TextField
            label={t("csp_wildcards_base")}
            dir="ltr"
            autocomplete="off"
            spellcheck={false}
            maxLength={253}
            placeholder="chat.example.com"
            value={base}
            onValue={setBase}
          />
        )}
      </Fold>
      <Fold title={t("csp_table")}>
        <Services widget={widget.id} ask={{ ...ask, as: "table" }} />
      </Fold>
    </Card>
  );
}

interface CodeProps {
  readonly widget: string;
  readonly ask: PolicyAsk;
  readonly as: Target;
  readonly onAs: (as: Target) => void;
}

function Code({ widget, ask, as, onAs }: CodeProps) {
  const query = useQuery(policyQuery(widget, ask));
  const { data } = query;
  return (
    <div class="in-block">
      <Tabs
        id="csp-as"
        label={t("csp_as")}
        class="in-line-tabs"
        value={as}
        onChoose={onAs}
        choices={TARGETS.map((id) => ({ id, label: nameOf(id) }))}
      />
      <TabPanel id="csp-as" value={as} class="in-csp-code">
        {query.isError ? (
          <Broken error={query.error} onAgain={() => void query.refetch()} />
        ) : data ? (
          <>
            <Copy label={nameOf(as)} text={data.text} />
            {data.tag !== null && (
              <div class="in-block">
                <span class="ui-label">{t("csp_tag_of_it")}</span>
                <Copy label={t("csp_tag_of_it")} text={data.tag} />
              </div>
            )}
            <Notes notes={data.notes} />
          </>
        ) : (
          <p class="ui-about">{t("loading")}</p>
        )}
      </TabPanel>
    </div>
  );
}

const Broken = ({ error, onAgain }: { error: unknown; onAgain: () => void }) => (
  <Notice tone="bad" action={<Button onClick={onAgain}>{t("try_again")}</Button>}>
    {reasonOf(error)}
  </Notice>
);

/** The table of services: what is asked where, and by whom. */
function Services({ widget, ask }: { widget: string; ask: PolicyAsk }) {
  const query = useQuery(policyQuery(widget, ask));
  if (query.isError) return <Broken error={query.error} onAgain={() => void query.refetch()} />;
  if (!query.data) return <p class="ui-about">{t("loading")}</p>;
  const { head, rows } = readTable(query.data.text);
  return (
    <>
      <Table
        label={t("csp_table")}
        class="in-csp-table"
        head={head.map((cell) => (
          <th key={cell}>
            <Said text={cell} />
          </th>
        ))}
      >
        {rows.map((row) => (
          <tr key={row.join()}>
            {row.map((cell, index) => (
              <td key={index}>
                <Cell text={cell} />
              </td>
            ))}
          </tr>
        ))}
      </Table>
      <Copy label={t("csp_table")} text={query.data.text} />
    </>
  );
}

/** A cell of Markdown: what stands between backticks is code. */
const Cell = ({ text }: { text: string }) =>
  text.includes("`") || /^[a-z]+(-src)?(, [a-z]+(-src)?)*$/.test(text) ? (
    <code dir="ltr">{text.replaceAll("`", "")}</code>
  ) : (
    <Said text={text} />
  );
