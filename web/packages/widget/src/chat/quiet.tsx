/** The quiet line above the composer: that there is no line, or that it goes on in a moment. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { State } from "../frame/engine.ts";
import { useAround } from "./hooks.ts";
import { Wait } from "./wait.tsx";

const QUIET_MS = 3000;

/** Says that the line is down, but only once it has been for a moment, from the first failure until the line is back. */
export function Quiet({ state }: { state: State }) {
  const { t } = useAround();
  const [down, setDown] = useState(false);
  const lost = useRef(false);
  if (state.status === "live" || state.status === "idle") lost.current = false;
  else if (state.status !== "connecting" || state.settled) lost.current = true;
  const broken = lost.current;
  useEffect(() => {
    if (!broken) {
      setDown(false);
      return;
    }
    const timer = setTimeout(() => setDown(true), QUIET_MS);
    return () => clearTimeout(timer);
  }, [broken]);
  const shown = broken && (down || !navigator.onLine);
  const text =
    state.status === "stopped" ? t("line_blocked") : navigator.onLine ? t("line_reconnecting") : t("line_offline");
  const slow = shown ? null : state.slowUntil;
  return (
    <div class={shown || slow ? "h-quiet h-shown" : "h-quiet"} role="status">
      {shown && <span>{text}</span>}
      {slow !== null && <Wait key={slow} until={slow} />}
    </div>
  );
}
