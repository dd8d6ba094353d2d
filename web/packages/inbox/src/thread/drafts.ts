/** What was typed and not sent, a text a conversation; it survives a reload and a lost session. A recording only waits in this page. */
import { forgetKept, keptThreads } from "@halloo/ui/audio";
import { createStore } from "../data/store.ts";
import { t } from "../i18n.ts";
import { storage } from "../live/browser.ts";

let key = "halloo.drafts";

export interface Draft {
  readonly reply: string;
  readonly note: string;
  readonly tab: "reply" | "note";
}

export const NO_DRAFT: Draft = { reply: "", note: "", tab: "reply" };

function load(): Record<string, Draft> {
  try {
    const value: unknown = JSON.parse(storage.get(key) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, Draft>) : {};
  } catch {
    return {};
  }
}

let all: Record<string, Draft> = {};
const lines = (): Record<string, string> => ({
  ...Object.fromEntries(keptThreads().map((id) => [id, t("audio_said")])),
  ...Object.fromEntries(
    Object.entries(all).flatMap(([id, draft]) =>
      draft.reply.trim() || draft.note.trim() ? [[id, (draft.reply.trim() || draft.note.trim()).slice(0, 120)]] : [],
    ),
  ),
});

/** The first words of each draft, for the list. Told when a composer is left, not at each key. */
export const drafts = createStore<Readonly<Record<string, string>>>(lines());

/** Turns to the drafts of one operator; a browser may serve several. */
export function openDrafts(operator: string): void {
  const wanted = `halloo.drafts.${operator}`;
  if (wanted === key) return;
  key = wanted;
  forgetKept();
  all = load();
  drafts.set(lines());
}

export const draftOf = (id: string): Draft => ({ ...NO_DRAFT, ...all[id] });

export function saveDraft(id: string, draft: Draft): void {
  const { [id]: _, ...others } = all;
  all = draft.reply === "" && draft.note === "" && draft.tab === "reply" ? others : { ...others, [id]: draft };
  const kept = Object.entries(all).slice(-200);
  storage.set(key, kept.length > 0 ? JSON.stringify(Object.fromEntries(kept)) : null);
}

export const publishDrafts = (): void => drafts.set(lines());
