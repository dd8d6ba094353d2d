/** Cuts an excerpt at its marks. Positions count characters as Python does, not UTF-16 units. */
export function markedParts(
  excerpt: string,
  marks: readonly (readonly [number, number])[],
): { text: string; marked: boolean }[] {
  const chars = [...excerpt];
  const parts: { text: string; marked: boolean }[] = [];
  let from = 0;
  for (const [start, end] of [...marks].sort((a, b) => a[0] - b[0])) {
    if (start < from || end <= start) continue;
    if (start > from) parts.push({ text: chars.slice(from, start).join(""), marked: false });
    parts.push({ text: chars.slice(start, end).join(""), marked: true });
    from = end;
  }
  if (from < chars.length) parts.push({ text: chars.slice(from).join(""), marked: false });
  return parts;
}
