/** The embed script: finds its record, decides whether this page may show the widget, and starts it. */
import { allowed, pageOrigin, type WidgetRecord } from "./record.ts";
import { later, startWidget } from "./widget.ts";

/** The widget's public record, or null in the pinned form; the server writes it into the file. */
declare const HALLOO_RECORD: WidgetRecord | null;

type Command = [name: string, ...rest: unknown[]];
type Commands = Record<string, (...rest: unknown[]) => unknown>;

const holder = window as unknown as { halloo?: Command[] | { push: unknown; wid: string } };
const tag = document.currentScript;
const { src, dataset } = (tag instanceof HTMLScriptElement ? tag : { dataset: {} }) as HTMLScriptElement;
const { origin, searchParams } = new URL(src || location.href);
const { widget } = dataset;

const complain = (text: string): void => console.error(`Halloo: ${text}`);

function start(record: WidgetRecord): void {
  const page = pageOrigin();
  const { id: wid, domains } = record;
  const present = holder.halloo;
  const queue = Array.isArray(present) ? present : [];
  // A named element or frame of the page was made by another constructor than our object.
  if (present?.constructor === Object) {
    if ((present as { wid: string }).wid !== wid) complain(`${wid} is a second widget.`);
    return;
  }
  if (!allowed(domains, page)) {
    complain(`widget ${wid} is not allowed on ${page}. Add it under Settings › Widget › Allowed Domains.`);
    return;
  }
  if (!domains[0]) console.warn("Halloo: any website may embed this widget.");
  const commands = startWidget(record, searchParams, page) as Commands;
  const push = (...list: Command[]): void => {
    for (const [name, ...rest] of list) commands[name]?.(...rest);
  };
  holder.halloo = Object.assign(commands, { push, wid });
  push(...queue);
}

/** The record of the pinned form; throws where the tag names no widget. */
const fetchRecord = async (): Promise<WidgetRecord> => {
  const [id] = /^[0-9a-f-]{36}$/.exec(`${widget}`) as RegExpExecArray;
  return (await fetch(`${origin}/core/public/web-widgets/${id}`, { credentials: "omit" })).json();
};

async function run(attempt: number): Promise<void> {
  try {
    start(HALLOO_RECORD ?? (await fetchRecord()));
  } catch {
    if (!attempt) complain("no record.");
    later(attempt, () => run(attempt + 1));
  }
}

if ((document as { prerendering?: boolean }).prerendering) {
  document.addEventListener("prerenderingchange", () => run(0), { once: true });
} else run(0);
