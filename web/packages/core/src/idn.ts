/**
 * International host names as strictly as the server takes them: IDNA 2008 on what UTS #46 maps (embedding contract 3.1).
 *
 * The browser's own parser does the mapping and checks the directions; it takes signs such as emoji too, so that every label is
 * read again here. What not every browser judges alike has to be typed in its `xn--` form, on both sides.
 */

/**
 * What not every browser judges alike: the two joiners, characters younger than Unicode 14, and those beyond the basic plane but for
 * the older ideographs. `origins.py` has the same.
 */
const UNSURE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each code point stands for itself
  /[\u0558\u058b\u058c\u05c8\u05c9\u088f\u0897\u0b53\u0b54\u0c5c\u0cdc\u0cf3\u0ece\u1acf-\u1af0\u1c89\u1c8a\u200c\u200d\u208f\u209d-\u209f\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dd\ua7e2\ua7f1\uab6c\uab6d\u{10000}-\u{1ffff}\u{2a6e0}-\u{10ffff}]/u;
/** Letters, marks and digits that no mapping changes (RFC 5892, 2), without what `REFUSED` names. */
const LETTERS = /^(?:[-a-z0-9ßς\u06fd\u06fe\u0f0b\u3007]|(?!\p{CWKCF}|\p{DI})[\p{L}\p{Mn}\p{Mc}\p{Nd}])$/u;
/** Exceptions, signs of music and symbols, and the parts of old Korean syllables (RFC 5892, 2.5 to 2.9). */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each code point stands for itself
const REFUSED = /[\u0640\u07fa\u1100-\u11ff\u20d0-\u20ff\u302e\u302f\u3031-\u3035\u303b\ua960-\ua97f\ud7b0-\ud7ff]/u;
const MOST_CHARACTERS = 1024;
const MOST_OF_LABEL = 63;
const MOST_OF_HOST = 253;

/** The host as the browser writes it; null where it has no such form. The last label keeps it from being read as numbers. */
function written(host: string): string | null {
  try {
    const found = new URL(`https://${host}.x`).hostname;
    return found.endsWith(".x") ? found.slice(0, -2) : null;
  } catch {
    return null;
  }
}

/** What stands behind `xn--`, in its own letters (RFC 3492); null where it is no such text. */
function unpunycode(text: string): string | null {
  const end = text.lastIndexOf("-");
  const output = [...text.slice(0, Math.max(0, end))];
  let at = end < 0 ? 0 : end + 1;
  let [code, index, bias] = [128, 0, 72];
  while (at < text.length) {
    const before = index;
    let weight = 1;
    for (let k = 36; ; k += 36) {
      const digit = Number.parseInt(text[at++] ?? "-", 36);
      if (Number.isNaN(digit)) return null;
      // `parseInt` counts digits before letters, punycode after them.
      const value = digit < 10 ? digit + 26 : digit - 10;
      index += value * weight;
      const least = Math.min(26, Math.max(1, k - bias));
      if (value < least) break;
      weight *= 36 - least;
    }
    const length = output.length + 1;
    bias = adapted(index - before, length, before === 0);
    code += Math.floor(index / length);
    if (code > 0x10ffff) return null;
    index %= length;
    output.splice(index++, 0, String.fromCodePoint(code));
  }
  return output.join("");
}

function adapted(delta: number, length: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? 700 : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
  return k + Math.floor((36 * rest) / (rest + 38));
}

/** Whether a character that only some neighbours allow has them (RFC 5892, A.3 to A.9). */
function fitsIn(label: string, at: number): boolean {
  switch (label[at]) {
    case "\u00b7":
      return label[at - 1] === "l" && label[at + 1] === "l";
    case "\u0375":
      return /^\p{Script=Greek}/u.test(label.slice(at + 1));
    case "\u05f3":
    case "\u05f4":
      return /\p{Script=Hebrew}$/u.test(label.slice(0, at));
    case "\u30fb":
      return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label);
    default:
      return !(/[\u0660-\u0669]/.test(label) && /[\u06f0-\u06f9]/.test(label));
  }
}

/** Whether a label in its own letters may be one (RFC 5891, 4.2.3); the browser has looked at the directions. */
function isLabel(label: string): boolean {
  if (label === "" || /^..--|^-|-$/u.test(label) || /^\p{M}/u.test(label) || UNSURE.test(label)) return false;
  let at = 0;
  for (const char of label) {
    const bound = /[\u00b7\u0375\u05f3\u05f4\u0660-\u0669\u06f0-\u06f9\u30fb]/.test(char);
    if (bound ? !fitsIn(label, at) : REFUSED.test(char) || !LETTERS.test(char)) return false;
    at += char.length;
  }
  return true;
}

/** Whether a label of the written host is what it stands for, and that may be one. */
function isWritten(label: string): boolean {
  if (label.length > MOST_OF_LABEL) return false;
  if (!label.startsWith("xn--")) return isLabel(label);
  const own = unpunycode(label.slice(4));
  return own !== null && isLabel(own) && written(own) === label;
}

/** The `xn--` form of a host that is not ASCII; null where there is none. A dot at its end stays for the caller to judge. */
export function toAscii(host: string): string | null {
  if ([...host].length > MOST_CHARACTERS || UNSURE.test(host)) return null;
  const ascii = written(host);
  if (ascii === null || ascii === "") return null;
  const labels = ascii.replace(/\.$/, "");
  return labels.length <= MOST_OF_HOST && labels.split(".").every(isWritten) ? ascii : null;
}
