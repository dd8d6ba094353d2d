/** Every language has every key of English, with the placeholders of English, and every plural form that it needs. */
import { describe, expect, it } from "vitest";
import { LANGUAGES, PLURALS } from "./i18n.ts";

type Catalogue = Record<string, string>;

const files = import.meta.glob<Catalogue>("../../../messages/*/*.json", { eager: true, import: "default" });
const names = [...new Set(Object.keys(files).map((path) => path.split("/").at(-1) ?? ""))];
const read = (language: string, name: string): Catalogue => files[`../../../messages/${language}/${name}`] ?? {};

const isPlural = (key: string): boolean => PLURALS.some((plural) => key.endsWith(`.${plural}`));
const bases = (catalogue: Catalogue): string[] =>
  [...new Set(Object.keys(catalogue).map((key) => (isPlural(key) ? key.slice(0, key.lastIndexOf(".")) : key)))].sort();
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([hit]) => hit).sort();

describe.each(names)("%s", (name) => {
  const english = read("en", name);

  describe.each(LANGUAGES)("in %s", (language) => {
    const catalogue = read(language, name);

    it("has the same keys", () => {
      expect(bases(catalogue)).toEqual(bases(english));
    });

    it("has each plural form of the language", () => {
      // Counts of a messenger are small; the forms of millions fall back to `other`.
      const rules = new Intl.PluralRules(language);
      const needed = [...new Set(Array.from({ length: 200 }, (_, count) => rules.select(count)))];
      for (const key of Object.keys(catalogue).filter((one) => one.endsWith(".other"))) {
        const base = key.slice(0, -".other".length);
        expect(
          needed.filter((form) => catalogue[`${base}.${form}`] === undefined).map((form) => `${base}.${form}`),
        ).toEqual([]);
      }
    });

    it("keeps the placeholders, says something, and does not shout", () => {
      for (const [key, text] of Object.entries(catalogue)) {
        expect(text.trim(), key).not.toBe("");
        expect(text, key).not.toMatch(/[!！]/);
        if (!isPlural(key)) expect(placeholders(text), key).toEqual(placeholders(english[key] ?? ""));
      }
    });
  });
});
