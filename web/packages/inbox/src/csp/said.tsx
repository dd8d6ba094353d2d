/**
 * What the server says in whole sentences, in the operator's language: a sentence is known by its English words, which are those of
 * the catalogue. One that is not known is shown as it came.
 */
import en from "../../../../messages/en/inbox.json";
import { type Key, t } from "../i18n.ts";

const SAID = "csp_said_";

interface Known {
  readonly key: Key;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

const plain = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** `{name}` of a message stands for anything; the server's own `{NONCE}` is in capitals and stands for itself. */
function knownOf(key: string, text: string): Known {
  const names: string[] = [];
  const parts = text.split(/(\{[a-z_]+\})/).map((part) => {
    if (!/^\{[a-z_]+\}$/.test(part)) return plain(part);
    names.push(part.slice(1, -1));
    return "(.*)";
  });
  return { key: key as Key, pattern: new RegExp(`^${parts.join("")}$`, "s"), names };
}

const KNOWN: readonly Known[] = Object.entries(en)
  .filter(([key]) => key.startsWith(SAID))
  .map(([key, text]) => knownOf(key, text))
  // What holds no value is the surer hit.
  .sort((a, b) => a.names.length - b.names.length);

function whole(text: string): string | null {
  for (const { key, pattern, names } of KNOWN) {
    const found = pattern.exec(text);
    if (found) return t(key, Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ""])));
  }
  return null;
}

/** What the server says, in the operator's language: as a whole, or sentence by sentence; null where one of them is not known. */
export function translated(text: string): string | null {
  const one = whole(text);
  if (one !== null) return one;
  const sentences = text.split(/(?<=\.) (?=[A-Z])/);
  const known = sentences.length > 1 ? sentences.map(whole) : [null];
  return known.includes(null) ? null : known.join(" ");
}

/** What the server says, marked as English where it is. */
export function Said({ text }: { text: string }) {
  const words = translated(text);
  return words === null ? (
    <span lang="en" dir="auto">
      {text}
    </span>
  ) : (
    <span>{words}</span>
  );
}

/** Sentences one below the other. */
export const Notes = ({ notes }: { notes: readonly string[] }) =>
  notes.length === 0 ? null : (
    <ul class="in-csp-notes">
      {notes.map((note) => (
        <li key={note}>
          <Said text={note} />
        </li>
      ))}
    </ul>
  );
