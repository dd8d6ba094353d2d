/** What people write, taken apart for drawing: links, code, and the rest as text. Nothing in it is markup. */

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "block"; readonly text: string };

const CODE = /```(?:[\w+-]*\n)?([\s\S]*?)```|`([^`\n]+)`/g;
const LINK = /\b(?:https?:\/\/|mailto:|www\.)[^\s<>"'`]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/gi;

/** A link without the punctuation of the sentence around it. */
function trimLink(link: string): string {
  let text = link;
  for (;;) {
    const last = text.at(-1) ?? "";
    const unbalanced = last === ")" && text.split("(").length < text.split(")").length;
    if (!/[.,;:!?…'"»”\]]/.test(last) && !unbalanced) return text;
    text = text.slice(0, -1);
  }
}

/** Only http, https and mailto become addresses. */
function addressOf(text: string): string | null {
  if (/^https?:\/\/[^\s/?#]+/i.test(text)) return text;
  if (/^www\.[^\s/?#.]+\./i.test(text)) return `https://${text}`;
  if (/^mailto:[^\s@]+@[^\s@]+$/i.test(text)) return text;
  return /^[^\s@:/]+@[^\s@:/]+$/.test(text) ? `mailto:${text}` : null;
}

function links(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const hit of text.matchAll(LINK)) {
    const found = trimLink(hit[0]);
    const href = addressOf(found);
    if (href === null) continue;
    if (hit.index > from) pieces.push({ kind: "text", text: text.slice(from, hit.index) });
    pieces.push({ kind: "link", text: found, href });
    from = hit.index + found.length;
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return pieces;
}

/** The pieces of a message, in order. */
export function formatText(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const hit of text.matchAll(CODE)) {
    pieces.push(...links(text.slice(from, hit.index)));
    const [, block, code] = hit;
    pieces.push(
      code === undefined ? { kind: "block", text: (block ?? "").replace(/\n$/, "") } : { kind: "code", text: code },
    );
    from = hit.index + hit[0].length;
    // A block stands on its own line already.
    if (code === undefined && text[from] === "\n") from += 1;
  }
  pieces.push(...links(text.slice(from)));
  return pieces;
}

const PICTURE = "\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})*";
const ONLY_EMOJI = new RegExp(`^(?:(?:\\p{Regional_Indicator}{2}|${PICTURE}(?:\\u200D${PICTURE})*)\\s*){1,3}$`, "u");

/** One to three emoji and nothing else. */
export const isOnlyEmoji = (text: string): boolean => text.length < 40 && ONLY_EMOJI.test(text.trim());
