/** The link of a text that is worth a card. Pure. */
import { formatText, type Inline } from "@halloo/core/format.ts";
import { webAddress } from "./shapes.ts";

function linkIn(pieces: readonly Inline[]): string | null {
  for (const piece of pieces) {
    const found = piece.kind === "link" ? webAddress(piece.href) : "inner" in piece ? linkIn(piece.inner) : null;
    if (found !== null) return found;
  }
  return null;
}

/** The first address of a web page that a text links to, as it stands there; null where it holds none. */
export function firstLink(text: string): string | null {
  if (!/https?:\/\//i.test(text)) return null;
  for (const block of formatText(text)) {
    const lines = block.kind === "block" ? [] : block.kind === "list" ? block.items : [block.inner];
    for (const line of lines) {
      const found = linkIn(line);
      if (found !== null && text.includes(found)) return found;
    }
  }
  return null;
}
