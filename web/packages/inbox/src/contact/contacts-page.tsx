/** Everybody the workspace knows: a table with search, and one person opened beside it. */
import { Avatar, Badge, Bone, Button, Dialog, Empty, IconButton, TextField, toast } from "@halloo/ui";
import { ArrowLeft, BadgeCheck, Plus, Search, Trash, X } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { contactEventsQuery, contactQuery, contactsQuery, earlierQuery, grow, useCan } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { folderOf } from "../data/reduce.ts";
import type { ContactView } from "../data/types.ts";
import { formatAgo, formatDate, formatMoment, formatNumber, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { go, goBack } from "../router.ts";
import { Confirm } from "../shell/confirm.tsx";
import { Link } from "../shell/link.tsx";
import { useNarrow, useSettled } from "../shell/use.ts";
import { useVirtual } from "../shell/virtual.ts";
import { contactName } from "../thread/names.ts";
import { ContactFields } from "./fields.tsx";
import { InPlace } from "./in-place.tsx";
import { DataSection, Section } from "./panel.tsx";
import { orNull, saveContact } from "./save.ts";

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
            <Empty
              drawing="broken"
              title={t("list_broken")}
              action={<Button onClick={() => void query.refetch()}>{t("try_again")}</Button>}
            />
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
                    <Avatar id={contact.id} name={name} src={contact.avatar} size={28} />
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

function OneContact({ id }: { id: string }) {
  const query = useQuery(contactQuery(id));
  const narrow = useNarrow();
  const close = () => goBack({ page: "contacts", id: null });
  useCommands([
    {
      id: "leave",
      section: "list",
      label: t("close"),
      keys: "Escape",
      hidden: true,
      run: () => go({ page: "contacts", id: null }),
    },
  ]);
  const contact = query.data;
  return (
    <aside class="in-one" aria-label={t("contact_details")}>
      <h2 class="ui-hidden">{t("contact_details")}</h2>
      <header class="in-one-head">
        {narrow && <IconButton label={t("back")} icon={<ArrowLeft size={20} class="ui-mirror" />} onClick={close} />}
        <span class="in-one-gap" />
        {contact && <RemoveContact contact={contact} />}
        {!narrow && (
          <IconButton
            label={t("close")}
            keys="Esc"
            icon={<X size={18} />}
            onClick={() => go({ page: "contacts", id: null })}
          />
        )}
      </header>
      {query.isError ? (
        <Empty
          drawing="broken"
          title={t("contact_broken")}
          action={<Button onClick={() => void query.refetch()}>{t("try_again")}</Button>}
        />
      ) : contact ? (
        <Person contact={contact} />
      ) : (
        <div class="in-panel-body" aria-hidden="true">
          <Bone height={56} round />
          <Bone width={60} />
          <Bone width={80} />
        </div>
      )}
    </aside>
  );
}

function Person({ contact }: { contact: ContactView }) {
  return (
    <div class="in-panel-body">
      <div class="in-panel-top">
        <Avatar id={contact.id} name={contactName(contact)} src={contact.avatar} size={56} />
        <InPlace
          class="in-place-name"
          label={t("name")}
          placeholder={contactName(contact)}
          value={contact.name ?? ""}
          onSave={(text) => saveContact(contact, { name: orNull(text) })}
        />
        <p class="in-panel-presence">
          {t("last_seen", { when: formatAgo(Date.parse(contact.last_seen_at)) })}
          {contact.verified && (
            <Badge tone="good" icon={<BadgeCheck />}>
              {t("verified")}
            </Badge>
          )}
        </p>
      </div>
      <ContactFields contact={contact} />
      <Section title={t("seen")}>
        <dl class="in-seen">
          <div>
            <dt>{t("first_seen")}</dt>
            <dd>{formatDate(Date.parse(contact.first_seen_at))}</dd>
          </div>
          <div>
            <dt>{t("last_seen_label")}</dt>
            <dd>{formatDate(Date.parse(contact.last_seen_at))}</dd>
          </div>
        </dl>
      </Section>
      <Said contact={contact} />
      <Section title={t("contact_notes")}>
        <InPlace
          lines
          class="in-place-notes"
          label={t("contact_notes")}
          placeholder={t("contact_notes_hint")}
          maxLength={10_000}
          value={contact.notes}
          onSave={(text) => saveContact(contact, { notes: text })}
        />
      </Section>
      <DataSection data={contact.data} />
      <Events id={contact.id} />
    </div>
  );
}

function Said({ contact }: { contact: ContactView }) {
  const query = useQuery(earlierQuery(contact.id));
  const rows = query.data?.data ?? [];
  const now = Date.now();
  return (
    <Section title={t("conversations")}>
      {query.isPending ? (
        <Bone width={80} />
      ) : rows.length === 0 ? (
        <p class="in-quiet">{t("no_conversations")}</p>
      ) : (
        <ul class="in-earlier">
          {rows.map((row) => (
            <li key={row.id}>
              <Link to={{ page: "inbox", state: folderOf(row, now), whose: "all", id: row.id, at: null }}>
                <span dir="auto">{row.last_message?.excerpt || row.subject || t("conversation")}</span>
                <span class="in-earlier-when">
                  {formatAgo(Date.parse(row.updated_at), now)} · {t(`state_${folderOf(row, now)}`)}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** What happened, in words; events that are newer than these words say their own text. */
function eventWords({ name, text }: { name: string; text: string }): string {
  if (name === "first_seen") return t("event_first_seen");
  if (name === "conversation_started")
    return text === "" ? t("event_conversation") : t("event_conversation_about", { subject: text });
  if (name === "page") return t("event_page", { page: text });
  return text || name;
}

function Events({ id }: { id: string }) {
  const events = useQuery(contactEventsQuery(id)).data ?? [];
  if (events.length === 0) return null;
  return (
    <Section title={t("history")}>
      <ol class="in-history">
        {events.slice(0, 30).map((event) => (
          <li key={`${event.at}${event.name}${event.text}`}>
            <span dir="auto">{eventWords(event)}</span>
            <time dateTime={event.at} data-tip={formatMoment(Date.parse(event.at))}>
              {formatAgo(Date.parse(event.at))}
            </time>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function RemoveContact({ contact }: { contact: ContactView }) {
  const [asking, setAsking] = useState(false);
  const may = useCan("contacts:delete");
  if (!may) return null;
  const remove = async () => {
    try {
      await call("DELETE", `/contacts/${contact.id}`);
      void client.invalidateQueries({ queryKey: ["contacts"] });
      toast({ text: t("contact_deleted"), tone: "good" });
      go({ page: "contacts", id: null }, true);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <>
      <IconButton label={t("delete_contact")} icon={<Trash size={18} />} onClick={() => setAsking(true)} />
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t("delete_contact_title")}
        text={t("delete_contact_text", { name: contactName(contact) })}
        action={t("delete_contact")}
        onConfirm={() => void remove()}
      />
    </>
  );
}

function NewContact({ onClose }: { onClose: () => void }) {
  const [fields, setFields] = useState({ name: "", email: "", phone: "", company: "" });
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const set = (key: keyof typeof fields) => (value: string) => setFields({ ...fields, [key]: value });
  const create = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const made = await call<ContactView>("POST", "/contacts", {
        name: orNull(fields.name.trim()),
        email: orNull(fields.email.trim()),
        phone: orNull(fields.phone.trim()),
        company: orNull(fields.company.trim()),
      });
      void client.invalidateQueries({ queryKey: ["contacts"] });
      onClose();
      go({ page: "contacts", id: made.id });
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : t("trouble"));
      setBusy(false);
    }
  };
  const empty = Object.values(fields).every((value) => value.trim() === "");
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("new_contact")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button kind="primary" type="submit" form="new-contact" busy={busy} disabled={empty}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id="new-contact" class="in-form" onSubmit={create}>
        <TextField label={t("name")} value={fields.name} onValue={set("name")} maxLength={255} />
        <TextField
          label={t("email")}
          type="email"
          value={fields.email}
          onValue={set("email")}
          error={trouble ?? undefined}
        />
        <TextField label={t("phone")} type="tel" value={fields.phone} onValue={set("phone")} />
        <TextField label={t("company")} value={fields.company} onValue={set("company")} />
      </form>
    </Dialog>
  );
}
