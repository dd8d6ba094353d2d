/** Identity keys of a widget, as the screens ask for them. */
import { get } from "../../data/api.ts";
import { keys } from "../../data/keys.ts";
import type { Options } from "../../data/query.ts";
import type { IdentityKeyList, IdentityKeyView } from "../../data/types.ts";

export type Alg = IdentityKeyView["alg"];

export const identityKeysQuery = (widget: string): Options<readonly IdentityKeyView[]> => ({
  queryKey: keys.identityKeys(widget),
  queryFn: async () => (await get<IdentityKeyList>(`/web-widgets/${widget}/identity-keys`)).data,
});

/** How many strong keys may be active: the old one and the new one of a rotation. */
export const MOST_STRONG = 2;

/** The kinds of key that may still be added. */
export function ableAlgs(keys: readonly IdentityKeyView[]): Alg[] {
  const strong = keys.filter((key) => !key.weak).length < MOST_STRONG;
  const missing = (alg: Alg) => !keys.some((key) => key.alg === alg);
  return [
    ...(strong ? (["HS256", "EdDSA"] as const) : []),
    ...(["HMAC-email", "HMAC-user-id"] as const).filter(missing),
  ];
}

/** What is wrong with a pasted public key; null where it looks like one. A private key must never leave its server. */
export function pemTrouble(text: string): "pem_private" | "pem_bad" | null {
  if (/PRIVATE KEY/.test(text)) return "pem_private";
  return /^\s*-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/.test(text) ? null : "pem_bad";
}
