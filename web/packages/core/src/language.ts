/** Which language somebody reads, and which way it runs. Apart from the messages: the first to load needs no more than this. */

/** The languages that Halloo ships, by BCP 47 tag. */
export const LANGUAGES = ["en", "de", "fr", "es", "pt-BR", "it", "nl", "ja", "ar", "he"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first shipped language among `wishes` ("auto" and unknown ones are passed over), else English. */
export function pickLanguage(...wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    if (!wish || wish === "auto") continue;
    const tag = wish.toLowerCase();
    const exact = LANGUAGES.find((language) => language.toLowerCase() === tag);
    if (exact) return exact;
    const base = tag.split("-")[0];
    const near = LANGUAGES.find((language) => language.toLowerCase().split("-")[0] === base);
    if (near) return near;
  }
  return "en";
}
