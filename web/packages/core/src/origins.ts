/** Allowed domains (embedding contract 3): what people type becomes an origin, and an origin is allowed or not. */
import { toAscii } from "./idn.ts";

export const ORIGIN_ERRORS = [
  "empty",
  "too_long",
  "bad_char",
  "bad_scheme",
  "userinfo",
  "wildcard",
  "bad_host",
  "bad_idn",
  "bad_ipv4",
  "bad_port",
  "trailing_dot",
  "opaque",
  "ipv6_unsupported",
] as const;
export type OriginError = (typeof ORIGIN_ERRORS)[number];
export type OriginResult =
  | { readonly origin: string; readonly error: null }
  | { readonly origin: null; readonly error: OriginError };

const MAX_BYTES = 2048;
const MAX_HOST = 253;
const MAX_LABEL = 63;

/** UTF-8 length, counted without a TextEncoder. */
function bytes(text: string): number {
  let count = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    count += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return count;
}

const isAscii = (text: string): boolean => ![...text].some((char) => char > "\u007f");

const hasBadChar = (text: string): boolean =>
  [...text].some((char) => char <= " " || char === "\u007f" || char === "\\");

function checkHost(host: string): OriginError | null {
  if (host === "") return "bad_host";
  if (host.endsWith(".")) return "trailing_dot";
  const labels = host.split(".");
  if (host.length > MAX_HOST || !/^[a-z0-9_.-]+$/.test(host)) return "bad_host";
  if (labels.some((label) => label === "" || label.length > MAX_LABEL)) return "bad_host";
  if (host === "null") return "opaque";
  if (/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) {
    const numbers = labels.every((label) => /^(0|[1-9]\d{0,2})$/.test(label) && Number(label) <= 255);
    if (labels.length !== 4 || !numbers) return "bad_ipv4";
  }
  return null;
}

/** What stands between scheme and path: a host and a port, or why not. */
function authority(text: string): { host: string; port: string } | OriginError {
  if (text.includes("@")) return "userinfo";
  if (text.includes("%")) return "bad_host";
  if (text.includes("*")) return "wildcard";
  if (text.startsWith("[")) return "ipv6_unsupported";
  const colon = text.indexOf(":");
  const typed = colon < 0 ? text : text.slice(0, colon);
  const host = isAscii(typed) ? typed.toLowerCase() : toAscii(typed);
  if (host === null) return "bad_idn";
  const bad = checkHost(host);
  return bad ?? { host, port: colon < 0 ? "" : text.slice(colon + 1) };
}

/** The port as it stands in an origin: with its colon, or nothing where the scheme implies it; null where it is none. */
function checkPort(text: string, scheme: string): string | null {
  if (text === "") return "";
  const port = text.replace(/^0+(?=\d)/, "");
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return null;
  return port === (scheme === "https" ? "443" : "80") ? "" : `:${port}`;
}

/** The origin that an entry of *Allowed Domains* means. */
export function normaliseOrigin(entry: string): OriginResult {
  const refuse = (error: OriginError): OriginResult => ({ origin: null, error });
  const text = entry.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  if (text === "") return refuse("empty");
  if (bytes(text) > MAX_BYTES) return refuse("too_long");
  if (hasBadChar(text)) return refuse("bad_char");
  const typed = /^[A-Za-z][A-Za-z0-9+.-]*(?=:\/\/)/.exec(text)?.[0];
  if (typed === undefined && text.startsWith("//")) return refuse("bad_scheme");
  const scheme = typed?.toLowerCase() ?? "https";
  if (scheme !== "http" && scheme !== "https") return refuse("bad_scheme");
  const rest = typed === undefined ? text : text.slice(typed.length + 3);
  const found = authority(/^[^/?#]*/.exec(rest)?.[0] ?? "");
  if (typeof found === "string") return refuse(found);
  const port = checkPort(found.port, scheme);
  if (port === null) return refuse("bad_port");
  if (typed === undefined && (found.host === "http" || found.host === "https")) return refuse("bad_scheme");
  return { origin: `${scheme}://${found.host}${port}`, error: null };
}

/** How browsers write the origin of a web page. `origins.py` has the same. */
const WEB_ORIGIN = /^https?:\/\/[!$&(-+\-.0-9:=A-Z[\]_`a-z{}~]{1,300}$/;

/** The one rule of matching: an empty list admits every http and https page, else the origin must be in the list as it is. */
export function decide(domains: readonly string[], origin: string | null | undefined): "allow" | "deny" {
  if (origin == null || !WEB_ORIGIN.test(origin)) return "deny";
  return domains.length === 0 || domains.includes(origin) ? "allow" : "deny";
}

/** Where the frame sends its messages (embedding contract 5.2). */
export function resolveTargetOrigin(domains: readonly string[], parentOrigin: string | undefined): string {
  if (domains.length === 0) return parentOrigin ?? "*";
  return parentOrigin !== undefined && domains.includes(parentOrigin) ? parentOrigin : "null";
}
