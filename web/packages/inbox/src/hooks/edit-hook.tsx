/** What a hook is, to be changed. */
import { Button, Notice, toast } from "@halloo/ui";
import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { client } from "../data/query.ts";
import { reasonOf } from "../data/reason.ts";
import { t } from "../i18n.ts";
import { Save, useSaving } from "../settings/card.tsx";
import { useStay } from "../shell/stay.tsx";
import { HookForm, refusedAt, troublesOf, useDraft } from "./form.tsx";
import { changesOf, draftOf, hasMoved, rebased } from "./model.ts";
import { changeHook, hookQuery } from "./queries.ts";
import type { HookSaved, HookView, HookWrite } from "./types.ts";

export function EditHook({ hook, may }: { hook: HookView; may: boolean }) {
  const form = useDraft(draftOf(hook));
  // The hook as it was when its fields were read: what is saved is compared with it, here and by the server.
  const [base, setBase] = useState(hook);
  const [tried, setTried] = useState(false);
  const saving = useSaving();
  // How calls are signed belongs to the signature: it shows secrets.
  const draft = { ...form.draft, signing: base.signing, headers: Object.fromEntries(form.pairs) };
  const changes = changesOf(base, draft);
  const dirty = Object.keys(changes).length > 0;
  const wrong = troublesOf(draft, form.pairs);
  const shown = tried ? { ...wrong, ...form.refused } : form.refused;
  const moved = !saving.busy && hook.version > base.version && hasMoved(base, hook);
  const leaving = useStay(dirty, t("hooks_leave_text"));
  const begin = (from: HookView, next = draftOf(from)) => {
    setBase(from);
    form.reset(next);
  };
  // What somebody else saved is shown at once where nothing was typed yet.
  useEffect(() => {
    if (hook.version > base.version && !dirty && !saving.busy) begin(hook);
  });
  const save = async () => {
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    const done = await saving.run(() =>
      saveOver(base, changes).then(
        (saved) => {
          begin(saved);
          if (saved.warning === "dns") toast({ text: t("hooks_warning_dns"), ms: 10_000 });
        },
        (error: unknown) => {
          form.setRefused(refusedAt(error) ?? {});
          if (isStale(error)) throw new Error(t("hooks_moved_title"));
          throw error instanceof Error ? error : new Error(reasonOf(error));
        },
      ),
    );
    if (done) setTried(false);
  };
  return (
    <div class="in-hook-form">
      {!may && <Notice>{t("hooks_read_only")}</Notice>}
      {may && dirty && moved && (
        <Notice
          tone="warn"
          title={t("hooks_moved_title")}
          action={
            <Button size="small" onClick={() => begin(hook, rebased(base, hook, draft))}>
              {t("hooks_moved_read")}
            </Button>
          }
        >
          {t("hooks_moved_text")}
        </Notice>
      )}
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
            trouble={moved ? t("hooks_moved_title") : (Object.values(shown)[0] ?? saving.trouble)}
            disabled={moved}
            onSave={() => void save()}
          />
        </footer>
      )}
      {leaving}
    </div>
  );
}

const isStale = (error: unknown): boolean => error instanceof Refusal && error.status === 412;

/** Saves changes over the state they were made on. What the form does not show, such as a new secret, may have changed since. */
async function saveOver(base: HookView, changes: HookWrite): Promise<HookSaved> {
  try {
    return await changeHook(base.id, changes, base.version);
  } catch (error) {
    if (!isStale(error)) throw error;
    await client.invalidateQueries({ queryKey: keys.hook(base.id), exact: true });
    const now = await client.fetchQuery(hookQuery(base.id));
    if (hasMoved(base, now)) throw error;
    return await changeHook(base.id, changes, now.version);
  }
}
