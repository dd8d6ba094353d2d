/** Asks before changes that were not saved are left behind. */
import { Button, Dialog } from "@halloo/ui";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { type Route, setGuard } from "../router.ts";

/** While `dirty`, whoever goes elsewhere is asked with `text`; `within` says what is not elsewhere. Gives the dialog. */
export function useStay(dirty: boolean, text: string, within: (to: Route) => boolean = () => false) {
  const [waiting, setWaiting] = useState<(() => void) | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is within does not change while one writes
  useEffect(() => {
    if (!dirty) return;
    setGuard((to, move) => {
      if (within(to)) return true;
      setWaiting(() => move);
      return false;
    });
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", stay);
    return () => {
      setGuard(null);
      removeEventListener("beforeunload", stay);
    };
  }, [dirty]);
  return (
    <Dialog
      open={waiting !== null}
      onClose={() => setWaiting(null)}
      title={t("leave_title")}
      closeLabel={t("close")}
      size="small"
      footer={
        <>
          <Button onClick={() => setWaiting(null)}>{t("stay")}</Button>
          <Button
            kind="danger"
            onClick={() => {
              setGuard(null);
              setWaiting(null);
              waiting?.();
            }}
          >
            {t("leave_anyway")}
          </Button>
        </>
      }
    >
      <p class="in-confirm-text">{text}</p>
    </Dialog>
  );
}
