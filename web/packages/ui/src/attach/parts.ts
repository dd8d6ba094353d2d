/** Everything that draws attachments, with its words: fetched once, at leisure, so that no first screen pays for it. */
import { useEffect, useState } from "preact/hooks";
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

const AGAIN_MS = 3_000;

/** The parts in a language; null until they are here. Where they cannot be fetched it is tried again. `wanted`: somebody may attach. */
export function useAttachParts(language: string, wanted: boolean): AttachParts | null {
  const [parts, setParts] = useState<AttachParts | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    let timer = 0;
    const fetch = (): void => {
      load(language).then(
        (found) => {
          if (!gone) setParts(found);
        },
        () => {
          if (!gone) timer = window.setTimeout(fetch, AGAIN_MS);
        },
      );
    };
    fetch();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [language, wanted]);
  return parts;
}
