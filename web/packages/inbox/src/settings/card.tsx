/** A section of settings that is saved by itself, and says so. */

import { Button } from "@halloo/ui";
import { Check } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { reasonOf } from "../data/reason.ts";
import { t } from "../i18n.ts";

export function Title({
  title,
  text,
  action,
}: {
  title: string;
  text?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <header class="in-title">
      <div>
        <h2>{title}</h2>
        {text && <p>{text}</p>}
      </div>
      {action}
    </header>
  );
}

export function Card({
  title,
  text,
  children,
  footer,
}: {
  title?: string;
  text?: ComponentChildren;
  children: ComponentChildren;
  footer?: ComponentChildren;
}) {
  return (
    <section class="in-card">
      {title && (
        <header class="in-card-head">
          <h3>{title}</h3>
          {text && <p>{text}</p>}
        </header>
      )}
      <div class="in-card-body">{children}</div>
      {footer && <footer class="in-card-foot">{footer}</footer>}
    </section>
  );
}

/** The button of a section with what became of it: nothing to save, saving, saved, or why not. */
export function Save({
  dirty,
  busy,
  saved,
  trouble,
  onSave,
  disabled,
}: {
  dirty: boolean;
  busy: boolean;
  saved: boolean;
  trouble?: string | null;
  onSave?: () => void;
  disabled?: boolean;
}) {
  return (
    <>
      <span class={trouble && dirty ? "in-save-state in-save-bad" : "in-save-state"} role="status">
        {(dirty ? trouble : null) ??
          (saved && !dirty ? (
            <>
              <Check size={16} />
              {t("saved")}
            </>
          ) : dirty && !busy ? (
            t("unsaved")
          ) : (
            ""
          ))}
      </span>
      <Button
        kind="primary"
        type={onSave ? "button" : "submit"}
        disabled={!dirty || disabled}
        busy={busy}
        {...(onSave ? { onClick: onSave } : {})}
      >
        {t("save")}
      </Button>
    </>
  );
}

/** The states of saving. */
export function useSaving() {
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    if (!saved) return;
    const timer = setTimeout(() => setSaved(false), 4000);
    return () => clearTimeout(timer);
  }, [saved]);
  const run = async (task: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setTrouble(null);
    try {
      await task();
      setSaved(true);
      return true;
    } catch (error) {
      setTrouble(reasonOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, saved, trouble, run };
}
