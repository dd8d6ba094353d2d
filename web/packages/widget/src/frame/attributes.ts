/** What a page may say of its visitor with `set`; the same limits as the server's. */

export type Data = Record<string, string | number | boolean>;

const KEY = /^[a-z0-9_]{1,40}$/;
const MAX_KEYS = 20;
const MAX_TEXT = 500;

const isValue = (value: unknown): boolean =>
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value)) ||
  (typeof value === "string" && value.length <= MAX_TEXT);

/** Custom data: at most 20 keys of a-z, 0-9 and _, each with a short text, a number or a boolean. */
export function isData(data: unknown): data is Data {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return false;
  const entries = Object.entries(data);
  return entries.length <= MAX_KEYS && entries.every(([key, value]) => KEY.test(key) && isValue(value));
}
