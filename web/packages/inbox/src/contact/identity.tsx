/** What is proven of a visitor, what is only said, and by what. */
import { Badge } from "@halloo/ui";
import { BadgeCheck, ShieldAlert } from "lucide-preact";
import type { ContactView, VisitorView } from "../data/types.ts";
import { t } from "../i18n.ts";

/** How well a person is known: by a signed token, by the weaker hash, by an earlier proof, or not. */
export type Proof = "jwt" | "hmac" | "earlier" | null;

export const proofOf = (contact: Pick<ContactView, "verified">, visitor: Pick<VisitorView, "identity">): Proof =>
  visitor.identity ?? (contact.verified ? "earlier" : null);

export const proofName = (proof: Exclude<Proof, null>): string =>
  t(proof === "hmac" ? "verified_by_hash" : proof === "jwt" ? "verified_badge" : "verified");

/** The badge beside a name. */
export function ProofBadge({ proof }: { proof: Proof }) {
  if (proof === null) return null;
  const weak = proof === "hmac";
  return (
    <Badge tone={weak ? "warn" : "good"} icon={weak ? <ShieldAlert /> : <BadgeCheck />}>
      {proofName(proof)}
    </Badge>
  );
}

/** The same as a sign alone, its words in a tooltip. */
export function ProofIcon({ proof, size = 16 }: { proof: Proof; size?: number }) {
  if (proof === null) return null;
  const words = proofName(proof);
  return (
    <span class={proof === "hmac" ? "in-verified in-verified-weak" : "in-verified"} data-tip={words}>
      {proof === "hmac" ? (
        <ShieldAlert size={size} aria-label={words} />
      ) : (
        <BadgeCheck size={size} aria-label={words} />
      )}
    </span>
  );
}

export type Attribute = "name" | "email" | "phone" | "company";

/** Whether an attribute was signed by the customer's server, only said by page or visitor, or neither of both. */
export function wordOf(
  attribute: Attribute,
  contact: Pick<ContactView, Attribute>,
  visitor: Pick<VisitorView, "signed" | "name" | "email">,
): "signed" | "claimed" | null {
  const value = contact[attribute];
  if (!value) return null;
  if (visitor.signed.includes(attribute)) return "signed";
  const said = attribute === "name" || attribute === "email" ? visitor[attribute] : null;
  return said === value ? "claimed" : null;
}

/** The mark at the end of an attribute. */
export function WordMark({ word }: { word: "signed" | "claimed" | null }) {
  if (word === null) return null;
  const words = t(word === "signed" ? "attribute_signed" : "attribute_claimed");
  return (
    <span class={`in-word in-word-${word}`} data-tip={words}>
      {word === "signed" ? <BadgeCheck size={14} aria-label={words} /> : t("claimed")}
    </span>
  );
}
