import { Refusal } from "@halloo/core/refusal.ts";
import { Button, IconButton, Notice, TextField } from "@halloo/ui";
import { Globe, Plus, TriangleAlert, X } from "lucide-preact";
import { useState } from "preact/hooks";
import type { WidgetView } from "../data/types.ts";
import { type Key, t } from "../i18n.ts";
import { Card, Save, useSaving } from "../settings/card.tsx";
import { type Entry, MOST_DOMAINS, readEntries, warningsOf } from "./domains.ts";
import { putWidget } from "./put.ts";

interface DomainsProps {
  widget: WidgetView;
  may: boolean;
  /** The list as it is edited; null goes back to what is stored. */
  domains: readonly string[];
  setDomains: (domains: readonly string[] | null) => void;
}

/** A line that the server refused, and with it the whole list (embedding contract 3.1). */
interface BadLine {
  readonly origin: string;
  readonly reason: string;
}

/** The line that a refusal is about, with its reason in words. */
function badLine(error: unknown, domains: readonly string[]): BadLine | null {
  if (!(error instanceof Refusal) || error.code !== "domain_invalid") return null;
  const origin = domains[Number(error.details["index"])];
  const key = `domain_${String(error.details["reason"])}`;
  const words = t(key as Key);
  return origin === undefined ? null : { origin, reason: words === key ? error.message : words };
}

/** Which websites may show the widget. */
export function Domains({ widget, may, domains, setDomains }: DomainsProps) {
  const [text, setText] = useState("");
  const [bad, setBad] = useState<BadLine | null>(null);
  const saving = useSaving();
  const dirty = JSON.stringify(domains) !== JSON.stringify(widget.domains);
  const entries = readEntries(text, domains);
  const able = entries.flatMap((entry) => (entry.error === null && entry.origin !== null ? [entry.origin] : []));
  const whole = entries.length > 0 && able.length === entries.length && domains.length + able.length <= MOST_DOMAINS;
  const add = (origins: readonly string[]) => {
    setDomains([...new Set([...domains, ...origins])]);
    setText("");
  };
  const save = () =>
    saving.run(async () => {
      setBad(null);
      try {
        await putWidget(widget.id, { domains: [...domains] });
      } catch (error) {
        setBad(badLine(error, domains));
        throw error;
      }
      setDomains(null);
    });
  return (
    <Card
      footer={
        may && (
          <Save
            dirty={dirty}
            {...saving}
            trouble={bad ? t("domain_refused") : saving.trouble}
            onSave={() => void save()}
          />
        )
      }
    >
      {domains.length === 0 && (
        <Notice tone="bad" title={t("domains_empty_title")}>
          {t("warning_domains_empty")}
        </Notice>
      )}
      {may && (
        <form
          noValidate
          class="in-domain-add"
          onSubmit={(event) => {
            event.preventDefault();
            if (whole) add(able);
          }}
        >
          <TextField
            label={t("add_domain")}
            hint={entries.length === 0 ? t("add_domain_hint") : undefined}
            icon={<Globe size={18} />}
            dir="ltr"
            inputMode="url"
            autocomplete="off"
            spellcheck={false}
            placeholder="shop.example.com"
            value={text}
            onValue={setText}
          />
          <Button type="submit" icon={<Plus size={16} />} disabled={!whole}>
            {t("add")}
          </Button>
        </form>
      )}
      {entries.length > 0 && (
        <ul class="in-results" aria-live="polite">
          {entries.map((entry, index) => (
            <Result
              key={`${index}${entry.typed}`}
              entry={entry}
              number={entries.length > 1 ? index + 1 : null}
              onOffer={(origin) => add([...able.filter((one) => one !== entry.origin), origin])}
            />
          ))}
        </ul>
      )}
      {domains.length > 0 && (
        <ul class="in-domains" aria-label={t("widget_domains")}>
          {domains.map((origin, index) => (
            <li key={origin} class={bad?.origin === origin ? "in-domain-bad" : undefined}>
              <Globe size={16} />
              <span class="in-grow">
                <code dir="ltr">{origin}</code>
                {bad?.origin === origin && (
                  <span class="in-domain-reason" role="alert">
                    {t("line_number", { number: index + 1 })} {bad.reason}
                  </span>
                )}
                {warningsOf(origin).map((warning) => (
                  <span key={warning} class="in-domain-warning">
                    <TriangleAlert size={12} />
                    {t(`warning_${warning}`)}
                  </span>
                ))}
              </span>
              {may && (
                <IconButton
                  size="small"
                  label={t("remove_named", { name: origin })}
                  icon={<X size={16} />}
                  onClick={() => setDomains(domains.filter((one) => one !== origin))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {domains.length + able.length > MOST_DOMAINS && (
        <Notice tone="bad">{t("too_many_domains", { count: MOST_DOMAINS })}</Notice>
      )}
    </Card>
  );
}

/** What one typed entry becomes, or why it does not. */
function Result({
  entry,
  number,
  onOffer,
}: {
  entry: Entry;
  /** Its place among several. */
  number: number | null;
  onOffer: (origin: string) => void;
}) {
  const place = number !== null && <span class="in-soft">{t("line_number", { number })}</span>;
  if (entry.error !== null) {
    return (
      <li class="in-result-bad">
        {place}
        <code dir="ltr">{entry.typed}</code>
        <span>{t(`domain_${entry.error}`)}</span>
      </li>
    );
  }
  return (
    <li>
      {place}
      <span class="in-soft">{t("becomes")}</span>
      <code dir="ltr">{entry.origin}</code>
      {entry.offer !== null && (
        <Button size="small" onClick={() => entry.offer !== null && onOffer(entry.offer)}>
          {t("use_instead", { origin: entry.offer })}
        </Button>
      )}
      {warningsOf(entry.origin ?? "").map((warning) => (
        <span key={warning} class="in-domain-warning">
          <TriangleAlert size={12} />
          {t(`warning_${warning}`)}
        </span>
      ))}
    </li>
  );
}
