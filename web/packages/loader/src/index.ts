/** The embed script: finds its record, decides whether this page may show the widget, and starts it. */
import { fetchJson, page } from "./page.ts";
import { allowed, type WidgetRecord } from "./record.ts";
import { later, startWidget } from "./widget.ts";

/** The widget's public record, or null in the pinned form; the server writes it into the file. */
declare const HALLOO_RECORD: WidgetRecord | null;

type Commands = Record<string, (...rest: unknown[]) => unknown>;

declare global {
  interface Window {
    halloo?: unknown;
  }
}

const tag = document.currentScript;
const { src, dataset } = (tag instanceof HTMLScriptElement ? tag : {}) as HTMLScriptElement;
const { origin, searchParams } = new URL(src || "x:");
let attempt = 0;

const complain = (text: string): void => console.error(`Halloo: ${text}`);

async function run(): Promise<void> {
  try {
    // The pinned form reads its own tag's id and no other; without one it ends in `catch`.
    const found =
      HALLOO_RECORD ??
      (await fetchJson<WidgetRecord>(origin, (/^[\w-]{36}$/.exec(dataset["widget"] as string) as RegExpExecArray)[0]));
    const { id: wid, domains } = found;
    // Named elements and frames of the page are no arrays.
    const queue = (Array.isArray(window.halloo) ? window.halloo : []) as [string][] & { wid?: string };
    if (queue.wid) {
      if (queue.wid !== wid) complain(`widget ${wid} is a second one.`);
    } else if (allowed(domains, page)) {
      if (!domains[0]) console.warn("Halloo: allowed on any website.");
      // Before anything is drawn: what fails later is not begun a second time.
      window.halloo = queue;
      queue.wid = wid;
      const commands = startWidget(found, searchParams) as Commands;
      const push = (...list: [string, ...unknown[]][]): void => {
        for (const [name, ...rest] of list) {
          if (!commands[name]) {
            complain(`unknown command ${name}.`);
            // Said once.
            commands[name] = () => {};
          }
          commands[name](...rest);
        }
      };
      // Last: a page that has frozen its lists refuses it, and keeps the rest.
      Object.assign(queue, commands, { push });
      push(...queue);
    } else complain(`widget ${wid} is not allowed on ${page}. Add it under Settings › Widget › Allowed Domains.`);
  } catch {
    if (!attempt) complain("no record.");
    later(attempt++, run);
  }
}

// A page that is only prerendered is shown later.
if ((document as { prerendering?: boolean }).prerendering) later(3, run);
else run();
