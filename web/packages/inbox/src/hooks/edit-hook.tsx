/** What a hook is, to be changed. */
import { Notice, toast } from "@halloo/ui";
import { useState } from "preact/hooks";
import { reasonOf } from "../data/reason.ts";
import { t } from "../i18n.ts";
import { Save, useSaving } from "../settings/card.tsx";
import { useStay } from "../shell/stay.tsx";
import { HookForm, refusedAt, troublesOf, useDraft } from "./form.tsx";
import { changesOf, draftOf } from "./model.ts";
import { changeHook } from "./queries.ts";
import type { HookView } from "./types.ts";

export function EditHook({ hook, may }: { hook: HookView; may: boolean }) {
  const form = useDraft(draftOf(hook));
  const [tried, setTried] = useState(false);
  const saving = useSaving();
  // How calls are signed belongs to the signature: it shows secrets.
  const draft = { ...form.draft, signing: hook.signing, headers: Object.fromEntries(form.pairs) };
  const changes = changesOf(hook, draft);
  const dirty = Object.keys(changes).length > 0;
  const wrong = troublesOf(draft, form.pairs);
  const shown = tried ? { ...wrong, ...form.refused } : form.refused;
  const leaving = useStay(dirty, t("hooks_leave_text"));
  const save = async () => {
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    const done = await saving.run(() =>
      changeHook(hook.id, changes).then(
        (saved) => {
          if (saved.warning === "dns") toast({ text: t("hooks_warning_dns"), ms: 10_000 });
        },
        (error: unknown) => {
          form.setRefused(refusedAt(error) ?? {});
          throw error instanceof Error ? error : new Error(reasonOf(error));
        },
      ),
    );
    if (done) setTried(false);
  };
  return (
    <div class="in-hook-form">
      {!may && <Notice>{t("hooks_read_only")}</Notice>}
      <HookForm
        draft={draft}
        onDraft={form.change}
        pairs={form.rows}
        onPairs={form.setPairs}
        troubles={shown}
        strict={tried}
        disabled={!may}
        plugin={hook.kind === "plugin"}
        signing={false}
      />
      {may && (
        <footer class="in-save-bar">
          <Save
            dirty={dirty}
            {...saving}
            trouble={Object.values(shown)[0] ?? saving.trouble}
            onSave={() => void save()}
          />
        </footer>
      )}
      {leaving}
    </div>
  );
}
