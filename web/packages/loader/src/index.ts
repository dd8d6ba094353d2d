/** The embed script: finds its record, decides whether this page may show the widget, and starts it. */
import { allowed, pageOrigin, type WidgetRecord } from "./record.ts";
import { RETRY_S, startWidget } from "./widget.ts";

/** The widget's public record, or null in the pinned form; the server writes it into the file. */
declare const HALLOO_RECORD: WidgetRecord | null;

type Command = [name: string, ...rest: unknown[]];

const ours = Symbol.for("halloo");
const holder = window as unknown as { halloo?: (Command[] | { push: unknown }) & { [ours]?: string } };
const tag = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
const address = new URL(tag?.src || location.href);
const pinned = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(tag?.dataset["widget"] ?? "")?.[0];
let complained = false;

function complain(text: string): void {
  if (!complained) console.error(`Halloo: ${text}`);
  complained = true;
}

function start(record: WidgetRecord): void {
  const page = pageOrigin();
  const { id, domains } = record;
  const present = holder.halloo;
  const running = present?.[ours];
  if (running) {
    if (running !== id) complain(`one widget a page, ${id} is left out.`);
    return;
  }
  if (!allowed(domains, page)) {
    complain(`widget ${id} is not allowed on ${page}. Add it under Settings › Widget › Allowed Domains.`);
    return;
  }
  if (!domains[0]) console.warn("Halloo: no allowed domains are set, any website may embed this widget.");
  const commands = startWidget(record, address.searchParams, page);
  const unknown = new Set<string>();
  const push = (...list: Command[]): void => {
    for (const [name, ...rest] of list) {
      if (Object.hasOwn(commands, name)) {
        const run = commands[name as "on"] as (...given: unknown[]) => unknown;
        Promise.resolve(run(...rest)).catch(console.error);
      } else if (!unknown.has(name)) {
        unknown.add(name);
        console.warn(`Halloo: unknown command ${name}`);
      }
    }
  };
  holder.halloo = { ...commands, push, [ours]: id };
  if (Array.isArray(present)) push(...present);
}

async function run(attempt: number): Promise<void> {
  try {
    const fetched = (): Promise<WidgetRecord> =>
      fetch(`${address.origin}/core/public/web-widgets/${pinned}`, { credentials: "omit" }).then((answer) =>
        answer.json(),
      );
    start(HALLOO_RECORD ?? (await fetched()));
  } catch {
    complain("the widget's record is missing or damaged.");
    const again = (): void => void run(attempt + 1);
    const wait = RETRY_S[attempt];
    if (!pinned) return;
    if (wait) setTimeout(again, wait * 1000);
    else {
      addEventListener("online", again, { once: true });
      document.addEventListener("visibilitychange", again, { once: true });
    }
  }
}

const begin = (): void => void run(0);
const whenBody = (): void => (document.body ? begin() : document.addEventListener("DOMContentLoaded", begin));
if ((document as { prerendering?: boolean }).prerendering) {
  document.addEventListener("prerenderingchange", whenBody, { once: true });
} else whenBody();
