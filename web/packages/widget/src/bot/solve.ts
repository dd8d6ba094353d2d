/**
 * The work of the bot check: ALTCHA's protocol, version 2, with `SHA-256`. Pure, and alike with and without a secure context, where
 * browsers have no `crypto.subtle`. One attempt hashes salt, nonce and a number, and then its own result, `cost` times in all; the
 * number is found whose result begins with `keyPrefix`.
 */

export interface Challenge {
  readonly parameters: {
    readonly algorithm: string;
    readonly nonce: string;
    readonly salt: string;
    readonly cost: number;
    readonly keyPrefix: string;
  };
  readonly signature: string;
}

export interface Solution {
  readonly counter: number;
  readonly derivedKey: string;
}

/** No challenge of ours asks for so many attempts. */
const MOST = 100_000;
/** What fits into one block of SHA-256 beside its end mark and length. */
const ROOM = 55;
const WORDS = 8;

const primes: number[] = [];
for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
/** The first 32 bits of the fraction of a root, as SHA-256 takes its constants. */
const bits = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) | 0;
const K = Int32Array.from(primes, (prime) => bits(Math.cbrt(prime)));
const START = Int32Array.from(primes.slice(0, WORDS), (prime) => bits(Math.sqrt(prime)));

/** SHA-256 of the one block that the first 16 words of `w` hold; into `out`, which may be those words themselves. */
function compress(w: Int32Array, out: Int32Array): void {
  for (let i = 16; i < 64; i += 1) {
    const p = w[i - 15] as number;
    const q = w[i - 2] as number;
    const s0 = ((p >>> 7) | (p << 25)) ^ ((p >>> 18) | (p << 14)) ^ (p >>> 3);
    const s1 = ((q >>> 17) | (q << 15)) ^ ((q >>> 19) | (q << 13)) ^ (q >>> 10);
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = START as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (w[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    out[i] = (word + (START[i] as number)) | 0;
  });
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const hexOf = (words: Int32Array): string =>
  Array.from(words.subarray(0, WORDS), (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

/** The solution, or null for a challenge that is none of ours. */
export function solve({ parameters }: Challenge): Solution | null {
  const { algorithm, cost, keyPrefix } = parameters;
  const head = [...bytes(parameters.salt), ...bytes(parameters.nonce)];
  const size = head.length + 4;
  if (algorithm !== "SHA-256" || size > ROOM || keyPrefix.length < WORDS) return null;
  const block = new Uint8Array(64);
  const view = new DataView(block.buffer);
  block.set(head);
  block[size] = 0x80;
  view.setUint32(60, size * 8);
  /** What is looked at of each result; the rest of the prefix only of those that begin right. */
  const first = Number.parseInt(keyPrefix.slice(0, WORDS), 16) | 0;
  const w = new Int32Array(64);
  for (let counter = 0; counter < MOST; counter += 1) {
    view.setUint32(head.length, counter);
    for (let i = 0; i < 16; i += 1) w[i] = view.getInt32(i * 4);
    compress(w, w);
    for (let round = 1; round < cost; round += 1) {
      w[8] = 0x80000000 | 0;
      w.fill(0, 9, 15);
      w[15] = 256;
      compress(w, w);
    }
    if (w[0] === first && hexOf(w).startsWith(keyPrefix)) return { counter, derivedKey: hexOf(w) };
  }
  return null;
}
