/** A policy's text in its parts, for showing which of them blocks. */
export interface Part {
  readonly text: string;
  readonly blocks: boolean;
}

const nameOf = (part: string): string => /^[\t\n\f\r ]*([^\t\n\f\r ]*)/.exec(part)?.[1]?.toLowerCase() ?? "";

/**
 * Cuts a policy behind its semicolons; nothing of the text is lost. A part blocks if its directive is one of `names`: the first of its
 * name alone, for browsers take only that.
 */
export function partsOf(text: string, names: readonly string[]): readonly Part[] {
  const seen = new Set<string>();
  return (text.match(/[^;]*;|[^;]+$/g) ?? []).flatMap((part) => {
    const name = nameOf(part);
    const blocks = names.includes(name) && !seen.has(name);
    seen.add(name);
    const begin = blocks ? part.length - part.trimStart().length : 0;
    return [
      { text: part.slice(0, begin), blocks: false },
      { text: part.slice(begin), blocks },
    ].filter((one) => one.text !== "");
  });
}

/** An address as people say it: without the scheme that nearly all have. */
export const spoken = (address: string): string => address.replace(/^https:\/\//, "").replace(/\/$/, "");
