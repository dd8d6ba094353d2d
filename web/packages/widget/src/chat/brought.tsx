/** Whose conversations these are, where a link has brought the visitor to them: it may be a link that somebody else has sent. */
import { useState } from "preact/hooks";
import type { State } from "../frame/engine.ts";
import { useAround } from "./hooks.ts";

export function Brought({ state }: { state: State }) {
  const { engine, t } = useAround();
  const [busy, setBusy] = useState(false);
  const { brought } = state.memory;
  if (brought === undefined || !state.me) return null;
  return (
    <div class="h-brought" role="status">
      <p>{brought ? t("brought", { email: `\u2068${brought}\u2069` }) : t("brought_unnamed")}</p>
      <div>
        <button type="button" class="h-soft-button" onClick={() => engine.remember({ brought: undefined })}>
          {t("brought_mine")}
        </button>
        <button
          type="button"
          class="h-soft-button"
          aria-disabled={busy}
          onClick={() => {
            if (busy) return;
            setBusy(true);
            void engine.reset().finally(() => setBusy(false));
          }}
        >
          {t("brought_afresh")}
        </button>
      </div>
    </div>
  );
}
