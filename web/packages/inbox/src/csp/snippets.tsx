/** What a site must allow, ready to copy: in three forms, by three ways of trust, for what its pages are made with. */
import { Bone, Checkbox, Segmented, Select, Switch, TextField } from "@halloo/ui";
import { useState } from "preact/hooks";
import { useQuery } from "../data/query.ts";
import type { WidgetView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { useSettled } from "../shell/use.ts";
import { Broken } from "./broken.tsx";
import { policyQuery } from "./queries.ts";
import { Copy, Fold } from "./result.tsx";
import { Notes } from "./said.tsx";
import { Services } from "./services.tsx";
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

interface SnippetsProps {
  readonly widget: WidgetView;
  /** Whether the lines ask browsers to report. */
  readonly report: boolean;
  readonly onReport: (on: boolean) => void;
}

export function Snippets({ widget, report, onReport }: SnippetsProps) {
  const [form, setForm] = useState<Form>("merge");
  const [trust, setTrust] = useState<Trust>("host");
  const [as, setAs] = useState<Target>("header");
  const [alone, setAlone] = useState(false);
  const [base, setBase] = useState<string | null>(null);
  const wildcards = useSettled(base?.trim() ?? "", 400);
  const ask: PolicyAsk = { form, trust, as, wildcards: base === null ? "" : wildcards, no_self: alone, report };
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
          <span class="ui-about">{t(`csp_form_${form}_hint`)}</span>
        </div>
        <div class="ui-field">
          <span class="ui-label">{t("csp_trust")}</span>
          <Segmented
            label={t("csp_trust")}
            value={trust}
            onChoose={setTrust}
            choices={TRUSTS.map((id) => ({ id, label: t(`csp_trust_${id}`) }))}
          />
          <span class="ui-about">{t(`csp_trust_${trust}_hint`)}</span>
        </div>
      </div>
      <Select
        class="in-csp-as"
        label={t("csp_as")}
        value={as}
        onValue={(id) => setAs(id as Target)}
        options={TARGETS.map((id) => ({ id, label: nameOf(id) }))}
      />
      <Code widget={widget.id} ask={ask} name={nameOf(as)} />
      <Checkbox label={t("csp_report")} hint={t("csp_report_hint")} checked={report} onChecked={onReport} />
      <Fold title={t("csp_options")}>
        <Checkbox label={t("csp_no_self")} hint={t("csp_no_self_hint")} checked={alone} onChecked={setAlone} />
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

function Code({ widget, ask, name }: { widget: string; ask: PolicyAsk; name: string }) {
  const query = useQuery(policyQuery(widget, ask));
  const { data } = query;
  if (query.isError) return <Broken error={query.error} onAgain={() => void query.refetch()} />;
  if (!data)
    return (
      <div class="in-csp-code-bones" aria-hidden="true">
        <Bone width={80} />
        <Bone width={50} />
      </div>
    );
  return (
    <div class="in-csp-code">
      <Copy label={name} text={data.text} />
      {data.tag !== null && (
        <div class="in-csp-cure">
          <span>{t("csp_tag_of_it")}</span>
          <Copy label={t("csp_tag_of_it")} text={data.tag} />
        </div>
      )}
      <Notes notes={data.notes} />
    </div>
  );
}
