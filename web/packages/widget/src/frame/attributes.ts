/** What a page may say of its visitor with `set`; the same limits as the server's. */
import { Refusal } from "@halloo/core";
import { isEmail, isPhone } from "./values.ts";

export type Data = Record<string, string | number | boolean>;

/** Claimed attributes, and how the page wants the chat to look. */
export interface Attributes {
  name?: string | null;
  email?: string | null;
  phone?: string | null;
  company?: string | null;
  locale?: string;
  theme?: string;
  data?: Data;
}

const KEY = /^[a-z0-9_]{1,40}$/;
const MAX_KEYS = 20;
const MAX_TEXT = 500;
const MAX_NAME = 128;

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

/** A text that passes, or nothing: null and the empty text take the attribute back. */
const orNothing =
  (fits: (text: string) => boolean) =>
  (value: unknown): boolean =>
    value === null || value === "" || (typeof value === "string" && fits(value));
const short = orNothing((text) => text.length <= MAX_NAME);

const CHECKS: Record<keyof Attributes, (value: unknown) => boolean> = {
  name: short,
  company: short,
  email: orNothing(isEmail),
  phone: orNothing(isPhone),
  locale: (value) => typeof value === "string" && /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(value),
  theme: (value) => value === "system" || value === "light" || value === "dark",
  data: isData,
};

/** The attributes, where each is known and right. Throws `field_unknown` or `field_invalid` with the name of the first that is not. */
export function readAttributes(given: Record<string, unknown>): Attributes {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(CHECKS, name)) throw new Refusal("field_unknown", name);
    if (!CHECKS[name as keyof Attributes](value)) throw new Refusal("field_invalid", name);
  }
  return given as Attributes;
}
