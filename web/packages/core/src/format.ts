/**
 * What people write, taken apart for drawing: a small Markdown of bold, italic, code, lists, quotes and links. Nothing in it is markup,
 * and what is not understood stays as it was written. The time it takes grows with the text, whatever the text is.
 */

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | { readonly kind: "bold"; readonly inner: readonly Inline[] }
  | { readonly kind: "italic"; readonly inner: readonly Inline[] };

export type Block =
  | { readonly kind: "text"; readonly inner: readonly Inline[] }
  | { readonly kind: "quote"; readonly inner: readonly Inline[] }
  | { readonly kind: "block"; readonly text: string }
  /** `start`: the number of the first item; null for a list of points. */
  | { readonly kind: "list"; readonly start: number | null; readonly items: readonly (readonly Inline[])[] };

const FENCE = /```(?:[\w+-]*\n)?([\s\S]*?)```/g;
const ADDRESS = String.raw`(?:https?:\/\/|mailto:|www\.)(?:[^\s<>"'\`\]]|\](?!\())+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b`;
const TOKEN = new RegExp(
  [
    String.raw`(?<code>\`[^\`\n]+\`)`,
    String.raw`(?<named>\[(?<label>[^\[\]\n]{1,300})\]\((?<target>(?:[^()\s]|\([^()\s]{0,200}\)){1,2048})\))`,
    `(?<bare>${ADDRESS})`,
    String.raw`(?<mark>\*\*|__|\*|_)`,
  ].join("|"),
  "gi",
);
const BARE = new RegExp(ADDRESS, "gi");
const POINT = /^ {0,3}[-*•] +(?=\S)/;
const NUMBER = /^ {0,3}(\d{1,3})[.)] +(?=\S)/;
const QUOTE = /^ {0,3}> ?/;
const SPACE = /\s/;
const WORD = /[\p{L}\p{N}]/u;
/** Scripts that are written without spaces between words. */
const DENSE = /[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;

/** A link without the punctuation and the marks of the sentence around it. */
function trimLink(link: string): string {
  let end = link.length;
  for (; end > 0; end--) {
    const last = link[end - 1] ?? "";
    const shown = link.slice(0, end);
    const unbalanced = last === ")" && shown.split("(").length < shown.split(")").length;
    if (!/[.,;:!?…'"»”\]*_]/.test(last) && !unbalanced) break;
  }
  return link.slice(0, end);
}

/** Only http, https and mailto become addresses. */
function addressOf(text: string): string | null {
  if (/^https?:\/\/[^\s/?#]+/i.test(text)) return text;
  if (/^www\.[^\s/?#.]+\./i.test(text)) return `https://${text}`;
  if (/^mailto:[^\s@]+@[^\s@]+$/i.test(text)) return text;
  return /^[^\s@:/]+@[^\s@:/]+$/.test(text) ? `mailto:${text}` : null;
}

/** The host, or for mail the address, that a link leads to. */
const goal = (href: string): string =>
  (/^https?:\/\/([^/?#]*)/i.exec(href)?.[1] ?? href).replace(/^www\./i, "").toLowerCase();

/** Whether a link's words are an address that is not the one it leads to. */
function misleads(label: string, href: string): boolean {
  return [...label.matchAll(BARE)].some(([found]) => {
    const said = addressOf(trimLink(found));
    return said !== null && goal(said) !== goal(href);
  });
}

type Mark = "**" | "__" | "*" | "_";
/** What stands open at some place: its mark, and what came behind it so far. */
interface Open {
  readonly mark: Mark;
  readonly inner: Inline[];
}

const isWord = (sign: string): boolean => WORD.test(sign) && !DENSE.test(sign);

/** Whether a mark between two signs can begin or end something. One sign alone does neither inside a word: 2*3*4, a_file_name. */
function sides(mark: Mark, before: string, after: string): { opens: boolean; closes: boolean } {
  const inside = mark === "**" ? false : isWord(before) && isWord(after);
  return {
    opens: after !== "" && !SPACE.test(after) && !inside && (mark === "**" || !isWord(before)),
    closes: before !== "" && !SPACE.test(before) && !inside && (mark === "**" || !isWord(after)),
  };
}

function add(pieces: Inline[], text: string): void {
  if (text === "") return;
  const last = pieces.at(-1);
  if (last?.kind === "text") pieces[pieces.length - 1] = { kind: "text", text: last.text + text };
  else pieces.push({ kind: "text", text });
}

/** Builds the pieces of some lines from left to right. */
class Builder {
  private readonly base: Inline[] = [];
  private readonly open: Open[] = [];

  private get here(): Inline[] {
    return this.open.at(-1)?.inner ?? this.base;
  }

  text(text: string): void {
    add(this.here, text);
  }

  piece(piece: Inline): void {
    this.here.push(piece);
  }

  mark(mark: Mark, before: string, after: string): void {
    const { opens, closes } = sides(mark, before, after);
    const at = closes ? this.open.findLastIndex((one) => one.mark === mark) : -1;
    if (at >= 0 && this.holds(at)) {
      this.demote(at + 1);
      const inner = this.open.pop()?.inner ?? [];
      this.here.push({ kind: mark.length === 2 ? "bold" : "italic", inner });
    } else if (opens && !this.open.some((one) => one.mark === mark)) {
      this.open.push({ mark, inner: [] });
    } else this.text(mark);
  }

  /** Whether anything stands behind a mark that is open. */
  private holds(at: number): boolean {
    return this.open.slice(at).some((one) => one.inner.length > 0);
  }

  /** What was opened and never closed is text again. */
  private demote(from: number): void {
    while (this.open.length > from) {
      const last = this.open.pop();
      if (last === undefined) return;
      this.text(last.mark);
      for (const piece of last.inner) {
        if (piece.kind === "text") this.text(piece.text);
        else this.piece(piece);
      }
    }
  }

  end(): readonly Inline[] {
    this.demote(0);
    return this.base;
  }
}

function inlines(text: string): readonly Inline[] {
  const builder = new Builder();
  let from = 0;
  TOKEN.lastIndex = 0;
  for (let hit = TOKEN.exec(text); hit !== null; hit = TOKEN.exec(text)) {
    const { code, named, label = "", target = "", bare, mark } = hit.groups ?? {};
    builder.text(text.slice(from, hit.index));
    from = hit.index + hit[0].length;
    if (code !== undefined) builder.piece({ kind: "code", text: code.slice(1, -1) });
    else if (named !== undefined) {
      const href = addressOf(target);
      if (href === null || misleads(label, href)) {
        // What cannot be a link is read sign by sign.
        builder.text("[");
        from = hit.index + 1;
      } else builder.piece({ kind: "link", text: label, href });
    } else if (bare !== undefined) {
      const found = trimLink(bare);
      const href = addressOf(found);
      if (/[a-z0-9]/i.test(text[hit.index - 1] ?? "")) {
        // It goes on with what stands before it, so it is a part of a word.
        builder.text(bare[0] ?? "");
        from = hit.index + 1;
      } else if (href === null) builder.text(bare);
      else {
        builder.piece({ kind: "link", text: found, href });
        from = hit.index + found.length;
      }
    } else if (mark !== undefined) {
      builder.mark(mark as Mark, signBefore(text, hit.index), signAfter(text, from));
    }
    TOKEN.lastIndex = from;
  }
  builder.text(text.slice(from));
  return builder.end();
}

const signBefore = (text: string, at: number): string => Array.from(text.slice(Math.max(0, at - 2), at)).at(-1) ?? "";
const signAfter = (text: string, at: number): string => Array.from(text.slice(at, at + 2))[0] ?? "";

/** Lines of one kind that follow each other. */
interface Run {
  readonly kind: "text" | "quote" | "points" | "numbers";
  readonly lines: string[];
}

function kindOf(line: string): Run["kind"] {
  if (QUOTE.test(line)) return "quote";
  if (POINT.test(line)) return "points";
  return NUMBER.test(line) ? "numbers" : "text";
}

function runs(text: string): Run[] {
  const found: Run[] = [];
  for (const line of text.split("\n")) {
    const kind = kindOf(line);
    const last = found.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else found.push({ kind, lines: [line] });
  }
  // One line alone is no list: a signature, or a date.
  const joined: Run[] = [];
  for (const run of found) {
    const kind = run.lines.length === 1 && run.kind !== "quote" ? "text" : run.kind;
    const last = joined.at(-1);
    if (kind === "text" && last?.kind === "text") last.lines.push(...run.lines);
    else joined.push({ kind, lines: run.lines });
  }
  return joined;
}

function blockOf({ kind, lines }: Run): Block {
  if (kind === "text") return { kind, inner: inlines(lines.join("\n")) };
  if (kind === "quote") return { kind, inner: inlines(lines.map((line) => line.replace(QUOTE, "")).join("\n")) };
  const start = kind === "numbers" ? Number(NUMBER.exec(lines[0] ?? "")?.[1]) : null;
  return {
    kind: "list",
    start,
    items: lines.map((line) => inlines(line.replace(kind === "numbers" ? NUMBER : POINT, ""))),
  };
}

function blocks(text: string): Block[] {
  const all = runs(text);
  return all.flatMap((run, index) => {
    // An empty line beside a list or a quote is their distance already.
    if (run.kind === "text" && all.length > 1) {
      if (index > 0 && run.lines[0] === "") run.lines.shift();
      if (index < all.length - 1 && run.lines.at(-1) === "") run.lines.pop();
      if (run.lines.length === 0) return [];
    }
    return [blockOf(run)];
  });
}

/** The blocks of a message, in order. */
export function formatText(text: string): Block[] {
  const found: Block[] = [];
  let from = 0;
  for (const hit of text.matchAll(FENCE)) {
    const before = text.slice(from, hit.index).replace(/\n$/, "");
    if (before !== "") found.push(...blocks(before));
    found.push({ kind: "block", text: (hit[1] ?? "").replace(/\n$/, "") });
    from = hit.index + hit[0].length;
    if (text[from] === "\n") from += 1;
  }
  if (from < text.length || found.length === 0) found.push(...blocks(text.slice(from)));
  return found;
}

const plain = (pieces: readonly Inline[]): string =>
  pieces.map((piece) => ("inner" in piece ? plain(piece.inner) : piece.text)).join("");

/** The words alone, in one line: what a list shows of a message. */
export function plainText(text: string): string {
  const lines = formatText(text).map((block) => {
    if (block.kind === "list") return block.items.map(plain).join(" ");
    return block.kind === "block" ? block.text : plain(block.inner);
  });
  return lines.join(" ").replace(/\s+/g, " ").trim();
}

const PICTURE = "\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})*";
const ONLY_EMOJI = new RegExp(`^(?:(?:\\p{Regional_Indicator}{2}|${PICTURE}(?:\\u200D${PICTURE})*)\\s*){1,3}$`, "u");

/** One to three emoji and nothing else. */
export const isOnlyEmoji = (text: string): boolean => text.length < 40 && ONLY_EMOJI.test(text.trim());
