/** The words of messages, in the reader's language; widget and inbox share them, and they come with the first message that needs them. */
import { createT, type Translate } from "@halloo/core/i18n.ts";
import type en from "../../../../messages/en/kinds.json";

export type Words = Translate<typeof en>;
type Table = typeof en;

const TABLES = import.meta.glob<{ default: Table }>("../../../../messages/*/kinds.json");

/** The words of a language; English where there are none. */
export async function readWords(language: string): Promise<Words> {
  const load = TABLES[`../../../../messages/${language}/kinds.json`] ?? TABLES["../../../../messages/en/kinds.json"];
  if (!load) throw new Error("no words");
  return createT<Table>(language, (await load()).default);
}
