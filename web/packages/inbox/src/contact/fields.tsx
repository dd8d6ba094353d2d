import { Building, Mail, Phone } from "lucide-preact";
import type { ContactView, VisitorView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { WordMark, wordOf } from "./identity.tsx";
import { InPlace } from "./in-place.tsx";
import { orNull, saveContact } from "./save.ts";

/** Mail, phone and company of a contact, changed where they stand; beside a visitor, with what is proven of them. */
export function ContactFields({ contact, visitor }: { contact: ContactView; visitor?: VisitorView }) {
  const mark = (name: "email" | "phone" | "company") => visitor && <WordMark word={wordOf(name, contact, visitor)} />;
  return (
    <div class="in-fields">
      <InPlace
        label={t("email")}
        type="email"
        icon={<Mail size={16} />}
        end={mark("email")}
        placeholder={t("add_email")}
        value={contact.email ?? ""}
        onSave={(text) => saveContact(contact, { email: orNull(text) })}
      />
      <InPlace
        label={t("phone")}
        type="tel"
        icon={<Phone size={16} />}
        end={mark("phone")}
        placeholder={t("add_phone")}
        value={contact.phone ?? ""}
        onSave={(text) => saveContact(contact, { phone: orNull(text) })}
      />
      <InPlace
        label={t("company")}
        icon={<Building size={16} />}
        end={mark("company")}
        placeholder={t("add_company")}
        value={contact.company ?? ""}
        onSave={(text) => saveContact(contact, { company: orNull(text) })}
      />
    </div>
  );
}
