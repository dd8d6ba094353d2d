/** What a message says as text, for excerpts and for copying: the words of `conversations/kinds/said.py`. */

type Part = Readonly<Record<string, unknown>>;

const text = (part: Part, name: string): string => (typeof part[name] === "string" ? part[name] : "");
const parts = (part: Part, name: string): readonly Part[] =>
  Array.isArray(part[name]) ? part[name].filter((one): one is Part => typeof one === "object" && one !== null) : [];

function wordsOf(type: string, content: Part): readonly string[] {
  switch (type) {
    case "file":
    case "animation":
      return [text(content, "name")];
    case "picker":
      return [
        text(content, "text"),
        ...parts(content, "choices").map((one) => `${one["selected"] === true ? "● " : "○ "}${text(one, "label")}`),
      ];
    case "field":
      return [text(content, "text"), text(content, "value") || text(content, "explain")];
    case "carousel":
      return [
        text(content, "text"),
        ...parts(content, "targets").flatMap((one) => [text(one, "title"), text(one, "description")]),
      ];
    case "event":
      return [text(content, "text")];
    default:
      return [];
  }
}

/** The words of a message, parts in lines of their own; empty where it has none, as a recording has. */
export function textOf(type: string, content: unknown): string {
  if (typeof content === "string") return content;
  if (typeof content !== "object" || content === null) return "";
  return wordsOf(type, content as Part)
    .filter((line) => line !== "")
    .join("\n");
}
