import texts from "virtual:loader-texts";

/** The widget's public record, or null in the pinned form; the server writes it into the file. */
declare const HALLOO_RECORD: unknown;

console.error(HALLOO_RECORD, texts, "é");
