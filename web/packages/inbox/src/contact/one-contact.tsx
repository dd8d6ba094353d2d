import { plainText } from "@halloo/core/format.ts";
import { Avatar, Badge, Bone, Button, Checkbox, Empty, IconButton, toast } from "@halloo/ui";
import { ArrowLeft, BadgeCheck, Download, Trash, X } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call, queryString } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { contactEventsQuery, contactQuery, earlierQuery, useCan } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { folderOf } from "../data/reduce.ts";
import type { ContactView } from "../data/types.ts";
import { formatAgo, formatDate, formatMoment, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { go, goBack } from "../router.ts";
import { Confirm } from "../shell/confirm.tsx";
import { Link } from "../shell/link.tsx";
import { useNarrow } from "../shell/use.ts";
import { contactName } from "../thread/names.ts";
import { ContactFields } from "./fields.tsx";
import { InPlace } from "./in-place.tsx";
import { DataSection, Section } from "./panel.tsx";
import { orNull, saveContact } from "./save.ts";

/** One person beside the table. */
export function OneContact({ id }: { id: string }) {
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
        {contact && <Archive contact={contact} />}
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
        <Avatar id={contact.id} name={contact.name ?? contact.email ?? ""} src={contact.avatar} size={56} />
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
                <span dir="auto">{plainText(row.last_message?.excerpt ?? "") || row.subject || t("conversation")}</span>
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

/** Everything that is kept of a person, as one file. */
function Archive({ contact }: { contact: ContactView }) {
  const may = useCan("conversations:read");
  if (!may) return null;
  const label = t("download_data");
  return (
    <a
      class="ui-button ui-icon-button ui-ghost"
      href={`/core/contacts/${contact.id}/archive`}
      download
      aria-label={label}
      data-tip={label}
    >
      <Download size={18} />
    </a>
  );
}

function RemoveContact({ contact }: { contact: ContactView }) {
  const [asking, setAsking] = useState(false);
  const [everything, setEverything] = useState(false);
  const mayAll = useCan("conversations:delete");
  const may = useCan("contacts:delete");
  if (!may) return null;
  const remove = async () => {
    try {
      await call("DELETE", `/contacts/${contact.id}${queryString({ everything })}`);
      void client.invalidateQueries({ queryKey: keys.erasures });
      void client.invalidateQueries({ queryKey: keys.lists });
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
      >
        {mayAll && (
          <Checkbox
            label={t("delete_everything")}
            hint={t("delete_everything_hint")}
            checked={everything}
            onChecked={setEverything}
          />
        )}
      </Confirm>
    </>
  );
}
