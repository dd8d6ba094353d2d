/** How long one has to wait: counted down for the eye, said once to the ear. */
import { useEffect, useState } from "preact/hooks";
import { useAround } from "./hooks.ts";

const LONG_S = 100;

export function Wait({ until }: { until: number }) {
  const { t } = useAround();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.ceil((until - now) / 1000);
  const words = (seconds: number): string =>
    seconds < LONG_S ? t("wait_seconds", { count: seconds }) : t("wait_minutes", { count: Math.ceil(seconds / 60) });
  const [said] = useState(() => words(Math.max(1, left)));
  if (left <= 0) return null;
  return (
    <>
      <span aria-hidden="true">{words(left)}</span>
      <span class="h-hidden">{said}</span>
    </>
  );
}
