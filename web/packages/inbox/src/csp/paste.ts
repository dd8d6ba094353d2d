/** What somebody pasted, read as what it is: a policy, the headers of an answer, a `<meta>`, a whole page. */
import type { DoctorAsk } from "./types.ts";

/** What a text was taken for. */
export type Pasted = "nothing" | "policy" | "headers" | "meta" | "html";

export interface Reading {
  readonly as: Pasted;
  readonly ask: DoctorAsk;
}

/** A body of a request that is larger would be refused. */
export const LONGEST = 2 * 1024 * 1024;

type HeaderField = "headers" | "report_only" | "permissions_policy" | "coep";

/** The headers that the doctor asks for; all others are left out. */
const FIELD_OF: Readonly<Record<string, HeaderField>> = {
  "content-security-policy": "headers",
  "content-security-policy-report-only": "report_only",
  "permissions-policy": "permissions_policy",
  "cross-origin-embedder-policy": "coep",
};

const HEADER_LINE = /^[<>]?[ \t]*([a-z][a-z0-9-]*)[ \t]*:(?!\/\/)[ \t]*(.*)$/i;
const STATUS_LINE = /^[<>]?[ \t]*HTTP\/[\d.]+ \d{3}/;

/** The headers of a text that is an answer's head, as programs print it; null where none of its lines is a header we know. */
function headersIn(text: string): DoctorAsk | null {
  const found: Record<HeaderField, string[]> = { headers: [], report_only: [], permissions_policy: [], coep: [] };
  let open: string[] | null = null;
  let known = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    // A value that was folded goes on in the next line.
    if (open && /^[ \t]+\S/.test(line) && !STATUS_LINE.test(line)) {
      open.push(`${open.pop() ?? ""} ${line.trim()}`.trim());
      continue;
    }
    const [, name, value] = HEADER_LINE.exec(line) ?? [];
    const field = name === undefined ? undefined : FIELD_OF[name.toLowerCase()];
    open = field ? found[field] : null;
    if (!field) continue;
    known = true;
    found[field].push((value ?? "").trim());
  }
  return known ? Object.fromEntries(Object.entries(found).filter(([, values]) => values.length > 0)) : null;
}

/** Reads what was pasted. */
export function readPaste(typed: string): Reading {
  const text = typed.replace(/^\uFEFF/, "").trim();
  if (text === "") return { as: "nothing", ask: {} };
  if (text.startsWith("<") && !/^<[ \t]/.test(text)) {
    const alone = /^<meta\b[^>]*>$/i.test(text);
    // A tag alone stands for one in the head: the page around it is not known.
    return alone ? { as: "meta", ask: { html: `<head>${text}</head>` } } : { as: "html", ask: { html: text } };
  }
  const headers = headersIn(text);
  if (headers) return { as: "headers", ask: headers };
  return { as: "policy", ask: { headers: [text.replace(/[\r\n]+[ \t]*/g, " ")] } };
}

/** An address as somebody types it, with `https://` where no scheme is; null where it cannot be one of the web. */
export function readAddress(typed: string): string | null {
  const text = typed.trim();
  if (text === "" || /\s/.test(text)) return null;
  const scheme = /^[a-z][a-z0-9+.-]*:(?=\/\/)/i.exec(text)?.[0].toLowerCase();
  if (scheme !== undefined && scheme !== "http:" && scheme !== "https:") return null;
  try {
    const url = new URL(scheme === undefined ? `https://${text}` : text);
    return url.username === "" && url.password === "" && url.hostname !== "" ? url.href : null;
  } catch {
    return null;
  }
}
