/** Keys as values: what was pressed, and which command it means. */

export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** `Mod+k`, `Shift+a`, `?`, `Enter`; null for a modifier alone. Signs are written as they appear, without Shift. */
export function nameOf(press: Press): string | null {
  if (["Control", "Meta", "Alt", "Shift", "AltGraph", "Dead", "Process"].includes(press.key)) return null;
  const letter = press.key.length === 1;
  const cased = letter && press.key.toLowerCase() !== press.key.toUpperCase();
  const parts: string[] = [];
  if (press.ctrlKey || press.metaKey) parts.push("Mod");
  if (press.altKey) parts.push("Alt");
  if (press.shiftKey && (!letter || cased)) parts.push("Shift");
  parts.push(cased ? press.key.toLowerCase() : press.key === " " ? "Space" : press.key);
  return parts.join("+");
}

/** How long the first key of a pair like `g i` waits for its second. */
export const PAIR_MS = 1200;

export interface Waiting {
  readonly first: string;
  readonly until: number;
}

/** The binding that a press completes, or the first half of a pair that it begins. */
export function matchKeys(
  bindings: readonly string[],
  name: string,
  waiting: Waiting | null,
  now: number,
): { hit: string | null; waiting: Waiting | null } {
  if (waiting && now <= waiting.until) {
    const pair = `${waiting.first} ${name}`;
    if (bindings.includes(pair)) return { hit: pair, waiting: null };
  }
  if (bindings.includes(name)) return { hit: name, waiting: null };
  const begins = bindings.some((binding) => binding.startsWith(`${name} `));
  return { hit: null, waiting: begins ? { first: name, until: now + PAIR_MS } : null };
}

/** Whether the keys now belong to a text that is being written. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button"].includes(target.type);
}
