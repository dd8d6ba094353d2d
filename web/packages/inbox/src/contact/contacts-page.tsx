/** Everybody the workspace knows: a table with search, and one person opened beside it. */
import { Avatar, Bone, Button, Empty, TextField } from "@halloo/ui";
import { BadgeCheck, Plus, Search } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { keys } from "../data/keys.ts";
import { contactsQuery, grow, useCan } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { ContactView } from "../data/types.ts";
import { formatAgo, formatNumber, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { Link } from "../shell/link.tsx";
import { ListBroken } from "../shell/list-broken.tsx";
import { useNarrow, useSettled } from "../shell/use.ts";
import { useVirtual } from "../shell/virtual.ts";
import { contactName } from "../thread/names.ts";
import { NewContact } from "./new-contact.tsx";
import { OneContact } from "./one-contact.tsx";

export function ContactsPage({ id }: { id: string | null }) {
  const [text, setText] = useState("");
  const [creating, setCreating] = useState(false);
  const settled = useSettled(text.trim(), 180);
  const query = useQuery(contactsQuery(settled));
  const may = useCan("contacts:write");
  const narrow = useNarrow();
  useCommands([
    {
      id: "new-contact",
      section: "create",
      label: t("new_contact"),
      icon: <Plus size={16} />,
      run: () => setCreating(true),
    },
  ]);
  return (
    <div class="in-split">
      {(!narrow || id === null) && (
        <section class="in-page">
          <header class="in-page-head">
            <h1>{t("contacts")}</h1>
            {may && (
              <Button kind="primary" icon={<Plus size={16} />} onClick={() => setCreating(true)}>
                {t("new_contact")}
              </Button>
            )}
          </header>
          <div class="in-search-field">
            <TextField
              label={t("search_contacts")}
              quiet
              type="search"
              autocomplete="off"
              spellcheck={false}
              placeholder={t("search_contacts")}
              icon={<Search size={18} />}
              value={text}
              onValue={setText}
            />
          </div>
          {query.isPending ? (
            <TableBones />
          ) : query.isError ? (
            <ListBroken query={query} />
          ) : query.data.items.length === 0 ? (
            <Empty
              drawing="people"
              title={settled === "" ? t("no_contacts") : t("search_nothing", { query: settled })}
              text={settled === "" ? t("no_contacts_text") : undefined}
            />
          ) : (
            <ContactTable contacts={query.data.items} more={query.data.next !== null} q={settled} on={id} />
          )}
        </section>
      )}
      {id !== null && <OneContact key={id} id={id} />}
      {creating && <NewContact onClose={() => setCreating(false)} />}
    </div>
  );
}

function TableBones() {
  return (
    <div class="in-table-bones" aria-hidden="true">
      {[60, 45, 70, 52, 64, 48].map((width) => (
        <div key={width}>
          <Bone height={28} round />
          <Bone width={width / 2} />
          <Bone width={20} />
        </div>
      ))}
    </div>
  );
}

const ROW = 52;

function ContactTable({
  contacts,
  more,
  q,
  on,
}: {
  contacts: readonly ContactView[];
  more: boolean;
  q: string;
  on: string | null;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtual({
    count: contacts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => contacts[index]?.id ?? index,
    overscan: 10,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= contacts.length - 10) void grow<ContactView>(keys.contacts(q), "/contacts", { q });
  }, [more, last, contacts.length, q]);
  const before = shown[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const now = Date.now();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long table scrolls, and the keyboard must be able to scroll it
    <section ref={scroller} class="ui-table-frame in-contacts" tabIndex={0} aria-label={t("contacts")}>
      <table class="ui-table" aria-rowcount={contacts.length}>
        <thead>
          <tr>
            <th>{t("name")}</th>
            <th>{t("email")}</th>
            <th>{t("company")}</th>
            <th class="in-number">{t("conversations")}</th>
            <th>{t("last_seen_label")}</th>
          </tr>
        </thead>
        <tbody>
          {before > 0 && (
            <tr>
              <td colSpan={5} class="in-gap" style={{ height: `${before}px` }} />
            </tr>
          )}
          {shown.map(({ index }) => {
            const contact = contacts[index];
            if (!contact) return null;
            const name = contactName(contact);
            return (
              <tr key={contact.id} class={contact.id === on ? "in-on in-contact-row" : "in-contact-row"}>
                <td>
                  <Link to={{ page: "contacts", id: contact.id }} class="in-contact-link">
                    <Avatar id={contact.id} name={contact.name ?? contact.email ?? ""} src={contact.avatar} size={28} />
                    <span dir="auto">{name}</span>
                    {contact.verified && <BadgeCheck size={14} class="in-verified" aria-label={t("verified")} />}
                  </Link>
                </td>
                <td class="in-soft">{contact.email}</td>
                <td class="in-soft" dir="auto">
                  {contact.company}
                </td>
                <td class="in-number in-soft">{formatNumber(contact.conversations)}</td>
                <td class="in-soft">{formatAgo(Date.parse(contact.last_seen_at), now)}</td>
              </tr>
            );
          })}
          {after > 0 && (
            <tr>
              <td colSpan={5} class="in-gap" style={{ height: `${after}px` }} />
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}
