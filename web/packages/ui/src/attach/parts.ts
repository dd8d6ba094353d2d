/** Everything that draws attachments, with its words: fetched once, at leisure, so that no first screen pays for it. */
import { useFetched } from "./fetched.ts";
import type { AttachTray } from "./tray.tsx";
import type { DropVeil } from "./veil.tsx";
import type { AttachT } from "./words.ts";

export interface AttachParts {
  readonly AttachTray: typeof AttachTray;
  readonly DropVeil: typeof DropVeil;
  readonly t: AttachT;
}

async function load(language: string): Promise<AttachParts> {
  const { AttachTray, DropVeil, readWords } = await import("./screen.ts");
  return { AttachTray, DropVeil, t: await readWords(language) };
}

/** The parts in a language; null until they are here. `wanted`: somebody may attach. */
export const useAttachParts = (language: string, wanted: boolean): AttachParts | null =>
  useFetched(() => load(language), wanted, language);
