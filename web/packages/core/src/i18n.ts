/**
 * Messages: flat keys, `{placeholders}`, plural forms as `key.one`, `key.few`, … `key.other` chosen by Intl.PluralRules.
 *
 * English is the catalogue that types come from: `createT<typeof en>(…)` makes a missing key a compile error, and a test
 * compares every other language with it.
 */

export * from "./language.ts";

/** The plural categories of Intl.PluralRules. */
export const PLURALS = ["zero", "one", "two", "few", "many", "other"] as const;
export type Plural = (typeof PLURALS)[number];

/** A key without its plural suffix. */
export type MessageKey<Messages> = keyof Messages extends infer Key
  ? Key extends `${infer Base}.${Plural}`
    ? Base
    : Key & string
  : never;

/** What fills the placeholders; `count` also chooses the plural form. */
export type Values = Readonly<Record<string, string | number>>;

export type Translate<Messages> = (key: MessageKey<Messages>, values?: Values) => string;

/** Gives the function that looks a key up in `messages` and fills its placeholders, numbers in the language's own digits. */
export function createT<Messages extends object>(language: string, messages: Readonly<Messages>): Translate<Messages> {
  const table = messages as Readonly<Record<string, string>>;
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    const count = values["count"];
    const form = typeof count === "number" ? table[`${key}.${plurals.select(count)}`] : undefined;
    const text = form ?? table[key] ?? table[`${key}.other`] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? numbers.format(value) : value;
    });
  };
}

/** The writing direction of a language. */
export function directionOf(language: string): "ltr" | "rtl" {
  return /^(ar|he|fa|ur)\b/i.test(language) ? "rtl" : "ltr";
}
