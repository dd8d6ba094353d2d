/** What the composer offers while one types: `/` canned replies, `@` colleagues, `:` emoji. */

export type TriggerKind = "canned" | "mention" | "emoji";

export interface Trigger {
  readonly kind: TriggerKind;
  /** What was typed after the sign. */
  readonly query: string;
  /** Where the sign stands. */
  readonly start: number;
  /** Where the caret stands. */
  readonly end: number;
}

const SIGNS: Readonly<Record<string, TriggerKind>> = { "/": "canned", "@": "mention", ":": "emoji" };

/**
 * The trigger under the caret, or null. A sign counts at the start of a word; a slash only at the start of a line, so that
 * paths and dates stay what they are; a colon needs two letters, so that a smile like `:)` and `12:30` do.
 */
export function findTrigger(text: string, caret: number, allowed: readonly TriggerKind[]): Trigger | null {
  const line = text.slice(0, caret).split("\n").at(-1) ?? "";
  const lineStart = caret - line.length;
  const hit = /(?:^|[\s(])([/@:])([^\s/@:]*(?: [^\s/@:]*)?)$/u.exec(line);
  const sign = hit?.[1];
  const query = hit?.[2];
  if (!hit || sign === undefined || query === undefined) return null;
  const kind = SIGNS[sign];
  if (!kind || !allowed.includes(kind)) return null;
  const start = lineStart + line.length - query.length - 1;
  if (kind === "canned" && line.slice(0, start - lineStart).trim() !== "") return null;
  if (kind !== "mention" && query.includes(" ")) return null;
  if (kind === "emoji" && !/^[\p{L}\d_+-]{2,}$/u.test(query)) return null;
  return { kind, query, start, end: caret };
}

/** Puts `insert` in the place of the trigger; gives the text and where the caret goes. */
export function acceptTrigger(text: string, trigger: Trigger, insert: string): { text: string; caret: number } {
  const after = text.slice(trigger.end);
  const space = trigger.kind === "canned" || /^\s/.test(after) ? "" : " ";
  const made = text.slice(0, trigger.start) + insert + space + after;
  return { text: made, caret: trigger.start + insert.length + space.length };
}

/** The colleagues that a note mentions by `@Name`; longer names win over their beginnings. */
export function mentionsIn(text: string, people: readonly { readonly id: string; readonly name: string }[]): string[] {
  let rest = text;
  const found: string[] = [];
  for (const one of [...people].sort((a, b) => b.name.length - a.name.length)) {
    if (one.name === "" || !rest.includes(`@${one.name}`)) continue;
    found.push(one.id);
    rest = rest.replaceAll(`@${one.name}`, "");
  }
  return found;
}

/** Fills a canned reply: `{name}` becomes the visitor's first name, or goes away. */
export const fillReply = (text: string, name: string | null): string => {
  const first = name?.trim().split(/\s+/)[0] ?? "";
  return first === "" ? text.replace(/[ ,]*\{name\}/g, "") : text.replaceAll("{name}", first);
};
