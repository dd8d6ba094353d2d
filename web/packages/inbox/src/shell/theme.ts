/** The theme: the system's own, or what the operator chose. Known before the first paint by a copy in this browser. */
import { storage } from "../live/browser.ts";

export type Theme = "system" | "light" | "dark";

export function applyTheme(wanted?: Theme): void {
  if (wanted) storage.set("halloo.theme", wanted === "system" ? null : wanted);
  const theme = wanted ?? storage.get("halloo.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset["theme"] = theme;
  else delete document.documentElement.dataset["theme"];
}
