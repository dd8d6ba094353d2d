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

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A size, in the unit in which it is a small number: “372 kB”. */
export function sizeOf(language: string, bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: step > 0 && value < 10 ? 1 : 0,
  }).format(value);
}
