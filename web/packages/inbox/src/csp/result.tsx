/** What the doctor found on a page: what is blocked with the line that helps, the new policy, and what else is worth knowing. */
import { Button, CopyField, Notice } from "@halloo/ui";
import { Globe } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { t } from "../i18n.ts";
import { go } from "../router.ts";
import { partsOf } from "./parts.ts";
import { Notes, Said } from "./said.tsx";
import type { Diagnosis, Examined, Finding, Fix, Fixed, Remark } from "./types.ts";
import { causeWords, fixWords, LevelBadge, needWords, remarkWords, StateMark, verdictWords } from "./words.tsx";

export const Copy = ({ label, text }: { label: string; text: string }) => (
  <div class="in-csp-copy">
    <CopyField block label={label} text={text} copyLabel={t("copy")} copiedLabel={t("copied")} />
  </div>
);

/** Something to open; its head is a button of the keyboard as well. */
export function Fold({ title, children }: { title: ComponentChildren; children: ComponentChildren }) {
  return (
    <details class="in-csp-fold">
      <summary>{title}</summary>
      <div class="in-csp-fold-body">{children}</div>
    </details>
  );
}

export function Result({ widget, result }: { widget: string; result: Diagnosis }) {
  const loose = result.findings.filter((one) => !result.policies.some((policy) => policy.index === one.policy));
  return (
    <div class="in-csp-result">
      <p class={`in-csp-verdict in-csp-${result.verdict}`}>
        <StateMark state={result.verdict} />
        <strong>{verdictWords(result.verdict)}</strong>
      </p>
      {result.policies.length === 0 && <p class="ui-about">{t("csp_no_policy")}</p>}
      <Findings findings={loose} widget={widget} />
      {result.policies.map((policy) => (
        <OnePolicy
          key={policy.index}
          widget={widget}
          policy={policy}
          findings={result.findings.filter((one) => one.policy === policy.index)}
          fixed={result.fixed_policies.find((one) => one.index === policy.index)}
        />
      ))}
      <Remarks title={t("csp_worth_knowing")} remarks={result.warnings} />
      <Removable remarks={result.removable} />
      <Notes notes={result.notes} />
    </div>
  );
}

interface OnePolicyProps {
  widget: string;
  policy: Examined;
  findings: readonly Finding[];
  fixed: Fixed | undefined;
}

/** Where a policy came from, in words. */
function placeOf({ index, delivery, disposition, line }: Examined): string {
  const where =
    delivery === "meta" && line !== null
      ? t("csp_policy_meta_line", { line })
      : t(delivery === "meta" ? "csp_policy_meta" : "csp_policy_header");
  return t(disposition === "report" ? "csp_policy_report_only" : "csp_policy_place", { index, where });
}

function OnePolicy({ widget, policy, findings, fixed }: OnePolicyProps) {
  return (
    <section class="in-csp-policy" aria-label={placeOf(policy)}>
      <header>
        <h4>{placeOf(policy)}</h4>
        {findings.length === 0 && <span class="in-csp-fine">{t("csp_nothing_blocked")}</span>}
      </header>
      <code class="in-csp-text" dir="ltr">
        {partsOf(
          policy.text,
          findings.map((one) => one.decided_by),
        ).map((part, index) =>
          part.blocks ? (
            <mark key={index} title={t("csp_this_blocks")}>
              {part.text}
            </mark>
          ) : (
            part.text
          ),
        )}
      </code>
      <Findings findings={findings} widget={widget} />
      {fixed && fixed.text !== policy.text && (
        <div class="in-block">
          <span class="ui-label">{t("csp_new_policy")}</span>
          <Copy label={t("csp_new_policy")} text={fixed.text} />
        </div>
      )}
      <Remarks title={t("csp_worth_knowing")} remarks={policy.warnings} />
    </section>
  );
}

function Findings({ findings, widget }: { findings: readonly Finding[]; widget: string }) {
  if (findings.length === 0) return null;
  return (
    <ul class="in-csp-findings">
      {findings.map((finding, index) => (
        <li key={index}>
          <StateMark state={finding.level === "required" ? "required_blocked" : "optional_blocked"} />
          <div class="in-csp-finding">
            <div class="in-csp-finding-head">
              <strong>{needWords(finding)}</strong>
              <LevelBadge level={finding.level} />
            </div>
            <p class="in-soft" dir="auto">
              {causeWords(finding)}
            </p>
            <Cure fix={finding.fix} widget={widget} />
            {finding.alternatives.length > 0 && (
              <Fold title={t("csp_other_ways")}>
                {finding.alternatives.map((fix) => (
                  <Cure key={fix.kind + fix.line} fix={fix} widget={widget} />
                ))}
              </Fold>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

const TAG = /(<script\b[^<]*<\/script>)/;

/** What to do about a finding. A tag that stands in the note is to be copied as well. */
function Cure({ fix, widget }: { fix: Fix; widget: string }) {
  const [before = "", tag, after = ""] = fix.note.split(TAG).map((part) => part.trim());
  return (
    <div class="in-csp-cure">
      <span>{fixWords(fix)}</span>
      {fix.kind === "allow_origin" ? (
        <div>
          <Button
            size="small"
            icon={<Globe size={16} />}
            onClick={() => go({ page: "widgets", id: widget, section: "domains" })}
          >
            {t("csp_open_domains")}
          </Button>
        </div>
      ) : (
        fix.line !== "" && <Copy label={fixWords(fix)} text={fix.line} />
      )}
      <Note text={before} />
      {tag && tag !== fix.line && <Copy label={t("csp_tag_of_it")} text={tag} />}
      <Note text={after} />
    </div>
  );
}

const Note = ({ text }: { text: string }) =>
  text === "" ? null : (
    <span class="ui-about">
      <Said text={text} />
    </span>
  );

const Place = ({ remark }: { remark: Remark }) => (
  <code dir="ltr">{`${remark.directive} ${remark.source}`.trim()}</code>
);

function Remarks({ title, remarks }: { title: string; remarks: readonly Remark[] }) {
  if (remarks.length === 0) return null;
  return (
    <Notice title={title}>
      <ul class="in-csp-remarks">
        {remarks.map((remark) => (
          <li key={remark.code + remark.directive + remark.source}>
            <Place remark={remark} />
            <span dir="auto">{remarkWords(remark)}</span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** What may go, if nothing else on the page needs it. */
function Removable({ remarks }: { remarks: readonly Remark[] }) {
  if (remarks.length === 0) return null;
  return (
    <Fold title={t("csp_removable")}>
      <p class="ui-about">{t("csp_removable_text")}</p>
      <ul class="in-csp-remarks">
        {remarks.map((remark) => (
          <li key={remark.directive + remark.source}>
            <Place remark={remark} />
            <Said text={remark.text} />
          </li>
        ))}
      </ul>
    </Fold>
  );
}
