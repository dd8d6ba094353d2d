/** A new hook: what it is, and, where it signs, its secret with the code that checks it. */
import { Button, Notice, toast } from "@halloo/ui";
import { ArrowLeft } from "lucide-preact";
import { useRef, useState } from "preact/hooks";
import { useCan } from "../data/queries.ts";
import { reasonOf } from "../data/reason.ts";
import { t } from "../i18n.ts";
import { go, hookRoute, setGuard } from "../router.ts";
import { Title } from "../settings/card.tsx";
import { Link } from "../shell/link.tsx";
import { Missing } from "../shell/missing.tsx";
import { HookForm, refusedAt, troublesOf, useDraft } from "./form.tsx";
import { NEW_DRAFT } from "./model.ts";
import { createHook } from "./queries.ts";
import { SecretOnce } from "./secret-once.tsx";
import type { HookSaved } from "./types.ts";

export function Back() {
  return (
    <Link to={{ page: "hooks", at: "list" }} class="in-back in-hook-back">
      <ArrowLeft size={16} class="ui-mirror" />
      {t("hooks_all")}
    </Link>
  );
}

/** Goes on from a hook that was just made, saying what there is to say of it. */
function open(made: HookSaved): void {
  if (made.warning === "dns") toast({ text: t("hooks_warning_dns"), ms: 10_000 });
  else toast({ text: t("hooks_added", { name: made.name }), tone: "good" });
  setGuard(null);
  go(hookRoute(made.id), true);
}

export function NewHook() {
  const may = useCan("hooks:manage");
  const form = useDraft(NEW_DRAFT);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [made, setMade] = useState<HookSaved | null>(null);
  const box = useRef<HTMLFormElement>(null);
  if (!may) return <Missing />;
  const wrong = troublesOf(form.draft, form.pairs);
  const shown = tried ? { ...wrong, ...form.refused } : form.refused;
  const show = () =>
    requestAnimationFrame(() => {
      const first = box.current?.querySelector<HTMLElement>('[aria-invalid="true"], .in-events input');
      first?.focus();
      first?.scrollIntoView({ block: "center" });
    });
  const submit = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    setTrouble(null);
    if (Object.keys(wrong).length > 0) {
      show();
      return;
    }
    setBusy(true);
    try {
      const headers = Object.fromEntries(form.pairs);
      const hook = await createHook({
        ...form.draft,
        name: form.draft.name.trim(),
        url: form.draft.url.trim(),
        headers,
      });
      if (hook.secret && hook.signing === "signed") setMade(hook);
      else open(hook);
    } catch (error) {
      const at = refusedAt(error);
      form.setRefused(at ?? {});
      setTrouble(at ? null : reasonOf(error));
      if (at) show();
    } finally {
      setBusy(false);
    }
  };
  const said = Object.values(shown)[0] ?? trouble;
  return (
    <>
      <Back />
      <Title title={t("hooks_add")} text={t("hooks_add_text")} />
      <form noValidate ref={box} class="in-hook-form" onSubmit={submit}>
        <HookForm
          draft={form.draft}
          onDraft={form.change}
          pairs={form.rows}
          onPairs={form.setPairs}
          troubles={shown}
          strict={tried}
          disabled={false}
          plugin={false}
          signing
        />
        {trouble && <Notice tone="bad">{trouble}</Notice>}
        <footer class="in-save-bar">
          <span class="in-save-state in-save-bad" role="status">
            {said ?? ""}
          </span>
          <Button onClick={() => go({ page: "hooks", at: "list" })}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t("hooks_add_target")}
          </Button>
        </footer>
      </form>
      {made?.secret && (
        <SecretOnce title={t("hooks_ready", { name: made.name })} secret={made.secret} onClose={() => open(made)} />
      )}
    </>
  );
}
