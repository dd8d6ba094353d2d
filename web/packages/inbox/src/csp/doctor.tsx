/** The doctor: a policy, an answer's headers, a page's HTML or its address goes in; what to add comes out. */
import { Button, Notice, Segmented, Select, TextArea, TextField } from "@halloo/ui";
import { Globe, Stethoscope } from "lucide-preact";
import { useState } from "preact/hooks";
import { Refusal } from "../data/api.ts";
import { reasonOf } from "../data/reason.ts";
import type { WidgetView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { Card } from "../settings/card.tsx";
import { LONGEST, readAddress, readPaste } from "./paste.ts";
import { examine } from "./queries.ts";
import { Fold, Result } from "./result.tsx";
import { type Diagnosis, type DoctorAsk, TRUSTS, type Trust } from "./types.ts";
import { unreadWords } from "./words.tsx";

type Way = "text" | "url";

/** What the form holds. */
interface Draft {
  readonly way: Way;
  readonly text: string;
  readonly url: string;
  /** The page's origin; empty where it does not count. */
  readonly page: string;
  readonly tag: string;
  readonly trust: Trust | "auto";
}

const EMPTY: Draft = { way: "text", text: "", url: "", page: "", tag: "", trust: "auto" };

/** What the server is asked, or what is wrong with the draft. */
function askOf(draft: Draft): DoctorAsk | string {
  const more: DoctorAsk = {
    ...(draft.page === "" ? {} : { page_origin: draft.page }),
    ...(draft.tag.trim() === "" ? {} : { tag: draft.tag.trim() }),
    ...(draft.trust === "auto" ? {} : { trust: draft.trust }),
  };
  if (draft.way === "url") {
    const url = readAddress(draft.url);
    return url === null ? t("csp_url_invalid") : { ...more, url };
  }
  if (draft.text.length > LONGEST) return t("csp_paste_long");
  const { as, ask } = readPaste(draft.text);
  return as === "nothing" ? t("csp_paste_empty") : { ...ask, ...more };
}

/** What went wrong; a page that could not be fetched says why. */
const troubleOf = (error: unknown): string =>
  error instanceof Refusal && error.code === "page_unreachable" ? unreadWords(error.message) : reasonOf(error);

export function Doctor({ widget }: { widget: WidgetView }) {
  const [draft, setDraft] = useState(EMPTY);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [result, setResult] = useState<Diagnosis | null>(null);
  const set = (change: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...change }));
    setWrong(null);
  };
  const run = async () => {
    const ask = askOf(draft);
    setTrouble(null);
    if (typeof ask === "string") return setWrong(ask);
    setBusy(true);
    try {
      setResult(await examine(widget.id, ask));
    } catch (error) {
      setResult(null);
      setTrouble(troubleOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={t("csp_doctor")} text={t("csp_doctor_text")}>
      <form
        noValidate
        class="in-csp-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void run();
        }}
      >
        <Segmented
          label={t("csp_doctor")}
          value={draft.way}
          onChoose={(way) => set({ way })}
          choices={[
            { id: "text", label: t("csp_by_text") },
            { id: "url", label: t("csp_by_url") },
          ]}
        />
        <Subject draft={draft} set={set} wrong={wrong} />
        <Fold title={t("csp_more_about")}>
          <About draft={draft} set={set} domains={widget.domains} />
        </Fold>
        <div>
          <Button kind="primary" type="submit" icon={<Stethoscope size={16} />} busy={busy}>
            {t("csp_examine")}
          </Button>
        </div>
      </form>
      <div role="status" class="in-stack">
        {trouble !== null && <Notice tone="bad">{trouble}</Notice>}
        {result && <Result widget={widget.id} result={result} />}
      </div>
    </Card>
  );
}

interface PartProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
}

/** What is to be looked at. */
function Subject({ draft, set, wrong }: PartProps & { wrong: string | null }) {
  if (draft.way === "url")
    return (
      <TextField
        label={t("csp_url")}
        hint={t("csp_url_hint")}
        error={wrong ?? undefined}
        icon={<Globe size={18} />}
        dir="ltr"
        inputMode="url"
        autocomplete="off"
        spellcheck={false}
        maxLength={2048}
        placeholder="https://shop.example.com/"
        value={draft.url}
        onValue={(url) => set({ url })}
      />
    );
  const { as } = readPaste(draft.text.slice(0, 65_536));
  return (
    <TextArea
      class="in-csp-paste"
      label={t("csp_paste")}
      hint={t(as === "nothing" ? "csp_paste_hint" : `csp_paste_${as}`)}
      error={wrong ?? undefined}
      dir="ltr"
      autocomplete="off"
      spellcheck={false}
      rows={[4, 14]}
      placeholder="Content-Security-Policy: default-src 'self'; img-src *"
      value={draft.text}
      onValue={(text) => set({ text })}
    />
  );
}

/** What a policy alone does not tell. */
function About({ draft, set, domains }: PartProps & { domains: readonly string[] }) {
  return (
    <>
      {draft.way === "text" && (
        <Select
          label={t("csp_page")}
          hint={t("csp_page_hint")}
          value={draft.page}
          onValue={(page) => set({ page })}
          options={[{ id: "", label: t("csp_page_any") }, ...domains.map((id) => ({ id, label: id }))]}
        />
      )}
      <TextField
        label={t("csp_tag")}
        hint={t("csp_tag_hint")}
        dir="ltr"
        autocomplete="off"
        spellcheck={false}
        maxLength={2048}
        placeholder={'<script async nonce="…" src="…"></script>'}
        value={draft.tag}
        onValue={(tag) => set({ tag })}
      />
      <Select
        label={t("csp_trust")}
        hint={t("csp_trust_auto_hint")}
        value={draft.trust}
        onValue={(id) => set({ trust: id as Draft["trust"] })}
        options={[
          { id: "auto", label: t("csp_trust_auto") },
          ...TRUSTS.map((id) => ({ id, label: t(`csp_trust_${id}`) })),
        ]}
      />
    </>
  );
}
