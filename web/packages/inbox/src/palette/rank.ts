import { fold } from "@halloo/ui";

interface Findable {
  readonly label: string;
  readonly words?: string | undefined;
}

/** How well `query` fits: every word must be there; a label that begins with it wins, then a word's beginning, then letters in order. */
export function score(item: Findable, query: string): number {
  const label = fold(item.label);
  const wanted = fold(query.trim());
  if (label.startsWith(wanted)) return 4;
  if (label.split(/\s+/).some((word) => word.startsWith(wanted))) return 3;
  const all = `${label} ${fold(item.words ?? "")}`;
  if (wanted.split(/\s+/).every((word) => all.includes(word))) return 2;
  let at = 0;
  for (const letter of wanted.replace(/\s/g, "")) {
    at = label.indexOf(letter, at) + 1;
    if (at === 0) return 0;
  }
  return wanted.length > 2 ? 1 : 0;
}

/** What fits, best first; equals keep their order. */
export function rank<T extends Findable>(items: readonly T[], query: string): T[] {
  return items
    .map((item) => ({ item, points: score(item, query) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .map(({ item }) => item);
}
