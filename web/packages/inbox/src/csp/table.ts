/** A table as Markdown writes it. */
export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

/** Reads the first table of a text; the rule below the head is left out. */
export function readTable(text: string): TextTable {
  const lines = text.split("\n").filter((line) => line.trim().startsWith("|"));
  const [head = [], ...rows] = lines.map(cellsOf).filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
  return { head, rows };
}
